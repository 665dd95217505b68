"""Who may do what, and what of it they see: what every view of the office says of itself, and the guard that holds
everybody to it. Nobody passes who is not signed in, who lacks the role, or who signed in too long ago. A branch's
treasurer sees the own branch's things; another's are not there.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Protocol, TypeVar, cast

from flask import Response, abort, current_app, g, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from flask_security.utils import check_and_update_authn_fresh, logout_user
from flask_wtf.csrf import CSRFError

from app import clock
from app.appeals import income
from app.audit import trail
from app.database import writing
from app.office.unsent import keeping
from app.services import services
from app.staff import people, sessions
from app.staff.people import Person
from app.staff.sessions import StaffSession
from app.subject import Subject

ADMIN, TREASURER, EDITOR, AUDITOR, BRANCH_TREASURER = (
    people.ADMIN,
    people.TREASURER,
    people.EDITOR,
    people.AUDITOR,
    people.BRANCH_TREASURER,
)
EVERYONE = frozenset(people.ROLES)

# How long a proof of who somebody is counts as fresh, whatever they do meanwhile: use does not prolong it.
FRESH_FOR = timedelta(minutes=20)
NOT_PROLONGED = timedelta(0)

# In the signed cookie: the secret of the session's row.
SECRET = "office_session"  # noqa: S105 - the name of a value

# Who handles money or lets people in is signed out when they have not used the office for a while.
_ENDS_IDLE = frozenset({ADMIN, TREASURER, BRANCH_TREASURER})

View = TypeVar("View", bound=Callable[..., Any])

_MARK = "office_allows"


@dataclass(frozen=True, slots=True)
class Allowed:
    """Who may see a view (GET, HEAD), who may change something by it, and whether that needs a fresh sign-in."""

    reads: frozenset[str]
    changes: frozenset[str]
    fresh: bool = False

    def lets(self, held: Collection[str], method: str) -> bool:
        """Whether somebody with these roles may use this method."""
        return bool((self.reads if method in ("GET", "HEAD") else self.changes).intersection(held))


def allow(*, reads: Collection[str] = (), changes: Collection[str] = (), fresh: bool = False) -> Callable[[View], View]:
    """Open a view: to `reads` for looking, to `changes` for every other method. What is not opened stays shut.

    `fresh` asks whoever signed in a while ago to do so again. Stands under the route's own decorator.
    """
    allowed = Allowed(frozenset(reads), frozenset(changes), fresh)

    def mark(view: View) -> View:
        setattr(view, _MARK, allowed)
        return view

    return mark


def allowed_by(view: Callable[..., Any]) -> Allowed | None:
    """What a view allows, or `None` when it never said so."""
    return cast("Allowed | None", getattr(view, _MARK, None))


def me() -> Person:
    """The signed-in person; the guard has made sure that there is one."""
    # Flask-Login gives a proxy, which the database's session would not know.
    return cast(Person, current_user._get_current_object())


def somebody() -> Person | None:
    """The signed-in person, or nobody: for what is shown before and after signing in."""
    return me() if current_user.is_authenticated else None


def my_branch_id() -> int | None:
    """The one branch whose things this person may see; `None` means everything.

    A branch treasurer who is treasurer or auditor of everything as well sees everything. One whose branch is not known
    yet sees nothing: no branch has the key 0.
    """
    person = me()
    held = person.role_names
    if BRANCH_TREASURER not in held or held & {TREASURER, AUDITOR}:
        return None
    return person.branch_id or 0


def may(endpoint_view: Callable[..., Any], method: str = "GET") -> bool:
    """Whether the signed-in person may use a view, for showing only the ways that are open."""
    allowed, person = allowed_by(endpoint_view), somebody()
    return allowed is not None and person is not None and allowed.lets(person.role_names, method)


class OfABranch(Protocol):
    """Something that a branch may have raised."""

    @property
    def branch_id(self) -> int | None:
        """Whose it is; nothing means the whole organisation's."""
        ...


Thing = TypeVar("Thing", bound=OfABranch)


def or_404(thing: Thing | None) -> Thing:
    """The thing itself, when there is one and this person may see it; else 404, as if it were not there."""
    own = my_branch_id()
    if thing is None or (own is not None and thing.branch_id != own):
        abort(404)
    return thing


def my_accounts() -> frozenset[int] | None:
    """The ids of the accounts that this person may see; `None` means all of them."""
    branch_id = my_branch_id()
    return None if branch_id is None else income.income_accounts(branch_id=branch_id)


def accounts_in_scope(account_ids: frozenset[int] | None) -> frozenset[int] | None:
    """Those of the accounts that this person may see, where `None` means all."""
    mine = my_accounts()
    if mine is None or account_ids is None:
        return mine if account_ids is None else account_ids
    return mine & account_ids


def check() -> ResponseReturnValue | None:
    """Let this request pass, or answer it here. What is refused to somebody who is signed in goes on the trail."""
    end_what_is_over()
    name_the_actor()
    if not current_user.is_authenticated:
        return redirect(url_for("security.login", next=_way_back(keeping.SIGNED_OUT)), code=303)
    view = current_app.view_functions[request.endpoint or ""]
    allowed = allowed_by(view)
    if allowed is None or not allowed.lets(me().role_names, request.method):
        with writing():
            trail.record("access.refused", Subject("page", request.endpoint), after={"method": request.method})
        abort(403)
    if allowed.fresh and not check_and_update_authn_fresh(FRESH_FOR, NOT_PROLONGED):
        return redirect(url_for("security.verify", next=_way_back(keeping.AGAIN)), code=303)
    # Known now, whatever the view does to the database's session.
    g.let_in = me().reference
    return None


def outdated(_error: CSRFError) -> ResponseReturnValue:
    """A form of a page that is too old: what was typed is kept and shown again, to whoever typed it."""
    end_what_is_over()
    typed = keeping.keep(keeping.OUTDATED)
    if typed is None:
        return render_template("errors/outdated.html", calm=True), 400
    return redirect(typed if current_user.is_authenticated else url_for("security.login", next=typed), code=303)


def end_what_is_over() -> None:
    """Sign out whoever came in too long ago, or whose session was ended, before anything else: proving the password
    once more, which is less than signing in, must not bring a session back."""
    if not current_user.is_authenticated:
        return
    row = None if _proof_is_over() else present_session()
    if row is None:
        logout_user()
    elif clock.now() - row.last_seen_at >= sessions.SEEN_EVERY:
        # Named before the unit, which reads anew: somebody may end the session at this moment.
        used = row.id
        with writing():
            sessions.seen(used)


def present_session() -> StaffSession | None:
    """The row of the session that the cookie names; `None` when it has ended. Somebody is signed in."""
    return sessions.find(session.get(SECRET), current_user.id, ends_idle_after())


def ends_idle_after() -> timedelta | None:
    """After how long without use whoever is signed in is signed out; `None` when only `sessions.LASTS` counts."""
    return services().settings.office_idle if current_user.role_names & _ENDS_IDLE else None


def name_the_actor() -> None:
    """Tell the trail who is at work in this request, and from which address."""
    person = somebody()
    trail.begin(trail.Actor(Subject("person", person.reference) if person else "stranger", request.remote_addr))


def leave(_error: BaseException | None) -> None:
    """The request is over: the next one on this thread is somebody else's."""
    trail.end()


def keep_nothing(response: Response) -> Response:
    """No cache keeps a page of the office, no search engine lists it, and no other site learns its address."""
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    response.headers["Referrer-Policy"] = "same-origin"
    return response


def in_office() -> bool:
    """Whether this request is one of the office's own, for the pages that say what went wrong."""
    return (request.blueprint or "").partition(".")[0] in ("office", "security")


def _proof_is_over() -> bool:
    """Whether the last time that this person proved who they are lies too long back; Flask-Security keeps it."""
    proved_at = float(session.get("fs_paa", 0))
    return clock.now().timestamp() - proved_at > sessions.LASTS.total_seconds()


def _way_back(why: str) -> str | None:
    """Where to go on after signing in: the page that was asked for, or the one that shows what a form sent."""
    if request.method in ("GET", "HEAD"):
        return request.full_path.rstrip("?")
    return keeping.keep(why) or keeping.sent_from()
