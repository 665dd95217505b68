"""The front page: what needs somebody and what was raised, for each role what it may see."""

from datetime import timedelta

import pytest
from sqlalchemy import event

from app import clock
from app.appeals import income
from app.appeals.appeal import Appeal
from app.appeals.branch import found_branch
from app.appeals.writing import open_appeal
from app.database import db, writing
from app.donations.disputes import Dispute
from app.payments.payout import PAID, Payout
from tests.cast import an_appeal
from tests.ledger.entering import an_unclaimed_charge, enter
from tests.office.books.books import page, rows, words

TODAY = "/office/today/"


def gifts():
    """£25.00 for the appeal itself and £7.00 for a branch, both today; the branch's id."""
    appeal = an_appeal(target_minor=320_00, starts_on=clock.today(), ends_on=clock.today() + timedelta(days=31))
    with writing():
        branch = found_branch("Ambleford", "North")
        stripe = "assets:stripe"
        enter("test:own", [(income.account_of(appeal), stripe, 2500)])
        enter("test:branch", [(income.account_of(appeal, branch.id), stripe, 700)])
        return branch.id


def sums(found):
    return [words(each) for each in found.select(".periods__sum")]


def needs(found):
    return [words(each) for each in found.select(".needs__one")]


@pytest.mark.parametrize("role", ["treasurer", "auditor"])
def test_who_keeps_the_books_sees_what_was_raised_against_the_targets(app, signed_in, role):
    gifts()
    found = page(signed_in(role).get(TODAY))
    assert sums(found) == ["£32.00"] * 3
    assert words(found.select_one(".periods__target")) == "320% of the period’s target, £10.00"
    assert rows(found.select("table")[-1])[1][:4] == ["Keep the press turning", "£32.00", "£320.00", "10%"]
    assert "Nothing needs attention." in found.text


def test_the_front_page_and_the_appeals_own_page_say_the_same_share(app, signed_in):
    gifts()
    at_the_office = rows(page(signed_in("treasurer").get(TODAY)).select("table")[-1])[1][3]
    in_public = words(page(app.test_client().get("/appeals/press-fund")).select_one(".raised__of b"))
    assert at_the_office == in_public == "10%"


def test_a_chart_has_its_words_and_the_same_figures_as_a_table(app, signed_in):
    gifts()
    found = page(signed_in("treasurer").get(TODAY))
    for chart, table in zip(found.select("svg"), found.select("details table"), strict=True):
        assert chart["role"] == "img"
        said = [chart.find(id=name).text for name in chart["aria-labelledby"].split()]
        assert said[0].startswith("Raised in the last")
        assert said[1].startswith("£32.00 in total. Highest: £32.00,")
        drawn = [each.find("title").text for each in chart.select("g.bar")]
        assert drawn[::-1] == [": ".join(row) for row in rows(table)[1:]]
        assert chart.select("style, script, [style]") == []


def test_a_branch_treasurer_sees_the_own_branch_s_figures_alone(app, signed_in):
    own = gifts()
    found = page(signed_in("branch_treasurer", branch_id=own).get(TODAY))
    assert sums(found) == ["£7.00"] * 3
    assert found.select(".periods__target") == []
    assert "Keep the press turning" not in found.text


def test_a_branch_treasurer_without_a_branch_sees_nothing(app, signed_in):
    gifts()
    assert sums(page(signed_in("branch_treasurer").get(TODAY))) == ["£0.00"] * 3


def test_an_editor_sees_what_the_appeals_have_raised_and_no_more(app, signed_in):
    gifts()
    found = page(signed_in("editor").get(TODAY))
    assert len(found.select("table")) == 1
    assert found.select(".needs, .periods, svg") == []


def test_what_needs_somebody_is_said_with_the_dates_of_disputes_first(app, signed_in):
    moment = clock.now()
    with writing():
        an_unclaimed_charge(4000)
        db.session.add(
            Dispute(
                dispute_id="dp_1", charge_id="ch_2", amount_minor=5000, currency="gbp", status="needs_response",
                reason="fraudulent", opened_at=moment, due_by=moment + timedelta(days=6),
            )
        )  # fmt: skip
        db.session.add(
            Payout(
                payout_id="po_1", amount_minor=100, currency="gbp", automatic=True, status=PAID, created_at=moment,
                arrives_at=moment,
            )
        )  # fmt: skip
    found = needs(page(signed_in("treasurer").get(TODAY)))
    assert found[0].startswith("A dispute over £50.00 Answer by")
    assert found[1:] == ["1 payout not reconciled", "Card payments without a gift 1"]


def test_the_office_opens_on_this_page_for_whoever_may_see_it(app, signed_in):
    assert signed_in("treasurer").get("/office/").location == TODAY
    assert signed_in("admin").get("/office/").location != TODAY


def test_the_page_makes_as_many_queries_for_many_gifts_as_for_few(app, signed_in):
    gifts()
    client, statements = signed_in("treasurer"), []
    client.get(TODAY)

    def made():
        statements.clear()
        page(client.get(TODAY))
        return len(statements)

    event.listen(db.engine, "before_cursor_execute", lambda *anything: statements.append(anything[2]))
    few = made()
    with writing():
        stripe = "assets:stripe"
        for number in range(10):
            appeal = open_appeal(
                Appeal(slug=f"fund-{number}", title="T", text="T", currency="gbp", starts_on=clock.today(), version=1)
            )
            enter(f"more:{number}", [(income.account_of(appeal), stripe, 100)],
                  occurred_at=clock.now() - timedelta(days=20 * number))  # fmt: skip
    assert made() == few
