"""What the tests of pages about gifts by hand need: a page as it is read, a form as it is filled in."""

from bs4 import BeautifulSoup

from app import clock
from app.offline.counts import Count  # noqa: F401 - handed on
from tests.offline.hands import a_branch, a_cheque, a_count, a_gift_by, expectations, held, raised_by, the_bank_shows  # noqa: F401


def page(answer):
    """An answer as a page."""
    return BeautifulSoup(answer.get_data(as_text=True), "html5lib")


def said(answer):
    """The words of a page, as one line."""
    return " ".join(page(answer).main.get_text(" ").split())


def filled(client, address, **typed):
    """What a form at this address would send when these fields are typed into it."""
    form = page(client.get(address)).main.select_one("form.form")
    values = {
        each["name"]: each.get("value", "") for each in form.select("input[name]") if each["name"] != "csrf_token"
    }
    for select in form.select("select"):
        chosen = select.select_one("option[selected]") or select.select_one("option")
        values[select["name"]] = chosen["value"] if chosen else ""
    values |= {each["name"]: each.text for each in form.select("textarea")}
    return {**values, **typed}


def today():
    return clock.today().isoformat()
