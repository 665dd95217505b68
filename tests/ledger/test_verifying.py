"""Verifying: whoever got round the triggers is found, and the first bad row is named."""

import pytest
from sqlalchemy import text

from app.database import writing
from app.ledger import reversing, verifying
from tests.ledger.entering import a_gift, enter, held_by_stripe, income, unguarded

pytestmark = pytest.mark.both_databases


@pytest.fixture
def books(app):
    """Three gifts, an entry of two lines, and a reversal: the ids of what tests tamper with."""
    first, second, third = a_gift("test:1", 2500), a_gift("test:2", 700), a_gift("test:3", 900)
    with writing():
        a, b = income(), held_by_stripe()
        unused = held_by_stripe("eur")
        double = enter("test:4", [(a, b, 100), (income(appeal="b"), b, 50)], kind="other").entry_id
        undone = reversing.reverse(third, memo="entered twice", recorded_by="test").entry_id
    assert verifying.faults() == []
    return {
        "unused": unused,
        "a": a,
        "b": b,
        "first": first,
        "second": second,
        "third": third,
        "double": double,
        "undone": undone,
    }


# What is done to the books behind their back, the row that is named for it, and what is said of it.
TAMPERINGS = [
    ("UPDATE balances SET out_minor = out_minor + 1 WHERE account_id = {a}", "balances {a}", "keeps out 4201"),
    ("UPDATE balances SET in_minor = 0 WHERE account_id = {b}", "balances {b}", "in 0, gifts 0 but"),
    ("UPDATE balances SET gifts = gifts + 1 WHERE account_id = {a}", "balances {a}", "gifts 3 but"),
    ("DELETE FROM balances WHERE account_id = {b}", "balances {b}", "keeps out 0, in 0"),
    ("INSERT INTO balances VALUES ({unused}, 5, 5, 0)", "balances {unused}", "come to out 0, in 0"),
    ("UPDATE daily_balances SET out_minor = 1 WHERE account_id = {a}", "daily_balances {a}/", "keeps out 1,"),
    ("DELETE FROM daily_balances WHERE account_id = {b}", "daily_balances {b}/", "keeps out 0, in 0"),
    ("UPDATE daily_balances SET booked_on = '2020-01-01' WHERE account_id = {b}",
     "daily_balances {b}/2020-01-01", "come to out 0, in 0"),
    ("UPDATE transfers SET amount_minor = 1 WHERE entry_id = {first}", "balances {a}", "the transfers come to"),
    ("UPDATE entries SET booked_on = '2020-01-01' WHERE id = {first}", "daily_balances {a}/2020-01-01", "keeps out 0"),
    ("UPDATE entries SET kind = 'other' WHERE id = {second}", "balances {a}", "gifts"),
    ("DELETE FROM transfers WHERE entry_id = {first}", "entries {first}", "says 1 lines but has 0"),
    ("DELETE FROM transfers WHERE entry_id = {double} AND line = 2", "entries {double}", "says 2 lines but has 1"),
    ("DELETE FROM transfers WHERE entry_id = {double} AND line = 1", "entries {double}", "says 2 lines but has 1"),
    ("UPDATE transfers SET line = 3 WHERE entry_id = {double} AND line = 2", "entries {double}", "2 lines but has 2"),
    ("UPDATE entries SET lines = 1 WHERE id = {double}", "entries {double}", "says 1 lines but has 2"),
    ("INSERT INTO transfers VALUES ({first}, 2, {a}, {b}, 'gbp', 5)", "entries {first}", "says 1 lines but has 2"),
    ("DELETE FROM entries WHERE id = {first}", "transfers {first}/1", "to nowhere"),
    ("UPDATE transfers SET currency = 'eur' WHERE entry_id = {second}", "transfers {second}/1", "currency"),
    ("UPDATE accounts SET currency = 'eur', code = 'x:eur' WHERE id = {a}", "transfers {first}/1", "currency"),
    ("UPDATE transfers SET from_account_id = to_account_id, to_account_id = from_account_id WHERE entry_id = {undone}",
     "entries {undone}", "is not the mirror image of entry {third}"),
    ("UPDATE transfers SET amount_minor = amount_minor + 1 WHERE entry_id = {undone}",
     "entries {undone}", "is not the mirror image"),
    ("UPDATE entries SET reverses_id = {first} WHERE id = {undone}",
     "entries {undone}", "is not the mirror image of entry {first}"),
]  # fmt: skip

# What only a database without its constraints could hold, as after a repair by hand.
UNCONSTRAINED = [
    ("UPDATE transfers SET amount_minor = 0 WHERE entry_id = {first}", "transfers {first}/1", "moves nothing"),
    ("UPDATE transfers SET to_account_id = from_account_id WHERE entry_id = {second}",
     "transfers {second}/1", "to itself"),
    ("UPDATE accounts SET code = 'assets:stripe' WHERE id = {b}", "accounts {b}", "does not end in its currency"),
]  # fmt: skip


def drop_constraints(session, engine_name):
    if engine_name == "sqlite":
        session.execute(text("PRAGMA ignore_check_constraints = ON"))
        return
    for table, name in (("transfers", "amount"), ("transfers", "ends"), ("accounts", "code")):
        session.execute(text(f"ALTER TABLE {table} DROP CONSTRAINT ck_{table}_{name}"))


def test_the_first_bad_row_is_named(books, engine_name, subtests):
    for number, (statement, place, what) in enumerate(TAMPERINGS + UNCONSTRAINED):
        with subtests.test(statement), unguarded() as session:
            if number >= len(TAMPERINGS):
                drop_constraints(session, engine_name)
            session.execute(text(statement.format(**books)))
            found = verifying.faults()[0]
            session.rollback()
            assert found.place.startswith(place.format(**books))
            assert what.format(**books) in found.what
    assert verifying.faults() == []


def test_no_more_faults_of_a_kind_are_named_than_asked_for(books):
    with unguarded() as session:
        session.execute(text("UPDATE daily_balances SET out_minor = 77, in_minor = 77"))
        assert len(verifying.faults(most=2)) == 2
        assert len(verifying.faults()) >= 3
        session.rollback()
