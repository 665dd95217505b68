"""What must be so before anything starts: a schema that is up to date, and books of the right kind of money."""

import click
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import current_app
from flask_babel import gettext as _
from sqlalchemy.exc import IntegrityError

from app.appeals.writing import ensure_general_fund
from app.audit.trail import record
from app.config import Settings
from app.database import db, writing
from app.ledger import beginning
from app.subject import Subject


def begin_books(settings: Settings) -> None:
    """Begin the books, or check that they may go on with this Stripe key; exits with the reason in words."""
    refuse_old_schema()
    try:
        with writing():
            beginning.begin(live=settings.live)
    except beginning.BegunOtherwise as refusal:
        raise click.ClickException(f"Whipround will not start: {refusal}.") from refusal
    _stand_a_general_fund_behind(settings.currency)


def _stand_a_general_fund_behind(currency: str) -> None:
    """Open the general fund in the home currency, when there is none; editors may give it other words."""
    try:
        with writing():
            opened = ensure_general_fund(
                currency,
                _("General fund"),
                _("Your gift supports all of our work: it goes where it is needed most."),
            )
            if opened is not None:
                record("appeal.opened", Subject("appeal", opened.reference), after={"version": 1})
    except IntegrityError:
        # The worker or another web server, started at the same moment, was first.
        db.session.rollback()


def refuse_old_schema() -> None:
    """Exit in words when the database is not up to date, before some table turns out to be missing."""
    if not schema_is_current():
        raise click.ClickException("The database is not up to date. Run: flask db upgrade")


def schema_is_current() -> bool:
    """Whether the database has every migration that this release knows, and no other."""
    migrations = ScriptDirectory(current_app.extensions["migrate"].directory)
    with db.engine.connect() as connection:
        return set(MigrationContext.configure(connection).get_current_heads()) == set(migrations.get_heads())
