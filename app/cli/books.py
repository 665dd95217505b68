"""`flask books`: the proof of the books, and what in them needs somebody."""

import json
from datetime import datetime, timedelta
from typing import Any

import click
from flask.cli import AppGroup

from app import clock
from app.cli.starting import refuse_old_schema
from app.database import db, writing
from app.errors import DomainError
from app.ledger import seals
from app.ledger.chain import Head
from app.money import written
from app.reconciliation import daily_statement, suspense, treasurer_mails
from app.reconciliation.exceptions import acknowledged, finding
from app.reconciliation.verification import checks as verification_faults
from app.services import services

group = AppGroup("books", help="Check the books, and list what needs attention.")


class HeadType(click.ParamType[Head]):
    """A head of the chain as the nightly statement prints it: SEQ:HASH."""

    name = "SEQ:HASH"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Head:
        """Read it, or say what one looks like."""
        if isinstance(value, Head):
            return value
        seq, _, digest = str(value).partition(":")
        if not (seq.isascii() and seq.isdigit() and len(digest) == 64):
            self.fail("a head is a number, a colon and 64 hexadecimal digits, as in the nightly statement.", param, ctx)
        return Head(int(seq), digest.lower())


@group.command("verify")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
@click.option("--head", type=HeadType(), help="A head from an earlier statement; finds deleted or rewritten entries.")
@click.option("--since", type=HeadType(), help="Check only what was sealed after this head, which was verified before.")
def verify(as_json: bool, head: Head | None, since: Head | None) -> None:
    """Recompute every balance, check every rule and every seal. Exit with 1 and name the first bad row, if any."""
    refuse_old_schema()
    _read_one_snapshot()
    found = verification_faults.faults(since=since, heads=[head] if head else [])
    last = seals.head()
    if as_json:
        faults = [{"row": fault.place, "fault": fault.what} for fault in found]
        click.echo(json.dumps({"clean": not found, "faults": faults, "head": f"{last[0]}:{last[1]}"}))
    elif not found:
        checked = "every seal since that head" if since else "every balance, every rule and every seal"
        click.echo(f"The books are clean: {checked} was checked.\nThe head of the chain is {last[0]}:{last[1]}")
    else:
        click.echo(f"The first bad row is {found[0].place}: {found[0].what}.")
        for fault in found[1:]:
            click.echo(f"  also {fault.place}: {fault.what}")
    if found:
        raise SystemExit(1)


def _read_one_snapshot() -> None:
    """Make all following queries see the books as they are now, whatever is posted meanwhile."""
    db.session.rollback()
    if db.engine.dialect.name == "postgresql":
        db.session.connection(execution_options={"isolation_level": "REPEATABLE READ"})


@group.command("exceptions")
def list_exceptions() -> None:
    """List what needs attention, from charges without a gift to disputes that must be answered."""
    refuse_old_schema()
    found, stand = acknowledged.apart(finding.find())
    for each in found:
        click.echo(f"{each.kind}  {each.reference}  {each.what}")
    for known in stand:
        click.echo(f"accepted: {known.found.kind}  {known.found.reference}  {known.found.what}")
    click.echo(f"{len(found)} exceptions." if found else "Nothing needs attention.")


@group.command("statement")
@click.argument("day", required=False, type=click.DateTime(["%Y-%m-%d"]))
def print_statement(day: datetime | None) -> None:
    """Print the statement of a day (2026-11-22), by default of yesterday, as it is sent to the treasurer each night."""
    refuse_old_schema()
    asked = clock.today() - timedelta(days=1) if day is None else day.date()
    settings = services().settings
    click.echo(treasurer_mails.as_text(daily_statement.of(asked), settings))


@group.command("explain")
@click.argument("movement")
@click.option("--to", "account", required=True, help="The account it belongs to, such as expenses:stripe-fees.")
@click.option("--reason", required=True, help="Why, for anyone checking the books.")
def explain(movement: str, account: str, reason: str) -> None:
    """Move an unexplained movement at Stripe (MOVEMENT is its txn_…) out of suspense to the account it belongs to."""
    refuse_old_schema()
    try:
        with writing():
            entry_id, amount = suspense.explain(movement.strip(), account.strip(), by="treasurer", reason=reason)
    except DomainError as refusal:
        raise click.ClickException(f"Nothing was moved: {refusal}.") from refusal
    click.echo(f"Entry {entry_id}: {written(amount)} of {movement} has moved from suspense to {account}.")
