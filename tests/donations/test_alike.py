"""What looks like a gift that is about to be entered by hand."""

from datetime import timedelta

import pytest

from app import clock
from app.database import writing
from app.donations.donation import BANK_TRANSFER, CHEQUE
from app.money import Money
from app.offline import alike, gifts, promises, standing_orders
from app.offline.gifts import HandGift
from app.offline.standing_orders import Promise
from tests.cast import an_appeal
from tests.offline.hands import a_branch, a_cheque, a_gift_by, again, pounds

pytestmark = pytest.mark.usefixtures("app")
TODAY = clock.today()


def a_gift(minor=2500, **more):
    return HandGift(**{"amount": Money(minor, "gbp"), "given_on": TODAY, "name": "Łucja Okoń", **more})


def a_line(appeal, *, payer="OKON L", days=0, source="bank:1"):
    with writing():
        return gifts.receive(
            appeal, Money(2500, "gbp"), TODAY - timedelta(days=days), source, method=BANK_TRANSFER, payer_name=payer
        )


def found(method, gift, **more):
    return [(each.reference, each.day, each.promised) for each in alike.gifts(method, gift, **more)]


def test_a_transfer_that_the_bank_has_shown_is_noticed_with_its_day():
    gift = a_line(an_appeal(), days=3)
    assert found(BANK_TRANSFER, a_gift()) == [(gift.reference, TODAY - timedelta(days=3), False)]
    assert found(BANK_TRANSFER, a_gift(name="")) == [(gift.reference, TODAY - timedelta(days=3), False)]


@pytest.mark.parametrize("other", [{"minor": 2501}, {"name": "Ida Brandt"}, {"given_on": TODAY - timedelta(days=90)}])
def test_another_amount_another_name_or_another_season_is_another_transfer(other):
    a_line(an_appeal())
    assert found(BANK_TRANSFER, a_gift(**other)) == []


def test_a_transfer_that_was_announced_already_is_noticed_until_it_is_withdrawn():
    gift = a_gift_by(BANK_TRANSFER, an_appeal())
    assert found(BANK_TRANSFER, a_gift()) == [(gift.reference, TODAY, True)]
    with writing():
        promises.withdraw(again(gift), "twice", by="treasurer")
    assert found(BANK_TRANSFER, a_gift()) == []


def test_a_cheque_is_known_by_its_number_or_by_its_giver():
    cheque = a_cheque(an_appeal())
    assert found(CHEQUE, a_gift(what="000123", name="")) == [(cheque.reference, TODAY, False)]
    assert found(CHEQUE, a_gift()) == [(cheque.reference, TODAY, False)]
    assert found(CHEQUE, a_gift(name="Ida Brandt", what="000999")) == []


def test_a_cheque_that_was_booked_from_the_bank_s_line_is_noticed():
    gift = a_line(an_appeal())
    assert found(CHEQUE, a_gift()) == [(gift.reference, TODAY, False)]


def test_a_branch_hears_of_its_own_gifts_alone():
    branch = a_branch()
    a_line(an_appeal())
    assert found(BANK_TRANSFER, a_gift(), branch_id=branch.id) == []


def test_a_standing_order_that_is_expected_already_is_noticed():
    appeal = an_appeal()
    with writing():
        order = standing_orders.expect(appeal, Promise(pounds("10"), 1, TODAY, "Łucja Okoń", ""))
    assert [each.reference for each in alike.orders(pounds("10"), "L OKON")] == [order.reference]
    assert alike.orders(pounds("11"), "L OKON") == alike.orders(pounds("10"), "Ida Brandt") == []
