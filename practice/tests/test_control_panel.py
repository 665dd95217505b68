"""The control panel: what a treasurer or a tester sees and can do there."""

from .conftest import a_session, eventually, visit


def test_an_empty_till_says_so(practice):
    page = visit(f"{practice}/")
    assert page.status == 200
    assert "None yet. Make a gift in Whipround" in page.text


def test_sessions_and_deliveries_are_shown(practice, api, hook):
    session = api.v1.checkout.sessions.create(params=a_session())
    assert f"/c/pay/{session.id}" in visit(f"{practice}/").text
    assert visit(f"{practice}/sessions/{session.id}/expiry", {}).status == 303
    page = eventually(lambda: next((p for p in [visit(f"{practice}/").text] if "none: accepted" in p), None))
    assert "checkout.session.expired" in page
    assert "£25.00" in page
    assert visit(f"{practice}/sessions/{session.id}/expiry", {}).status == 409


def test_switches_stay_as_they_were_set(practice):
    visit(f"{practice}/delivery", {"on": "twice"})
    assert 'value="twice" checked' in visit(f"{practice}/").text
    visit(f"{practice}/delivery", {})
    assert "checked" not in visit(f"{practice}/").text


def test_what_does_not_exist_is_404_in_words(practice):
    for path in ("/events/evt_x/deliveries", "/sessions/cs_x/expiry"):
        answer = visit(f"{practice}{path}", {})
        assert answer.status == 404
        assert "Page not found" in answer.text
