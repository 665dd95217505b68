"""`flask books export`: a file and what it comes to, the same as the office gives."""

import csv

from app.audit.deed import Deed
from app.extensions import db
from app.ledger.exports.log import Export
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
    assert [deed.subject for deed in db.session.query(Deed)] == [f"export:{made.reference}"]


def test_a_second_file_for_the_same_program_is_warned_of(app, tmp_path):
    books()
    first, second = (flask(app, "sage-50", *YEAR, "--into", str(tmp_path)) for _ in range(2))
    assert (first.exit_code, second.exit_code) == (0, 0)
    assert "Warning" not in first.stderr
    assert "holds some of the same postings" in second.stderr


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
