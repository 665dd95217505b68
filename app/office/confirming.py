"""What cannot be undone is asked once more: a page of its own with the question, which works without JavaScript.

    @bp.post("/<reference>/bounced")
    @allow(changes={TREASURER})
    @asks_once(_whether_it_bounced)
    def bounce(reference: str) -> ResponseReturnValue: ...

`_whether_it_bounced(reference)` returns a `Question`, or `None` when there is nothing to ask, because the view will
refuse what was sent anyway. What was typed travels with the question and is sent again with the answer.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from flask import render_template, request

View = Callable[..., Any]

# The field that says yes.
ANSWER = "confirmed"

_MARK = "office_asks"


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked before something is done that stays done."""

    title: str
    """The question, naming the thing: "Has the cheque of Ada Byron bounced?"."""
    words: str
    """What follows from a yes."""
    button: str
    """What is done, as a verb; the same words as on the button that was pressed."""
    back: str
    """Where the way out leads."""


def asks_once(question: Callable[..., Question | None]) -> Callable[[View], View]:
    """Ask `question` before the view is let do its work; the question gets what the view gets.

    Stands under `allow`, so that only those are asked who may.
    """

    def around(view: View) -> View:
        @wraps(view)
        def inside(**values: Any) -> Any:
            if request.method == "POST" and request.form.get(ANSWER) != "yes":
                asked = question(**values)
                if asked is not None:
                    return render_template("office/sure.html", asked=asked, sent=_sent())
            return view(**values)

        setattr(inside, _MARK, True)
        return inside

    return around


def asks(view: Callable[..., Any]) -> bool:
    """Whether a view asks before it does its work."""
    return bool(getattr(view, _MARK, False))


def _sent() -> list[tuple[str, str]]:
    """Every field that was sent, to be sent again with the answer."""
    return [(name, value) for name, value in request.form.items(multi=True) if name not in ("csrf_token", ANSWER)]
