"""`flask example load`: a made-up newspaper to try Whipround with, and its year. Only practice mode takes it.

The people of the example newspaper: one of each role, so that practice mode's office can be tried at once.
"""

import tomllib
from datetime import datetime, time, timedelta
from pathlib import Path
from time import perf_counter
from typing import Any

import click
from flask import current_app
from flask.cli import AppGroup
from flask_security.utils import hash_password
from sqlalchemy import func, select

from app import clock
from app.appeals import branch
from app.appeals.appeal import Appeal
from app.appeals.branch import Branch
from app.appeals.writing import open_appeal
from app.articles import images
from app.articles.article import Article
from app.articles.images import Reencoded
from app.cli.example import year
from app.cli.example.practice_stripe import NoPracticeStripe, PracticeStripe
from app.cli.starting import refuse_old_schema
from app.config import Settings
from app.database import db, writing
from app.donations.donation import Donation
from app.ledger.entries import Entry
from app.markup import image_address
from app.receipts.receipt import ReceiptFile
from app.services import services
from app.staff import people
from app.staff.people import Person

# Practice mode says it on its sign-in page: it keeps nobody out.
PASSWORD = "lantern in practice"  # noqa: S105


def load_people(example: dict[str, Any]) -> int:
    """Add the example's branches and people who are not there yet, and return how many people; the caller commits."""
    known = set(db.session.scalars(select(Branch.name)))
    for each in example["branches"]:
        if each["name"] not in known:
            branch.found_branch(each["name"], each["region"])
    missing = [each for each in example["people"] if people.find_by_email(each["email"]) is None]
    hashed = hash_password(PASSWORD) if missing else ""
    for each in missing:
        held = db.session.scalar(select(Branch.id).where(Branch.name == each.get("branch")))
        person = people.add(each["email"], [each["role"]], name=each["name"], branch_id=held, password_hash=hashed)
        if person.needs_second_factor:
            _give_second_factor(person)
    return len(missing)


def _give_second_factor(person: Person) -> None:
    """An authenticator app and recovery codes, as if they had been set up; practice mode shows the code."""
    security = current_app.extensions["security"]
    person.tf_primary_method, person.tf_totp_secret = "authenticator", security.totp_factory.generate_totp_secret()
    security.mf_recovery_codes_util.create_recovery_codes(person)


EXAMPLES = Path(__file__).parents[3] / "examples"

group = AppGroup("example", help="Load an example organisation to try things out.")


@group.command("load")
@click.option("--empty", is_flag=True, help="Only articles, appeals and people, without gifts.")
@click.option("--receipts-later", is_flag=True, help="Leave the receipts to `flask example receipts`.")
def load(empty: bool, receipts_later: bool) -> None:
    """Put the example's articles, appeals, people and a year of gifts into practice mode, once. The gifts come only to
    books that are new, and need Practice Stripe to run (`python -m practice`)."""
    settings = services().settings
    if not settings.practice:
        raise click.ClickException("The example is only for practice mode (PRACTICE=1); these books are not.")
    refuse_old_schema()
    unfinished = settings.data_dir / "example-unfinished"
    if unfinished.exists():
        raise click.ClickException(
            f"Loading the example was interrupted. Delete {settings.data_dir} and its database, then load it again."
        )
    unprinted = _unprinted(settings)
    nothing_yet = not any(db.session.scalar(select(each.id).limit(1)) for each in (Appeal, Article, Donation, Entry))
    db.session.rollback()
    if empty or not nothing_yet:
        _load_newspaper(settings)
        if unprinted.exists() and not receipts_later:
            _print_receipts(settings)
        return
    lived = year.Year(_read("lantern-year.toml"), PracticeStripe(settings.stripe_api_base or ""))
    try:
        lived.begin_at_stripe()
    except NoPracticeStripe as failure:
        raise click.ClickException(
            f"{failure}. The example's gifts are paid there: start it with `python -m practice`, or load the example "
            "without gifts: `flask example load --empty`."
        ) from failure
    unfinished.touch()
    _load_newspaper(settings)
    unprinted.touch()
    click.echo("Adding a year of gifts. This takes about five seconds, or longer on a busy machine.")
    began = perf_counter()
    lived.live()
    unfinished.unlink()
    gifts = db.session.scalar(select(func.count()).select_from(Donation))
    click.echo(f"{gifts} gifts were added in {perf_counter() - began:.0f} seconds.")
    if not receipts_later:
        _print_receipts(settings)


@group.command("receipts")
def print_receipts() -> None:
    """Print the receipts of the example's year, where `load` has left them; before the worker runs, which would mail
    all of them."""
    settings = services().settings
    if _unprinted(settings).exists():
        _print_receipts(settings)


def _unprinted(settings: Settings) -> Path:
    """A file that is there while the year's receipts are still to be printed."""
    return settings.data_dir / "example-receipts"


def _print_receipts(settings: Settings) -> None:
    began = perf_counter()
    year.print_receipts(settings)
    _unprinted(settings).unlink()
    printed = db.session.scalar(select(func.count()).select_from(ReceiptFile))
    click.echo(f"{printed} receipts are printed, in {perf_counter() - began:.0f} seconds.")


def _load_newspaper(settings: Settings) -> None:
    """The articles, appeals and people that are not there yet."""
    example = _read("lantern.toml")
    numbers = set(db.session.scalars(select(Article.number)))
    missing = [each for each in example["articles"] if each["number"] not in numbers]
    db.session.rollback()
    files = [each["picture"] for each in missing if "picture" in each]
    drawn = {file: images.reencode((EXAMPLES / file).read_bytes()) for file in files}
    with writing():
        articles = [_article(each, drawn) for each in missing]
        db.session.add_all(articles)
        slugs = set(db.session.scalars(select(Appeal.slug)))
        appeals = [_appeal(each, settings.currency) for each in example["appeals"] if each["slug"] not in slugs]
        for appeal in appeals:
            open_appeal(appeal)
        added = load_people(example)
    if articles or appeals:
        click.echo(f"The example is loaded: {len(articles)} articles and {len(appeals)} appeals.")
    if added:
        click.echo(f"{added} people can sign in to its office with the password “{PASSWORD}”.")


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((EXAMPLES / name).read_text(encoding="utf-8"))


def _article(given: dict[str, Any], drawn: dict[str, Reencoded]) -> Article:
    """One article, with its picture in front. Its days are counted from today, except in the archive, where `posted`
    says them."""
    if "posted" in given:
        posted_at = datetime.fromisoformat(given["posted"]).replace(tzinfo=clock.local_zone())
    else:
        # Never in the future, at whatever hour of the day the example is loaded.
        posted_at = min(_moment(-given["days_ago"], given["posted_at"]), clock.now())
    picture = ""
    if "picture" in given:
        words = given["picture_words"]
        picture = f"![{words}]({image_address(images.keep(drawn[given['picture']], words).reference)})\n\n"
    article = Article(
        number=given["number"],
        headline=given["headline"],
        text=picture + given["text"].strip(),
        demands=given.get("demands", []),
        posted_at=posted_at,
        updated_at=clock.now(),
    )
    if "event_in_days" in given:
        days = given["event_in_days"]
        article.event_starts_at = _moment(days, given.get("event_at", "00:00"))
        article.event_ends_at = _moment(days, given["event_until"]) if "event_until" in given else None
        article.event_all_day = "event_at" not in given
        article.event_place = given["event_place"]
        article.event_directions = given.get("event_directions")
    return article


def _appeal(given: dict[str, Any], currency: str) -> Appeal:
    """One appeal in the organisation's currency; its amounts are in minor units."""
    return Appeal(
        slug=given["slug"],
        title=given["title"],
        text=given["text"].strip(),
        currency=currency,
        target_minor=given["target"],
        suggested_minor=given["suggested"],
        starts_on=clock.today() + timedelta(days=given["starts_in_days"]),
        ends_on=clock.today() + timedelta(days=given["ends_in_days"]),
        precedence=given.get("precedence"),
    )


def _moment(days: int, wall_clock: str) -> datetime:
    """The instant that a wall clock shows `wall_clock` (HH:MM) that many local days from today."""
    return datetime.combine(clock.today() + timedelta(days=days), time.fromisoformat(wall_clock), clock.local_zone())
