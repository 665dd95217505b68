"""What cannot be undone is asked once: the first press changes nothing, and the answer does it with what was typed."""

from typing import Any

from bs4 import BeautifulSoup
from flask import Flask
from sqlalchemy import select

from app.audit.trail import AuditRecord
from app.database import db
from app.office import access, confirming
from tests.cast import an_appeal
from tests.office.conftest import a_person, sign_in
from tests.office.offline.hand_pages import page, said
from tests.office.offline.test_standing_orders import an_order
from tests.offline.hands import a_cheque, a_count, pounds

# Every action of the office that cannot be undone.
ASKED = {
    "office.bank_imports.take_back",
    "office.bank_lines.confirm",
    "office.bank_money.erase_payee",
    "office.bank_rules.remove",
    "office.bank_splits.create",
    "office.cheques.bounce",
    "office.collections.correct",
    "office.entries.reverse",
    "office.exports.withdraw",
    "office.gifts_by_hand.correct",
    "office.gifts_by_hand.withdraw",
    "office.images.remove",
    "office.person.forget_second_factor",
    "office.person.remove",
    "office.plans.move",
    "office.refunds.create",
    "office.standing_orders.end",
    "office.standing_orders.pass_over",
    "security.mf_recovery_codes",
    "security.wan_delete",
}


def answered(client: Any, asked: Any) -> Any:
    """Press the button of the question."""
    form = page(asked).main.form
    fields = {each["name"]: each["value"] for each in form.select("input[name]") if each["name"] != "csrf_token"}
    return client.post(form["action"], data=fields, follow_redirects=True)


def done() -> list[str]:
    db.session.rollback()
    return list(db.session.scalars(select(AuditRecord.action)))


def test_what_cannot_be_undone_asks_once(app: Flask) -> None:
    assert {endpoint for endpoint, view in app.view_functions.items() if confirming.asks(view)} == ASKED


def test_whoever_may_not_do_it_is_not_asked(app: Flask) -> None:
    views = [app.view_functions[endpoint] for endpoint in ASKED if endpoint.startswith("office.")]
    assert [view for view in views if access.allowed_by(view) is None] == []


def test_a_cheque_bounces_once_somebody_has_said_yes(app: Flask, signed_in: Any) -> None:
    cheque = a_cheque(an_appeal(), amount=pounds("25"))
    client = signed_in("treasurer")
    asked = client.post(f"/office/cheques/{cheque.reference}/bounced")
    assert asked.status_code == 200
    assert "bounced?" in page(asked).h1.text
    assert "The appeal’s total falls by £25.00 at once" in said(asked)
    assert done() == []
    assert "Cheque marked as bounced." in said(answered(client, asked))
    assert done() == ["cheque.bounced"]


def test_what_was_typed_travels_with_the_question(app: Flask, signed_in: Any) -> None:
    sheet = a_count(an_appeal())
    client = signed_in("treasurer")
    asked = client.post(
        f"/office/collections/{sheet.reference}/correction", data={"reason": 'One "box"\r\ncounted twice'}
    )
    assert done() == []
    answered(client, asked)
    db.session.refresh(sheet)
    assert sheet.reason == 'One "box"\ncounted twice'


def test_what_is_typed_wrongly_is_said_before_anything_is_asked(app: Flask, signed_in: Any) -> None:
    sheet = a_count(an_appeal())
    answer = signed_in("treasurer").post(f"/office/collections/{sheet.reference}/correction", data={"reason": ""})
    assert answer.status_code == 422
    assert "Enter a reason" in said(answer)


def test_a_standing_order_ends_once_somebody_has_said_yes(app: Flask, signed_in: Any) -> None:
    order = an_order(an_appeal())
    client = signed_in("treasurer")
    asked = client.post(f"/office/standing-orders/{order.reference}/end")
    assert page(asked).h1.text == "End the standing order from Ida Brandt?"
    assert done() == []
    assert "Standing order ended. No more payments are expected." in said(answered(client, asked))


def test_a_person_is_removed_once_an_admin_has_said_yes(app: Flask) -> None:
    leaving, admin = a_person("editor", name="Zoë Fairhurst"), a_person("admin")
    client = sign_in(app, admin)
    asked = client.post(f"/office/people/{leaving.reference}/removal")
    assert page(asked).h1.text == "Remove Zoë Fairhurst?"
    assert done() == []
    assert "Zoë Fairhurst no longer has access" in said(answered(client, asked))


def test_the_way_out_of_a_question_leads_to_where_it_was_asked(app: Flask, signed_in: Any) -> None:
    cheque = a_cheque(an_appeal())
    asked = signed_in("treasurer").post(f"/office/cheques/{cheque.reference}/bounced")
    ways: BeautifulSoup = page(asked).main
    assert ways.find("a", string="Cancel")["href"] == f"/office/gifts-by-hand/{cheque.reference}"
