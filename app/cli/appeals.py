"""`flask appeals`: what is in force, and opening, scheduling and ending appeals from the command line."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
from flask import current_app
from flask.cli import AppGroup
from sqlalchemy import select

from app import clock
from app.appeals import raised, scheduling
from app.appeals.appeal import Appeal
from app.appeals.in_force import in_force
from app.appeals.writing import open_appeal
from app.articles import versions
from app.cli import appeal_options
from app.cli.starting import refuse_old_schema
from app.config import Settings
from app.errors import DomainError
from app.extensions import db
from app.money import written
from app.writing import writing

group = AppGroup("appeals", help="Open, schedule and end appeals.")


@group.command("list")
def list_() -> None:
    """List every appeal, after naming the one that is in force."""
    refuse_old_schema()
    appeals = db.session.scalars(select(Appeal).order_by(Appeal.starts_on.desc(), Appeal.id)).all()
    sums = raised.of(appeals)
    _tell_what_is_in_force()
    for appeal in appeals:
        so_far = written(sums[appeal.id].amount)
        click.echo(f"{appeal.slug}  “{appeal.title}”  {_told(appeal)}, raised {so_far}")


@group.command("add")
@click.argument("slug")
@appeal_options.schedule_options
@click.option(
    "--text-file", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Its text, in Markdown."
)
def add(slug: str, text_file: Path | None, **given: Any) -> None:
    """Open an appeal at /appeals/SLUG."""
    if not given["title"]:
        raise click.UsageError("An appeal needs a title: --title")
    refuse_old_schema()
    settings: Settings = current_app.extensions["whipround"]
    appeal = Appeal(slug=slug, text="", currency=settings.currency, suggested_minor=[])
    changes = appeal_options.changes(appeal, given)
    try:
        appeal.text = text_file.read_text("utf-8") if text_file else ""
        with writing():
            scheduling.check_slug(slug)
            scheduling.schedule(appeal, changes)
            open_appeal(appeal)
    except UnicodeDecodeError as error:
        raise click.ClickException(f"{text_file} is not text in UTF-8.") from error
    except DomainError as refusal:
        raise click.ClickException(f"{refusal}.") from refusal
    click.echo(f"Opened /appeals/{slug}: {_told(appeal)}")
    _tell_what_is_in_force()


@group.command("schedule")
@click.argument("slug")
@appeal_options.schedule_options
def schedule(slug: str, **given: str | None) -> None:
    """Change when the appeal SLUG takes gifts, and whether it stands under the articles; the rest stays as it is."""
    _change(slug, lambda appeal: scheduling.schedule(appeal, appeal_options.changes(appeal, given)))


@group.command("end")
@click.argument("slug")
@click.option("--on", "day", metavar="DAY", help="The last day of gifts, instead of today.")
def end(slug: str, day: str | None) -> None:
    """End the appeal SLUG: today is its last day. To take it from under the articles: schedule --precedence none."""
    last_day = appeal_options.day("--on", day) if day else clock.today()
    if last_day is None:
        raise click.BadParameter("a day must be given.", param_hint="--on")
    _change(slug, lambda appeal: scheduling.end(appeal, last_day))


def _change(slug: str, change: Callable[[Appeal], bool]) -> None:
    """Change one appeal in a writing unit of its own, and say what is so now."""
    refuse_old_schema()
    try:
        with writing():
            appeal = db.session.scalar(select(Appeal).where(Appeal.slug == slug))
            if appeal is None:
                raise click.ClickException(f"There is no appeal at /appeals/{slug}; `flask appeals list` names them.")
            versions.keep_what_is_there(appeal)
            different = change(appeal)
            if different:
                versions.keep(appeal)
    except DomainError as refusal:
        raise click.ClickException(f"{refusal}.") from refusal
    click.echo(f"{'Changed' if different else 'Nothing to change on'} /appeals/{slug}: {_told(appeal)}")
    _tell_what_is_in_force()


def _told(appeal: Appeal) -> str:
    """Dates, precedence and target in words."""
    if appeal.starts_on is None:
        days = "a draft"
    else:
        days = f"from {appeal.starts_on}" + (f" until {appeal.ends_on}" if appeal.ends_on else ", without an end")
    precedence = "under no article" if appeal.precedence is None else f"precedence {appeal.precedence}"
    return f"{days}, {precedence}, {f'target {written(appeal.target)}' if appeal.target else 'no target'}"


def _tell_what_is_in_force() -> None:
    appeal = in_force(clock.today())
    click.echo(f"In force today: {appeal.slug}" if appeal else "No appeal is in force today.")
