"""The office's policy: signed in, with a role that the page names, never cached; and the pages behind it.

The subjects of the office: each is a module with a blueprint `bp`. A new subject is added here.
"""

from flask import Blueprint, Flask
from flask_wtf.csrf import CSRFError

from app import clock
from app.office import access, navigation
from app.office.bank import accounts, differences, imports, lines, money, rules, splits, unidentified
from app.office.books import account_codes, closing, entries, exports, journal, reports
from app.office.books import accounts as books_accounts
from app.office.content import appeal_writing, appeals, article_writing, articles, calendar, images, previews, versions
from app.office.donors import donors, merges
from app.office.gifts import paper_receipts, plans, refunds, search
from app.office.offline import cheques, collections, gifts, paying_in, standing_orders
from app.office.people import audit_trail, forms, my_account, people, person
from app.office.settings import branches
from app.office.sign_in import setup
from app.office.today import daily_statement, exceptions, payouts, start, today
from app.office.unsent import browser, keeping, pages

SUBJECTS = (
    start,
    today,
    exceptions,
    daily_statement,
    payouts,
    my_account,
    people,
    person,
    audit_trail,
    search,
    donors,
    merges,
    refunds,
    plans,
    collections,
    cheques,
    paying_in,
    standing_orders,
    gifts,
    paper_receipts,
    branches,
    closing,
    entries,
    exports,
    account_codes,
    journal,
    accounts,
    lines,
    differences,
    money,
    splits,
    imports,
    rules,
    unidentified,
    books_accounts,
    reports,
    articles,
    article_writing,
    appeals,
    appeal_writing,
    images,
    calendar,
    versions,
    previews,
    pages,
)


def register(app: Flask) -> None:
    """Register the office, with Flask-Security's own pages beside it."""
    setup.set_up(app)
    browser.watch(app)
    app.add_template_global(navigation.ways, "office_ways")
    app.add_template_global(access.in_office)
    app.add_template_global(navigation.may, "office_may")
    app.add_template_global(clock.today)
    app.add_template_filter(forms.role_name)
    app.add_template_filter(audit_trail.action_words)
    app.register_blueprint(_pages())


def _pages() -> Blueprint:
    """All subjects, under one blueprint, so that what is said of it holds for each of them."""
    office = Blueprint("office", __name__, url_prefix="/office")
    for subject in SUBJECTS:
        office.register_blueprint(subject.bp)
    office.before_request(access.check)
    office.register_error_handler(CSRFError, access.outdated)
    # What was registered last comes first.
    office.after_request(access.keep_nothing)
    office.after_request(browser.remember)
    office.after_request(keeping.fill_in)
    office.after_request(keeping.forget_what_was_sent)
    office.teardown_request(access.leave)
    return office
