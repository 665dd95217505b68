"""What is expected at the bank: money that waits elsewhere in the books, standing orders that are due, and cheques
that the bank may send back.

Expectations: what each thing that waits for the bank looks like on a statement.
"""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Select, and_, select
from sqlalchemy.orm import aliased

from app import clock
from app.appeals.appeal import AppealAccount
from app.bank.matching import AWAITED, BOUNCED, ORDER, TRANSFER, Expected
from app.database import db, read_locked
from app.donations.by_hand import GiftByHand
from app.donations.count_sheet import CountSheet
from app.donations.donation import ABANDONED, BANK_TRANSFER, CASH, CHEQUE, PLEDGED, RECEIVED, Donation
from app.donations.standing_order import StandingOrder
from app.ledger.accounts import Account
from app.ledger.entries import Entry, Transfer
from app.offline import cheques, counts, promises, standing_orders
from app.offline.gifts import HELD
from app.subject import Subject

# The account that something was taken from.
Held = aliased(Account)
# A cheque may come back for a while after it was credited, and what bounced may still show on a statement.
_MAY_BOUNCE, _MAY_SHOW = timedelta(days=30), timedelta(days=60)


def cash() -> Iterator[Expected]:
    """Count sheets that were handed in with a slip."""
    waiting = select(CountSheet).where(
        CountSheet.banked_on.is_(None), CountSheet.reversed_at.is_(None), CountSheet.paid_in_on.is_not(None)
    )
    for sheet in db.session.scalars(waiting.order_by(CountSheet.id)):
        since = sheet.paid_in_on or sheet.counted_on
        yield Expected(
            Subject("count", sheet.reference),
            CASH,
            sheet.amount,
            since,
            f"assets:cash:{sheet.currency}",
            reference=sheet.paying_in or "",
        )


def _by_hand() -> Any:
    return select(Donation, GiftByHand).join(GiftByHand, GiftByHand.donation_id == Donation.id)


def _with_income(rows: Any, of: Any) -> Any:
    """The rows, each with the code of the income account that it is for."""
    return (
        rows.add_columns(Account.code)
        .join(
            AppealAccount,
            and_(
                AppealAccount.appeal_id == of.appeal_id,
                AppealAccount.branch_id.is_not_distinct_from(of.branch_id),
            ),
        )
        .join(Account, Account.id == AppealAccount.account_id)
    )


def gifts() -> Iterator[Expected]:
    """Cheques, and cash by itself, that were paid in; and transfers that were announced."""
    paid_in = Donation.method.in_((CASH, CHEQUE)) & GiftByHand.paid_in_on.is_not(None)
    waiting = _with_income(_by_hand(), Donation).where(
        GiftByHand.banked_on.is_(None),
        GiftByHand.reversed_at.is_(None),
        GiftByHand.bounced_on.is_(None),
        GiftByHand.count_sheet_id.is_(None),
        ((Donation.state == RECEIVED) & paid_in) | (Donation.method == BANK_TRANSFER),
    )
    for donation, row, income_account in db.session.execute(waiting):
        if donation.method != BANK_TRANSFER:
            what, account = donation.method, f"{HELD[donation.method]}:{donation.currency}"
        elif donation.state == PLEDGED:
            what, account = TRANSFER, income_account
        else:
            what, account = AWAITED, f"assets:awaited:{donation.currency}"
        yield Expected(
            Subject("donation", donation.reference),
            what,
            donation.amount,
            row.paid_in_on or row.expected_on or row.given_on,
            account,
            donation.name or "",
            row.paying_in or row.what or "",
        )


def bounces() -> Iterator[Expected]:
    """Cheques that were banked and may come back, and those that bounced after they had been paid in.

    One that bounced once the bank had credited it has left the bank's account in the books already, and the line finds
    that entry. One that bounced before is credited and taken back by two lines, both of the appeal's account.
    """
    today = clock.today()
    back = (
        _with_income(_by_hand(), Donation)
        .add_columns(_left_the_hand("cheque:" + Donation.reference + ":bounced"), _left_the_hand(GiftByHand.bank_line))
        .where(
            Donation.method == CHEQUE,
            GiftByHand.bounced_line.is_(None),
            (GiftByHand.bounced_on.is_(None) & (GiftByHand.banked_on > today - _MAY_BOUNCE))
            | ((GiftByHand.bounced_on > today - _MAY_SHOW) & GiftByHand.paid_in_on.is_not(None)),
        )
    )
    for donation, row, income_account, bounced_in_hand, credited_from_hand in db.session.execute(back):
        if row.bounced_on is not None and not bounced_in_hand:
            continue
        # By an earlier rule, a credited one left the cheques in hand when it bounced, and the line puts it back.
        owed = bounced_in_hand and credited_from_hand
        yield Expected(
            Subject("donation", donation.reference),
            BOUNCED if row.banked_on else CHEQUE,
            donation.amount if row.banked_on is None else -donation.amount,
            row.bounced_on or row.banked_on,
            f"assets:cheques:{donation.currency}" if owed else income_account,
            donation.name or "",
            row.paying_in or "",
        )


def _left_the_hand(source: Any) -> Any:
    """Whether the entry with this source has taken the gift's amount from the cheques in hand."""
    return (
        select(Transfer.entry_id)
        .join(Entry, Entry.id == Transfer.entry_id)
        .join(Held, Held.id == Transfer.from_account_id)
        .where(Entry.source == source, Held.code.like("assets:cheques:%"))
        .where(Transfer.amount_minor == Donation.amount_minor)
        .correlate(Donation, GiftByHand)
        .exists()
    )


def orders() -> Iterator[Expected]:
    """Standing orders that are due, or nearly."""
    due = (
        _with_income(select(StandingOrder), StandingOrder)
        .where(StandingOrder.ended_on.is_(None), StandingOrder.next_due_on <= clock.today() + standing_orders.EARLY)
        .order_by(StandingOrder.next_due_on, StandingOrder.id)
    )
    for order, income_account in db.session.execute(due):
        yield Expected(
            Subject("standing-order", order.reference),
            ORDER,
            order.amount,
            order.next_due_on,
            income_account,
            order.payer or "",
            order.reference_text or "",
        )


def at_the_bank() -> list[Expected]:
    """Everything that a statement's line may show next, the oldest first, in four queries however much it is."""
    found = [*cash(), *gifts(), *bounces(), *orders()]
    # Asked to sort, SQLite would walk through all gifts by hand rather than along the index of those that wait.
    return sorted(found, key=lambda each: (each.since, each.subject))


def hold(subjects: Iterable[Subject]) -> None:
    """Let nobody bounce, reverse or pay in what waits under these subjects until the caller's transaction ends, so that
    what is looked up from here on stays true until it is booked."""
    kinds: dict[str, list[str]] = {"count": [], "donation": [], "standing-order": []}
    for subject in subjects:
        if subject.kind in kinds and subject.reference.isalnum():
            kinds[subject.kind].append(subject.reference)
    theirs = select(Donation.id).where(Donation.reference.in_(kinds["donation"]))
    rows: tuple[Select[Any], ...] = (
        select(GiftByHand).where(GiftByHand.donation_id.in_(theirs)).order_by(GiftByHand.donation_id),
        select(CountSheet).where(CountSheet.reference.in_(kinds["count"])).order_by(CountSheet.id),
        select(StandingOrder).where(StandingOrder.reference.in_(kinds["standing-order"])).order_by(StandingOrder.id),
    )
    for each in rows:
        read_locked(each).all()


def arrived(subject: Subject, line_reference: str, day: date, *, held: str | None = None) -> None:
    """Note that the statement shows what was expected under this subject. Noting it again changes nothing.

    `line_reference` is the line's source (`bank:<line>`), `day` the day on which the bank booked it. The caller posts
    the transfer between the bank and the account that `Expected` names; only a standing order and a transfer that was
    announced become gifts here, and are posted here under this very source, so the caller posts nothing for them: to
    the bank account that is `held` in the ledger, by default the first. The caller commits. Raises `LookupError`,
    and `by_hand.NotYet` for a gift of a day to come.
    """
    kind, reference = subject.kind, subject.reference
    if kind == "count":
        sheet = read_locked(
            select(CountSheet).where(CountSheet.reference == reference, CountSheet.reversed_at.is_(None))
        ).one()
        sheet.banked_on, sheet.bank_line = sheet.banked_on or day, sheet.bank_line or line_reference
        counts.banked(sheet)
        db.session.flush()
    elif kind == "donation":
        donation = db.session.scalars(select(Donation).where(Donation.reference == reference)).one()
        cheques.locked(donation)
        if donation.state == ABANDONED:
            raise LookupError("this gift was withdrawn, and is not expected any more")
        if donation.state == PLEDGED:
            promises.receive(donation, line_reference, day, held=held)
        else:
            cheques.shown(donation, line_reference, day)
    elif kind == "standing-order":
        order = db.session.scalars(select(StandingOrder).where(StandingOrder.reference == reference)).one()
        standing_orders.pay(order, order.amount, line_reference, day, held=held)
    else:
        raise LookupError(f"nothing is expected under {subject}")
