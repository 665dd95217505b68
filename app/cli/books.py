"""`flask books`: the proof of the books, and what in them needs somebody."""

import json

import click
from flask.cli import AppGroup

from app.ledger import verifying
from app.proof import exceptions

group = AppGroup("books", help="Prove the books, and list what needs somebody.")


@group.command("verify")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def verify(as_json: bool) -> None:
    """Recompute every balance and check every rule; exit 1 and name the first bad row when something is wrong."""
    faults = verifying.faults()
    if as_json:
        click.echo(json.dumps({"clean": not faults, "faults": [{"row": f.place, "fault": f.what} for f in faults]}))
    elif not faults:
        click.echo("The books are clean: every balance and every rule was checked.")
    else:
        click.echo(f"The first bad row is {faults[0].place}: {faults[0].what}.")
        for fault in faults[1:]:
            click.echo(f"  also {fault.place}: {fault.what}")
    if faults:
        raise SystemExit(1)


@group.command("exceptions")
def list_exceptions() -> None:
    """List what the books cannot settle by themselves: unclaimed charges, stuck events, receipts that fail."""
    found = exceptions.find()
    for each in found:
        click.echo(f"{each.kind}  {each.reference}  {each.what}")
    click.echo(f"{len(found)} exceptions." if found else "Nothing needs you.")
