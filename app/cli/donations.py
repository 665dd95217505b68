"""`flask donations`: what the treasurer does with a gift; for now, giving it back."""

import click
from flask.cli import AppGroup
from sqlalchemy import select

from app import money
from app.audit import trail
from app.cli.starting import refuse_old_schema
from app.database import db, writing
from app.donations import refunds as donations_refunds
from app.donations.donation import Donation
from app.donations.refunds import ASKED, CAME_TO_NOTHING, REFUSED, DonationRefund
from app.errors import DomainError
from app.money import Money, NotAnAmount, written
from app.services import services
from app.subject import Subject

group = AppGroup("donations", help="Refund a gift, in part or in full.")


@group.command("refund")
@click.argument("reference")
@click.option("--amount", help="How much, such as 10 or 12.50; without it, all that is left.")
@click.option("--reason", required=True, help="Why, for your own records; it can be erased later.")
def refund(reference: str, amount: str | None, reason: str) -> None:
    """Refund a gift the way it was paid, and say what happened."""
    refuse_old_schema()
    donation = db.session.scalars(select(Donation).where(Donation.reference == reference.strip())).one_or_none()
    if donation is None:
        raise click.ClickException(f"There is no gift with the reference {reference}.")
    try:
        wanted = None if amount is None else _amount(amount, donation.currency)
        with writing():
            asked = donations_refunds.ask(donation, wanted, by="treasurer", reason=reason)
            row_id = asked.id
            trail.record(
                "donation.refunded", Subject("donation", donation.reference), after={"amount": written(asked.amount)}
            )
    except DomainError as refusal:
        raise click.ClickException(f"Nothing was refunded: {refusal}.") from refusal
    services().ask_for_refund(row_id)
    _say(row_id)


def _amount(text: str, currency: str) -> Money:
    try:
        return money.read_typed(text, currency)
    except NotAnAmount as error:
        said = money.complaint(error, text, currency)
        raise click.ClickException(f"Nothing was refunded: {said}.") from error


def _say(row_id: int) -> None:
    """Say what happened to a refund; exits with 1 when nothing was refunded."""
    db.session.rollback()
    made = db.session.get_one(DonationRefund, row_id, populate_existing=True)
    donation = db.session.get_one(Donation, made.donation_id, populate_existing=True)
    amount, left = written(made.amount), written(donations_refunds.left(donation))
    if made.state == REFUSED:
        raise click.ClickException(f"Stripe refused to refund {amount}. Nothing was refunded. {left} is left.")
    if made.state in CAME_TO_NOTHING:
        raise click.ClickException(f"The refund of {amount} failed at Stripe. Nothing was refunded. {left} is left.")
    if made.state == ASKED:
        click.echo(f"{amount} will be refunded. Stripe cannot be reached yet; the worker keeps trying.")
    else:
        click.echo(f"{amount} is being refunded. {left} of the gift is left.")
