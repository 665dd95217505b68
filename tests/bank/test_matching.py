"""Matching: what fits to the penny is suggested, the likeliest first, with its reasons; what does not fit never is."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from app.bank import matching
from app.bank.matching import (
    BOUNCED,
    CASH,
    CHEQUE,
    ORDER,
    PAYOUT,
    TRANSFER,
    UNIDENTIFIED,
    Expected,
    OnStatement,
    suggest,
)
from app.money import Money

DAY = date(2026, 7, 7)


def gbp(minor):
    return Money(minor, "gbp")


def a_line(minor, said="", *, day=DAY, reference="line-1"):
    return OnStatement(reference, day, gbp(minor), said)


def an_item(subject, minor, what=CASH, *, days_ago=2, **more):
    return Expected(subject, what, gbp(minor), DAY - timedelta(days=days_ago), "assets:cash:gbp", **more)


def first(found):
    return [item.subject for item in found[0].items], {reason.kind for reason in found[0].reasons}


def test_the_same_amount_is_suggested_and_the_one_that_the_line_names_comes_first():
    items = [
        an_item("near", 5000, days_ago=1),
        an_item("named", 5000, days_ago=20, reference="SLIP 00-417"),
        an_item("other", 5001),
    ]
    found = suggest(a_line(5000, "CREDIT SLIP 00417 AMBLEFORD"), items)
    assert [each.items[0].subject for each in found] == ["named", "near"]
    assert first(found)[1] == {"amount", "reference", "days"}


def test_a_payer_is_known_by_any_word_of_their_name_and_no_short_one():
    orders = [
        an_item("al", 1000, ORDER, payer="Al Ho"),
        an_item("okon", 1000, ORDER, payer="Łucja Okoń"),
    ]
    found = suggest(a_line(1000, "OKOŃ L AL PRESSFUND"), orders)
    assert first(found) == (["okon"], {"amount", "payer", "days"})


def test_stripes_payout_is_found_by_stripes_name():
    items = [an_item("count:1", 9800), an_item("payout:po_1", 9800, PAYOUT, days_ago=0, payer="Stripe")]
    assert first(suggest(a_line(9800, "STRIPE PAYMENTS UK"), items))[0] == ["payout:po_1"]


def test_what_was_handed_in_with_one_slip_is_one_line():
    items = [
        an_item("a", 3000, reference="417"),
        an_item("b", 2000, CHEQUE, reference="417"),
        an_item("c", 2000, CHEQUE, reference="418"),
    ]
    assert first(suggest(a_line(5000), items)) == (["a", "b"], {"sum", "days"})


def test_any_few_things_that_add_up_are_suggested_when_no_slip_does():
    items = [an_item(f"count:{number}", minor) for number, minor in enumerate((1200, 3400, 560, 78))]
    assert first(suggest(a_line(3478), items))[0] == ["count:1", "count:3"]


def test_one_payout_that_came_in_two_lines_is_suggested_with_both():
    said = "STRIPE PAYMENTS"
    lines = [a_line(4000, said), a_line(5800, said, reference="line-2"), a_line(700, said, reference="line-3")]
    (found,) = suggest(lines[0], [an_item("payout:po_1", 9800, PAYOUT, payer="Stripe")], lines)
    assert found.with_lines == ("line-2",)
    assert found.items[0].subject == "payout:po_1"


def test_lines_of_strangers_that_happen_to_add_up_are_not_suggested_as_parts():
    lines = [a_line(4000, "N OKAFOR"), a_line(1000, "L OKON", reference="line-2")]
    assert suggest(lines[0], [an_item("count:1", 5000, CASH, reference="S-417")], lines) == []


def test_a_suggestion_is_likely_when_the_line_speaks_of_it():
    items = [an_item("named", 5000, reference="S-417"), an_item("other", 5000)]
    assert [each.likely for each in suggest(a_line(5000, "CREDIT S-417"), items)] == [True, False]


def test_what_could_not_show_yet_or_goes_the_other_way_is_not_suggested():
    items = [
        an_item("later", 5000, days_ago=-20),
        an_item("long ago", 5000, ORDER, days_ago=90),
        an_item("out", -5000, BOUNCED),
        Expected("dollars", CASH, Money(5000, "usd"), DAY, "assets:cash:usd"),
    ]
    assert suggest(a_line(5000), items) == []
    assert first(suggest(a_line(-5000), items))[0] == ["out"]


def test_unidentified_money_may_be_sent_back_for_a_long_time():
    assert first(suggest(a_line(-700), [an_item("bank-line:x", -700, UNIDENTIFIED, days_ago=300)]))[0] == [
        "bank-line:x"
    ]


def test_transfers_are_lines_of_their_own():
    assert suggest(a_line(5000), [an_item("a", 2000, TRANSFER), an_item("b", 3000, TRANSFER)]) == []


@given(st.lists(st.integers(1, 3000), max_size=14), st.integers(1, 9000), st.integers(1, 2))
def test_a_sum_that_is_picked_is_that_sum(amounts, total, least):
    for sign in (1, -1):
        picked = matching.pick([sign * amount for amount in amounts], sign * total, least=least)
        if picked is not None:
            assert len(set(picked)) == len(picked) >= least
            assert sum(amounts[place] for place in picked) == total


def test_a_search_ends_however_many_sums_there_are():
    assert matching.pick([2 * number for number in range(1, 40)], 3001, least=2) is None
    assert matching.pick([1] * 41, 3, least=1) is None
    assert matching.pick([1, -1], 1, least=1) is None
