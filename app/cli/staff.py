"""`flask staff`: who may enter the office."""

import click
from flask import current_app
from flask.cli import AppGroup
from flask_security.utils import hash_password
from sqlalchemy import select

from app import clock
from app.appeals.branch import Branch
from app.audit import trail
from app.cli.starting import refuse_old_schema
from app.database import db, writing
from app.emails import email as emails_email
from app.errors import DomainError
from app.services import services
from app.staff import people
from app.staff.people import ROLES
from app.subject import Subject

group = AppGroup("staff", help="Manage who has access to the office.")


@group.command("add")
@click.argument("email")
@click.option("--role", "roles", multiple=True, required=True, type=click.Choice([*ROLES, "branch-treasurer"]))
@click.option("--name", default="", help="Their name.")
@click.option("--branch", help="The name of the branch, for a branch treasurer.")
@click.option("--invite", is_flag=True, help="Email an invitation instead of asking for a password.")
def add(email: str, roles: tuple[str, ...], name: str, branch: str | None, invite: bool) -> None:
    """Give somebody access: asks for their password, or emails them an invitation that works for one day."""
    refuse_old_schema()
    password = None if invite else hash_password(_asked_password())
    held = sorted({role.replace("-", "_") for role in roles})
    try:
        with writing():
            person = people.add(email, held, name=name, branch_id=_branch_id(branch), password_hash=password)
            trail.record(
                "person.added", Subject("person", person.reference), after={"email": person.email, "roles": held}
            )
            if invite:
                person.invited_at = clock.now()
                emails_email.ask(people.INVITATION, Subject("person", person.reference), clock.now().isoformat())
    except DomainError as refusal:
        raise click.ClickException(f"Nobody was added: {refusal}.") from refusal
    settings = services().settings
    click.echo(f"{person.email} can sign in at {settings.base_url}/office/ as {', '.join(held)}.")
    if invite:
        click.echo("The invitation is sent as soon as the worker runs.")
    elif person.needs_second_factor:
        click.echo("They set up a second factor when they first sign in, and need a phone with an authenticator app.")


@group.command("list")
def list_() -> None:
    """List everybody with access, and how they sign in."""
    refuse_old_schema()
    for person in people.everybody():
        proofs = [
            "password" if person.password else "invited, no password yet",
            *(["second factor"] if person.tf_primary_method else []),
            *(["passkey"] if person.webauthn else []),
        ]
        click.echo(f"{person.email}  {', '.join(sorted(person.role_names))}  ({', '.join(proofs)})")


@group.command("remove")
@click.argument("email")
def remove(email: str) -> None:
    """End somebody's access; their name stays in the audit trail."""
    refuse_old_schema()
    person = people.find_by_email(email)
    if person is None:
        raise click.ClickException(f"Nobody with access to the office has the address {email}.")
    try:
        with writing():
            before = {"email": person.email, "roles": sorted(person.role_names)}
            people.remove(person, by=None)
            trail.record("person.removed", Subject("person", person.reference), before=before)
    except DomainError as refusal:
        raise click.ClickException(f"Nobody was removed: {refusal}.") from refusal
    click.echo(f"{email} no longer has access.")


def _asked_password() -> str:
    """What was typed twice, as it is hashed; asked again until it is long enough. A pipe gives it in two lines."""
    while True:
        typed = str(click.prompt("Password", hide_input=True, confirmation_prompt=True))
        wrong, normalised = current_app.extensions["security"].password_util.validate(typed, False)
        if not wrong:
            return str(normalised)
        click.echo("The password must have at least 12 characters, and at most 128.")


def _branch_id(name: str | None) -> int | None:
    if name is None:
        return None
    found = db.session.scalar(select(Branch.id).where(Branch.name == name))
    if found is None:
        raise click.ClickException(f"There is no branch called {name}.")
    return found
