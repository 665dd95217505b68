"""Bills that were paid from the bank account, and other income: to and from accounts that the organisation names."""

from app.bank import bill, booking
from app.bank.booking import BILL, INCOME
from app.ledger import accounts
from app.reconciliation.bank.confirming import DoesNotFit, WrongWay

# What is booked of itself, and is nothing that somebody sends a bill for.
_OF_ITSELF = ("expenses:card-fees:", "expenses:dispute-fees:", "expenses:stripe-fees:", "expenses:in-kind:")
_OTHER_INCOME = "income:other"


def expenses(currency: str) -> list[tuple[str, str]]:
    """The accounts that a bill may be for: code and name, by name. The plain one is there before it is used."""
    plain = f"expenses:other:{currency}"
    found = {plain: accounts.chart(currency)[plain][1]}
    found |= {
        each.code: each.name for each in accounts.of_kind("expense", currency) if not each.code.startswith(_OF_ITSELF)
    }
    return sorted(found.items(), key=lambda each: each[1].casefold())


def other_incomes(currency: str) -> list[tuple[str, str]]:
    """The accounts of income that no appeal raised, other than interest: code and name, by name."""
    found = accounts.of_kind("income", currency)
    return [(each.code, each.name) for each in found if each.code.startswith(f"{_OTHER_INCOME}:")]


def expense_account(account: str, currency: str, *, new: bool) -> str:
    """The code of the account for a bill: of those that are offered, or of a `new` one with this name. Raises
    `DoesNotFit`."""
    return accounts.named("expenses", "expense", account, currency) if new else _chosen(account, expenses(currency))


def income_account(account: str, currency: str, *, new: bool) -> str:
    """The code of the account for other income: of those that are offered, or of a `new` one with this name. Raises
    `DoesNotFit`."""
    if new:
        return accounts.named(_OTHER_INCOME, "income", account, currency)
    return _chosen(account, other_incomes(currency))


def pay(reference: str, account: str, by: str, *, payee: str, voucher: str, new: bool = False) -> None:
    """Book a line as the payment of a bill: `account` is the code of an expense account, or the name of a `new` one.
    The caller commits. Raises `booking.BookedAlready`, `WrongWay`, `DoesNotFit`, or `LookupError`."""
    (line,) = booking.lock([reference])
    if line.amount_minor > 0:
        raise WrongWay("money that came in pays no bill")
    expense = expense_account(account, line.currency, new=new)
    subject = booking.subject_of(line)
    entry_id = booking.post(line, [(subject, expense, line.amount)], kind="bill", memo="bill paid", by=by)
    bill.keep(entry_id, payee, voucher)
    booking.note(line, entry_id, BILL, [(subject, line.amount)], by)


def receive(reference: str, account: str, by: str, *, new: bool = False) -> None:
    """Book a line as other income, which belongs to no appeal: `account` is the code of an income account, or the name
    of a `new` one. The caller commits. Raises `booking.BookedAlready`, `WrongWay`, `DoesNotFit`, or `LookupError`."""
    (line,) = booking.lock([reference])
    if line.amount_minor < 0:
        raise WrongWay("money that went out is no income")
    income = income_account(account, line.currency, new=new)
    subject = booking.subject_of(line)
    entry_id = booking.post(line, [(subject, income, line.amount)], kind="other-income", memo="other income", by=by)
    booking.note(line, entry_id, INCOME, [(subject, line.amount)], by)


def _chosen(code: str, offered: list[tuple[str, str]]) -> str:
    if code not in {each for each, _name in offered}:
        raise DoesNotFit("this account is not one of those that were offered")
    return code
