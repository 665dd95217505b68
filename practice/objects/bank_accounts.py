"""The test bank accounts, with what a debit of each leads to; the numbers are Stripe's (docs.stripe.com/testing).

A debit takes working days: Stripe's page is done with at once, and the money comes, or does not, days later.
"""

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from app import clock
from practice import simulated_time

BACS, SEPA = "bacs_debit", "sepa_debit"

# What is offered beside cards, by the currency of what is paid.
DEBITS = {"gbp": BACS, "eur": SEPA}

# Working days until a debit has come: with a mandate that is new, and with one that the bank knows
# (docs.stripe.com/payments/payment-methods/bacs-debit; docs.stripe.com/payments/sepa-debit).
_DAYS = {BACS: (7, 4), SEPA: (5, 5)}


@dataclass(frozen=True, slots=True)
class BankAccount:
    """A bank account that exists only in tests. A debit of one without `code` comes; `dispute` says how it is disputed
    after it came. `ends_mandate`: its bank refuses every debit from then on."""

    kind: str
    number: str
    sort_code: str = ""
    code: str | None = None
    message: str = ""
    dispute: str = ""
    ends_mandate: bool = False

    @property
    def last4(self) -> str:
        """The last four digits, the only ones that a charge shows."""
        return self.number[-4:]

    @property
    def written(self) -> str:
        """The number as it stands on paper: an IBAN in groups of four."""
        if self.kind == BACS:
            return self.number
        return " ".join(self.number[i : i + 4] for i in range(0, len(self.number), 4))

    def due_at(self, *, new: bool) -> int:
        """When a debit that is asked for now has come or failed, in simulated Unix seconds."""
        day, left = clock.from_timestamp(simulated_time.now()), _DAYS[self.kind][0 if new else 1]
        while left:
            day += timedelta(days=1)
            left -= day.weekday() < 5
        return int(day.timestamp())

    def fee(self, amount: int) -> int:
        """Stripe's price in minor units: of Bacs 1 %, at least 20p and at most £2; of SEPA 35 cents."""
        return 35 if self.kind == SEPA else min(max((amount + 50) // 100, 20), 200)

    def face(self) -> dict[str, Any]:
        """What Stripe shows of the account wherever it shows one."""
        shown = {"fingerprint": f"Practice{self.last4}", "last4": self.last4}
        if self.kind == BACS:
            return {**shown, "sort_code": self.sort_code}
        return {**shown, "bank_code": self.number[4:12], "branch_code": None, "country": self.number[:2]}


_REFUSED = "The customer has notified their bank that this payment was unauthorized or there is no mandate held."
_NO_MONEY = "The customer's account has insufficient funds to cover this payment."
_FAILED = "The customer's bank did not carry out this payment."

ACCOUNTS = {
    account.number: account
    for account in (
        BankAccount(BACS, "00012345", "108800"),
        BankAccount(BACS, "22222227", "108800", "insufficient_funds", _NO_MONEY),
        BankAccount(BACS, "33333335", "108800", "debit_not_authorized", _REFUSED, ends_mandate=True),
        BankAccount(BACS, "55555559", "108800", dispute="debit"),
        BankAccount(SEPA, "DE89370400440532013000"),
        BankAccount(SEPA, "DE62370400440532013001", "", "generic_could_not_process", _FAILED),
        BankAccount(SEPA, "DE35370400440532013002", dispute="debit"),
    )
}


def of(kind: str) -> list[BankAccount]:
    """The test accounts that can be debited in this way."""
    return [account for account in ACCOUNTS.values() if account.kind == kind]


def known(kind: str, number: str, sort_code: str = "") -> BankAccount | None:
    """The test account of this number, however it is spaced; any other number is none, and is never kept."""
    account = ACCOUNTS.get(re.sub(r"[\s-]", "", number).upper())
    if account is None or account.kind != kind or account.sort_code != re.sub(r"[\s-]", "", sort_code):
        return None
    return account
