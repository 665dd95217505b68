"""The journal: every transfer, newest first; and for any total of the office, the lines that make it."""

from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from flask import Blueprint, abort, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.appeals import income
from app.donations import methods
from app.ledger import accounts, journal, trial_balance
from app.ledger.journal import JournalFilter, JournalPosition
from app.office.access import AUDITOR, BRANCH_TREASURER, TREASURER, accounts_in_scope, allow
from app.web.fields import day_asked

bp = Blueprint("journal", __name__, url_prefix="/journal")


@dataclass(frozen=True, slots=True)
class JournalRequest:
    """Which lines the address asks for, as its own words: codes and references, empty for all."""

    first: date
    last: date
    account: str
    appeal: str
    branch: str
    method: str

    def address(self, **places: str) -> str:
        """The journal's address for the same lines, from another place on."""
        values = {"account": self.account, "appeal": self.appeal, "branch": self.branch, "method": self.method}
        if self.first != date.min:
            values["from"] = self.first.isoformat()
        if self.last != date.max:
            values["to"] = self.last.isoformat()
        asked = {name: value for name, value in {**values, **places}.items() if value}
        return f"{url_for('office.journal.index')}?{urlencode(asked)}"


@bp.get("/")
@allow(reads={TREASURER, AUDITOR, BRANCH_TREASURER})
def index() -> ResponseReturnValue:
    """A page of lines, with what the chosen ones come to."""
    asked = _asked()
    chosen = _accounts(asked)
    seen = accounts_in_scope(chosen)
    if chosen and not seen:
        abort(404)
    wanted = methods.narrowed(JournalFilter(asked.first, asked.last, seen), asked.method)
    found = journal.page(
        wanted, older_than=_place(request.args.get("older")), newer_than=_place(request.args.get("newer"))
    )
    return render_template(
        "office/books/journal.html",
        asked=asked,
        days=(asked.first if asked.first != date.min else None, asked.last if asked.last != date.max else None),
        method=asked.method if methods.known(asked.method) else "",
        page=found,
        # Income accounts are looked at from the other side: what left them was received.
        raised=chosen is None or asked.account == "" or asked.account.startswith("income:"),
        sums=trial_balance.moved(wanted) if wanted.account_ids is not None else [],
        newer=asked.address(newer=_written(found.newer)) if found.newer else None,
        older=asked.address(older=_written(found.older)) if found.older else None,
    )


def _asked() -> JournalRequest:
    words = {name: request.args.get(name, "")[:120] for name in ("account", "appeal", "branch", "method")}
    return JournalRequest(day_asked("from", date.min), day_asked("to", date.max), **words)


def _accounts(asked: JournalRequest) -> frozenset[int] | None:
    """The accounts that the address names; 404 for one that does not exist."""
    if asked.account:
        found = accounts.find(asked.account)
        if found is None:
            abort(404)
        return frozenset([found.id])
    if asked.appeal or asked.branch or asked.method:
        return income.income_accounts(appeal=asked.appeal, branch=asked.branch)
    return None


def _written(place: JournalPosition) -> str:
    return f"{place.day.isoformat()}.{place.entry_id}.{place.line}"


def _place(text: str | None) -> JournalPosition | None:
    """A place as an address writes it; what is none counts as not asked."""
    try:
        day, entry, line = (text or "").split(".")
        return JournalPosition(date.fromisoformat(day), min(int(entry), 2**62), min(int(line), 2**31 - 1))
    except ValueError:
        return None
