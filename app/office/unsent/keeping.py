"""What was typed survives signing in again: kept for an hour, shown to whoever typed it, and pressed again by them.

A form that is sent while nobody is signed in, while the sign-in is not fresh enough, or from a page that is too old,
is kept (app/staff/unsent.py). Afterwards its own page is shown with what was typed filled in; nothing is done unless
the person presses its button again. Passwords, codes, keys and files are never kept: the pages of signing in are not
part of this, and fields that are called so are left out.
"""

import base64
import hashlib
import hmac
import re
from urllib.parse import urlsplit

from flask import Response, current_app, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.exceptions import HTTPException

from app.database import db, writing
from app.office.unsent import browser, filling
from app.staff import people, unsent
from app.staff.people import Person

# Why a form was not taken.
SIGNED_OUT, AGAIN, OUTDATED = "signed-out", "again", "outdated"

# In the address of a page that is to be filled in, and in the form that is then sent.
FIELD = "unsent"

# The page on which a form stands: the view of the same subject that is named for it; others are named here.
_NAMED_FOR = {"create": "new", "invite": "new", "save": "edit", "take": "index", "upload": "new"}
PAGES: dict[str, str] = {
    "office.bank_imports.keep_columns": "office.bank_imports.columns",
    "office.bank_imports.take_back": "office.bank.show",
    "office.bank_imports.take": "office.bank_imports.look",
    "office.bank_imports.upload": "office.bank.index",
    "office.bank_money.bill": "office.bank_lines.show",
    "office.bank_money.erase_payee": "office.bank_lines.show",
    "office.bank_money.income": "office.bank_lines.show",
    "office.bank_money.pay_back": "office.bank_lines.show",
    "office.bank_money.transfer": "office.bank_lines.show",
    "office.bank_rules.create": "office.bank_lines.show",
    "office.bank_rules.remove": "office.bank_rules.index",
    "office.cheques.bounce": "office.gifts_by_hand.show",
    "office.exports.take_with_names": "office.exports.with_names",
    "office.images.create": "office.images.index",
    "office.merges.merge": "office.donors.show",
    "office.merges.unmerge": "office.donors.show",
    "office.paying_in.pay_in": "office.paying_in.show",
    "office.person.change_roles": "office.people.show",
    "office.person.end_sessions": "office.people.show",
    "office.person.forget_second_factor": "office.people.show",
    "office.person.invite_again": "office.people.show",
    "office.person.remove": "office.people.show",
    "office.refunds.create": "office.refunds.new",
    "office.branches.close": "office.branches.edit",
    "office.versions.restore_appeal": "office.versions.of_appeal",
    "office.versions.restore_article": "office.versions.of_article",
}
# What a script asks for while somebody types; there is no form to show again.
_NOT_STORED = {"office.previews.create"}

_SECRET = re.compile(r"pass(word|code|phrase)|secret|credential|token|^(code|key|pin)$|_(key|pin)$", re.IGNORECASE)


def page_of(endpoint: str) -> str | None:
    """The view that shows the form which is sent to a view."""
    subject, _dot, action = endpoint.rpartition(".")
    here = [f"{subject}.{_NAMED_FOR.get(action, action)}", f"{subject}.show", f"{subject}.index"]
    known = [each for each in (PAGES.get(endpoint), *here) if each and each != endpoint]
    given = _needs(endpoint)
    return next((each for each in known if each in current_app.view_functions and _needs(each) <= given), None)


def _needs(endpoint: str) -> set[str]:
    return {name for rule in current_app.url_map.iter_rules(endpoint) for name in rule.arguments}


def keep(why: str) -> str | None:
    """Keep what this request sends, if it comes from a page of ours that was shown to somebody; the address at which it
    is shown again. Nothing of what is asked for is done."""
    person = _who_typed()
    if request.method != "POST" or person is None or request.endpoint in _NOT_STORED:
        return None
    typed = unsent.Typed(
        why=why,
        path=request.path,
        page=_page(),
        fields=[
            (name, value)
            for name, value in request.form.items(multi=True)
            if name not in ("csrf_token", FIELD) and not _SECRET.search(name)
        ],
        with_file=any(each.filename for each in request.files.values()),
    )
    with writing():
        reference = unsent.keep(person.id, browser.name() or "", typed, _key())
    return url_for("office.unsent.show", reference=reference)


def sent_from() -> str | None:
    """The page of ours that a form was sent from."""
    page = urlsplit(request.referrer or "")
    return page.path if page.netloc == request.host else None


def fill_in(response: Response) -> Response:
    """Fill in the form of the page that was asked for with what was typed before."""
    reference = request.args.get(FIELD, "")
    if request.method != "GET" or not reference or request.endpoint == "office.unsent.show":
        return response
    typed = typed_before(reference) if current_user.is_authenticated else None
    if typed is None or 300 <= response.status_code < 400:
        return response
    filled = None
    if response.status_code == 200 and response.mimetype == "text/html":
        filled = filling.fill(
            response.get_data(as_text=True),
            request.path,
            typed.path,
            typed.fields,
            render_template("office/unsent/_unsent.html", typed=typed),
            render_template("office/unsent/_unsent_field.html", reference=reference),
        )
    if filled is None:
        gone = redirect(url_for("office.unsent.show", reference=reference, gone="yes"), code=303)
        return current_app.make_response(gone)
    response.set_data(filled)
    return response


def forget_what_was_sent(response: Response) -> Response:
    """A form that was shown again and is taken now need not be kept."""
    # A body that was refused for its size is not read here either.
    if request.method != "POST" or response.status_code not in (200, 303) or _asked(response):
        return response
    reference, known = request.form.get(FIELD, ""), browser.name()
    if reference and known:
        db.session.rollback()
        with writing():
            unsent.forget(reference, known)
    return response


def _asked(response: Response) -> bool:
    """Whether the answer leads to signing in once more, or is a page that asks or complains."""
    return "/sign-in" in (response.location or "") or (
        response.status_code == 200 and "Content-Disposition" not in response.headers
    )


def typed_before(reference: str) -> unsent.Typed | None:
    known = browser.name()
    return unsent.find(reference, current_user.id, known, _key()) if known else None


def _who_typed() -> Person | None:
    reference = browser.typed_by()
    if reference is None or (current_user.is_authenticated and current_user.reference != reference):
        return None
    return people.find(reference)


def _page() -> str:
    """The address of the page with this form: as it was open in the browser, if it was that page, with its query."""
    wanted = page_of(request.endpoint or "")
    if wanted is None:
        return ""
    came_from = urlsplit(request.referrer or "")
    if came_from.netloc == request.host:
        try:
            endpoint, _values = current_app.create_url_adapter(request).match(came_from.path, "GET")  # type: ignore[union-attr]
        except HTTPException:
            endpoint = ""
        if endpoint == wanted:
            return came_from.path + (f"?{came_from.query}" if came_from.query else "")
    names = _needs(wanted)
    return url_for(wanted, **{name: value for name, value in (request.view_args or {}).items() if name in names})


def _key() -> bytes:
    secret = str(current_app.secret_key).encode()
    return base64.urlsafe_b64encode(hmac.new(secret, b"unsent forms", hashlib.sha256).digest())
