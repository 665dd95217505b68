"""Finding gifts: every way of asking, page by page, each answered from an index on both databases."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import insert, select, text

from app import clock, paging
from app.appeals.appeal import Appeal
from app.database import db, writing
from app.donations import search
from app.donations.donation import Donation
from app.donations.search import DonationFilter
from app.donors import name_words
from app.money import Money
from tests.cast import an_appeal

pytestmark = pytest.mark.both_databases

NAMES = ("Łucja Okoń", "Lucy Stone", "Ada Byron", "Adam Smith", "Zoë Kravitz")
BEGAN = datetime(2026, 1, 1, 12, tzinfo=UTC)


def gifts(count, **changes):
    """So many gifts in bulk, one a day, of £1, £2, …; every tenth is only pledged."""
    appeal_id = db.session.scalars(select(Appeal.id)).first() or an_appeal().id
    rows = [
        {
            "reference": f"{number:024x}", "appeal_id": appeal_id, "amount_minor": 100 * (number % 50 + 1),
            "currency": "gbp", "state": "received", "method": "card", "pledged_at": BEGAN + timedelta(days=number),
            "received_at": BEGAN + timedelta(days=number), "charge_id": f"ch_{number}",
            "name": NAMES[number % 5], "email": f"Giver{number % 7}@example.org", "card_last4": f"{number % 9:04}",
            "name_may_be_shown": False, "submission": f"s{number}", "checkout_key": f"k{number}", **changes,
            **({"state": "pledged", "received_at": None, "charge_id": None} if number % 10 == 9 else {}),
        }
        for number in range(count)
    ]  # fmt: skip
    with writing() as session:
        session.execute(insert(Donation), rows)
    db.session.rollback()


def all_of(wanted):
    """Every gift that is found, page by page to the end, and back again to the beginning."""
    page, found = search.page(wanted), []
    assert page.newer is None
    while True:
        found += [row.reference for row in page.rows]
        assert len(page.rows) <= paging.PAGE
        if page.older is None:
            break
        page = search.page(wanted, older=page.older)
    back = [row.reference for row in page.rows]
    while page.newer is not None:
        page = search.page(wanted, newer=page.newer)
        back = [row.reference for row in page.rows] + back
    assert back == found
    return found


def test_every_gift_is_on_one_page_and_on_one_alone(app):
    gifts(130)
    received = all_of(DonationFilter())
    assert len(received) == len(set(received)) == 117
    assert received[0] == f"{128:024x}"
    assert len(all_of(DonationFilter(state="pledged"))) == 13
    assert len(all_of(DonationFilter(state=""))) == 130


@pytest.mark.parametrize(
    ("words", "which"),
    [
        (f"{7:024x}", lambda n: n == 7),
        ("giver3@EXAMPLE.org", lambda n: n % 7 == 3),
        ("0005", lambda n: n % 9 == 5),
        ("luc", lambda n: n % 5 in (0, 1)),
        ("LUCJA O", lambda n: n % 5 == 0),
        ("Ada", lambda n: n % 5 in (2, 3)),
        ("zoe", lambda n: n % 5 == 4),
        ("okon", lambda n: n % 5 == 0),
        ("BYRON", lambda n: n % 5 == 2),
        ("krav zo", lambda n: n % 5 == 4),
        ("ada kravitz", lambda _: False),
        ("...", lambda _: False),
    ],
)
def test_words_find_by_reference_address_card_or_any_words_of_a_name(app, words, which):
    gifts(60)
    assert sorted(all_of(DonationFilter(words=words, state=""))) == [f"{n:024x}" for n in range(60) if which(n)]


def test_a_name_is_found_in_the_order_of_names(app):
    gifts(10)
    assert [row.name for row in search.page(DonationFilter(words="a", state="")).rows] == ["Ada Byron"] * 2 + [
        "Adam Smith"
    ] * 2


def test_amounts_and_days_narrow_it_and_bounds_are_inside(app):
    gifts(120)
    pounds = [search.rows([gift])[0].amount.minor for gift in db.session.scalars(select(Donation))]
    assert max(pounds) == 5000
    some = all_of(DonationFilter(at_least=Money(4900, "gbp"), at_most=Money(5000, "gbp")))
    assert some == [f"{n:024x}" for n in (98, 48)]
    assert all_of(DonationFilter(at_least=Money(300, "gbp"), at_most=Money(300, "gbp"))) == [
        f"{n:024x}" for n in (102, 52, 2)
    ]
    january = all_of(DonationFilter(first=date(2026, 1, 1), last=date(2026, 1, 31)))
    assert january == [f"{n:024x}" for n in range(30, -1, -1) if n % 10 != 9]
    both = DonationFilter(
        words="luc", state="", first=date(2026, 1, 1), last=date(2026, 1, 10), at_most=Money(200, "gbp")
    )
    assert sorted(all_of(both)) == [f"{n:024x}" for n in (0, 1)]


def test_a_local_day_counts_and_not_that_of_greenwich(app):
    gifts(1, received_at=datetime(2026, 6, 30, 23, 30, tzinfo=UTC))
    assert len(all_of(DonationFilter(first=date(2026, 7, 1), last=date(2026, 7, 1)))) == 1
    assert clock.local_day(search.page(DonationFilter()).rows[0].at) == date(2026, 7, 1)


SEARCHES = {
    "reference": (DonationFilter(words="a" * 24), ("uq_donations_reference", "sqlite_autoindex")),
    "email": (DonationFilter(words="17giver3@example.org"), ("ix_donations_email_key",)),
    "card": (DonationFilter(words="1005"), ("ix_donations_card_last4",)),
    "name": (DonationFilter(words="lucy stone7"), ("ix_donations_name_key",)),
    "days": (DonationFilter(first=date(2026, 2, 1), last=date(2026, 2, 3)), ("ix_donations_received_at",)),
    "newest": (DonationFilter(), ("ix_donations_received_at",)),
    "amount": (DonationFilter(at_least=Money(300, "gbp"), at_most=Money(300, "gbp")), ("ix_donations_amount",)),
    "amounts": (DonationFilter(at_least=Money(4900, "gbp")), ("ix_donations_amount",)),
    "pledged": (DonationFilter(state="pledged"), ("ix_donations_not_received",)),
    "cheques": (DonationFilter(method="cheque"), ("ix_donations_by_hand",)),
    "branch": (DonationFilter(state="", branch_id=1), ("ix_donations_of_branch",)),
    "largest": (DonationFilter(order="largest"), ("ix_donations_amount",)),
    "oldest": (DonationFilter(order="oldest"), ("ix_donations_received_at",)),
    "donor": (DonationFilter(state="", donor_ids=frozenset([1])), ("ix_donations_of_donor",)),
}


def test_every_search_runs_along_an_index(app, monkeypatch):
    gifts(2000)
    lite = db.engine.dialect.name == "sqlite"
    with writing() as session:
        # As many people and cards as there are in life.
        session.execute(text("UPDATE donations SET email_key = id || email_key, card_last4 = 1000 + id % 1999"))
        session.execute(text("UPDATE donations SET name_key = name_key || id, donor_id = NULL"))
        session.execute(text("ANALYZE"))
    asked = []
    monkeypatch.setattr(search, "rows", list)
    scalars = db.session.scalars
    monkeypatch.setattr(db.session, "scalars", lambda query: asked.append(query) or scalars(query))
    for name, (wanted, indexes) in SEARCHES.items():
        asked.clear()
        search.page(wanted)
        compiled = asked[0].compile(db.engine, compile_kwargs={"literal_binds": True})
        if not lite:
            # Of so few rows PostgreSQL would rather read them all; what is asked is whether the index fits.
            db.session.execute(text("SET LOCAL enable_seqscan = off"))
        told = db.session.execute(
            text(("EXPLAIN QUERY PLAN " if lite else "EXPLAIN ") + str(compiled).replace(":", "\\:"))
        )
        plan = "\n".join(str(row) for row in told)
        assert any(index in plan for index in indexes), (name, plan)
        # Of somebody's few gifts it does not matter; a list that may be long is never sorted.
        assert "TEMP B-TREE" not in plan or name in ("email", "card", "donor"), (name, plan)
        assert "Seq Scan" not in plan, (name, plan)


def test_what_was_found_is_put_in_order_and_added_up(app):
    gifts(30)
    largest = search.page(DonationFilter(words="luc", order="largest")).rows
    assert [row.amount.minor for row in largest[:3]] == [2700, 2600, 2200]
    assert len(all_of(DonationFilter(words="luc", order="smallest", state=""))) == 12
    (sum_,) = search.sums(DonationFilter(words="byron"))
    assert (sum_.gifts, sum_.came, sum_.net_amount) == (6, Money(9300, "gbp"), Money(9300, "gbp"))
    assert search.sums(DonationFilter(words="nobody")) == []


@pytest.mark.parametrize("words", ["", "luc"])
@pytest.mark.parametrize("state", ["", "received", "pledged"])
@pytest.mark.parametrize("order", search.ORDERS)
def test_every_order_shows_every_gift_once_in_both_directions(app, order, state, words):
    gifts(130)
    with writing() as session:
        session.execute(text("UPDATE donations SET name = NULL, name_key = NULL WHERE id % 2 = 0"))
    wanted = DonationFilter(order=order, state=state, words=words)
    found = all_of(wanted)
    by_reference = {gift.reference: gift for gift in db.session.scalars(select(Donation))}
    expected = [
        gift
        for gift in by_reference.values()
        if state in ("", gift.state) and (not words or (gift.name_key or "").startswith("luc"))
    ]
    assert sorted(found) == sorted(gift.reference for gift in expected)
    listed = [by_reference[each] for each in found]
    keys = {
        "newest": [-gift.id for gift in listed],
        "oldest": [gift.id for gift in listed],
        "largest": [-gift.amount_minor for gift in listed],
        "smallest": [gift.amount_minor for gift in listed],
        "a-z": [gift.name_key for gift in listed if gift.name_key],
        "z-a": [gift.name_key for gift in listed if gift.name_key],
    }[order]
    assert keys == sorted(keys, reverse=order == "z-a")
    if "z" in order:
        assert [gift.name_key for gift in listed[len(keys) :]] == [None] * (len(listed) - len(keys))


def test_a_word_that_very_many_names_have_is_looked_for_along_the_list_and_added_up_when_asked(app, monkeypatch):
    monkeypatch.setattr(name_words, "_MANY", 1)
    gifts(60)
    assert name_words.is_common("luc")
    assert sorted(all_of(DonationFilter(words="luc", state=""))) == [f"{n:024x}" for n in range(60) if n % 5 in (0, 1)]
    assert all_of(DonationFilter(words="ada kravitz", state="")) == []
    assert search.sums(DonationFilter(words="luc")) is None
    (sum_,) = search.sums(DonationFilter(words="luc"), all_of_them=True)
    assert sum_.gifts == 24
