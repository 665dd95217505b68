"""`flask stripe`: the books against Stripe, what they lack taken in, and one event applied again."""

from dataclasses import replace
from datetime import timedelta

import click
from flask.cli import AppGroup
from sqlalchemy import select

from app.cli.starting import begin_books, refuse_old_schema
from app.database import db, writing
from app.errors import DomainError
from app.money import Money, written
from app.payments import inbox
from app.payments.inbox import APPLIED, PENDING, StripeEvent
from app.payments.payout import Payout
from app.reconciliation import payouts as reconciliation_payouts
from app.reconciliation import stripe_balance
from app.services import services
from app.worker import catch_up, duties, events, payouts

group = AppGroup("stripe", help="Check the books against Stripe, and add what they lack.")


@group.command("reconcile")
@click.argument("payout", required=False)
def reconcile(payout: str | None) -> None:
    """Check payouts: parts, sum, payout, difference; exits with 1 when anything is not explained to the penny."""
    refuse_old_schema()
    duty = payouts.duty(services().gateway)
    due = Payout.payout_id == payout if payout else Payout.payout_id.is_not(None)
    # By hand it is tried at once, whenever the worker would have tried it next.
    with writing():
        waiting = db.session.scalars(select(Payout).where(duty.due, due, Payout.leased_until.is_(None)))
        for each in waiting.all():
            each.next_try_at = None
    duties.do_all_due([replace(duty, due=duty.due & due)])
    payouts_ = db.session.scalars(select(Payout).where(due).order_by(Payout.created_at)).all()
    if payout and not payouts_:
        raise click.ClickException(f"There is no payout {payout} in the books.")
    clean = [_show(each) for each in payouts_]
    whole = [_show_whole(each) for each in stripe_balance.whole()] if not payout else []
    if not all([*clean, *whole]):
        raise SystemExit(1)


def _show(payout: Payout) -> bool:
    """One payout in words; whether it is explained, or cannot be."""
    head = f"{payout.payout_id}  {payout.created_at:%Y-%m-%d}  {payout.status}"
    amount = written(Money(payout.amount_minor, payout.currency))
    if payout.is_not_sent:
        click.echo(f"{head}  {amount}: Stripe has not sent it yet; its parts are looked up once it has.")
        return True
    if not payout.automatic:
        click.echo(f"{head}  {amount}: made by hand, so Stripe does not say what is in it; it cannot be checked.")
        return True
    result = reconciliation_payouts.of_payout(payout)
    click.echo(
        f"{head}  {result.parts} parts, sum {written(result.total)}, payout {written(result.amount)}, "
        f"difference {written(result.difference)}"
    )
    for line in result.unexplained:
        _show_line(line)
    if payout.reconciled_at is None and payout.last_error:
        click.echo(f"  not finished: {payout.last_error}")
    return not result.difference.minor and not result.unexplained


def _show_whole(whole: stripe_balance.Whole) -> bool:
    waiting = f", not yet at Stripe {written(whole.waiting)}" if whole.waiting.minor else ""
    click.echo(
        f"In all  our books {written(whole.books)}, Stripe's movements {written(whole.stripe)}{waiting}, "
        f"difference {written(whole.difference)}"
    )
    if whole.difference.minor:
        for line in reconciliation_payouts.unexplained():
            _show_line(line)
    return not whole.difference.minor


def _show_line(line: reconciliation_payouts.Unexplained) -> None:
    moved = f"Stripe {written(line.net)}, books {written(line.booked)}"
    click.echo(f"  not explained: {line.txn_id}  {line.kind}  {line.source}  {moved}")


@group.command("catch-up")
@click.option("--days", type=click.IntRange(1, 30), default=30, show_default=True, help="How far to look back.")
def take_in_what_is_missing(days: int) -> None:
    """Compare Stripe's events and movements with the books and add what is missing. Running it twice is harmless."""
    settings = services().settings
    begin_books(settings)
    gateway = services().gateway
    try:
        caught = catch_up.catch_up(gateway, settings, timedelta(days=days))
    except DomainError as failure:
        raise click.ClickException(f"Not everything could be compared: {failure}.") from failure
    duties.do_all_due([events.duty(gateway)])
    click.echo(f"{caught.events} events and {caught.transactions} movements were missing and have been added.")


@group.command("replay")
@click.argument("event")
def replay(event: str) -> None:
    """Apply one stored event again; nothing is posted twice."""
    refuse_old_schema()
    try:
        with writing():
            inbox.apply_again(event)
    except inbox.NotThere:
        raise click.ClickException(f"There is no event {event} here. `flask stripe catch-up` may fetch it.") from None
    except inbox.EventErased:
        raise click.ClickException(f"The content of {event} was erased with the donor it was about.") from None
    duty = events.duty(services().gateway)
    replace(duty, due=duty.due & (StripeEvent.event_id == event)).work_once()
    now = db.session.scalars(select(StripeEvent).where(StripeEvent.event_id == event)).one()
    if now.state == APPLIED:
        click.echo(f"{event} ({now.type}) is applied.")
    elif now.state == PENDING:
        raise click.ClickException(f"{event} ({now.type}) could not be applied: {now.last_error or 'not yet'}.")
    else:
        click.echo(f"{event} ({now.type}) is of a type that this release does not use.")
