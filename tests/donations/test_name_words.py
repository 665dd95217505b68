"""The words of names: kept by the database itself, for gifts and donors, and gone with the last who had the name."""

import pytest
from flask_migrate import downgrade, upgrade
from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError

from app import create_app
from app.database import db, writing
from app.donations.donation import Donation
from app.donors.donor import Donor
from app.donors.name_words import NameWord, WordPart, has_name, words_of
from tests.cast import a_gift, a_pledge, an_appeal

pytestmark = pytest.mark.both_databases

ADA, NGOZI, MARIE = "Ada Byron", "Ngozi Okafor", "Anne-Marie O’Connor"


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


def parts():
    db.session.rollback()
    return set(db.session.scalars(select(WordPart.part)))


@pytest.mark.parametrize(
    "typed",
    ["oconnor", "O’Connor", "o'connor", "connor", "Anne-Marie", "annemarie", "marie anne", "Ltd. smith", "smith & sons",
     'sons "smith"'],
)  # fmt: skip
def test_signs_inside_a_word_may_be_typed_or_left_out(app, typed):
    named("Anne-Marie O’Connor", "Smith & Sons, Ltd.")
    assert len(found(typed)) == 1


@pytest.mark.parametrize(
    ("typed", "name"),
    [("yron", ADA), ("BYR", ADA), ("ron", ADA), ("ad yro", ADA), ("yro ada", ADA), ("Ñgo", NGOZI), ("ÓKAF", NGOZI),
     ("kaf", NGOZI), ("nnem", MARIE), ("oco", MARIE), ("conno", MARIE), ("O’Conn", MARIE), ("e-mar", MARIE)],
)  # fmt: skip
def test_any_part_of_a_word_of_three_letters_or_more_finds_a_name(app, typed, name):
    named(ADA, NGOZI, MARIE)
    assert found(typed) == [name]


@pytest.mark.parametrize("typed", ["da", "y", "ada yr", "yrox", "nadab"])
def test_one_or_two_letters_are_a_beginning_and_no_part_crosses_words(app, typed):
    named(ADA, NGOZI, MARIE)
    assert found(typed) == []


@pytest.mark.parametrize("typed", ["a%n", "a_n", "yro%"])
def test_signs_that_mean_more_to_a_database_mean_themselves(app, typed):
    named("Ada Byron", "Alan 100% Byron")
    for along in (False, True):
        condition = has_name(Donation.name_key, typed, along=along)
        assert db.session.scalars(select(Donation.name).where(condition)).all() == []


def test_row_by_row_the_same_is_found_as_by_looking_up_names(app):
    named("Ada Byron", "Ngozi Okafor", "Anne-Marie O’Connor", "Bo Ek")
    for typed in ("yron", "oconnor", "e", "ek bo", "zi oka", "ann mar", "n"):
        by_row = select(Donation.name).where(has_name(Donation.name_key, typed, along=True))
        assert sorted(db.session.scalars(by_row)) == sorted(found(typed))


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
    of_ngozi = {"ngozi", "gozi", "ozi", "okafor", "kafor", "afor", "for"}
    assert parts() == {"ada", "king", "ing", *of_ngozi}
    with writing() as session:
        session.execute(delete(Donor))
    assert parts() == of_ngozi
    with writing() as session:
        session.execute(delete(Donation))
    assert (kept(), parts()) == (set(), set())


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


@pytest.mark.parametrize("revision", ["0030", "0017"])
def test_names_that_were_there_before_are_found_after_the_upgrade(app, settings, revision):
    named("Anne-Marie O’Connor", 'Ngozi "Zi" Okafor')
    before = kept(), parts()
    db.session.remove()
    with create_app(settings).app_context():
        downgrade(revision=revision)
        upgrade()
        db.session.remove()
        db.engine.dispose()
    assert (kept(), parts()) == before
    assert found("kafor") == ['Ngozi "Zi" Okafor']
