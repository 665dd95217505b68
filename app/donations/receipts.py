"""Receipting: what the receipt of a donation says, how it is numbered, and the mail that brings it.

Correcting: when what is kept of a gift changes, its receipt is made void or replaced, in the same transaction.
"""

import hashlib
from urllib.parse import urlsplit

from sqlalchemy import delete, select

from app import clock
from app.appeals.appeal import Appeal
from app.config import Organisation
from app.database import db
from app.donations import refunds
from app.donations.donation import CARD, Donation
from app.emails import wording
from app.emails.message import Attachment, Mail
from app.emails.wording import one_line
from app.errors import DomainError
from app.ledger import erasure
from app.receipts import filing, issuing
from app.receipts.facts import Facts, lines, thawed
from app.receipts.receipt import DUE, ISSUED, REPLACED, VOID, Receipt, ReceiptFile


class NotReceived(DomainError):
    """The receipt's donation has not been received."""


class NothingLeft(DomainError):
    """All of the receipt's donation has been given back, so there is nothing to prove."""


class Changed(DomainError):
    """The receipt would say something else by now than what was checked; the next try checks that."""


class NoAddress(DomainError):
    """The giver left no email address, or it has been erased: the receipt can be printed, not mailed."""

    final = True


class NotRendered(DomainError):
    """The receipt has no PDF yet."""


def draft(receipt: Receipt, *, organisation: Organisation, base_url: str, language: str = "en-GB") -> Facts:
    """What a donation's receipt will say, as things are now; numbering freezes it.

    The amount is what is kept of the gift by then. Raises `NotReceived` or `NothingLeft`.
    """
    donation = _donation(receipt)
    if donation.received_at is None:
        raise NotReceived("a gift that has not been received has no receipt")
    amount = refunds.net_amount(donation)
    if amount.minor <= 0:
        raise NothingLeft("all of this gift has been given back")
    return Facts(
        received_on=clock.local_day(donation.received_at).isoformat(),
        amount_minor=amount.minor,
        currency=amount.currency,
        method=donation.paid_by or donation.method,
        appeal=one_line(db.session.scalars(select(Appeal.title).where(Appeal.id == donation.appeal_id)).one()),
        organisation=one_line(organisation.name),
        organisation_address=", ".join(lines(organisation.address)),
        organisation_registration=one_line(organisation.registration),
        donor=one_line(donation.name),
        donor_address=lines(f"{donation.address or ''}\n{donation.postcode or ''}"),
        donation=donation.reference,
        language=language,
        link=f"{base_url}/receipts/{receipt.reference}",
        plan_link="" if donation.plan_id is None else f"{base_url}/receipts/{receipt.reference}/plan",
        replaces=filing.number_before(receipt),
    )


def issue(
    receipt_id: int, checked: Facts, *, organisation: Organisation, base_url: str, printed: Facts | None = None
) -> None:
    """Number a receipt that is due, when it still says what was checked; the caller commits.

    `printed` is what is frozen where that differs from what was checked: the same without the signs that no font has,
    which stay in the gift.

    Its row is locked first, as by whoever corrects it, so that no receipt is issued over an amount that a refund has
    just changed. Raises `Changed`, and what `draft` and `issuing.issue` raise.
    """
    receipt = filing.locked(receipt_id)
    if receipt is None or receipt.state != DUE:
        return
    if draft(receipt, organisation=organisation, base_url=base_url, language=checked.language) != checked:
        raise Changed("what the receipt says has changed meanwhile")
    issuing.issue(receipt_id, printed or checked)


def mail(receipt: Receipt, organisation: Organisation | None = None) -> Mail:
    """The mail of an issued and rendered receipt: always the same one, whenever it is made.

    `organisation` says how it is reached today; what it was called stands in the frozen facts. A receipt without an
    ask is a service message, so the mail thanks and proves, and asks for nothing more. Raises `NotRendered` or
    `NoAddress`.
    """
    pdf = db.session.scalar(select(ReceiptFile.pdf).where(ReceiptFile.receipt_id == receipt.id))
    if not pdf or receipt.facts is None or receipt.issued_at is None:
        raise NotRendered("the receipt has not been rendered yet")
    to = _donation(receipt).email
    if not to:
        raise NoAddress("there is no email address to send the receipt to")
    facts = thawed(receipt.facts, receipt.personal)
    subject = wording.fill("emails/receipt/subject.txt", facts.language, facts=facts)
    return Mail(
        to=to,
        subject=one_line(subject),
        text=wording.fill("emails/receipt/text.txt", facts.language, facts=facts, contact=organisation),
        html=wording.fill("emails/receipt/page.html", facts.language, facts=facts, contact=organisation),
        message_id=_message_id(receipt.reference, facts.link),
        date=clock.local(receipt.issued_at),
        attachments=(Attachment(f"receipt-{facts.number}.pdf", "application/pdf", pdf),),
    )


def _message_id(reference: str, link: str) -> str:
    """A name for the mail that is always the same. Mail servers log it, so it must not give the receipt's link away."""
    return f"receipt-{hashlib.sha256(reference.encode()).hexdigest()[:32]}@{urlsplit(link).hostname}"


def _donation(receipt: Receipt) -> Donation:
    return db.session.get_one(Donation, receipt.donation_id)


def correct(charge_id: str) -> None:
    """Bring the receipts of the gift that a charge paid in line with what the books keep of it. Doing it again changes
    nothing; the caller, who has just booked what moved, commits.

    Nothing kept: the receipt is *void*, or dropped while it is only due. Another amount than the receipt states: it is
    *replaced*, and a new one is due; so it is too when a refund fails after all. A receipt that is due needs nothing,
    because it will be drafted with what is kept by then.
    """
    donation = db.session.scalars(select(Donation).where(Donation.charge_id == charge_id)).one_or_none()
    if donation is not None:
        correct_gift(donation)


def correct_gift(donation: Donation) -> None:
    """The same for a gift of any kind; one that came by hand gets a receipt only where one was asked for."""
    line = list(filing.receipts_of(donation.id))
    amount = refunds.net_amount(donation)
    # Whoever was forgotten gets no new receipt; one that is no longer true is void.
    forgotten = bool(erasure.erased("donation", [donation.id]))
    if amount.minor <= 0 or (forgotten and line and not _states(line[-1], amount.minor)):
        _withdraw(line)
    elif line and line[-1].state != DUE and not _states(line[-1], amount.minor):
        if line[-1].state == ISSUED:
            line[-1].state = REPLACED
        filing.request(donation.id, line[-1].place + 1, on_paper=line[-1].on_paper)
    elif not line and donation.method == CARD and not forgotten:
        filing.request(donation.id)
    db.session.flush()


def _withdraw(line: list[Receipt]) -> None:
    """Drop the receipt that is due; the last that was issued counts no more, and nothing stands in its place."""
    for due in [each for each in line if each.state == DUE]:
        db.session.execute(delete(Receipt).where(Receipt.id == due.id))
        db.session.expunge(due)
        line.remove(due)
    if line:
        line[-1].state = VOID


def _states(receipt: Receipt, minor: int) -> bool:
    """Whether a receipt is issued over exactly this amount."""
    return receipt.state == ISSUED and thawed(receipt.facts or "").amount_minor == minor
