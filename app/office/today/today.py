"""The office's front page: what needs me today, and what was raised, as figures, charts and tables."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from app.appeals import finding, progress
from app.appeals.appeal import Appeal
from app.office.access import AUDITOR, BRANCH_TREASURER, EDITOR, TREASURER, allow, me, my_branch_id
from app.office.today import exception_words, figures
from app.reconciliation import to_do
from app.services import services

bp = Blueprint("dashboard", __name__, url_prefix="/today")

_APPEALS = 12


@bp.get("/")
@allow(reads={TREASURER, AUDITOR, BRANCH_TREASURER, EDITOR})
def show() -> ResponseReturnValue:
    """What the person's roles let them see: the treasurer and the auditor all of it, a branch's treasurer what is the
    branch's, an editor what the appeals have raised."""
    branch_id, held = my_branch_id(), me().role_names
    whole = bool(held & {TREASURER, AUDITOR})
    needs = None
    if whole:
        needs = to_do.of_the_organisation()
    elif branch_id is not None:
        needs = to_do.of_a_branch(branch_id)
    return render_template(
        "office/today/today.html",
        needs=needs,
        whole=whole,
        title_of=exception_words.title,
        raised=figures.of(branch_id, services().settings.currency) if needs is not None else None,
        appeals=_appeals() if whole or EDITOR in held else [],
    )


def _appeals() -> list[tuple[Appeal, progress.Progress]]:
    """The appeals that take gifts today, the latest first."""
    appeals = finding.open_today(_APPEALS)
    return list(zip(appeals, progress.of_all(appeals), strict=True))
