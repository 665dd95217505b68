"""Refunds: by the API and by hand, never more than is left, and one that comes back."""

import pytest
import stripe

from .conftest import a_gift, a_session, eventually, movements, pay, press, told, visit


def test_a_part_of_a_gift_is_given_back_without_its_fee(api):
    charge = a_gift(api)
    refund = api.v1.refunds.create(
        params={"charge": charge.id, "amount": 1000, "reason": "requested_by_customer", "metadata": {"refund": "R-1"}}
    )
    assert (refund.status, refund.amount, refund.currency) == ("succeeded", 1000, "gbp")
    assert (refund.charge, refund.payment_intent) == (charge.id, charge.payment_intent)
    assert refund.metadata["refund"] == "R-1"
    transaction = api.v1.balance_transactions.retrieve(refund.balance_transaction, params={"expand": ["source"]})
    assert (transaction.type, transaction.reporting_category) == ("refund", "refund")
    assert (transaction.amount, transaction.fee, transaction.net) == (-1000, 0, -1000)
    assert transaction.source.id == refund.id
    after = api.v1.charges.retrieve(charge.id, params={"expand": ["refunds"]})
    assert (after.amount_refunded, after.refunded) == (1000, False)
    assert [row.id for row in after.refunds.data] == [refund.id]
    assert told(api)[-2:] == ["refund.created", "charge.refunded"]


def test_the_rest_goes_back_by_its_payment_intent_and_then_nothing_is_left(api):
    charge = a_gift(api)
    first = api.v1.refunds.create(params={"payment_intent": charge.payment_intent, "amount": 1})
    rest = api.v1.refunds.create(params={"payment_intent": charge.payment_intent})
    assert rest.amount == 2499
    assert api.v1.charges.retrieve(charge.id).refunded is True
    assert [refund.id for refund in api.v1.refunds.list(params={"charge": charge.id}).data] == [rest.id, first.id]
    with pytest.raises(stripe.InvalidRequestError, match="has already been refunded") as refused:
        api.v1.refunds.create(params={"charge": charge.id, "amount": 1})
    assert (refused.value.http_status, refused.value.code) == (400, "charge_already_refunded")


def test_never_more_than_is_left(api):
    charge = a_gift(api)
    api.v1.refunds.create(params={"charge": charge.id, "amount": 2000})
    with pytest.raises(stripe.InvalidRequestError) as refused:
        api.v1.refunds.create(params={"charge": charge.id, "amount": 501})
    assert refused.value.param == "amount"
    assert "Refund amount (£5.01) is greater than unrefunded amount on charge (£5.00)" in str(refused.value)
    assert len(api.v1.refunds.list().data) == 1


@pytest.mark.parametrize(
    ("asked", "status", "code", "param"),
    [
        ({}, 400, None, None),
        ({"charge": "ch_x"}, 404, "resource_missing", "id"),
        ({"payment_intent": "pi_x"}, 404, "resource_missing", "payment_intent"),
        ({"charge": "{charge}", "amount": 0}, 400, "parameter_invalid_integer", "amount"),
        ({"charge": "{charge}", "reason": "regret"}, 400, None, "reason"),
        ({"charge": "{charge}", "bogus": "1"}, 400, "parameter_unknown", "bogus"),
    ],
)
def test_refuses_what_stripe_refuses(api, asked, status, code, param):
    charge = a_gift(api)
    asked = {name: charge.id if value == "{charge}" else value for name, value in asked.items()}
    with pytest.raises(stripe.InvalidRequestError) as refused:
        api.v1.refunds.create(params=asked)
    assert (refused.value.http_status, refused.value.code, refused.value.param) == (status, code, param)


def test_the_same_key_gives_back_once(api):
    charge = a_gift(api)
    asked = {"params": {"charge": charge.id, "amount": 500}, "options": {"idempotency_key": "refund-1"}}
    assert api.v1.refunds.create(**asked).id == api.v1.refunds.create(**asked).id
    assert api.v1.charges.retrieve(charge.id).amount_refunded == 500
    event = api.v1.events.list(params={"type": "refund.created"}).data[0]
    assert event.request.idempotency_key == "refund-1"


def test_a_refund_just_after_the_payment_settles_it_first(api):
    session = api.v1.checkout.sessions.create(params=a_session())
    pay(session.url)
    intent = api.v1.checkout.sessions.retrieve(session.id).payment_intent
    api.v1.refunds.create(params={"payment_intent": intent})
    assert [kind for kind, _, _ in movements(api)] == ["charge", "refund"]
    assert told(api).count("charge.updated") == 1


def test_metadata_can_be_changed_and_taken_away(api):
    refund = api.v1.refunds.create(params={"charge": a_gift(api).id, "metadata": {"a": "1", "b": "2"}})
    changed = api.v1.refunds.update(refund.id, params={"metadata": {"a": "", "c": "3"}})
    assert changed.metadata.to_dict() == {"b": "2", "c": "3"}
    assert api.v1.refunds.retrieve(refund.id).metadata.to_dict() == {"b": "2", "c": "3"}
    assert told(api)[-1] == "refund.updated"


def test_a_refund_to_a_closed_card_fails_later_and_the_money_is_back(api):
    charge = a_gift(api, "4000 0000 0000 5126")
    refund = api.v1.refunds.create(params={"charge": charge.id})
    assert refund.status == "succeeded"
    failed = eventually(lambda: (now := api.v1.refunds.retrieve(refund.id)).status == "failed" and now)
    assert failed.failure_reason == "expired_or_canceled_card"
    back = api.v1.balance_transactions.retrieve(failed.failure_balance_transaction)
    assert (back.type, back.net, back.source) == ("refund_failure", 2500, refund.id)
    assert movements(api)[1:] == [("refund", -2500, 0), ("refund_failure", 2500, 0)]
    assert api.v1.charges.retrieve(charge.id).amount_refunded == 0
    assert told(api)[-2:] == ["refund.updated", "refund.failed"]


def test_a_refund_may_take_a_moment(api):
    charge = a_gift(api, "4000 0000 0000 7726")
    refund = api.v1.refunds.create(params={"charge": charge.id})
    assert (refund.status, refund.pending_reason) == ("pending", "processing")
    eventually(lambda: api.v1.refunds.retrieve(refund.id).status == "succeeded")
    assert told(api)[-1] == "refund.updated"


def test_a_refund_can_be_made_on_the_control_panel(api, practice):
    charge = a_gift(api)
    page = {"Accept": "text/html"}
    assert visit(f"{practice}/control/charges/{charge.id}/refund", {"sum": "12.50"}, headers=page).status == 303
    assert api.v1.refunds.list().data[0].amount == 1250
    event = api.v1.events.list(params={"type": "charge.refunded"}).data[0]
    assert (event.data.object.amount_refunded, event.request.idempotency_key) == (1250, None)
    too_much = visit(f"{practice}/control/charges/{charge.id}/refund", {"sum": "12.51"}, headers=page)
    assert too_much.status == 409
    assert "greater than unrefunded amount" in too_much.text
    assert visit(f"{practice}/control/charges/{charge.id}/refund", {"sum": "much"}).status == 409


def test_any_refund_can_be_made_to_fail_once(api, practice):
    refund = api.v1.refunds.create(params={"charge": a_gift(api).id})
    assert press(practice, f"refunds/{refund.id}/fail")["status"] == "failed"
    assert visit(f"{practice}/control/refunds/{refund.id}/fail", {}).status == 409
    assert movements(api)[1:] == [("refund", -2500, 0), ("refund_failure", 2500, 0)]
