"""A full disk: 503 until there is room, and nothing half-kept."""

import json
import sqlite3
from pathlib import Path

from sqlalchemy import func, select

from app.database import db
from app.ledger import verifying
from app.ledger.entries import Entry
from app.payments.inbox import StripeEvent
from tests import stripe_bodies as stripe_says
from tests.cast import a_pledge, an_appeal
from tests.conftest import SECRET


def kept():
    db.session.rollback()
    return tuple(db.session.scalar(select(func.count()).select_from(model)) for model in (StripeEvent, Entry))


def test_where_no_file_can_grow_a_delivery_is_answered_503_and_nothing_is_half_kept(app, settings, stage, subtests):
    """A limit on the size of files is how a disk that fills up looks to SQLite, at one write after the other."""
    path = Path(db.engine.url.database)
    answers = []
    for number, largest in enumerate(range(32_768, 400_000, 12_288)):
        donation = a_pledge(an_appeal(f"fund-{number}")).reference
        body = stripe_says.charge(donation, charge_id=f"ch_{number}", filling="x" * 20_000)
        raw, headers = stripe_says.signed(stripe_says.event("charge.succeeded", body), SECRET)
        db.session.remove()
        checkpoint = sqlite3.connect(path)
        checkpoint.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        checkpoint.close()
        before = kept()
        db.session.remove()
        values = {"folder": str(settings.data_dir), "url": settings.database_url, "largest": largest}
        assert stage.play(("on_a_full_disk", {**values, "raw": raw.decode(), "headers": headers})) == [0]
        answers.append(json.loads(Path(settings.data_dir, "answer").read_text()))
        with subtests.test(largest=largest):
            expected = before if answers[-1] == 503 else (before[0] + 1, before[1] + 1)
            assert (answers[-1] in (200, 503), kept()) == (True, expected)
            assert verifying.faults() == []
        if answers[-1] == 200:
            break
    assert answers.count(503) >= 3
    assert answers[-1] == 200
