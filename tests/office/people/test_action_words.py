"""Whatever is recorded has words on the trail's page."""

import ast
from pathlib import Path

from flask import Flask

from app.office.people.audit_trail import WORDS, action_words

APP = Path(__file__).parents[3] / "app"


def recorded() -> set[str]:
    """The actions that are recorded anywhere in the code, where they are named on the spot."""
    calls = (
        node
        for path in APP.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and getattr(node.func, "attr", getattr(node.func, "id", "")) == "record"
    )
    named = {str(call.args[0].value) for call in calls if call.args and isinstance(call.args[0], ast.Constant)}
    # Others keep records as well: of erasures, by the kind of what was erased.
    return {action for action in named if "." in action}


def test_every_action_that_is_recorded_has_words() -> None:
    assert "donation.refunded" in recorded()
    assert recorded() - set(WORDS) == set()


def test_an_action_is_shown_in_words_and_an_unknown_one_by_its_name(app: Flask) -> None:
    with app.test_request_context():
        assert action_words("person.signed_in") == "Signed in"
        assert action_words("moon.painted") == "moon.painted"
