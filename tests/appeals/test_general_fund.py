"""The general fund stands behind all appeals: it takes what is given while no other is open, and it does not end."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from app import clock
from app.appeals import scheduling
from app.appeals import writing as appeals_writing
from app.appeals.appeal import Appeal
from app.appeals.in_force import in_force, open_appeal
from app.appeals.scheduling import GeneralFundStays
from app.database import db, writing
from tests.cast import an_appeal

pytestmark = [pytest.mark.usefixtures("app"), pytest.mark.both_databases]

TODAY, A_DAY = clock.today(), timedelta(days=1)


def a_fund(currency="gbp"):
    with writing():
        return appeals_writing.ensure_general_fund(currency, "General fund", "For all of our work.")


def test_it_is_opened_once_and_without_an_end():
    fund = a_fund()
    assert (fund.slug, fund.starts_on, fund.ends_on, fund.precedence) == ("general-fund", clock.today(), None, None)
    assert a_fund() is None
    assert appeals_writing.general_fund("gbp") == fund


def test_an_appeal_of_its_address_stays_what_it_is():
    there = an_appeal("general-fund")
    assert a_fund().slug == "general-fund-2"
    assert not there.general_fund


def test_it_is_offered_only_while_no_other_appeal_is_open_and_is_never_in_force():
    fund = a_fund()
    an_appeal("own-page", starts_on=clock.today() - 9 * A_DAY, ends_on=clock.today() + A_DAY, precedence=None)
    assert open_appeal(clock.today()).slug == "own-page"
    assert open_appeal(clock.today() + 2 * A_DAY) == fund
    assert in_force(clock.today()) is None


@pytest.mark.parametrize(
    "change", [{"ends_on": TODAY}, {"precedence": 1}, {"starts_on": None}], ids=["ended", "under articles", "a draft"]
)
def test_the_only_one_goes_on_and_stays_from_under_the_articles(change):
    fund = a_fund()
    with pytest.raises(GeneralFundStays):
        scheduling.schedule(fund, change)
    assert (fund.ends_on, fund.precedence) == (None, None)


def test_its_words_can_be_changed():
    fund = a_fund()
    assert scheduling.schedule(fund, {"title": "Our daily work"})
    assert fund.title == "Our daily work"


def test_one_in_another_currency_can_be_ended_once_there_is_one_in_the_home_currency():
    old, new = a_fund("eur"), a_fund("gbp")
    assert scheduling.may_end(old)
    with writing():
        scheduling.end(old, clock.today())
    assert not scheduling.may_end(new)
    assert open_appeal(clock.today() + A_DAY) == new


def test_the_database_takes_no_second_one_in_a_currency():
    a_fund()
    with pytest.raises(IntegrityError):
        an_appeal("another", general_fund=True, precedence=None)
    db.session.rollback()
    assert len(db.session.scalars(select(Appeal)).all()) == 1
