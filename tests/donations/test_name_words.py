"""The words of names: kept by the database itself, for gifts and donors, and gone with the last who had the name."""

import pytest
from flask_migrate import downgrade, upgrade
from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError

from app import create_app
from app.donations.donation import Donation
from app.donors.donor import Donor
from app.donors.name_words import NameWord, has_name, words_of
from app.extensions import db
from app.writing import writing
from tests.cast import a_gift, a_pledge, an_appeal

pytestmark = pytest.mark.both_databases


def named(*names):
    appeal = an_appeal()
    for number, name in enumerate(names):
        a_pledge(appeal, f"n{number}", a_gift(name=name))


def found(typed):
    db.session.rollback()
    return [each.name for each in db.session.scalars(select(Donation).where(has_name(Donation.name_key, typed)))]


def kept():
    db.session.rollback()
    return set(db.session.scalars(select(NameWord.word)))


@pytest.mark.parametrize(
    "typed",
    ["oconnor", "O’Connor", "o'connor", "connor", "Anne-Marie", "annemarie", "marie anne", "Ltd. smith", "smith & sons",
     'sons "smith"'],
)  # fmt: skip
def test_signs_inside_a_word_may_be_typed_or_left_out(app, typed):
    named("Anne-Marie O’Connor", "Smith & Sons, Ltd.")
    assert len(found(typed)) == 1


@pytest.mark.parametrize("name", ['Tab"\\b ["x"]', "back\\slash", "x" * 120, "山田 太郎", "Ó", "null", "1 2 3"])
def test_any_name_is_taken_and_found_by_itself(app, name):
    named(name)
    assert found(name) == [name]


def test_a_name_of_signs_alone_is_found_by_nothing(app):
    named("'-'", "…")
    assert found("'") == []


def test_a_name_leaves_no_word_behind_once_nobody_has_it(app):
    named("Ada Byron", "Ada Byron", "Ngozi Okafor")
    with writing() as session:
        session.add(Donor(name="Ada Byron"))
        first, second = session.scalars(select(Donation.id).where(Donation.name == "Ada Byron").order_by(Donation.id))
        session.execute(update(Donation).where(Donation.id == first).values(name_key=None))
        session.execute(delete(Donation).where(Donation.id == second))
    assert kept() == {"ada", "byron", "ngozi", "okafor"}
    with writing() as session:
        session.execute(update(Donor).values(name_key="ada king"))
    assert kept() == {"ada", "king", "ngozi", "okafor"}


def test_a_statement_that_is_taken_back_takes_its_words_back(app):
    named("Ada Byron")

    def go_wrong():
        with writing() as session:
            session.add(Donor(name="Grace Hopper"))
            session.flush()
            session.execute(update(Donation).values(amount_minor=0))

    with pytest.raises(IntegrityError):
        go_wrong()
    assert kept() == {"ada", "byron"}


def test_the_longest_word_is_looked_for_first():
    assert words_of("J. van der Berg-Smith") == ["bergsmith", "der", "van", "j"]


def test_names_that_were_there_before_are_found_after_the_upgrade(app, settings):
    named("Anne-Marie O’Connor", 'Ngozi "Zi" Okafor')
    before = kept()
    db.session.remove()
    with create_app(settings).app_context():
        downgrade(revision="0017")
        upgrade()
        db.session.remove()
        db.engine.dispose()
    assert kept() == before
    assert found("okafor") == ['Ngozi "Zi" Okafor']
