"""/office itself: leads to the first page that the person may see."""

from flask import Blueprint, redirect, url_for
from flask.typing import ResponseReturnValue

from app.office import navigation
from app.office.access import EVERYONE, allow, me

bp = Blueprint("start", __name__)


@bp.get("/")
@allow(reads=EVERYONE)
def index() -> ResponseReturnValue:
    """Go where this person's work is; with a second factor, first to recovery codes, before they are needed."""
    person = me()
    if person.tf_primary_method and not person.mf_recovery_codes:
        return redirect(url_for("security.mf_recovery_codes"), code=303)
    open_ways = navigation.ways()
    return redirect(url_for(open_ways[0][0] if open_ways else "office.me.show"), code=303)
