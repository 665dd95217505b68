"""Errors: what reaches a log or a person is the kind of a library's error, never its words."""

import logging

import pytest
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from app.database import db, writing
from app.errors import DomainError, in_words
from tests.cast import a_gift, a_pledge, an_appeal


class FundIsShut(DomainError):
    """A refusal of our own."""


def test_our_own_words_may_be_shown_and_a_librarys_may_not():
    assert in_words(FundIsShut("it is shut")) == "FundIsShut: it is shut"
    assert in_words(ValueError("lucja@example.org")) == "ValueError"


@pytest.mark.both_databases
@pytest.mark.usefixtures("app")
def test_a_failing_statement_does_not_name_the_people_in_it():
    a_pledge(an_appeal(), gift=a_gift(name="Łucja Okoń"))
    with pytest.raises(SQLAlchemyError) as failure, writing():
        db.session.execute(text("UPDATE donations SET name = :name, state = 'nonsense'"), {"name": "Łucja Okoń"})
    assert "Okoń" not in in_words(failure.value)
    assert "[SQL parameters hidden due to hide_parameters=True]" in str(failure.value)


@pytest.mark.both_databases
def test_an_unexpected_error_is_logged_without_its_words(app, caplog):
    @app.get("/boom")
    def boom():
        raise RuntimeError("@".join(["lucja", "example.org"]))

    app.config["PROPAGATE_EXCEPTIONS"] = False
    with caplog.at_level(logging.DEBUG):
        assert app.test_client().get("/boom").status_code == 500
    assert "RuntimeError" in caplog.text
    assert "in boom" in caplog.text
    assert "lucja@example.org" not in caplog.text
