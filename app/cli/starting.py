"""What must be so before anything starts: a schema that is up to date, and books of the right kind of money."""

import click
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import current_app

from app.config import Settings
from app.extensions import db
from app.ledger import beginning
from app.writing import writing


def begin_books(settings: Settings) -> None:
    """Begin the books, or check that they may go on with this Stripe key; exits with the reason in words."""
    refuse_old_schema()
    try:
        with writing():
            beginning.begin(live=settings.live)
    except beginning.BegunOtherwise as refusal:
        raise click.ClickException(f"Whipround will not start: {refusal}.") from refusal


def refuse_old_schema() -> None:
    """Exit in words when the database is not up to date, before some table turns out to be missing."""
    if not schema_is_current():
        raise click.ClickException("The database is not up to date. Run: flask db upgrade")


def schema_is_current() -> bool:
    """Whether the database has every migration that this release knows, and no other."""
    migrations = ScriptDirectory(current_app.extensions["migrate"].directory)
    with db.engine.connect() as connection:
        return set(MigrationContext.configure(connection).get_current_heads()) == set(migrations.get_heads())
