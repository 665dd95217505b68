"""The ways through the office; each is shown only to whoever may go there."""

from flask import current_app, request
from flask_babel import lazy_gettext as _l

from app.office import access

# In the order of the navigation: the endpoint, and what it is called.
WAYS = (
    ("office.dashboard.show", _l("Today")),
    ("office.donations.index", _l("Gifts")),
    ("office.donors.index", _l("Donors")),
    ("office.collections.index", _l("Collections")),
    ("office.cheques.index", _l("Cheques")),
    ("office.paying_in.show", _l("Paying in")),
    ("office.standing_orders.index", _l("Standing orders")),
    ("office.gifts_by_hand.index", _l("Other gifts")),
    ("office.branches.index", _l("Branches")),
    ("office.bank.index", _l("Bank")),
    ("office.ledger.index", _l("Ledger")),
    ("office.reports.income", _l("Income")),
    ("office.exports.index", _l("Exports")),
    ("office.articles.index", _l("Articles")),
    ("office.appeals.index", _l("Appeals")),
    ("office.calendar.show", _l("Calendar")),
    ("office.images.index", _l("Images")),
    ("office.people.index", _l("People")),
    ("office.audit.index", _l("Audit trail")),
)

# Where a new part of the list begins: the money, the books, what is written, the organisation itself.
_BEGINNINGS = {"office.bank.index", "office.articles.index", "office.people.index"}


def ways() -> list[tuple[str, str, bool, bool]]:
    """The ways that are open to the signed-in person: endpoint, name, whether this page lies there, and whether a new
    part of the list begins; a subject that is called `bank_lines` lies in `bank`."""
    here = (request.endpoint or "").rpartition(".")[0]
    found: list[tuple[str, str, bool, bool]] = []
    begins = False
    for endpoint, name in WAYS:
        begins = begins or endpoint in _BEGINNINGS
        if may(endpoint):
            lies_here = f"{here}_".startswith(endpoint.rpartition(".")[0] + "_")
            found.append((endpoint, str(name), lies_here, begins and bool(found)))
            begins = False
    return found


def may(endpoint: str, method: str = "GET") -> bool:
    """Whether the signed-in person may go there; a way that leads to a refusal is not shown."""
    return endpoint in current_app.view_functions and access.may(current_app.view_functions[endpoint], method)
