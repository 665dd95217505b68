"""A monthly gift in a real browser, from the form over two months to its end, with two stand-ins for Stripe."""

import email
import email.policy
import re
import urllib.parse
import urllib.request

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from app.database import db
from app.donations.donation import Donation
from tests.journeys.running import Installation, eventually
from tests.journeys.test_giving import fill_in_card, mails, pay

pytestmark = pytest.mark.browser

A_MONTH = 31 * 24 * 60 * 60 + 7200


def control(whipround: Installation, step: str, **fields: object) -> None:
    """Turn one of Practice Stripe's wheels: its time, or what is due by then."""
    wheel = "control" if whipround.environ["STRIPE_API_BASE"] == whipround.stripe else "_control"
    urllib.request.urlopen(
        f"{whipround.environ['STRIPE_API_BASE']}/{wheel}/{step}", urllib.parse.urlencode(fields).encode(), timeout=20
    ).close()


def raised(whipround: Installation, page: Page) -> tuple[int, int]:
    told = page.request.get(f"{whipround.base}/appeals/press-fund/raised.json").json()
    return told["raised_minor"], told["gifts"]


def mailed(whipround: Installation, about: str) -> list[str]:
    """The texts of the mails with this subject."""
    found = [email.message_from_bytes(path.read_bytes(), policy=email.policy.default) for path in mails(whipround)]
    return [mail.get_body(("plain",)).get_content() for mail in found if about in mail["Subject"]]


def test_a_monthly_gift_is_begun_changed_paused_paid_again_and_ended(whipround: Installation, page: Page):
    page.goto(f"{whipround.base}/appeals/press-fund/donate")
    page.get_by_text("£10", exact=True).click()
    page.get_by_role("radio", name="Every month").check()
    page.get_by_label("Your name").fill("Łucja Okoń")
    page.get_by_label("Email address").fill("lucja@example.org")
    page.get_by_role("button", name="Continue to set up your monthly gift").click()
    page.wait_for_url(re.compile(r"/c/pay/"))
    pay(page)
    expect(page.get_by_role("heading", name="Thank you")).to_be_visible(timeout=30_000)
    assert raised(whipround, page) == (1000, 1)

    # From the receipt to the plan, and by mail to a link that changes it.
    expect(page.get_by_role("link", name="Open your receipt (PDF)")).to_be_visible(timeout=40_000)
    eventually(lambda: mailed(whipround, "Receipt"), 30)
    page.goto(re.search(r"http\S+/plan\b", mailed(whipround, "Receipt")[0])[0])
    expect(page.get_by_text("£10.00")).to_be_visible()
    assert "Łucja" not in page.content()
    page.get_by_role("button", name="Send me the link").click()
    expect(page.get_by_text("Check your email")).to_be_visible()
    (text,) = eventually(lambda: mailed(whipround, "Your link"), 30)
    page.goto(re.search(r"http\S+/plans/\S+", text)[0])
    plan = page.url

    page.get_by_label("New amount every month").fill("15")
    page.get_by_role("button", name="Change the amount").click()
    expect(page.get_by_text("£15.00")).to_be_visible(timeout=20_000)
    page.get_by_role("radio", name="1 month", exact=True).check()
    page.get_by_role("button", name="Pause", exact=True).click()
    expect(page.get_by_text("Paused until")).to_be_visible(timeout=20_000)
    page.get_by_role("button", name="Resume now").click()
    expect(page.get_by_text("Running")).to_be_visible(timeout=20_000)

    newest = "4242"
    if whipround.environ["STRIPE_API_BASE"] == whipround.stripe:
        # Another card, on Practice Stripe's own page; the other stand-in has none.
        page.get_by_role("button", name="Use a new card").click()
        page.wait_for_url(re.compile(r"/p/session/"))
        fill_in_card(page, "4000 0000 0000 7726")
        page.get_by_role("button", name="Save the card").click()
        page.wait_for_url(re.compile(re.escape(plan.partition("?")[0])))
        newest = "7726"

    # The next month is paid with the card that was given last, with its own receipt.
    control(whipround, "clock", advance=A_MONTH)
    control(whipround, "billing")
    eventually(lambda: raised(whipround, page) == (2500, 2), 40)
    eventually(lambda: len(mailed(whipround, "Receipt")) == 2, 40)
    assert db.session.scalars(select(Donation.card_last4).order_by(Donation.id)).all() == ["4242", newest]
    db.session.rollback()

    page.get_by_role("link", name="End this monthly gift").click()
    page.get_by_role("button", name="End").click()
    expect(page.get_by_role("heading", name="Thank you")).to_be_visible(timeout=20_000)
    eventually(lambda: mailed(whipround, "Thank you for your monthly gift"), 30)
    page.goto(plan)
    expect(page.get_by_text("No more payments will be taken")).to_be_visible()
    control(whipround, "clock", advance=A_MONTH)
    control(whipround, "billing")
    assert "unclaimed" not in whipround.flask("books", "exceptions")
    assert raised(whipround, page) == (2500, 2)
