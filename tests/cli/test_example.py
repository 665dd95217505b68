"""The example organisation: complete, loaded once, only in practice mode; and the year in which readers gave to it."""

import os
import secrets
import subprocess
import sys
import tomllib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from app import clock, config, create_app, markup
from app.appeals import raised
from app.appeals.appeal import Appeal
from app.articles import images
from app.articles.article import Article
from app.config import Settings
from app.database import db, writing
from app.donations.donation import CARD, RECEIVED, Donation
from app.donations.plans.plan import ACTIVE, ENDED, Plan
from app.donors.donor import Donor
from app.ledger.entries import Entry
from app.receipts.receipt import ISSUED, Receipt
from app.reconciliation.exceptions import finding
from app.services import services
from tests import postgresql
from tests.journeys.running import ROOT, answers, eventually, free_port


def load(app: Flask, *options: str) -> str:
    result = app.test_cli_runner().invoke(args=["example", "load", *options])
    assert result.exit_code == 0, result.output
    return result.output


# It starts programs of its own, and lives a year.
pytestmark = pytest.mark.timeout(600)


def test_it_brings_articles_old_and_new_events_ahead_and_one_appeal_in_force(app: Flask) -> None:
    assert "11 articles and 3 appeals" in load(app, "--empty")
    articles = db.session.scalars(select(Article)).all()
    assert all(article.posted_at <= clock.now() for article in articles)
    assert min(article.posted_at.year for article in articles) == 2012
    ahead = [a for a in articles if a.event_starts_at and a.event_starts_at > clock.now()]
    assert len(ahead) == 3
    assert [a.number for a in ahead if a.event_all_day] == [114]
    appeals = db.session.scalars(select(Appeal)).all()
    assert [a.slug for a in appeals if a.open_on(clock.today()) and a.precedence] == ["keep-the-lantern-lit"]


def test_three_articles_show_pictures_that_are_there(app: Flask) -> None:
    load(app, "--empty")
    shown = [each for each in db.session.scalars(select(Article)) if markup.images(each.text)]
    assert sorted(each.number for each in shown) == [115, 117, 118]
    for article in shown:
        images.check_shown(article.text)
        assert app.test_client().get(f"/articles/{article.number}").status_code == 200


def test_empty_it_comes_without_gifts(app: Flask) -> None:
    load(app, "--empty")
    assert db.session.scalar(select(func.count()).select_from(Entry)) == 0
    assert {each.amount.minor for each in raised.of(db.session.scalars(select(Appeal)).all()).values()} == {0}


def test_a_second_load_changes_nothing_even_after_an_edit(app: Flask) -> None:
    load(app, "--empty")
    with writing():
        article = db.session.scalars(select(Article).where(Article.number == 112)).one()
        article.headline = "Corrections: it was an otter after all"
    assert load(app) == ""
    assert db.session.scalar(select(func.count()).select_from(Article)) == 11
    assert db.session.scalars(select(Article.headline).where(Article.number == 112)).one().endswith("after all")


def test_without_practice_stripe_nothing_is_loaded_and_it_says_what_to_do(app: Flask) -> None:
    result = app.test_cli_runner().invoke(args=["example", "load"])
    assert result.exit_code == 1
    assert "python -m practice" in result.output
    assert "--empty" in result.output
    assert db.session.scalar(select(func.count()).select_from(Appeal)) == 0


def test_a_year_that_was_broken_off_is_said(app: Flask, settings: Settings) -> None:
    (settings.data_dir / "example-unfinished").touch()
    result = app.test_cli_runner().invoke(args=["example", "load"])
    assert result.exit_code == 1
    assert "was interrupted" in result.output


@pytest.mark.usefixtures("app")
def test_it_stays_out_of_books_that_are_not_for_practice(settings: Settings) -> None:
    earnest = create_app(replace(settings, practice=False))
    with earnest.app_context():
        result = earnest.test_cli_runner().invoke(args=["example", "load"])
        db.engine.dispose()
    assert result.exit_code == 1
    assert "only for practice mode" in result.output


# --- the year ---

YEAR = tomllib.loads((ROOT / "examples/lantern-year.toml").read_text(encoding="utf-8"))


@dataclass(frozen=True)
class Loaded:
    """Books with the year in them, and Practice Stripe still running beside them."""

    environ: dict[str, str]

    def flask(self, *command: str) -> str:
        """What a command says that succeeds."""
        done = subprocess.run(
            [sys.executable, "-m", "flask", "--app", "app", *command],
            cwd=ROOT, env=self.environ, capture_output=True, text=True,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def loaded(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Loaded]:
    """The year, loaded once on each database for all that is said about it, in the two steps of `make run`."""
    port = free_port()
    kept = {name: os.environ[name] for name in os.environ if name in ("PATH", "HOME", "LANG") or "COV" in name}
    environ = {
        **kept, "PRACTICE": "1", "DATA_DIR": str(tmp_path_factory.mktemp("example")),
        "PRACTICE_BIND": f"127.0.0.1:{port}", "STRIPE_API_BASE": f"http://127.0.0.1:{port}",
    }  # fmt: skip
    if request.param == "postgresql":
        postgresql.spare_the_disk()
        environ["DATABASE_URL"] = postgresql.create("example_" + secrets.token_hex(6))
    till = subprocess.Popen([sys.executable, "-m", "practice"], cwd=ROOT, env=environ, stderr=subprocess.DEVNULL)
    try:
        year = Loaded(environ)
        year.flask("db", "upgrade")
        eventually(lambda: answers(f"{environ['STRIPE_API_BASE']}/healthz"), 60)
        said = year.flask("example", "load", "--receipts-later")
        assert "gifts were added in" in said
        assert "printed" not in said
        assert "receipts are printed" in year.flask("example", "receipts")
        yield year
    finally:
        till.terminate()
        till.wait(timeout=30)
        if request.param == "postgresql":
            postgresql.drop(environ["DATABASE_URL"])


@pytest.fixture
def books(loaded: Loaded) -> Iterator[Flask]:
    """The application on these books."""
    application = create_app(config.read(loaded.environ))
    with application.app_context():
        yield application
        db.session.remove()
        db.engine.dispose()


def test_the_books_are_clean_and_agree_with_stripe_to_the_penny(loaded: Loaded) -> None:
    assert "The books are clean" in loaded.flask("books", "verify")
    reconciled = loaded.flask("stripe", "reconcile").splitlines()
    assert len(reconciled) > 10
    assert all(line.endswith("difference £0.00") for line in reconciled)


def test_catching_up_finds_nothing_missing_and_a_second_load_loads_nothing(loaded: Loaded) -> None:
    assert loaded.flask("example", "load") == loaded.flask("example", "receipts") == ""
    assert "0 events and 0 movements were missing" in loaded.flask("stripe", "catch-up")


@pytest.mark.usefixtures("books")
def test_it_is_the_same_year_each_time() -> None:
    told = {
        (name, minor, clock.today() - timedelta(days=day))
        for lines in YEAR["cards"].values() for day, name, minor, *_ in lines
    }  # fmt: skip
    once = select(Donation).where(Donation.method == CARD, Donation.plan_id.is_(None), Donation.state == RECEIVED)
    found = {
        (each.name, each.amount_minor, clock.local_day(each.received_at))
        for each in db.session.scalars(once) if each.received_at
    }  # fmt: skip
    assert found == told
    assert not (services().settings.data_dir / "example-unfinished").exists()


@pytest.mark.usefixtures("books")
def test_every_receipt_is_printed_and_only_those_of_the_last_days_are_mailed() -> None:
    receipts = db.session.scalars(select(Receipt).where(Receipt.state == ISSUED)).all()
    assert all(each.rendered_at and each.mailed_at for each in receipts)
    late = [each for each in receipts if each.requested_at > clock.now() - timedelta(days=7)]
    assert len(list(services().settings.outbox.glob("*.eml"))) == len(late) > 5


@pytest.mark.usefixtures("books")
def test_who_gives_by_card_is_a_donor_since_the_day_of_the_first_gift() -> None:
    first = (
        select(Donor.created_at, func.min(Donation.received_at))
        .join(Donation, Donation.donor_id == Donor.id)
        .where(Donation.method == CARD, Donation.email_key.is_not(None))
        .group_by(Donor.id, Donor.created_at)
    )
    days = [(clock.local_day(since), clock.local_day(gift)) for since, gift in db.session.execute(first)]
    assert len({since for since, _gift in days}) > 20
    assert [(since, gift) for since, gift in days if since != gift] == []


@pytest.mark.usefixtures("books")
def test_a_past_appeal_was_met_and_the_present_one_is_well_on_its_way() -> None:
    appeals = {each.slug: each for each in db.session.scalars(select(Appeal))}
    sums = raised.of(list(appeals.values()))
    share = {
        slug: sums[each.id].amount.minor / each.target_minor for slug, each in appeals.items() if each.target_minor
    }
    assert share["a-press-of-our-own"] >= 1
    assert 0.4 < share["keep-the-lantern-lit"] < 0.9
    assert 0.05 < share["friends-of-the-lantern"] < 1


@pytest.mark.usefixtures("books")
def test_monthly_givers_give_and_one_has_stopped() -> None:
    states = Counter(db.session.scalars(select(Plan.state)))
    assert states == {ACTIVE: len(YEAR["monthly"]["givers"]) - 1, ENDED: 1}
    assert len(db.session.scalars(select(Donation).where(Donation.plan_id.is_not(None))).all()) > 10


@pytest.mark.usefixtures("books")
def test_only_what_the_treasurer_has_to_do_is_an_exception() -> None:
    kinds = Counter(each.kind for each in finding.find())
    assert kinds["dispute"] == 1
    assert kinds["bank line"] > 5
    # What else is there is what these lines will explain.
    assert set(kinds) <= {"dispute", "bank line", "standing order", "announced transfer", "unbanked cash"}
