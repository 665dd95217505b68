"""/office itself: leads to the first page that the person may see."""

from flask import Blueprint, redirect, url_for
from flask.typing import ResponseReturnValue

from app.office import navigation
from app.office.access import EVERYONE, allow

bp = Blueprint("start", __name__)


@bp.get("/")
@allow(reads=EVERYONE)
def index() -> ResponseReturnValue:
    """Go where this person's work is; whoever has no role that opens anything gets to their own sign-in."""
    open_ways = navigation.ways()
    return redirect(url_for(open_ways[0][0] if open_ways else "office.me.show"), code=303)
