"""An office with something in every list, in large amounts and long names, and the addresses of all its pages."""

import io
import re
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode, urljoin, urlsplit

from bs4 import BeautifulSoup
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import select
from werkzeug.exceptions import HTTPException

from app import clock
from app.appeals.appeal import Appeal
from app.appeals.branch import Branch
from app.bank.account import BankAccount
from app.database import db, writing
from app.donations.donation import CHEQUE, IN_KIND
from app.money import Money
from app.offline import paying_in, standing_orders
from app.offline.standing_orders import Promise
from app.services import services
from app.worker import clock as worker_clock
from tests import books_kept
from tests.bank.bank import FILES, a_bank_account, take_in_file
from tests.cast import a_gift, a_pledge, an_appeal
from tests.ledger.entering import an_unclaimed_charge
from tests.office.conftest import a_person
from tests.offline.hands import a_branch, a_count, a_gift_by
from tests.plan_world import a_running_plan
from tests.stripe_account import Account

LONG = "The printers’ and papermakers’ benevolent association of Ambleford-under-Lyme"
# A word that nothing breaks.
UNBROKEN = "Papermakers" * 9
# £1,234,567.89, and £24,999.99.
_OFX = FILES / "statement.ofx"
MUCH, MOST_BY_CARD = 123_456_789, 2_499_999


def furnish(app: Flask, client: FlaskClient) -> list[str]:
    """Put something in every list; `client` is somebody's who may do everything. Addresses that no link leads to."""
    today = clock.today()
    appeal = an_appeal(title=f"Keep the press of {LONG} turning", target_minor=900_000_000)
    an_appeal("plain", title="Whatever comes", target_minor=None, ends_on=None, suggested_minor=[], precedence=None)
    an_appeal("ended", title=UNBROKEN, starts_on=today - timedelta(days=90), ends_on=today - timedelta(days=60))
    an_appeal("coming", title="The new roof", starts_on=today + timedelta(days=40), ends_on=None)
    a_branch(LONG)
    a_branch(UNBROKEN)
    for role in ("admin", "treasurer", "editor"):
        a_person(role, name=LONG[:60] if role != "editor" else UNBROKEN)
    monthly, _stripe = a_running_plan(an_appeal("monthly", precedence=None), "monthly", name=LONG[:100])
    with writing():
        db.session.get_one(Appeal, monthly.appeal_id).ends_on = today - timedelta(days=1)
    _by_card(app, appeal)
    # The worker has used the session meanwhile.
    appeal, branch = (
        db.session.scalars(select(Appeal).where(Appeal.slug == "press-fund")).one(),
        db.session.scalars(select(Branch).where(Branch.name == LONG)).one(),
    )
    _by_hand(appeal, branch.id)
    not_linked = _at_the_bank(client)
    _written(client)
    with writing():
        an_unclaimed_charge(MUCH)
    nobody = {"nonce": "n1", "kind": "", "reason": "A grant"}
    client.post("/office/entries/", data=nobody)
    day = today.replace(day=1) - timedelta(days=1)
    client.post("/office/closing/", data={"through": day.isoformat()})
    asked = {"format": "ledger-csv", "from_on": f"{today.year}-01-01", "to_on": today.isoformat()}
    with client.post("/office/exports/", data=asked) as answer:
        answer.get_data()
    db.session.rollback()
    asked["names"] = "yes"
    return [*not_linked, f"/office/exports/names?{urlencode({**asked, 'format': 'donations-csv'})}"]


def _by_card(app: Flask, appeal: Any) -> None:
    references = [
        a_pledge(
            appeal,
            f"card-{number}",
            a_gift(
                MOST_BY_CARD if number == 4 else 2500, name=LONG if number % 2 else UNBROKEN, email=_address(number)
            ),
        ).reference
        for number in range(5)
    ]
    a_pledge(appeal, "unpaid", a_gift(MOST_BY_CARD))
    account = Account()
    books_kept.lives(account, references[:4])
    account.gives(references[4], MOST_BY_CARD)
    account.pays_out()
    books_kept.deliver_all(app, account)
    worker_clock.attach()
    services(app).gateway = account


def _address(number: int) -> str:
    """A long email address, of two donors in turn."""
    return f"{('treasurer', UNBROKEN[:60])[number % 2]}@{UNBROKEN.lower()[:60]}.example.org"


def _by_hand(appeal: Any, branch_id: int) -> None:
    for number in range(3):
        sheet = a_count(appeal, {5000: 20_000, 1: 3}, submission=f"sheet-{number}", branch_id=branch_id)
        a_gift_by(
            CHEQUE, appeal, MUCH, submission=f"cheque-{number}", name=LONG[:100], what="000123", branch_id=branch_id
        )
    with writing():
        paying_in.pay_in([sheet], [], "500123", clock.today())
    a_gift_by(CHEQUE, appeal, MUCH, submission="unbroken", name=UNBROKEN, what="000124", branch_id=branch_id)
    a_gift_by(IN_KIND, appeal, MUCH, submission="kind", name=LONG[:100], what="A printing press", branch_id=branch_id)
    for days in (0, 20, 70):
        day = clock.today() - timedelta(days=days)
        promise = Promise(Money(MUCH, "gbp"), day.day, day, LONG[:100], "PRINTERS BENEVOLENT 0047")
        with writing():
            standing_orders.expect(appeal, promise, branch_id=branch_id)


def _at_the_bank(client: FlaskClient) -> list[str]:
    bank = a_bank_account(LONG[:60])
    day = f"{clock.today() - timedelta(days=2):%d/%m/%Y}"
    lines = [
        f"{day},{LONG[:60]} {n},PRINTERS BENEVOLENT {n},{amount}"
        for n, amount in enumerate(("1234567.89", "-9.00", "98.00"))
    ]
    lines.append(f"{day},{UNBROKEN},{UNBROKEN},7.00")
    body = "\n".join(["Date,Counter Party,Reference,Amount (GBP)", *lines, ""]).encode()
    take_in_file(bank, body)
    more = body.replace(b"98.00", b"99.00").replace(b" 2,PRINTERS", b" 4,PRINTERS")
    uploads = [_uploaded(client, bank, more, "week.csv"), _uploaded(client, bank, _OFX.read_bytes(), "week.ofx")]
    waiting = BeautifulSoup(client.get(f"/office/bank/{bank.reference}/lines/").data, "html5lib")
    found = {a["href"] for a in waiting.select("a[href*='/lines/']") if re.search(r"/lines/(?!all)[^/?]+$", a["href"])}
    for address, kind in zip(sorted(found), ("unidentified", "unidentified"), strict=False):
        client.post(f"{address}/otherwise", data={"kind": kind})
    return [*uploads, f"{uploads[0]}/columns"]


def _uploaded(client: FlaskClient, bank: BankAccount, body: bytes, name: str) -> str:
    sent = {"account": bank.reference, "file": (io.BytesIO(body), name)}
    return client.post("/office/bank/files", data=sent, content_type="multipart/form-data").location or ""


def _written(client: FlaskClient) -> None:
    picture = io.BytesIO()
    Image.new("RGB", (640, 480), "#355").save(picture, "JPEG")
    client.post(
        "/office/images", data={"picture": (io.BytesIO(picture.getvalue()), "bus.jpg"), "words": LONG[:100]},
        content_type="multipart/form-data",
    )  # fmt: skip
    for headline, when in ((LONG, "now"), (LONG, "draft"), (UNBROKEN, "now")):
        client.post("/office/articles/", data={"headline": headline, "text": "The *47*.", "when": when})
    first = re.search(r'/office/articles/(\d+)"', client.get("/office/articles/").text)
    if first:
        form = BeautifulSoup(client.get(f"/office/articles/{first[1]}/text").data, "html5lib").select_one(
            "form.writing"
        )
        sent = {
            field["name"]: field.get("value", "")
            for field in form.select("input[name]")
            if field.get("type") != "radio"
        }
        client.post(form["action"], data={**sent, "text": "Another **text**.", "when": "draft"})


def addresses(app: Flask, client: FlaskClient, also: list[str], most: int = 6) -> dict[str, list[str]]:
    """Every page of the office that can be reached by following links, by its view, up to `most` of each."""
    found: dict[str, list[str]] = {}
    waiting, known = ["/office/me/", "/office/", *also], set[str]()
    match = app.url_map.bind("localhost").match
    with app.app_context():
        while waiting:
            address = waiting.pop(0)
            parts = urlsplit(address)
            if address in known or not parts.path.startswith("/office"):
                continue
            known.add(address)
            try:
                endpoint, _values = match(parts.path, "GET")
            except HTTPException:
                continue
            if len(found.get(endpoint, [])) >= most:
                continue
            answer = client.get(address)
            answer.get_data()
            answer.close()
            if 300 <= answer.status_code < 400:
                waiting.append(urljoin(address, answer.location))
                continue
            assert answer.status_code == 200, f"{address}: {answer.status_code}"
            if answer.mimetype != "text/html":
                continue
            found.setdefault(endpoint, []).append(address)
            page = BeautifulSoup(answer.data, "html5lib")
            waiting += [urljoin(address, way["href"]).partition("#")[0] for way in page.select("a[href]")]
    return found
