"""Addresses that are nearly right."""

import pytest

from tests.cast import an_appeal


@pytest.mark.parametrize(
    ("path", "leads_to"),
    [
        ("/appeals/", "/appeals"),
        ("/appeals/press-fund/", "/appeals/press-fund"),
        ("/donate/?amount=25&every=month", "/donate?amount=25&every=month"),
        ("/archive///", "/archive"),
        ("/feed.atom/", "/feed.atom"),
        ("/appeals/press-fund/?q=%C3%A9+%26", "/appeals/press-fund?q=%C3%A9+%26"),
    ],
)
def test_a_slash_at_the_end_leads_on_and_keeps_what_was_asked(client, path, leads_to):
    an_appeal()
    answer = client.get(path)
    assert (answer.status_code, answer.location) == (301, leads_to)


@pytest.mark.parametrize(
    "path", ["/no-such/", "//example.org/", "/\\example.org/", "//example.org/appeals/", "//appeals/"]
)
def test_where_there_is_nothing_nobody_is_led_to_another_site(client, path):
    answer = client.get("/", environ_overrides={"PATH_INFO": path})
    leads_to = answer.location or "/"
    assert leads_to.startswith(("/", "http://localhost/"))
    assert not leads_to.startswith(("//", "/\\"))
    assert answer.status_code in (301, 308, 404)


def test_what_is_sent_to_a_wrong_address_is_not_led_on(client):
    assert client.post("/appeals/").status_code in (404, 405)
