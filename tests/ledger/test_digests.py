"""Digests: the same text on both databases, with everything that an entry says in it."""

import hashlib
from datetime import UTC, datetime

import pytest

from app.database import db, writing
from app.ledger import reversing, seals
from app.ledger.entries import Entry
from tests.ledger.entering import enter, held_by_stripe, income

pytestmark = [pytest.mark.both_databases, pytest.mark.usefixtures("app")]

# Summer time in London, so that a day or an instant that is written in local time would show.
MOMENT = datetime(2026, 6, 30, 23, 30, 0, 120, tzinfo=UTC)
OUT, BACK = ("income:appeal:a:gbp", "assets:stripe:gbp"), ("assets:stripe:gbp", "income:appeal:a:gbp")


@pytest.fixture
def two():
    """An entry of two transfers and its reversal; their ids."""
    with writing():
        first = enter(
            "test:1", [(income(), held_by_stripe(), 2500), (held_by_stripe(), income(), 1)], occurred_at=MOMENT
        )
        return first.entry_id, reversing.reverse(
            first.entry_id, memo="undone", recorded_by="test", occurred_at=MOMENT
        ).entry_id


def digest(entry_id, reverses, *lines):
    """The digest of what is hashed, put together by hand."""
    entry = db.session.get_one(Entry, entry_id)
    recorded = entry.recorded_at.astimezone(UTC).isoformat(timespec="microseconds")
    says = [entry_id, entry.source, entry.kind, "donation:d", entry.memo, 2, "2026-06-30T23:30:00.000120+00:00",
            recorded, "2026-07-01", reverses, "test"]  # fmt: skip
    text = "\x1e".join(
        "\x1f".join(map(str, [*says, number, *ends, "gbp", minor])) for number, (ends, minor) in enumerate(lines, 1)
    )
    return hashlib.sha256(text.encode()).hexdigest()


def test_a_digest_is_of_every_word_of_an_entry_and_of_its_transfers_in_order(two):
    first, reversal = two
    assert list(seals.of_entries([reversal, first])) == [
        (first, digest(first, "", (OUT, 2500), (BACK, 1))),
        (reversal, digest(reversal, "test:1", (BACK, 2500), (OUT, 1))),
    ]


def test_an_entry_that_is_not_there_has_no_digest(two):
    assert list(seals.of_entries([two[1] + 1])) == []
