"""Books for the office's tests: an appeal with gifts of its own and of a branch, told apart by their amounts."""

from datetime import UTC, datetime

from bs4 import BeautifulSoup
from sqlalchemy import select

from app.appeals import income
from app.appeals.branch import Branch, found_branch
from app.database import db, writing
from app.ledger.entries import Entry
from tests.cast import an_appeal
from tests.ledger.entering import enter

MARCH, APRIL = datetime(2026, 3, 12, 12, tzinfo=UTC), datetime(2026, 4, 2, 12, tzinfo=UTC)


def books():
    """£25.00 for the appeal itself in March, £7.00 in April by cash for a branch; the branch's id."""
    appeal = an_appeal()
    with writing():
        branch = found_branch("Ambleford", "North")
        found_branch("Rivermouth", "South")
        stripe, cash = "assets:stripe", "assets:cash"
        enter("test:own", [(income.account_of(appeal), stripe, 2500)], occurred_at=MARCH)
        of_branch = {"kind": "cash", "memo": "cash counted", "subject": "count:c1", "occurred_at": APRIL}
        enter("test:branch", [(income.account_of(appeal, branch.id), cash, 700)], **of_branch)
        return branch.id


def other_branch():
    """The branch that raised nothing."""
    return db.session.scalar(select(Branch.id).where(Branch.name == "Rivermouth"))


def entry(source):
    """The number of the entry with a source."""
    return db.session.scalar(select(Entry.id).where(Entry.source == source))


def page(answer, status=200):
    """An answer's page, read as a browser reads it."""
    assert answer.status_code == status
    return BeautifulSoup(answer.text, "html5lib")


def words(found):
    """What an element says, in one line."""
    return " ".join(found.get_text(" ").split())


def rows(table):
    """A table's rows of cells, as words."""
    return [[words(cell) for cell in row.find_all(["td", "th"])] for row in table.find_all("tr")]
