"""Controls: what banks and time do at Stripe. The control panel's buttons and tests press them alike.

A browser is led back to the control panel; everything else gets JSON. The names follow those of the peer's controls,
where both have one.
"""

from flask import Blueprint, redirect, render_template, request
from flask.typing import ResponseReturnValue

from app import clock
from practice import simulated_time, store
from practice.api import answering, parameters
from practice.api.reading import KINDS
from practice.api.refusals import Refused
from practice.happening import renewing, settling
from practice.objects import payouts, transactions
from practice.pages.actions import ACTIONS
from practice.webhooks import queue

control = Blueprint("control", __name__, url_prefix="/control")

DELIVERY_FAULTS = ("twice", "backwards", "hold", "lost")


@control.errorhandler(Refused)
def refuse(refused: Refused) -> ResponseReturnValue:
    """What cannot be done, in words or as Stripe's envelope."""
    status = 404 if refused.status == 404 else 409
    if _from_a_page():
        return render_template("error.html", status=status, reason=refused.message), status
    return refused.envelope(), status


@control.post("/clock")
def pass_time() -> ResponseReturnValue:
    """Let `advance` seconds or `months` go by, or all the time `until` a moment in Unix seconds."""
    with answering.database().open() as db:
        if request.form.get("until"):
            until: float = parameters.integer(request.form["until"], "until")
        elif request.form.get("months"):
            until = renewing.later(simulated_time.now(), parameters.integer(request.form["months"], "months"))
        else:
            until = simulated_time.instant() + parameters.integer(request.form.get("advance", ""), "advance")
        if until > simulated_time.instant() + 10 * 366 * 24 * 60 * 60:
            raise Refused("Time goes by at most ten years at once.", param="advance")
        settling.pass_time(db, until)
    return _done()


@control.post("/history")
def begin_history() -> ResponseReturnValue:
    """Go back by `back` seconds, so that a history can be told from there; only where nothing has happened yet. One
    that was broken off is forgotten, and told anew."""
    with answering.database().open() as db:
        if not (store.is_empty(db) or simulated_time.is_past()):
            raise Refused("Something has happened here already, so time cannot go back.", param="back")
        store.empty(db)
        simulated_time.put_back(db, parameters.integer(request.form.get("back", ""), "back"))
    return _done()


@control.post("/history/end")
def end_history() -> ResponseReturnValue:
    """Let time go by until the present: what happens from now on is delivered. Where no history is told, nothing is
    done."""
    with answering.database().open() as db:
        if simulated_time.is_past():
            settling.pass_time(db, clock.now().timestamp())
            simulated_time.put_back(db, 0)
    return _done()


@control.post("/billing")
def bill() -> ResponseReturnValue:
    """Do at once what is due: new months, new tries, expiries. The rounds would do it anyway, a moment later."""
    with answering.database().open() as db:
        settling.pass_time(db, simulated_time.instant())
    return _done()


@control.post("/payouts/auto")
def pay_out() -> ResponseReturnValue:
    """An automatic payout of all that is available; with `early`, of what is pending too."""
    with answering.database().open() as db:
        if request.form.get("early"):
            transactions.make_all_available(db)
        made = payouts.automatic(db)
    return _done(payouts=[payout["id"] for payout in made])


@control.post("/faults")
def switch() -> ResponseReturnValue:
    """Switch faults of delivery on and off, each by its name: `true` or `false`."""
    with answering.database().open() as db:
        on = store.delivery_faults(db)
        for name in DELIVERY_FAULTS:
            if name in request.form:
                on = on | {name} if request.form[name] == "true" else on - {name}
        store.switch(db, on)
    return _done(faults=sorted(on))


@control.get("/deliveries")
def deliveries() -> ResponseReturnValue:
    """The last 200 events with their deliveries and answers, newest first."""
    with answering.database().open() as db:
        return queue.latest(db, 200), 200


@control.post(f"/<any({', '.join(KINDS)}):plural>/<reference>/<action>")
def do(plural: str, reference: str, action: str) -> ResponseReturnValue:
    """Do something to one object, such as `disputes/du_…/win`."""
    kind, param = KINDS[plural]
    act = ACTIONS.get((kind, action))
    with answering.database().open() as db:
        body = answering.stored(db, kind, reference, param).body
        if act is None:
            raise Refused(f"Nobody can {action} a {kind}.", status=404)
        changed = act(db, body)
    return _done(id=changed["id"], status=changed["status"])


def _from_a_page() -> bool:
    return request.accept_mimetypes.best_match(["application/json", "text/html"]) == "text/html"


def _done(**facts: object) -> ResponseReturnValue:
    answering.rounds().wake()
    if _from_a_page():
        return redirect("/", code=303)
    with answering.database().open():
        return {"ok": True, "now": simulated_time.now(), **facts}
