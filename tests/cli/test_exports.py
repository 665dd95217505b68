"""`flask books export`: a file and what it comes to, the same as the office gives."""

import csv

from app.audit.trail import AuditRecord
from app.database import db
from app.ledger.exports.log import Export
from tests.ledger.exports.test_making import map_accounts
from tests.ledger.exports.year import books

YEAR = ("--from", "2026-01-01", "--to", "2026-12-31")


def flask(app, *args):
    return app.test_cli_runner().invoke(args=["books", "export", *args])


def test_the_ledger_is_written_to_a_file_and_its_totals_are_said(app, tmp_path):
    books()
    result = flask(app, "ledger-csv", *YEAR, "--into", str(tmp_path))
    assert result.exit_code == 0
    (path,) = tmp_path.glob("*.csv")
    made = db.session.query(Export).one()
    assert path.name == f"whipround-ledger-csv-2026-01-01-2026-12-31-{made.reference}.csv"
    assert len(list(csv.reader(path.read_text().splitlines()))) == 1 + 10
    beside = path.with_name(f"{path.stem}-totals.txt").read_text()
    assert "Control total | GBP | 8 lines | in 1270.06 | out 1270.06\n" in beside
    assert "Control total | GBP | 8 lines | in 1270.06 | out 1270.06" in result.stdout
    assert (made.made_by, made.lines) == ("operator", 10)
    assert [record.subject for record in db.session.query(AuditRecord)] == [f"export:{made.reference}"]


def test_a_second_file_for_the_same_program_is_stopped_until_the_first_is_withdrawn(app, tmp_path):
    books()
    into = ("--into", str(tmp_path))
    refused = flask(app, "sage-50", *YEAR, *into)
    assert refused.exit_code == 1
    assert "these accounts have no code in the program's books: assets:stripe:gbp, expenses:card-fees" in refused.output
    map_accounts()
    assert flask(app, "sage-50", *YEAR, *into).exit_code == 0
    first = db.session.query(Export).one().reference
    second = flask(app, "sage-50", *YEAR, *into)
    assert second.exit_code == 1
    assert f"batch {first} has some of the same postings; withdraw it first if it was not imported" in second.output
    assert flask(app, "sage-50", *YEAR, *into, "--instead-of", "nothing").exit_code == 1
    assert flask(app, "sage-50", *YEAR, *into, "--instead-of", first).exit_code == 0
    db.session.rollback()
    assert [each.withdrawn_by for each in db.session.query(Export).order_by(Export.id)] == ["operator", None]


def test_what_no_file_can_be_made_of_is_refused_in_words(app, tmp_path):
    for args, said in (
        (("xero-statement", *YEAR), "a bank statement is of one account"),
        (("ledger-csv", *YEAR, "--names"), "donors are named in lists of donations alone"),
        (("ledger-csv", *YEAR, "--account", "assets:nowhere:gbp"), "there is no account assets:nowhere:gbp"),
        (("ledger-csv", "--from", "2026-12-31", "--to", "2026-01-01"), "the days are in the wrong order"),
    ):
        result = flask(app, *args, "--into", str(tmp_path))
        assert result.exit_code == 1
        assert said in result.output
    assert db.session.query(Export).count() == 0
