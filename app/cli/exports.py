"""`flask books export`: the books as a file of any size, with progress; in a browser the office does the same."""

import sys
from datetime import datetime
from pathlib import Path

import click

from app.audit import trail
from app.cli.starting import refuse_old_schema
from app.database import writing
from app.donations.exports import exporting
from app.donations.exports.exporting import EVERY_FORMAT, Choice, NotToBeExported
from app.ledger.exports import log
from app.ledger.exports.formats import words
from app.ledger.exports.snapshot import snapshot
from app.subject import Subject

_DAY = click.DateTime(["%Y-%m-%d"])


@click.command("export")
@click.argument("format_", metavar="FORMAT", type=click.Choice(EVERY_FORMAT))
@click.option("--from", "from_on", type=_DAY, required=True, help="The first day, such as 2026-01-01.")
@click.option("--to", "to_on", type=_DAY, required=True, help="The last day, which is included.")
@click.option("--account", default="", help="One account's code, such as assets:stripe:gbp.")
@click.option("--appeal", default="", help="One appeal's reference.")
@click.option("--branch", default="", help="One branch's reference.")
@click.option("--names", is_flag=True, help="Include donors' names, in exports of donations.")
@click.option("--instead-of", default="", metavar="BATCH", help="An earlier batch that was not imported: withdraw it.")
@click.option(
    "--into",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    default=Path(),
    help="The folder to write to.",
)
def export(
    format_: str,
    from_on: datetime,
    to_on: datetime,
    account: str,
    appeal: str,
    branch: str,
    names: bool,
    instead_of: str,
    into: Path,
) -> None:
    """Write the books, or the donations, to a file, and say what it comes to."""
    refuse_old_schema()
    choice = Choice(format_, from_on.date(), to_on.date(), account, appeal, branch, names)
    try:
        exporting.check(choice)
    except NotToBeExported as refusal:
        raise click.ClickException(f"Nothing was written: {refusal}.") from refusal
    if instead_of:
        try:
            with writing():
                log.withdraw(instead_of, by=trail.at_work().by)
                trail.record("export.withdrawn", Subject("export", instead_of))
        except LookupError as refusal:
            raise click.ClickException(f"Nothing was written: there is no batch {instead_of}.") from refusal
    with snapshot() as connection:
        totals = exporting.totals(connection, choice)
        with writing():
            try:
                exporting.refuse(connection, choice)
            except NotToBeExported as refusal:
                raise click.ClickException(f"Nothing was written: {refusal}.") from refusal
            made = exporting.note(connection, choice, totals, by=trail.at_work().by)
            said = {"format": format_, "from": choice.from_on, "to": choice.to_on, "names": names}
            trail.record("export.made", Subject("export", made.reference), after={**said, "lines": made.lines})
            batch, lines = made.reference, made.lines
            beside, said_beside = exporting.companion(made)
        # Progress goes where it disturbs nobody who pipes the rest.
        with click.progressbar(range(lines), label="lines", file=sys.stderr) as bar:
            file = exporting.make(connection, choice, totals, batch, lambda rows: bar.update(rows - bar.pos))
            path = into / file.name
            with path.open("xb") as written:
                for piece in file.pieces:
                    written.write(piece)
            bar.update(lines - bar.pos)
        with (into / beside).open("x", newline="") as words_beside:
            words_beside.write(said_beside)
    click.echo(f"{path}\n{words(totals)}", nl=False)
