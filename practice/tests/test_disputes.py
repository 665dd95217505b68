"""Disputes: taken and given back, to the penny, with the events that tell of it."""

import pytest
import stripe

from .conftest import a_gift, movements, press, told, visit

DISPUTED = "4000 0000 0000 0259"


@pytest.fixture
def dispute(api):
    """A gift of £25 that its payer's bank took back."""
    return api.v1.disputes.list(params={"charge": a_gift(api, DISPUTED).id}).data[0]


def test_the_money_and_a_fee_are_taken_at_once(api, dispute):
    assert (dispute.status, dispute.reason, dispute.amount) == ("needs_response", "fraudulent", 2500)
    charge = api.v1.charges.retrieve(dispute.charge)
    assert charge.disputed is True
    assert dispute.payment_intent == charge.payment_intent
    (taken,) = dispute.balance_transactions
    assert (taken.type, taken.reporting_category, taken.source) == ("adjustment", "dispute", dispute.id)
    assert (taken.amount, taken.fee, taken.net) == (-2500, 2000, -4500)
    assert dispute.evidence_details.due_by > dispute.created + 7 * 24 * 60 * 60
    assert dispute.is_charge_refundable is False
    assert told(api)[-3:] == ["charge.updated", "charge.dispute.created", "charge.dispute.funds_withdrawn"]


def test_a_disputed_gift_cannot_be_refunded_as_well(api, dispute):
    with pytest.raises(stripe.InvalidRequestError) as refused:
        api.v1.refunds.create(params={"charge": dispute.charge})
    assert refused.value.code == "charge_disputed"


def test_winning_brings_the_money_back_but_not_the_fee(api, practice, dispute):
    press(practice, f"disputes/{dispute.id}/win")
    won = api.v1.disputes.retrieve(dispute.id)
    assert won.status == "won"
    assert [(row.amount, row.fee, row.reporting_category) for row in won.balance_transactions] == [
        (-2500, 2000, "dispute"),
        (2500, 0, "dispute_reversal"),
    ]
    assert told(api)[-2:] == ["charge.dispute.funds_reinstated", "charge.dispute.closed"]
    assert visit(f"{practice}/control/disputes/{dispute.id}/lose", {}).status == 409


def test_the_fee_may_come_back_too(api, practice, dispute):
    press(practice, f"disputes/{dispute.id}/win", fee_back=1)
    assert movements(api)[1:] == [("adjustment", -4500, 2000), ("adjustment", 4500, -2000)]


def test_a_part_may_come_back(api, practice, dispute):
    press(practice, f"disputes/{dispute.id}/win", sum="10")
    assert movements(api)[-1] == ("adjustment", 1000, 0)
    assert api.v1.disputes.retrieve(dispute.id).status == "won"


def test_no_more_can_come_back_than_was_taken(practice, dispute):
    assert visit(f"{practice}/control/disputes/{dispute.id}/win", {"amount": "2501"}).status == 409


def test_losing_moves_no_more_money_and_may_be_overturned(api, practice, dispute):
    press(practice, f"disputes/{dispute.id}/lose")
    assert api.v1.disputes.retrieve(dispute.id).status == "lost"
    assert movements(api)[1:] == [("adjustment", -4500, 2000)]
    assert told(api)[-1] == "charge.dispute.closed"
    press(practice, f"disputes/{dispute.id}/win")
    assert api.v1.disputes.retrieve(dispute.id).status == "won"
    assert movements(api)[1:] == [("adjustment", -4500, 2000), ("adjustment", 2500, 0)]
    assert told(api)[-2:] == ["charge.dispute.funds_reinstated", "charge.dispute.updated"]


def test_evidence_is_staged_and_then_submitted(api, dispute):
    staged = api.v1.disputes.update(
        dispute.id,
        params={"evidence": {"uncategorized_text": "They gave it."}, "submit": False, "metadata": {"a": "1"}},
    )
    assert (staged.status, staged.evidence_details.has_evidence) == ("needs_response", True)
    assert staged.evidence_details.submission_count == 0
    sent = api.v1.disputes.update(dispute.id, params={"submit": True})
    assert (sent.status, sent.evidence_details.submission_count) == ("under_review", 1)
    assert sent.evidence.uncategorized_text == "They gave it."
    assert told(api)[-2:] == ["charge.dispute.updated"] * 2


@pytest.mark.parametrize(("words", "status"), [("winning_evidence", "won"), ("losing_evidence", "lost")])
def test_two_texts_decide_at_once_as_at_stripe(api, dispute, words, status):
    decided = api.v1.disputes.update(dispute.id, params={"evidence": {"uncategorized_text": words}})
    assert decided.status == status
    assert told(api)[-1] == "charge.dispute.closed"


def test_it_can_be_accepted_once(api, dispute):
    assert api.v1.disputes.close(dispute.id).status == "lost"
    with pytest.raises(stripe.InvalidRequestError, match="already closed"):
        api.v1.disputes.close(dispute.id)


def test_what_nobody_answers_is_lost_in_time(api, practice, dispute):
    press(practice, "clock", advance=10 * 24 * 60 * 60)
    assert api.v1.disputes.retrieve(dispute.id).status == "lost"


def test_an_inquiry_takes_nothing_and_can_be_refunded_or_closed(api, practice):
    charge = a_gift(api, "4000 0000 0000 1976")
    inquiry = api.v1.disputes.list().data[0]
    assert (inquiry.status, inquiry.balance_transactions) == ("warning_needs_response", [])
    assert inquiry.payment_method_details.card.case_type == "inquiry"
    assert told(api)[-1] == "charge.dispute.created"
    assert api.v1.refunds.create(params={"charge": charge.id}).status == "succeeded"
    press(practice, f"disputes/{inquiry.id}/win")
    assert api.v1.disputes.retrieve(inquiry.id).status == "warning_closed"
    assert movements(api)[1:] == [("refund", -2500, 0)]


def test_an_inquiry_may_become_a_dispute(api, practice):
    a_gift(api, "4000 0000 0000 1976")
    inquiry = api.v1.disputes.list().data[0]
    press(practice, f"disputes/{inquiry.id}/escalate")
    taken = api.v1.disputes.retrieve(inquiry.id)
    assert (taken.status, taken.payment_method_details.card.case_type) == ("needs_response", "chargeback")
    assert movements(api)[1:] == [("adjustment", -4500, 2000)]
    assert told(api)[-2:] == ["charge.dispute.updated", "charge.dispute.funds_withdrawn"]


def test_any_settled_payment_can_be_disputed_once_on_the_control_panel(api, practice):
    charge = a_gift(api)
    press(practice, f"charges/{charge.id}/dispute")
    assert api.v1.charges.retrieve(charge.id).disputed is True
    assert visit(f"{practice}/control/charges/{charge.id}/dispute", {}).status == 409


def test_its_transactions_are_shown_as_they_are_now(api, practice, dispute):
    assert dispute.balance_transactions[0].status == "pending"
    press(practice, "clock", advance=3 * 24 * 60 * 60)
    source = ["data.source"]
    rows = api.v1.balance_transactions.list(params={"type": "adjustment", "expand": source}).data
    assert rows[0].source.balance_transactions[0].status == "available"
