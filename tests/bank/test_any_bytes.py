"""Whatever bytes are sent, they are read or refused in words: no file ends in an error."""

import random
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.bank import taking_in
from app.bank.formats import csv_table, detecting
from app.bank.formats.contents import NotReadable, ReadFile
from app.bank.formats.detecting import NeedsMapping
from app.database import writing
from app.office.bank import words
from tests.bank.bank import a_bank_account
from tests.bank.formats.test_reading import an_account

HERE = Path(__file__).parent
FILES = sorted([*(HERE / "files").iterdir(), *(HERE / "cases").iterdir()])
BODIES = [path.read_bytes() for path in FILES]
# What breaks a file where it hurts: marks of every form, signs, other figures, nothing at all.
BITS = [
    b"", b"\x00", b"\xff\xfe", b"\xef\xbb\xbf", b'"', b"<", b">", b"</", b",", b";", b"\t", b"\n", b"\r",
    b"^", b"-", b"(", b"9" * 30, b"1e9", "\u0663".encode(), "\u202e".encode(), b"\xed\xa0\x80", b"99/99/9999",
    b"00010101", b"&#0;", b"&#99999;", b"]]>", b"<![CDATA[", b"NaN", b"<STMTTRN>", b"</STMTRS>", b"<Ntry>",
    b"EUR", b":61:", b":86:",
]  # fmt: skip


@st.composite
def mutated(draw):
    """A bank's file with some of its pieces cut, doubled, swapped or replaced."""
    body = draw(st.sampled_from(BODIES))
    chance = random.Random(draw(st.integers(0, 2**32)))
    for _ in range(draw(st.integers(0, 6))):
        at, until = sorted(chance.randrange(len(body) + 1) for _ in range(2))
        until = min(until, at + chance.choice([0, 1, 8, 200, len(body)]))
        piece = chance.choice([*BITS, body[at:until] * 2, chance.choice(BODIES)[:400], chance.randbytes(4)])
        body = body[:at] + piece + body[until:]
    return body


def read_whatever(body, account):
    """Everything that is done with a file until somebody has looked at it."""
    refused = None
    try:
        found = detecting.read(body, account)
        if isinstance(found, NeedsMapping):
            csv_table.read(body)
            if found.guess is None:
                return None
            found = detecting.read(body, account, found.guess)
    except NotReadable as refusal:
        refused = refusal
    if refused is not None:
        assert words.wrong_with(refused)
        return None
    assert isinstance(found, ReadFile)
    assert found.lines
    for note in found.notes:
        assert words.note(note)
    for row in found.left_out:
        assert words.left_out(row)
    for line in found.lines:
        said = f"{line.details}{line.payer}{line.bank_id or ''}"
        assert "\x00" not in said
        said.encode()
    return found


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(mutated())
def test_any_bytes_are_read_or_refused_in_words(app, body):
    with app.test_request_context():
        read_whatever(body, an_account(last_digits=""))


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=400) | st.text(max_size=300).map(lambda text: text.encode("utf-8", "surrogatepass")))
def test_bytes_of_no_file_at_all_are_refused_in_words(app, body):
    with app.test_request_context():
        read_whatever(body, an_account(last_digits=""))


@pytest.mark.both_databases
def test_what_is_read_of_damaged_files_can_be_kept(app):
    """Letters that a database refuses would be an error when a file is taken in, not when it is looked at."""
    chance = random.Random(7)
    bank = a_bank_account(last_digits="")
    with app.test_request_context():
        for body in BODIES:
            damaged = body.replace(b"PRESS", chance.choice([b"PR\x00SS", b"PR\xed\xa0\x80", b"\x1bSS"]))
            found = read_whatever(damaged, bank)
            if found is not None:
                with writing():
                    taking_in.take_in(bank, found, damaged, "ada")
