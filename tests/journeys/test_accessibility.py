"""Every public page by the rules of axe-core, and at the sizes people have: no fault, no sideways scrolling."""

import threading
from collections.abc import Iterator
from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect
from sqlalchemy import select
from werkzeug.serving import make_server

from app import clock
from app.articles.article import Article
from app.database import db, writing
from app.donations.donation import Donation
from app.donations.plans import links
from app.emails.email import DueEmail
from app.receipts.receipt import Receipt
from tests.cast import a_pledge, an_appeal
from tests.plan_world import a_plan, a_running_plan, follow_up

pytestmark = pytest.mark.browser

# WCAG 2.2 A and AA, and what axe-core's authors call best practice.
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
# A word that nothing breaks.
UNBROKEN = "Öffentlichkeitsarbeit" * 6
SIZES = {"wide": (1280, 900), "phone": (390, 844)}


def an_article(number: int) -> Article:
    """An article with everything that one can have."""
    posted_at = clock.now() - timedelta(days=number)
    return Article(
        number=number,
        headline="Last bus, 5.40 pm: how the 47 was cut while nobody was looking" if number != 9 else UNBROKEN,
        text="The 47 joins the [station](https://example.org/).\n\n> I clean the *wards*.\n\n## Then\n\nMore.",
        demands=["Put the evening 47 back.", "Publish the contract with **every** change."],
        posted_at=posted_at,
        event_starts_at=clock.now() + timedelta(days=2),
        event_place="Ambleford Town Hall, Market Square",
        event_directions="Step-free by the Castle Street door",
        updated_at=posted_at,
    )


@pytest.fixture
def site(app) -> Iterator[str]:
    """The address of the site, served to the browser, with an appeal of each kind and a gift that is waited for."""
    today = clock.today()
    appeal = an_appeal(text="Paper, ink and *postage*.\n\n- One\n- Two")
    an_appeal("ended", title="The old roof", starts_on=today - timedelta(days=90), ends_on=today - timedelta(days=60))
    an_appeal("coming", title=UNBROKEN, starts_on=today + timedelta(days=9), ends_on=None)
    an_appeal("plain", title="Whatever comes", target_minor=None, ends_on=None, suggested_minor=[], precedence=None)
    with writing():
        db.session.add_all(an_article(number) for number in (7, 8, 9))
    app.config["TRIED_REFERENCE"] = a_pledge(appeal).reference
    app.config["MONTHLY_PATHS"] = monthly_paths(app, appeal)
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def monthly_paths(app, appeal) -> list[str]:
    """The pages of monthly gifts: one that begins, one that runs, one that is paused, one that has ended."""
    begun = a_plan(appeal, "begun").reference
    found = [f"/monthly/{begun}", f"/monthly/{begun}/cancelled", "/plans/unknown"]
    for name in ("running", "paused", "ended"):
        plan, stripe = a_running_plan(appeal, name)
        if name == "paused":
            stripe.body["pause_collection"] = {"behavior": "void", "resumes_at": 4_000_000_000}
        follow_up([stripe.ends() if name == "ended" else stripe.told()], stripe)
        with writing():
            due = DueEmail(id=0, kind="plan-link", subject="", message_id=name)
            token = links.make(plan, due, app.config["SECRET_KEY"])
            receipt = db.session.scalars(
                select(Receipt.reference).join(Donation).where(Donation.plan_id == plan.id)
            ).one()
        found += [f"/plans/{token}", f"/plans/{token}/end", f"/monthly/{plan.reference}"]
        found += [f"/receipts/{receipt}/plan", f"/receipts/{receipt}/plan?sent=yes"]
    return found


@pytest.fixture
def paths(app, site) -> list[str]:
    """Every public page there is to see."""
    return [
        "/",
        "/articles/8",
        "/articles/8/print",
        "/articles/9",
        "/articles/9/print",
        "/archive",
        f"/archive/{(clock.today() - timedelta(days=8)).year}",
        "/appeals",
        "/appeals/press-fund",
        "/appeals/ended",
        "/appeals/coming",
        "/appeals/plain",
        "/appeals/press-fund/donate",
        f"/donations/{app.config['TRIED_REFERENCE']}",
        f"/donations/{app.config['TRIED_REFERENCE']}/cancelled",
        "/outbox",
        "/nowhere",
        *app.config["MONTHLY_PATHS"],
    ]


def faults(page) -> list[str]:
    found = Axe().run(page, options=RULES).response["violations"]
    return [f"{each['id']}: {each['nodes'][0]['html'][:200]}" for each in found]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
def test_no_page_has_a_fault(browser, site, paths, scheme, size):
    width, height = SIZES[size]
    context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=scheme)
    page = context.new_page()
    found = {}
    for path in paths:
        page.goto(site + path)
        if trouble := faults(page):
            found[path] = trouble
    context.close()
    assert found == {}


@pytest.mark.parametrize("width", [320, 390, 768, 1280])
def test_no_page_scrolls_sideways_not_even_zoomed_to_four_times_its_size(browser, site, paths, width):
    context = browser.new_context(viewport={"width": width, "height": 640})
    page = context.new_page()
    too_wide = []
    for path in paths:
        page.goto(site + path)
        if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
            too_wide.append(path)
    context.close()
    assert too_wide == []


def test_a_refused_form_has_no_fault_and_leads_to_what_is_wrong(page, site):
    page.goto(f"{site}/appeals/press-fund/donate")
    page.get_by_role("button", name="Continue to payment").click()
    summary = page.get_by_role("alert")
    expect(summary).to_be_focused()
    assert page.title().startswith("Error: ")
    assert faults(page) == []
    summary.get_by_role("link", name="Enter your name").click()
    expect(page.get_by_label("Your name")).to_be_focused()


def test_each_id_stands_once_on_every_page_and_on_a_form_that_complains(page, site, paths):
    twice = {}
    again = """() => Object.entries(Object.groupBy([...document.querySelectorAll("[id]")], each => each.id))
        .filter(([, all]) => all.length > 1).map(([id]) => id)"""
    for path in paths:
        page.goto(site + path)
        if found := page.evaluate(again):
            twice[path] = found
        for button in page.locator("main form[method=post] button").all()[:1]:
            button.click()
            if page.locator(".error-summary").count():
                assert page.title().startswith("Error: "), path
            if found := page.evaluate(again):
                twice[f"{path}, sent"] = found
    assert twice == {}


def test_amounts_are_chosen_with_the_keyboard_alone_and_the_button_says_the_sum(page, site):
    page.goto(f"{site}/appeals/press-fund")
    page.get_by_role("radio", name="£10").focus()
    page.keyboard.press("Space")
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("radio", name="£25")).to_be_checked()
    button = page.get_by_role("button", name="Give £25")
    expect(button).to_be_visible()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("radio", name="Another amount")).to_be_checked()
    page.keyboard.press("Tab")
    page.keyboard.type("12.50")
    expect(page.get_by_role("button", name="Give £12.50")).to_be_visible()
    page.keyboard.press("Enter")
    page.wait_for_url("**/donate?amount=other&other=12.50")


def test_typing_an_amount_and_choosing_one_never_contradict_each_other(page, site):
    page.goto(f"{site}/appeals/press-fund")
    typed = page.get_by_label("Another amount, in British pounds")
    typed.fill("7")
    expect(page.get_by_role("radio", name="Another amount")).to_be_checked()
    page.get_by_text("£50", exact=True).click()
    expect(typed).to_have_value("")
    expect(page.get_by_role("button", name="Give £50")).to_be_visible()


def test_every_target_is_large_enough_for_a_thumb(browser, site, paths):
    context = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True)
    page = context.new_page()
    small = {}
    for path in paths:
        page.goto(site + path)
        # Links inside a sentence are as high as their line (WCAG 2.2, 2.5.8 excepts them).
        found = page.evaluate(
            """() => [...document.querySelectorAll("button, nav a, footer a, label.amount, label.choice, summary, "
                + "input[type=text], input[type=email], textarea, a.button")]
                .filter(each => each.checkVisibility())
                .map(each => [each.textContent.trim() || each.name, each.getBoundingClientRect().height])
                .filter(([, height]) => height < 44)"""
        )
        if found:
            small[path] = found
    context.close()
    assert small == {}


def test_without_scripts_an_amount_still_leads_to_the_form(browser, site):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{site}/appeals/press-fund")
    page.get_by_text("£25", exact=True).click()
    page.get_by_role("button", name="Give").click()
    page.wait_for_url("**/donate?amount=25.00&other=")
    context.close()


def test_nothing_moves_for_who_asked_for_stillness(browser, site):
    context = browser.new_context(reduced_motion="reduce")
    page = context.new_page()
    page.goto(f"{site}/appeals/press-fund")
    assert page.locator(".bar__done").first.evaluate("bar => getComputedStyle(bar).transitionDuration") == "0s"
    context.close()


@pytest.mark.parametrize("path", ["/appeals/press-fund", "/articles/8"])
def test_paper_has_the_address_and_the_code_and_nothing_to_press(page, site, path):
    page.goto(site + path)
    page.emulate_media(media="print", color_scheme="dark")
    for shown in (".leaflet", ".leaflet svg", ".raised__number", "h1", ".foot__imprint"):
        expect(page.locator(shown).first).to_be_visible()
    for hidden in ("form", "nav", "button", ".foot__links"):
        assert page.locator(hidden).first.is_hidden()
    assert page.evaluate("getComputedStyle(document.body).color") == "rgb(0, 0, 0)"
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
