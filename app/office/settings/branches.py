"""Branches: their names and regions, their treasurers, and what each has raised for which appeal."""

from collections import defaultdict

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.appeals import branch as branches
from app.appeals import raised
from app.appeals.branch import Branch, NameTaken
from app.appeals.raised import BranchTotal
from app.audit.trail import record
from app.database import writing
from app.office.access import ADMIN, AUDITOR, BRANCH_TREASURER, EDITOR, TREASURER, allow, me, my_branch_id
from app.staff import people
from app.subject import Subject
from app.web import notices
from app.web.fields import CleanedForm, LineField

bp = Blueprint("branches", __name__, url_prefix="/branches")


class BranchForm(CleanedForm):
    """A branch's name and region."""

    name = LineField(_l("Name"), missing=_l("Enter a name for the branch"), longest=120)
    region = LineField(_l("Region"), longest=120)


@bp.get("/")
@allow(reads={TREASURER, ADMIN, AUDITOR, BRANCH_TREASURER})
def index() -> ResponseReturnValue:
    """Every branch with its treasurer, and what it has raised by appeal."""
    own = my_branch_id()
    found = [each for each in branches.all_of_them() if own is None or each.id == own]
    totals: dict[int | None, list[BranchTotal]] = defaultdict(list)
    shows_money = bool(me().role_names - {ADMIN, EDITOR})
    for total in raised.of_branches(own) if shows_money else []:
        totals[total.branch_id].append(total)
    return render_template(
        "office/settings/branches.html",
        branches=found,
        treasurers=_treasurers(),
        totals=totals,
        shows_money=shows_money,
        shows_own=own is None,
    )


@bp.get("/new")
@allow(reads={TREASURER, ADMIN})
def new() -> ResponseReturnValue:
    """An empty form."""
    return _form(BranchForm())


@bp.post("/")
@allow(changes={TREASURER, ADMIN})
def create() -> ResponseReturnValue:
    """Add a branch."""
    form = BranchForm()
    if not form.validate():
        return _form(form, status=422)
    try:
        with writing():
            branch = branches.found_branch(form.name.data, form.region.data or "")
            record("branch.founded", Subject("branch", branch.reference), after={"name": branch.name})
    except NameTaken:
        form.wrong(form.name, _("A branch with this name already exists"))
        return _form(form, status=422)
    notices.done(_("Branch %(name)s added.", name=form.name.data))
    return redirect(url_for(".index"), code=303)


@bp.get("/<reference>")
@allow(reads={TREASURER, ADMIN})
def edit(reference: str) -> ResponseReturnValue:
    """A branch, to be renamed or closed."""
    branch = _branch(reference)
    return _form(BranchForm(obj=branch), branch)


@bp.post("/<reference>")
@allow(changes={TREASURER, ADMIN})
def save(reference: str) -> ResponseReturnValue:
    """Give a branch another name or region."""
    form, branch = BranchForm(), _branch(reference)
    if not form.validate():
        return _form(form, branch, status=422)
    try:
        with writing():
            branch = _branch(reference)
            before = {"name": branch.name, "region": branch.region}
            branches.rename(branch, form.name.data, form.region.data or "")
            after = {"name": branch.name, "region": branch.region}
            record("branch.changed", Subject("branch", reference), before=before, after=after)
    except NameTaken:
        form.wrong(form.name, _("A branch with this name already exists"))
        return _form(form, _branch(reference), status=422)
    notices.done(_("Saved."))
    return redirect(url_for(".index"), code=303)


@bp.post("/<reference>/closing")
@allow(changes={TREASURER, ADMIN})
def close(reference: str) -> ResponseReturnValue:
    """Close a branch, or open a closed one again; its totals stay."""
    _branch(reference)
    with writing():
        branch = _branch(reference)
        if (branch.closed_on is not None) != ("closed" in request.form):
            # Somebody was faster, or pressed twice: what was wanted is so.
            return redirect(url_for(".index"), code=303)
        if branch.closed_on is None:
            branches.close(branch)
        else:
            branches.reopen(branch)
        record("branch.closed" if branch.closed_on else "branch.reopened", Subject("branch", reference))
    notices.done(_("Branch closed.") if branch.closed_on else _("Branch reopened."))
    return redirect(url_for(".index"), code=303)


def _form(form: BranchForm, branch: Branch | None = None, status: int = 200) -> ResponseReturnValue:
    return render_template("office/settings/branch_form.html", form=form, branch=branch), status


def _branch(reference: str) -> Branch:
    return branches.find(reference) or abort(404)


def _treasurers() -> dict[int, list[str]]:
    """Who is treasurer of which branch."""
    found: dict[int, list[str]] = defaultdict(list)
    for each in people.of_branches():
        found[each.branch_id or 0].append(each.name or each.email or "")
    return found
