"""`flask appeals`: what is in force, and opening, scheduling and ending appeals from the command line.

The options that say when an appeal takes gifts, for how much, and whether it stands under the articles.
"""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import click
from flask.cli import AppGroup
from sqlalchemy import select

from app import clock, money
from app.appeals import raised, scheduling
from app.appeals.appeal import Appeal
from app.appeals.in_force import in_force
from app.appeals.scheduling import Schedule
from app.appeals.writing import open_appeal
from app.articles import versions
from app.cli.starting import refuse_old_schema
from app.database import db, writing
from app.donations import amounts
from app.errors import DomainError
from app.money import Money, NotAnAmount, SeveralReadings, TooManyDecimals, written
from app.services import services

_NONE = "none"
_OPTIONS = [
    click.option("--title", help="What it is called."),
    click.option("--target", metavar="AMOUNT", help="The target, such as 25000; 'none' for no target."),
    click.option("--suggest", metavar="AMOUNTS", help="The amounts offered, separated by commas: 10,25,50."),
    click.option("--from", "starts", metavar="DAY", help="Its first day, such as 2026-12-01; 'none' for a draft."),
    click.option("--until", "ends", metavar="DAY", help="Its last day; 'none' to continue until it is ended."),
    click.option(
        "--precedence", metavar="NUMBER", help="The highest is shown under the articles; 'none' hides it there."
    ),
    click.option(
        "--rhythm", type=click.Choice(["once", "monthly", _NONE]), help="What the giving form selects in advance."
    ),
]


def schedule_options(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command these options; `changes` reads what was given of them."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def changes_asked(appeal: Appeal, given: dict[str, str | None]) -> Schedule:
    """The options that were given, read; raises click's own refusals, which name the option."""
    read: Schedule = {}
    if (title := given["title"]) is not None:
        read["title"] = title
    if (target := given["target"]) is not None:
        read["target"] = None if target == _NONE else _amount("--target", target, appeal.currency)
    if (suggest := given["suggest"]) is not None:
        each = [] if suggest == _NONE else suggest.split(",")
        read["suggested"] = [_gift("--suggest", text, appeal.currency) for text in each]
    if (starts := given["starts"]) is not None:
        read["starts_on"] = day_option("--from", starts)
    if (ends := given["ends"]) is not None:
        read["ends_on"] = day_option("--until", ends)
    if (precedence := given["precedence"]) is not None:
        read["precedence"] = None if precedence == _NONE else _number("--precedence", precedence)
    if (rhythm := given["rhythm"]) is not None:
        read["preset_rhythm"] = None if rhythm == _NONE else rhythm
    return read


def day_option(option: str, text: str) -> date | None:
    """The day that was typed, or `None` for 'none'; raises click's refusal, which names the option."""
    try:
        return None if text == _NONE else date.fromisoformat(text)
    except ValueError as error:
        raise click.BadParameter(f"{text!r} is not a day such as 2026-12-01.", param_hint=option) from error


def _amount(option: str, text: str, currency: str) -> Money:
    try:
        return money.read_typed(text, currency)
    except (SeveralReadings, TooManyDecimals) as error:
        raise click.BadParameter(f"{money.complaint(error, text, currency)}.", param_hint=option) from error
    except NotAnAmount as error:
        raise click.BadParameter(f"{text!r} is not an amount such as 25 or 12.50.", param_hint=option) from error


def _gift(option: str, text: str, currency: str) -> Money:
    """An amount to offer, which must be one that can be given by card."""
    amount = _amount(option, text, currency)
    try:
        return amounts.check(amount)
    except DomainError as error:
        raise click.BadParameter(f"{written(amount)} cannot be given: it is {error}.", param_hint=option) from error


def _number(option: str, text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 6):
        raise click.BadParameter(f"{text!r} is not a whole number such as 10.", param_hint=option)
    return int(text)


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
        click.echo(f"{appeal.slug}  “{appeal.title}”  {_say(appeal)}, raised {so_far}")


@group.command("add")
@click.argument("slug")
@schedule_options
@click.option(
    "--text-file", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Its text, in Markdown."
)
def add(slug: str, text_file: Path | None, **given: Any) -> None:
    """Open an appeal at /appeals/SLUG."""
    if not given["title"]:
        raise click.UsageError("An appeal needs a title: --title")
    refuse_old_schema()
    settings = services().settings
    appeal = Appeal(slug=slug, text="", currency=settings.currency, suggested_minor=[])
    changes = changes_asked(appeal, given)
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
    click.echo(f"Opened /appeals/{slug}: {_say(appeal)}")
    _tell_what_is_in_force()


@group.command("schedule")
@click.argument("slug")
@schedule_options
def schedule(slug: str, **given: str | None) -> None:
    """Change when the appeal SLUG takes gifts, and whether it is shown under the articles. The rest stays as it is."""
    _change(slug, lambda appeal: scheduling.schedule(appeal, changes_asked(appeal, given)))


@group.command("end")
@click.argument("slug")
@click.option("--on", "day", metavar="DAY", help="Its last day, instead of today.")
def end(slug: str, day: str | None) -> None:
    """End the appeal SLUG: today is its last day. To hide it under the articles only: schedule --precedence none."""
    last_day = day_option("--on", day) if day else clock.today()
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
                raise click.ClickException(f"There is no appeal at /appeals/{slug}; `flask appeals list` lists all.")
            versions.keep_what_is_there(appeal)
            different = change(appeal)
            if different:
                versions.keep(appeal)
    except DomainError as refusal:
        raise click.ClickException(f"{refusal}.") from refusal
    click.echo(f"{'Changed' if different else 'Nothing to change on'} /appeals/{slug}: {_say(appeal)}")
    _tell_what_is_in_force()


def _say(appeal: Appeal) -> str:
    """Dates, precedence and target in words."""
    if appeal.starts_on is None:
        days = "a draft"
    else:
        days = f"from {appeal.starts_on}" + (f" until {appeal.ends_on}" if appeal.ends_on else ", without an end")
    if appeal.general_fund:
        days = f"the general fund, open while no other appeal is, {days}"
    precedence = "under no article" if appeal.precedence is None else f"precedence {appeal.precedence}"
    return f"{days}, {precedence}, {f'target {written(appeal.target)}' if appeal.target else 'no target'}"


def _tell_what_is_in_force() -> None:
    appeal = in_force(clock.today())
    click.echo(f"In force today: {appeal.slug}" if appeal else "No appeal is in force today.")
