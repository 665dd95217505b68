"""The fields that all forms are made of say the same mistake in the same words."""

from types import SimpleNamespace

import pytest

from app.money import Money
from app.web.fields import (
    AmountField,
    BalanceField,
    CleanedForm,
    DayField,
    LineField,
    LinesField,
    NumberField,
    OfferedField,
)

FILLED = {"name": "Ada", "reason": "Because", "day": "1/7/2026", "amount": "5", "balance": "", "number": "7"}


class AForm(CleanedForm):
    name = LineField("Name", missing="Enter a name", longest=5)
    reason = LinesField("Reason", longest=2000)
    day = DayField("Date", missing="Enter the date")
    amount = AmountField("Amount", missing="Enter an amount")
    balance = BalanceField("Balance")
    number = NumberField("Number")


@pytest.fixture
def said(app):
    def send(**changes):
        with app.test_request_context(method="POST", data={**FILLED, **changes}):
            form = AForm(meta={"csrf": False})
            form.validate()
            return {name: list(errors) for name, errors in form.errors.items() if name}

    return send


@pytest.mark.parametrize(
    ("changes", "errors"),
    [
        ({}, {}),
        ({"name": " \x00 "}, {"name": ["Enter a name"]}),
        ({"name": "Ada Byron"}, {"name": ["Name must be 5 characters or fewer"]}),
        ({"reason": "x" * 2001}, {"reason": ["Reason must be 2,000 characters or fewer"]}),
        ({"reason": ""}, {}),
        ({"number": "third"}, {"number": ["Enter a whole number"]}),
        ({"number": "1.5"}, {"number": ["Enter a whole number"]}),
        ({"day": ""}, {"day": ["Enter the date"]}),
        ({"day": "31/2/2026"}, {"day": ["Enter a date, like 27/3/2026"]}),
        ({"amount": " "}, {"amount": ["Enter an amount"]}),
    ],
)
def test_a_mistake_is_said_beside_its_field(said, changes, errors):
    assert said(**changes) == errors


@pytest.mark.parametrize(
    ("typed", "balance", "errors"),
    [
        ("1,250.00", Money(125_000, "gbp"), []),
        ("12.50 OD", Money(-1250, "gbp"), []),
        ("", None, []),
        ("twelve", None, ["Enter an amount in figures, like 1250.00 or -12.50"]),
    ],
)
def test_a_balance_may_be_below_zero_or_left_out(app, typed, balance, errors):
    with app.test_request_context(method="POST", data={**FILLED, "balance": typed}):
        form = AForm(meta={"csrf": False})
        form.validate()
        assert (form.balance.read("gbp"), list(form.balance.errors)) == (balance, errors)


@pytest.mark.parametrize(
    ("typed", "chosen", "errors"),
    [
        ({"appeal": "a1", "branch": ""}, ("a1", None), {}),
        ({"appeal": "a2", "branch": "b1"}, ("a2", "b1"), {}),
        ({"branch": "another"}, (None, None), {"appeal": ["Select an appeal"], "branch": ["Select a branch"]}),
    ],
)
def test_only_what_was_offered_is_taken(app, typed, chosen, errors):
    class AChoice(CleanedForm):
        appeal = OfferedField("Appeal", otherwise="Select an appeal")
        branch = OfferedField("Branch", otherwise="Select a branch", none="No branch")

    with app.test_request_context(method="POST", data=typed):
        form = AChoice(meta={"csrf": False})
        form.appeal.offer([SimpleNamespace(reference=each, title=each) for each in ("a1", "a2")], "title")
        form.branch.offer([SimpleNamespace(reference="b1", name="North")], "name")
        form.validate()
        assert {name: list(said) for name, said in form.errors.items()} == errors
        assert tuple(each and each.reference for each in (form.appeal.chosen, form.branch.chosen)) == chosen
        assert [(form.appeal.flags.required, form.branch.flags.required)] == [(True, False)]
        assert "No branch" in form.branch()


def test_browsers_are_told_how_much_may_be_typed(app):
    with app.test_request_context():
        assert 'maxlength="5"' in AForm(meta={"csrf": False}).name()
