"""The bank of the example's year: what its statements show, and what the treasurer says of their lines."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from app import clock
from app.bank import account as bank_accounts
from app.bank import booking, matching, taking_in
from app.bank.account import BankAccount
from app.bank.formats import detecting
from app.bank.formats.contents import ReadFile
from app.bank.statement import BankLine
from app.database import db
from app.money import Money
from app.payments.payout import PAID, Payout
from app.reconciliation.bank import confirming
from app.reconciliation.bank import expected as bank_expected


@dataclass(frozen=True, slots=True)
class Shown:
    """One payment as the bank's statement shows it; money that goes out is below nothing."""

    day: date
    minor: int
    payer: str
    words: str


class Statements:
    """What the bank writes down, and when the treasurer takes it in. The caller commits."""

    def __init__(self, said: dict[str, object], currency: str, by: str) -> None:
        """Open the account with its balance; `said` is the example's `[bank]`."""
        self._by, self._charge, self._charge_words = by, int(str(said["charge"])), str(said["charge_words"])
        self._account = bank_accounts.open_account(str(said["name"]), currency, str(said["last_digits"]))
        self._reference = self._account.reference
        self._balance = int(str(said["balance"]))
        self._to_come: list[Shown] = []
        self._until = clock.today()
        bank_accounts.begin_with(self._account, Money(self._balance, currency), clock.today(), by)

    def will_show(self, payment: Shown) -> None:
        """Keep a payment until the statement of its day is taken in."""
        self._to_come.append(payment)

    def take_in(self, *, last: bool) -> None:
        """Take in what the bank shows up to yesterday, and unless it is the `last` statement, say what each line is."""
        account = db.session.scalars(select(BankAccount).where(BankAccount.reference == self._reference)).one()
        until = clock.today().toordinal() - 1
        found = [each for each in self._to_come if each.day.toordinal() <= until]
        self._to_come = [each for each in self._to_come if each not in found]
        self._until, since = date.fromordinal(until), self._until
        fee = Shown(self._until, -self._charge, "", self._charge_words)
        lines = sorted([*found, *self._payouts(since), fee], key=lambda each: (each.day, -each.minor))
        self._balance += sum(each.minor for each in lines)
        body = self._file(account, lines)
        read = detecting.read(body, account)
        assert isinstance(read, ReadFile)  # noqa: S101 - the form says itself what its parts mean
        taking_in.take_in(account, read, body, self._by)
        if not last:
            self._match(account)

    def _payouts(self, since: date) -> list[Shown]:
        arrived = db.session.scalars(select(Payout).where(Payout.status == PAID).order_by(Payout.id))
        return [
            Shown(day, each.amount_minor, "STRIPE", f"STRIPE PAYOUT {each.payout_id[-6:].upper()}")
            for each in arrived
            if since < (day := clock.local_day(each.arrives_at)) <= self._until
        ]

    def _file(self, account: BankAccount, lines: list[Shown]) -> bytes:
        """The statement as banks write it (OFX 2.2, 11.4)."""
        entries = "".join(
            f"<STMTTRN><TRNTYPE>{'CREDIT' if each.minor > 0 else 'DEBIT'}</TRNTYPE>"
            f"<DTPOSTED>{each.day:%Y%m%d}</DTPOSTED><TRNAMT>{each.minor / 100:.2f}</TRNAMT>"
            f"<FITID>{each.day:%Y%m%d}-{number}</FITID><NAME>{each.payer}</NAME><MEMO>{each.words}</MEMO></STMTTRN>"
            for number, each in enumerate(lines, 1)
        )
        return (
            '<?xml version="1.0" encoding="UTF-8"?><?OFX OFXHEADER="200" VERSION="220" SECURITY="NONE"?>'
            f"<OFX><BANKMSGSRSV1><STMTTRNRS><STMTRS><CURDEF>{account.currency.upper()}</CURDEF>"
            f"<BANKACCTFROM><BANKID>099999</BANKID><ACCTID>6012{account.last_digits}</ACCTID>"
            "<ACCTTYPE>CHECKING</ACCTTYPE></BANKACCTFROM>"
            f"<BANKTRANLIST>{entries}</BANKTRANLIST><LEDGERBAL><BALAMT>{self._balance / 100:.2f}</BALAMT>"
            f"<DTASOF>{self._until:%Y%m%d}</DTASOF></LEDGERBAL></STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>"
        ).encode()

    def _match(self, account: BankAccount) -> None:
        """Say of every line that waits what it is: the bank's charge, or what the books suggest first."""
        waiting = select(BankLine).where(BankLine.account_id == account.id, BankLine.entry_id.is_(None))
        for line in db.session.scalars(waiting.order_by(BankLine.day, BankLine.id)).all():
            if line.amount_minor < 0:
                confirming.otherwise(line.reference, booking.CHARGE, self._by)
                continue
            said = matching.OnStatement(line.reference, line.day, line.amount, line.said)
            best = matching.suggest(said, bank_expected.items(account))[0]
            confirming.confirm([line.reference, *best.with_lines], [item.key for item in best.items], self._by)
