"""A subject is a kind and a reference in one text, made and read in one place."""

import copy

import pytest
from sqlalchemy import String, cast, select

from app.audit import acknowledging
from app.audit.acknowledging import Acknowledgement
from app.database import db, writing
from app.subject import Subject


def test_a_subject_is_its_kind_and_its_reference():
    subject = Subject("donation", "D-1")
    assert subject == "donation:D-1"
    assert (subject.kind, subject.reference) == ("donation", "D-1")


def test_a_subject_that_was_kept_is_read_again():
    assert Subject.parse("standing-order:S-2") == Subject("standing-order", "S-2")


@pytest.mark.parametrize(
    ("text", "kind", "reference"), [("operator", "operator", ""), ("unknown:a:b", "unknown", "a:b"), ("", "", "")]
)
def test_whatever_was_kept_can_be_read(text, kind, reference):
    subject = Subject.parse(text)
    assert (subject, subject.kind, subject.reference) == (text, kind, reference)


def test_numbers_and_days_write_themselves():
    assert Subject("entry", 7) == "entry:7"


@pytest.mark.parametrize("again", [copy.copy, copy.deepcopy])
def test_a_copy_is_the_same_subject(again):
    subject = again(Subject("donation", "D-1"))
    assert (type(subject), subject) == (Subject, "donation:D-1")


def test_a_subject_cannot_be_changed():
    with pytest.raises(AttributeError):
        Subject("donation", "D-1").reference = "D-2"


@pytest.mark.both_databases
@pytest.mark.usefixtures("app")
def test_the_database_takes_a_subject_and_makes_them_from_references():
    subject = Subject("donation", "D-1")
    text = cast(subject, String)
    found = db.session.execute(
        select(text, text == Subject.of("donation", cast("D-1", String)), Subject.all_of("donation", text),
               Subject.all_of("donor", text))
    ).one()  # fmt: skip
    assert tuple(found) == ("donation:D-1", True, True, False)


@pytest.mark.both_databases
@pytest.mark.usefixtures("app")
@pytest.mark.parametrize("about", [Subject("donation", "D-1"), None])
def test_a_column_of_subjects_gives_back_what_it_was_given(about):
    with writing():
        acknowledging.acknowledge("receipt", "R-1", "facts", reason="seen", by="person:a", subject=about)
    db.session.expunge_all()
    (subject,) = db.session.scalars(select(Acknowledgement.subject)).all()
    assert (type(subject), subject) == (type(about), about)
