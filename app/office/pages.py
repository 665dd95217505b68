"""The subjects of the office: each is a module with a blueprint `bp`. A new subject is added here."""

from app.office.bank import accounts, imports, lines, unidentified
from app.office.books import account_codes, closing, entries, exports, journal, reports
from app.office.books import accounts as books_accounts
from app.office.content import appeal_writing, appeals, article_writing, articles, calendar, images, previews, versions
from app.office.donors import donors, merges
from app.office.gifts import paper_receipts, refunds, search
from app.office.offline import cheques, collections, gifts, paying_in, standing_orders
from app.office.people import audit_trail, my_account, people, person
from app.office.settings import branches
from app.office.today import daily_statement, exceptions, payouts, start, today
from app.office.unsent import pages

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
    imports,
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
