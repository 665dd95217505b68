"""Giving: the form, the way to Stripe, and the page that waits for the webhook to say that the gift has come."""

import hashlib

from flask import Blueprint, Response, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app import clock
from app.appeals import finding as appeals
from app.appeals.appeal import Appeal
from app.database import db, writing
from app.donations import checkout as donations_checkout
from app.donations import went_back
from app.donations.checkout import AppealClosed, SentTooOften
from app.donations.donation import ABANDONED, FAILED, ON_ITS_WAY, PLEDGED, Donation, find_gift
from app.donations.plans import planning
from app.donations.plans.plan import Plan
from app.payments.trouble import PaymentsRefused
from app.public import changing
from app.public.giving import form as giving_form
from app.public.giving import limits, to_checkout
from app.public.giving.form import DonationForm, page
from app.receipts import filing
from app.services import services
from app.web.fields import csrf

bp = Blueprint("donations", __name__)


@bp.get("/appeals/<slug>/donate")
def form(slug: str) -> ResponseReturnValue:
    """The giving form; what was chosen under an article comes along. Where the appeal has ended meanwhile, it says so
    and is the form of the one that is open, if there is one."""
    appeal = _appeal(slug)
    if not appeal.open_on(clock.today()):
        if (instead := giving_form.instead_of(appeal)) is None:
            return redirect(url_for("public.appeals.show", slug=slug), code=303)
        chosen = giving_form.chosen(instead, request.args)
        return page(instead, giving_form.filled(instead, chosen), instead_of=appeal)
    return page(appeal, giving_form.filled(appeal, giving_form.chosen(appeal, request.args)))


# The form checks its own CSRF token, so that a session that ran out shows the form again with all that was typed.
@bp.post("/appeals/<slug>/donations")
@csrf.exempt
def create(slug: str) -> ResponseReturnValue:
    """Pledge, commit, then send the giver to Stripe's page."""
    appeal = _appeal(slug)
    if (instead := giving_form.instead_of(appeal)) is not None:
        return page(instead, giving_form.sent_to_another(instead), instead_of=appeal, status=409)
    form = giving_form.sent(appeal)
    if not form.validate():
        return page(appeal, form, status=422)
    with writing():
        too_often = limits.too_often(form.email.data)
    if too_often:
        problem = _("Too many gifts were started in a short time. Wait ten minutes, then try again.")
        return page(appeal, form, problem, status=429, headers={"Retry-After": "600"})
    nonce = form.nonce.data or ""
    pledged: Donation | Plan
    try:
        with writing():
            if form.monthly:
                pledged = planning.pledge_plan(appeal, form.gift(), nonce)
            else:
                pledged = donations_checkout.pledge_once(appeal, form.gift(), nonce)
    except AppealClosed:
        return page(appeal, form, _("This appeal has stopped taking gifts. You have not been charged."), status=409)
    except SentTooOften:
        form.renew()
        problem = _("This form was sent many times, but never paid. You have not been charged. To give, send it again.")
        return page(appeal, form, problem, status=409)
    changing.remember(pledged)
    return _to_checkout(pledged, appeal, form)


def _to_checkout(pledged: Donation | Plan, appeal: Appeal, form: DonationForm) -> ResponseReturnValue:
    """303 to the page where this pledge is paid; one that was paid before leads to its own page instead."""
    if pledged.state != PLEDGED:
        return redirect(to_checkout.own_page(pledged), code=303)
    try:
        checkout = to_checkout.address(pledged, appeal)
    except PaymentsRefused as refusal:
        if refusal.param == "customer_email":
            form.email.errors = [_("The payment service cannot use this email address. Check it for typing mistakes")]
            return page(appeal, form, status=422)
        problem = _("The payment service did not accept this gift. You have not been charged. Please tell us.")
        return page(appeal, form, problem, status=500)
    if checkout is not None:
        return redirect(checkout, code=303)
    problem = _("We cannot reach the payment service at the moment. You have not been charged. Try again in a minute.")
    return page(appeal, form, problem, status=503, headers={"Retry-After": "60"})


@bp.get("/donations/<reference>")
def show(reference: str) -> ResponseReturnValue:
    """Thank you, once the webhook has said so; coming back from Stripe proves nothing, so until then it waits."""
    donation = _donation(reference)
    page = render_template("public/giving/donation.html", **_context(donation))
    return Response(page, headers={"Cache-Control": "no-store"})


@bp.get("/donations/<reference>/progress")
def progress(reference: str) -> ResponseReturnValue:
    """The part of the page that changes while it waits, with an ETag to ask by."""
    body = render_template("public/giving/_donation_progress.html", **_context(_donation(reference)))
    response = Response(body, headers={"Cache-Control": "private, no-cache"})
    response.set_etag(hashlib.sha256(body.encode()).hexdigest()[:32])
    return response.make_conditional(request)


@bp.get("/donations/<reference>/cancelled")
def cancelled(reference: str) -> ResponseReturnValue:
    """Back from Stripe without paying: nothing was charged, and the gift can still be finished or changed."""
    donation = _donation(reference)
    if donation.received_at is not None or donation.state in (ON_ITS_WAY, FAILED):
        return redirect(url_for("public.donations.show", reference=reference), code=303)
    page = render_template("public/giving/donation_cancelled.html", **_context(donation))
    return Response(page, headers={"Cache-Control": "no-store"})


def _context(donation: Donation) -> dict[str, object]:
    appeal = db.session.get(Appeal, donation.appeal_id)
    still_open = (
        donation.checkout_url
        if donation.state in (PLEDGED, ABANDONED)
        and donation.checkout_expires_at is not None
        and donation.checkout_expires_at > clock.now()
        else None
    )
    outbox = services().settings.practice and services().settings.smtp_url is None
    return {
        "donation": donation,
        "appeal": appeal,
        "receipt": filing.current(donation.id),
        "back": None if donation.received_at is None else went_back.of(donation),
        "checkout_url": still_open,
        "outbox": outbox,
    }


def _appeal(slug: str) -> Appeal:
    """The appeal at an address; drafts are not public."""
    return appeals.public(slug) or abort(404)


def _donation(reference: str) -> Donation:
    return find_gift(reference) or abort(404)
