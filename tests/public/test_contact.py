"""How givers reach the organisation, and what it says of their data: at hand wherever somebody may need it."""

import dataclasses
import email
import email.policy

import pytest
from bs4 import BeautifulSoup

from app.worker import duties, receipts
from tests.cast import an_appeal
from tests.receipts.stage import a_due_receipt
from tests.worker.test_receipts import Answering


def read(answer):
    return BeautifulSoup(answer.get_data(as_text=True), "html5lib")


def links(part):
    return {link["href"] for link in part.select("a[href]")}


CONTACT = {"mailto:office@lantern.example", "tel:01632960123"}


@pytest.mark.parametrize(
    "path", ["/", "/appeals", "/appeals/press-fund", "/appeals/press-fund/donate", "/archive", "/no-such"]
)
def test_the_foot_of_every_page_has_both_and_the_notice(client, path):
    an_appeal()
    assert {*CONTACT, "/privacy"} <= links(read(client.get(path)).select_one(".foot"))


def test_the_giving_form_says_whom_to_ask_and_links_the_notice(client):
    an_appeal()
    form = read(client.get("/appeals/press-fund/donate")).select_one("form[method=post]")
    assert {*CONTACT, "/privacy"} <= links(form)


@pytest.mark.parametrize("path", ["/no-such", "/plans/dead-link", "/receipts/no-such"])
def test_an_error_and_a_dead_link_say_whom_to_ask(client, path):
    answer = client.get(path)
    assert answer.status_code == 404
    assert links(read(answer).main) >= CONTACT


def test_the_notice_stands_on_a_page_of_its_own(client):
    page = read(client.get("/privacy"))
    assert page.h1.get_text() == "Privacy notice"
    assert page.select_one(".prose em").get_text() == "little"


def test_answers_to_mails_go_to_the_contact_address_which_stands_in_them(app, settings):
    a_due_receipt()
    duties.do_all_due([receipts.making(settings, Answering(b"%PDF")), receipts.mailing(settings)])
    (path,) = settings.outbox.glob("*.eml")
    mail = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    assert mail["Reply-To"] == "office@lantern.example"
    assert mail["From"] == "The Lantern <receipts@lantern.example>"
    for kind in ("plain", "html"):
        text = mail.get_body((kind,)).get_content()
        assert "office@lantern.example" in text
        assert "01632 960 123" in text


class TestTheNoticeIsElsewhere:
    """When the organisation has one on its own site."""

    @pytest.fixture
    def settings(self, settings):
        elsewhere = dataclasses.replace(
            settings.organisation, privacy_text="", privacy_address="https://lantern.example/privacy"
        )
        return dataclasses.replace(settings, organisation=elsewhere)

    def test_the_links_lead_there(self, client):
        assert "https://lantern.example/privacy" in links(read(client.get("/")).select_one(".foot"))
        assert client.get("/privacy").status_code == 404
