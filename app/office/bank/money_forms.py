"""The forms that say what money is that is no gift: a transfer between own accounts, a bill, or other income."""

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import Field, SelectField
from wtforms.fields.choices import SelectChoice

from app import clock
from app.bank.account import BankAccount
from app.bank.statement import BankLine
from app.donations.donation import Donation
from app.money import written
from app.reconciliation.bank import bills, own_transfers, paying_back
from app.web.fields import CleanedForm, LineField, OfferedField
from app.web.filters import day


class OwnTransferForm(CleanedForm):
    """To or from which of our other bank accounts the money went."""

    other = OfferedField(_l("Other account"), otherwise=_l("Select an account"))

    def __init__(self, line: BankLine, **values: Any) -> None:
        """Offer the other accounts in the line's currency."""
        super().__init__(**values)
        self.other.offer(own_transfers.accounts_for(line), "name")

    @property
    def chosen(self) -> BankAccount:
        """The account of a valid form."""
        account: BankAccount = self.other.chosen
        return account


class BillForm(CleanedForm):
    """Who was paid, the voucher, and what for: an expense account from the list, or a new one."""

    payee = LineField(_l("Paid to"), longest=200)
    voucher = LineField(
        _l("Voucher number"),
        description=_l("The number that you wrote on the bill, such as 27"),
        missing=_l("Enter the voucher number"),
        longest=40,
    )
    expense = SelectField(_l("What for"), validate_choice=False)
    new_expense = LineField(
        _l("New expense account"),
        description=_l("Only if the list has none that fits. Name what was bought, not a person."),
        longest=60,
    )

    def __init__(self, line: BankLine, **values: Any) -> None:
        """Offer the expense accounts in the line's currency."""
        super().__init__(**{"data": {"payee": line.payer}, **values})
        self._offered = dict(bills.expenses(line.currency))
        self.expense.choices = [SelectChoice("", _("Select an account")), *_choices(self._offered)]

    def validate(self, extra_validators: Any = None) -> bool:
        """Take one account: from the list, or new."""
        super().validate(extra_validators)
        _one_account(self, self.expense, self.new_expense, self._offered)
        return not self.errors

    @property
    def account(self) -> str:
        """The code of the account of a valid form, or the name of a new one."""
        return str(self.new_expense.data or self.expense.data)

    @property
    def is_new(self) -> bool:
        """Whether the account is new."""
        return bool(self.new_expense.data)


class IncomeForm(CleanedForm):
    """What the money is from: an income account from the list, or a new one."""

    income = SelectField(_l("What it is from"), validate_choice=False)
    new_income = LineField(
        _l("New income account"),
        description=_l("Such as Jumble sale or Hall rent. Name what it is from, not a person."),
        longest=60,
    )

    def __init__(self, line: BankLine, **values: Any) -> None:
        """Offer the accounts of other income in the line's currency."""
        super().__init__(**values)
        self._offered = dict(bills.other_incomes(line.currency))
        self.income.choices = [SelectChoice("", _("Select an account")), *_choices(self._offered)]
        if not self._offered:
            del self.income
            self.new_income.flags.required = True

    def validate(self, extra_validators: Any = None) -> bool:
        """Take one account: from the list, or new."""
        super().validate(extra_validators)
        _one_account(self, self.income if self._offered else None, self.new_income, self._offered)
        return not self.errors

    @property
    def account(self) -> str:
        """The code of the account of a valid form, or the name of a new one."""
        return str(self.new_income.data or self.income.data)

    @property
    def is_new(self) -> bool:
        """Whether the account is new."""
        return bool(self.new_income.data)


class PayBackForm(CleanedForm):
    """Which gift the money went back of: from the list, or by its reference."""

    gift = SelectField(_l("Gift"), validate_choice=False)
    other_gift = LineField(
        _l("Reference of another gift"),
        description=_l("Only if the list does not have it. It is the last part of the address of the gift’s page."),
        longest=64,
    )

    def __init__(self, line: BankLine, **values: Any) -> None:
        """Offer gifts that the line may be paying back."""
        super().__init__(**values)
        found = paying_back.offered(line)
        self.gift.choices = [SelectChoice("", _("Select a gift")), *(SelectChoice(*named_gift(each)) for each in found)]

    def validate(self, extra_validators: Any = None) -> bool:
        """Take one gift."""
        super().validate(extra_validators)
        if self.gift.data and self.other_gift.data:
            self.wrong(self.other_gift, _("Select a gift or enter a reference, not both"))
        elif not self.gift.data and not self.other_gift.data:
            self.wrong(self.gift, _("Select a gift, or enter its reference"))
        return not self.errors

    @property
    def reference(self) -> str:
        """The reference of the gift of a valid form."""
        return str(self.other_gift.data or self.gift.data)

    def refuse(self, why: str) -> None:
        """Say why the gift that was named cannot be it."""
        self.wrong(self.other_gift if self.other_gift.data else self.gift, why)


def named_gift(each: Donation) -> tuple[str, str]:
    """A gift to choose from a list: its reference, and who gave how much when."""
    when = f" · {day(clock.local_day(each.received_at))}" if each.received_at else ""
    return each.reference, f"{each.name or _('somebody')} · {written(each.amount)}{when}"


def _choices(offered: dict[str, str]) -> list[SelectChoice]:
    return [SelectChoice(code, name) for code, name in offered.items()]


def _one_account(form: CleanedForm, listed: Field | None, new: Field, offered: dict[str, str]) -> None:
    chosen = listed.data if listed is not None and listed.data in offered else ""
    if chosen and new.data:
        form.wrong(new, _("Select an account or name a new one, not both"))
    elif not chosen and not new.data:
        form.wrong(listed if listed is not None else new, _("Select an account, or name a new one"))
