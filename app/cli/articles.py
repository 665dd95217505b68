"""`flask articles`: taking archive articles in."""

from pathlib import Path

import click
from flask.cli import AppGroup

from app import clock
from app.appeals import writing as appeals_writing
from app.appeals.appeal import Appeal
from app.articles.imports import printed_archive, taking_in
from app.articles.imports.event_announcement import Announcement
from app.articles.imports.printed_archive import ArchiveArticle
from app.articles.imports.taking_in import ImportedArticle
from app.cli.starting import refuse_old_schema
from app.config import Settings
from app.database import writing
from app.errors import DomainError
from app.services import services

group = AppGroup("articles", help="Import the articles of an archive.")


@group.command("import")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FILE…")
def import_(files: tuple[Path, ...]) -> None:
    """Import archive articles, one a file, and say what was understood.

    An import can be repeated: it adds nothing twice. A file that cannot be read is named with the line. The others
    are imported all the same; then the command exits with 1.
    """
    refuse_old_schema()
    settings = services().settings
    seen: dict[int, Path] = {}
    failed = 0
    for file in files:
        try:
            found = printed_archive.read(file.read_bytes())
            if seen.setdefault(found.number, file) != file:
                raise click.ClickException(f"article {found.number} was already in {seen[found.number]}")
            with writing():
                taken = taking_in.take_in(found)
                offered = appeals_writing.offer(found.appeal, settings.currency) if found.appeal else None
        except (DomainError, OSError, click.ClickException) as refusal:
            failed += 1
            click.echo(f"{file}: not imported: {_reason(refusal)}", err=True)
            continue
        click.echo("\n".join(_say(file, found, taken, offered, settings)))
    if failed:
        click.echo(f"{failed} of {len(files)} files could not be imported.", err=True)
        raise SystemExit(1)


def _reason(refusal: Exception) -> str:
    return (refusal.strerror or "cannot be read") if isinstance(refusal, OSError) else str(refusal)


def _say(
    file: Path, found: ArchiveArticle, taken: ImportedArticle, offered: tuple[Appeal, bool] | None, settings: Settings
) -> list[str]:
    """What was understood of one file, in lines."""
    lines = [
        f"{file}: article {found.number}, {taken.outcome.value}",
        f"  address   {settings.base_url}/articles/{found.number}",
        f"  posted    {clock.local(found.posted_at):%A %-d %B %Y, %H:%M %Z}",
        f"  headline  {found.headline}",
        *(_event(found.event) if found.event else ["  event     none"]),
        f"  text      {_count(found.paragraphs, 'paragraph')}",
        f"  demands   {len(found.demands) or 'none'}",
    ]
    if offered is None:
        lines.append("  appeal    none in the file")
    else:
        appeal, is_new = offered
        known = "offered now, as a draft" if is_new else "known from an earlier import"
        lines.append(f"  appeal    “{appeal.title}”, /appeals/{appeal.slug}: {known}")
        if appeal.precedence is None:
            today = clock.today()
            lines.append("            it is not part of the article, and not in force; to put it in force:")
            lines.append(
                f"            flask appeals schedule {appeal.slug} --from {today} --until {today.year + 1}-12-31"
                " --target 25000 --precedence 10"
            )
    return [*lines, *(f"  note      {oddity}" for oddity in found.oddities)]


def _event(event: Announcement) -> list[str]:
    start = clock.local(event.starts_at)
    when = f"{start:%A %-d %B %Y}" + (", all day" if event.all_day else f", {start:%H:%M}")
    if event.ends_at:
        when += (
            f" to {clock.local(event.ends_at):%A %-d %B %Y}"
            if event.all_day
            else f" to {clock.local(event.ends_at):%H:%M}"
        )
    lines = [f"  event     {when}", f"  place     {event.place or 'not given'}"]
    return [*lines, f"  way       {event.directions}"] if event.directions else lines


def _count(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"
