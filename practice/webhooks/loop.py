"""Practice Stripe's rounds: a thread that settles what is due and delivers what waits, until it is told to stop."""

import logging
import threading

from practice import store
from practice.happening import settling
from practice.settings import PracticeSettings
from practice.store import Store
from practice.webhooks import queue
from practice.webhooks import sending as webhooks_sending

log = logging.getLogger("practice")

_PAUSE = 0.25
_AT_ONCE = 8
# Long enough for `charge.updated` to be in the bag too, so that "backwards" turns a whole payment round.
_GATHERING = 2.5


class Rounds:
    """Settles and delivers in the background. Whatever is not done when it stops is due at the next start."""

    def __init__(self, stored: Store, settings: PracticeSettings) -> None:
        """Nothing runs before `start`."""
        self._store = stored
        self._settings = settings
        self._stopping = threading.Event()
        self._wake = threading.Event()
        self._answered = threading.Condition()
        self._underway: set[str] = set()
        self._thread = threading.Thread(target=self._run, name="rounds", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End at once: a delivery underway is left behind, and made again after the next start."""
        self._stopping.set()
        self._wake.set()
        self._thread.join(timeout=1)

    def wake(self) -> None:
        """Something was put into the bag: look now."""
        self._wake.set()

    def wait_until_delivered(self, event_id: str, seconds: float) -> bool:
        """Wait up to `seconds` for the webhook to take this event; false when it did not, or is held back."""
        self.wake()

        def settled() -> bool:
            with self._store.open() as db:
                return queue.delivered(db, event_id) or bool({"hold", "lost"} & store.delivery_faults(db))

        with self._answered:
            self._answered.wait_for(settled, timeout=seconds)
        with self._store.open() as db:
            return queue.delivered(db, event_id)

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                self._round()
            except Exception:  # the rounds must go on; what failed is still due
                log.exception("a round failed")
            self._wake.wait(_PAUSE)
            self._wake.clear()

    def _round(self) -> None:
        """Settle what is due, then send what waits, each event on a thread of its own so that none holds up another."""
        with self._store.open() as db:
            settling.settle_what_is_due(db)
            faults = store.delivery_faults(db)
            if "lost" in faults:
                queue.lose(db)
            if "hold" in faults or ("backwards" in faults and queue.freshest(db) < _GATHERING):
                return
            batch = queue.waiting(db, underway=self._underway)
        for event_id, body in reversed(batch) if "backwards" in faults else batch:
            if self._stopping.is_set() or len(self._underway) >= _AT_ONCE:
                return
            self._underway.add(event_id)
            sending = threading.Thread(
                target=self._send, args=(event_id, body, 2 if "twice" in faults else 1), daemon=True
            )
            sending.start()
            if "backwards" in faults:
                sending.join()

    def _send(self, event_id: str, body: bytes, times: int) -> None:
        try:
            answers = [
                webhooks_sending.post(self._settings.webhook_url, body, self._settings.webhook_secrets)
                for _ in range(times)
            ]
            with self._store.open() as db:
                news = queue.record(db, event_id, answers)
            if news:
                log.info("%s: %s", event_id, ", ".join(answers))
        finally:
            self._underway.discard(event_id)
            with self._answered:
                self._answered.notify_all()
            self.wake()
