"""The form that splits a line of the bank's statement into parts: a row for each, with whatever a part can be."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import Field, SelectField

from app.appeals import branch as branches
from app.bank import part as bank_parts
from app.bank.booking import CHARGE, INTEREST, SPENDING, UNIDENTIFIED
from app.bank.matching import Expected
from app.bank.part import BankLinePart
from app.bank.statement import BankLine
from app.donations.donation import BANK_TRANSFER, find_gift
from app.money import Money, written
from app.office.bank import words as bank_words
from app.office.bank.money_forms import named_gift
from app.office.offline import gift_forms
from app.office.offline.noticed import Noticed
from app.offline import alike
from app.offline.gifts import HandGift
from app.reconciliation.bank import bills, own_transfers, paying_back, splitting
from app.reconciliation.bank.splitting import (
    BillPart,
    ExpectedPart,
    GiftPart,
    IncomePart,
    OtherPart,
    PaidBackPart,
    Part,
    TransferPart,
)
from app.web.fields import AmountField, CleanedForm, LineField

# A line has at least so many parts; more than `MOST` are seldom known; `SHOWN` rows are there before one asks for more.
LEAST, MOST, SHOWN = 2, 10, 3

_GIFT, _ACCOUNT, EXPECTED, _TRANSFER, _BACK, _OTHER = "gift=", "account=", "is=", "bank=", "back=", "other="


@dataclass(frozen=True, slots=True)
class SplitRow:
    """The fields of one part. A voucher and a gift paid back are of money that went out, a branch of money that came in
    where there are branches. `bank` is what the bank itself says of the part, where it booked several as one."""

    number: int
    amount: AmountField
    what: Field
    who: Field
    new: Field
    voucher: Field | None
    branch: Field | None
    gift: Field | None
    bank: BankLinePart | None

    @property
    def rest(self) -> list[Field]:
        """The fields that are seldom needed."""
        return [each for each in (self.branch, self.new, self.gift) if each is not None]

    @property
    def is_typed(self) -> bool:
        """Whether anything stands in the row that the bank has not said itself."""
        fields = [self.what, self.voucher, *self.rest, *([] if self.bank else [self.amount, self.who])]
        return any(each.data for each in fields if each is not None)


class SplitForm(CleanedForm):
    """The parts of a line, in fields that are numbered from 1: `amount_1`, `what_1`, `who_1`, `new_1` (the name of a
    new account) and so on. Rows that are left empty are no parts; those that the bank made are all parts."""

    def __init__(self, line: BankLine, items: Sequence[Expected], **values: Any) -> None:
        """Offer everything that a part of this line can be: `items` are what was expected."""
        made = bank_parts.parts_of(line)
        known = {
            f"amount_{each.number}": str(_size(bank_parts.amount_of(each, line)).major())
            for each in made
            if (each.amount_minor > 0) == (line.amount_minor > 0)
        }
        known |= {f"who_{each.number}": each.payer[:120] for each in made}
        super().__init__(**{"data": known, **values})
        self._line, self._made = line, {each.number: each for each in made}
        self._in = line.amount_minor > 0
        self._appeals = {each.reference: each for each in gift_forms.appeals(line.currency)} if self._in else {}
        self._offered = dict(bills.other_incomes(line.currency) if self._in else bills.expenses(line.currency))
        self._items = {each.key: each for each in items}
        self._banks = {each.reference: each for each in own_transfers.accounts_for(line)}
        self._branches = {each.reference: each for each in branches.all_of_them(open_only=True)}
        choices = self._choices()
        for row in self.rows:
            row.what.choices = choices
            if row.branch is not None:
                none = [("", _("None: for the whole organisation"))]
                row.branch.choices = none + [(key, each.name) for key, each in self._branches.items()]
            row.amount.flags.required = row.number <= LEAST
        self.parts: list[Part] = []

    def _choices(self) -> dict[str, list[tuple[str, str]]]:
        others = {INTEREST: _("Interest"), UNIDENTIFIED: _("Unidentified money"), CHARGE: _("Bank charge, deducted")}
        if not self._in:
            others = {CHARGE: _("Bank charge"), SPENDING: _("Spending")}
        back = [] if self._in else [named_gift(each) for each in paying_back.offered(self._line, in_part=True)]
        groups = (
            (_("A gift to"), _GIFT, [(key, each.title) for key, each in self._appeals.items()]),
            (_("Expected"), EXPECTED, [(key, _item(each)) for key, each in self._items.items()]),
            (_("Other income") if self._in else _("A bill for"), _ACCOUNT, list(self._offered.items())),
            (_("A gift paid back"), _BACK, back),
            (
                _("From another account of ours") if self._in else _("To another account of ours"),
                _TRANSFER,
                [(key, each.name) for key, each in self._banks.items()],
            ),
            (_("Something else"), _OTHER, list(others.items())),
        )
        found = {"": [("", _("Select what it is"))]}
        return found | {name: [(f"{way}{key}", said) for key, said in of] for name, way, of in groups if of}

    @property
    def total(self) -> Money:
        """What the parts must add up to."""
        return self._line.amount if self._in else -self._line.amount

    @property
    def rows(self) -> list[SplitRow]:
        """The rows, those that are empty too."""
        of = self._fields.get
        return [
            SplitRow(
                each,
                self[f"amount_{each}"],
                self[f"what_{each}"],
                self[f"who_{each}"],
                self[f"new_{each}"],
                of(f"voucher_{each}"),
                of(f"branch_{each}"),
                of(f"gift_{each}"),
                self._made.get(each),
            )
            for each in range(1, how_many(list(self._made)) + 1)
        ]

    def validate(self, extra_validators: Any = None) -> bool:
        """Take two rows or more that add up to the line; a row of which anything is typed is a part."""
        super().validate(extra_validators)
        typed = [row for row in self.rows if row.is_typed or row.bank is not None]
        found = [self._part(row) for row in typed]
        self.parts = [each for each in found if each is not None]
        self._must_differ(typed)
        if len(typed) < LEAST:
            self.wrong((self.rows[len(typed)]).amount, _("Enter two parts or more"))
        elif not any(row.amount.errors for row in typed) and len(self.parts) == len(typed):
            self._must_add_up(typed[-1], sum(splitting.signed(each, self._line).minor for each in self.parts))
        return not self.errors

    def _must_differ(self, typed: Sequence[SplitRow]) -> None:
        """What is expected once, and unknown money, is one part."""
        seen: set[str] = set()
        for row in typed:
            what = row.what.data or ""
            if what in seen and what.startswith((EXPECTED, f"{_OTHER}{UNIDENTIFIED}")):
                self.wrong(row.what, _("Another part is already for this"))
            seen.add(what)

    def _must_add_up(self, last: SplitRow, minor: int) -> None:
        left = self.total.minor - (minor if self._in else -minor)
        worth = written(Money(abs(left), self._line.currency))
        if left > 0:
            self.wrong(last.amount, _("%(amount)s is left over. Add a part, or correct an amount.", amount=worth))
        elif left < 0:
            self.wrong(last.amount, _("The parts are %(amount)s more than the line. Correct an amount.", amount=worth))

    def _part(self, row: SplitRow) -> Part | None:
        way, _equals, key = (row.what.data or "").partition("=")
        item = self._items.get(key) if f"{way}=" == EXPECTED else None
        if item is not None and not row.amount.data:
            amount: Money | None = _size(item.amount)
        else:
            amount = row.amount.read(self._line.currency)
        self._must_be_one(row, f"{way}=")
        if amount is None or row.what.errors or row.new.errors:
            return None
        if item is not None:
            if amount != _size(item.amount):
                expected = written(_size(item.amount))
                said = _("%(amount)s was expected, so this part must be that amount", amount=expected)
                self.wrong(row.amount, said)
            return ExpectedPart(amount, key)
        return self._unexpected(row, amount, f"{way}=", key)

    def _must_be_one(self, row: SplitRow, way: str) -> None:
        """Take one word on what the part is: from the list, a new account, or a gift by its reference."""
        known = (row.what.data or "") in {each for group in row.what.choices.values() for each, _said in group if each}
        gift = row.gift.data if row.gift is not None else ""
        if known and row.new.data:
            self.wrong(row.new, _("Select what it is or name a new account, not both"))
        elif gift and row.gift is not None and (known or row.new.data):
            self.wrong(row.gift, _("Select what it is or enter a reference, not both"))
        elif gift and row.gift is not None and find_gift(gift) is None:
            self.wrong(row.gift, _("There is no gift with this reference"))
        elif not known and not row.new.data and not gift:
            self.wrong(row.what, _("Select what it is, or name a new account"))
        is_bill = bool(row.new.data) or way == _ACCOUNT
        if row.voucher is not None and is_bill and not row.voucher.data:
            self.wrong(row.voucher, _("Enter the voucher number"))

    def _unexpected(self, row: SplitRow, amount: Money, way: str, key: str) -> Part:
        gift = row.gift.data if row.gift is not None else ""
        if gift or way == _BACK:
            return PaidBackPart(amount, gift or key)
        if way == _TRANSFER:
            return TransferPart(amount, self._banks[key])
        if way == _OTHER:
            return OtherPart(amount, key)
        if way == _GIFT:
            branch = self._branches.get(row.branch.data or "") if row.branch is not None else None
            words = row.bank.details if row.bank is not None else ""
            return GiftPart(amount, self._appeals[key], row.who.data or "", branch.id if branch else None, words)
        account, new = row.new.data or key, bool(row.new.data)
        if self._in:
            return IncomePart(amount, account, new=new)
        voucher = row.voucher.data or "" if row.voucher is not None else ""
        return BillPart(amount, account, row.who.data or "", voucher, new=new)

    def refuse_back(self, why: str) -> None:
        """Say at the gifts that were to be paid back why they cannot be."""
        for row in self.rows:
            if (row.what.data or "").startswith(_BACK):
                self.wrong(row.what, why)
            elif row.gift is not None and row.gift.data:
                self.wrong(row.gift, why)

    def noticed(self) -> list[Noticed]:
        """What the parts of a valid form look like that is expected, or in the books, already."""
        keys = [each.key for each in self.parts if isinstance(each, ExpectedPart)]
        found: list[Noticed] = []
        for each in self.parts:
            if isinstance(each, (ExpectedPart, TransferPart, PaidBackPart)):
                continue
            payer = each.payer if isinstance(each, GiftPart) else ""
            items = splitting.alike(self._line, splitting.signed(each, self._line), keys, payer)
            found += [
                Noticed(
                    _(
                        "A part of this amount is expected: “%(item)s”. Select it instead, unless this is other money.",
                        item=_item(item),
                    )
                )
                for item in items[:1]
            ]
            if isinstance(each, GiftPart) and not items:
                gift = HandGift(amount=each.amount, given_on=self._line.day, name=payer)
                found += [gift_forms.like(one) for one in alike.gifts(BANK_TRANSFER, gift) if payer and one.name]
        return list(dict.fromkeys(found))


def how_many(made: Sequence[object]) -> int:
    """How many rows there are for a line of which the bank says so many parts itself."""
    return max(MOST, len(made))


def split_form(line: BankLine, items: Sequence[Expected], **values: Any) -> SplitForm:
    """The form for a line, with the fields that suit its direction."""
    came_in = line.amount_minor > 0
    has_branches = came_in and bool(branches.all_of_them(open_only=True))
    fields: dict[str, Any] = {}
    for each in range(1, how_many(bank_parts.parts_of(line)) + 1):
        fields[f"amount_{each}"] = AmountField(_l("Amount"))
        fields[f"what_{each}"] = SelectField(_l("What it is"), validate_choice=False)
        fields[f"new_{each}"] = LineField(
            _l("New income account") if came_in else _l("New expense account"), longest=60
        )
        fields[f"who_{each}"] = LineField(_l("Who a gift is from") if came_in else _l("Paid to"), longest=120)
        if has_branches:
            fields[f"branch_{each}"] = SelectField(_l("Branch of a gift"), validate_choice=False)
        if not came_in:
            fields[f"voucher_{each}"] = LineField(_l("Voucher number of a bill"), longest=40)
            fields[f"gift_{each}"] = LineField(_l("Reference of another gift paid back"), longest=64)
    made: type[SplitForm] = type("SplitOfALine", (SplitForm,), fields)
    return made(line, items, **values)


def _item(each: Expected) -> str:
    return f"{bank_words.worth(each)} · {bank_words.item_name(each)}"


def _size(amount: Money) -> Money:
    return -amount if amount.minor < 0 else amount
