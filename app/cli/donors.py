"""`flask donors`: a person's right to be forgotten."""

import click
from flask.cli import AppGroup

from app.audit import trail
from app.cli.starting import refuse_old_schema
from app.database import db, writing
from app.donations.donors import erasing, personal_data
from app.donations.donors.personal_data import PersonalData
from app.errors import DomainError
from app.services import services

group = AppGroup("donors", help="Erase a donor.")


@group.command("erase")
@click.argument("who", metavar="REFERENCE_OR_EMAIL")
@click.option("--dry-run", is_flag=True, help="Say what would be erased, and erase nothing.")
def erase(who: str, dry_run: bool) -> None:
    """Erase a donor: name, addresses, messages, receipts and what Stripe sent about them. The gifts stay in the
    books, and the seal chain stays valid."""
    refuse_old_schema()
    settings = services().settings
    try:
        if dry_run:
            theirs = _find(who)
            _list(theirs)
            events = erasing.check(theirs, keep_names_over=settings.keep_names_over)
            click.echo(f"{len(events)} stored events are about them.\nNothing was erased: this was a dry run.")
            return
        with writing():
            theirs = _find(who)
            erased = erasing.erase(theirs, by="operator", keep_names_over=settings.keep_names_over)
            for subject in theirs.subjects():
                trail.record("donor.erased", subject)
    except DomainError as refusal:
        raise click.ClickException(f"Nothing was erased: {refusal}.") from refusal
    _overwrite()
    click.echo(
        f"Erased: the donor of {erased.donations} gifts and {erased.plans} monthly plans, {erased.receipts} receipts "
        f"and {erased.events} events. What was given stays in the books.\n"
        "Not erased: Stripe's own records (delete the customer in its Dashboard), emails that were sent, "
        "the bank's statements, and backups."
    )


def _find(who: str) -> PersonalData:
    theirs = personal_data.find(who)
    if theirs is None:
        raise click.ClickException(f"No donor has the reference or email address {who}.")
    return theirs


def _list(theirs: PersonalData) -> None:
    for gift in theirs.donations:
        click.echo(f"gift {gift.reference}  {gift.state}  {gift.name or 'no name'}")
    for plan in theirs.plans:
        click.echo(f"monthly plan {plan.reference}  {plan.state}  {plan.name or 'no name'}")


def _overwrite() -> None:
    """SQLite keeps what was deleted in its file until the page is used again; rewriting the file ends that. PostgreSQL
    does the same by itself, some time later."""
    if db.engine.dialect.name != "sqlite":
        return
    db.session.remove()
    connection = db.engine.raw_connection()
    try:
        cursor = connection.cursor()
        for statement in ("VACUUM", "PRAGMA wal_checkpoint(TRUNCATE)"):
            cursor.execute(statement)
        cursor.close()
    finally:
        connection.close()
