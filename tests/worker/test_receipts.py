"""The receipts' duty: numbered, rendered, filed, mailed; once, whatever happens in between."""

import email
import email.policy
import hashlib
import signal
import subprocess
import sys
import time
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import func, select, update

from app.database import db, writing
from app.donations.donation import Donation
from app.ledger.entries import Entry
from app.receipts import filing
from app.receipts.facts import thawed
from app.receipts.printing import RenderingFailed
from app.receipts.receipt import Receipt, ReceiptFile
from app.worker import duties as worker_duties
from app.worker import receipts
from tests.cast import an_appeal
from tests.letterbox import letterbox
from tests.receipts.stage import a_due_receipt
from tests.worker import killed_worker


def duties(settings, renderer):
    """What makes receipts, and what mails them."""
    return [receipts.making(settings, renderer), receipts.mailing(settings)]


@pytest.mark.both_databases
def test_a_due_receipt_is_numbered_rendered_filed_and_mailed(app, settings, renderer):
    receipt = a_due_receipt()
    assert worker_duties.do_all_due(duties(settings, renderer)) == 2
    assert worker_duties.do_all_due(duties(settings, renderer)) == 0
    receipt = db.session.get_one(Receipt, receipt.id)
    assert receipt.last_error is None
    assert receipt.state == "issued"
    assert receipt.number == 1
    assert receipt.mailed_at is not None
    kept = db.session.scalars(select(ReceiptFile)).one()
    assert kept.pdf.startswith(b"%PDF")
    assert kept.sha256 == hashlib.sha256(kept.pdf).hexdigest()
    (path,) = settings.outbox.glob("*")
    mail = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    assert mail["To"] == "lucja@example.org"
    assert [part.get_content() for part in mail.iter_attachments()] == [kept.pdf]


def run_worker(settings, box, moment: str, later: int = 0) -> subprocess.CompletedProcess[str]:
    """A worker in a process of its own, killed at a moment."""
    command = [sys.executable, "-m", "tests.worker.killed_worker"]
    arguments = [settings.database_url, str(settings.data_dir), box.url, moment, str(later)]
    return subprocess.run([*command, *arguments], capture_output=True, text=True, timeout=90)


def check_that_a_kill_harms_nothing(settings, moment: str) -> None:
    appeal = an_appeal()
    killed, other = a_due_receipt(appeal, "one"), a_due_receipt(appeal, "two")
    db.session.rollback()
    with letterbox() as box:
        assert run_worker(settings, box, moment).returncode == -signal.SIGKILL
        # Once the lease has run out, another worker takes the receipt up.
        again = run_worker(settings, box, "never", later=5)
        assert again.returncode == 0, again.stderr
    rows = db.session.scalars(select(Receipt).order_by(Receipt.number)).all()
    assert [row.number for row in rows] == [1, 2]
    assert {row.id for row in rows} == {killed.id, other.id}
    assert all(row.mailed_at for row in rows)
    assert db.session.scalar(select(func.count()).select_from(ReceiptFile)) == 2
    assert db.session.scalar(select(func.count()).select_from(Entry)) == 2
    mails = Counter(mail["Message-ID"] for mail in box.mails)
    assert len(mails) == 2
    # Only a kill between the server's acceptance and our commit may repeat a mail, and then it is the same mail.
    repeated = moment in ("accepted by the mail server", "mailed but not committed")
    assert sorted(mails.values()) == ([1, 2] if repeated else [1, 1])
    assert len(set(box.raw)) == 2


# Where a kill leaves a transaction open, both databases have to show that they undo it.
IN_A_TRANSACTION = ["numbered but not committed", "filed but not committed", "mailed but not committed"]
BETWEEN = [moment for moment in killed_worker.MOMENTS if moment not in ("never", *IN_A_TRANSACTION)]


@pytest.mark.parametrize("moment", BETWEEN)
def test_a_worker_killed_at_any_moment_leaves_one_number_one_file_and_one_mail(app, settings, moment):
    check_that_a_kill_harms_nothing(settings, moment)


@pytest.mark.both_databases
@pytest.mark.parametrize("moment", IN_A_TRANSACTION)
def test_a_transaction_cut_off_by_a_kill_is_as_if_it_had_never_begun(app, settings, moment):
    check_that_a_kill_harms_nothing(settings, moment)


def test_the_children_of_a_killed_worker_end_by_themselves(app, settings):
    a_due_receipt()
    db.session.rollback()
    with letterbox() as box:
        worker = run_worker(settings, box, "half-way through rendering")
    (child,) = map(int, worker.stdout.split())
    deadline = time.monotonic() + 30
    while Path(f"/proc/{child}").exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not Path(f"/proc/{child}").exists()


class Answering:
    """Stands in for the children: every receipt gets this PDF, or this error."""

    def __init__(self, answer):
        self.answer, self.asked = answer, 0

    def render(self, _frozen):
        self.asked += 1
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


def read(receipt: Receipt) -> Receipt:
    db.session.rollback()
    return db.session.get_one(Receipt, receipt.id, populate_existing=True)


def make_due_again(receipt: Receipt) -> None:
    with writing():
        db.session.get_one(Receipt, receipt.id).next_try_at = None


def test_a_sign_without_a_glyph_is_left_out_on_paper_and_kept_in_the_books(app, settings, caplog):
    appeal = an_appeal()
    odd = a_due_receipt(appeal, "one", name="Anna \U0010fffd", address="\U0010fffd\n1 Quay Street")
    nameless = a_due_receipt(appeal, "two", name="\U0010fffd")
    worker_duties.do_all_due(duties(settings, Answering(b"%PDF")))
    assert [(read(each).state, read(each).number) for each in (odd, nameless)] == [("issued", 1), ("issued", 2)]
    facts = thawed(read(odd).facts, read(odd).personal)
    assert (facts.donor, facts.donor_address[0]) == ("Anna", "1 Quay Street")
    assert thawed(read(nameless).facts, read(nameless).personal).donor == ""
    assert read(odd).mailed_at
    assert read(nameless).mailed_at
    names = db.session.scalars(select(Donation.name).order_by(Donation.id)).all()
    assert names == ["Anna \U0010fffd", "\U0010fffd"]
    # The log says what to install, and nobody's name.
    assert "U+10FFFD" in caplog.text
    assert "Anna" not in caplog.text


def test_a_press_that_fails_is_tried_again_under_the_same_number(app, settings):
    receipt = a_due_receipt()
    press = Answering(RenderingFailed("the rendering process failed: ProcessExpired"))
    assert worker_duties.do_all_due(duties(settings, press)) == 1
    assert read(receipt).number == 1
    assert read(receipt).last_error == "RenderingFailed: the rendering process failed: ProcessExpired"
    press.answer = b"%PDF"
    make_due_again(receipt)
    assert worker_duties.do_all_due(duties(settings, press)) == 2
    assert (read(receipt).number, press.asked, read(receipt).last_error) == (1, 2, None)
    assert read(receipt).mailed_at


def test_an_address_refused_for_good_keeps_nobody_waiting_and_its_pdf_can_be_had(app, settings):
    appeal = an_appeal()
    refused, plain = a_due_receipt(appeal, "one", email="nobody@example.org"), a_due_receipt(appeal, "two")
    with letterbox() as box:
        box.refused = "nobody@example.org"
        press = Answering(b"%PDF")
        due = duties(replace(settings, smtp_url=box.url), press)
        worker_duties.do_all_due(due)
        assert box.recipients == ["lucja@example.org"]
        assert read(refused).mailed_at is None
        assert read(refused).last_error == "MailRefused: the mail server refused the mail for good (550)"
        assert filing.find(refused.reference)[1].pdf == b"%PDF"
        box.refused = ""
        make_due_again(refused)
        assert worker_duties.do_all_due(due) == 1
    assert read(refused).mailed_at
    assert read(plain).mailed_at
    assert press.asked == 2


def test_a_giver_whose_address_was_erased_gets_no_mail_and_the_receipt_says_why(app, settings):
    receipt = a_due_receipt()
    with writing():
        db.session.execute(update(Donation).values(email=None))
    worker_duties.do_all_due(duties(settings, Answering(b"%PDF")))
    assert read(receipt).rendered_at
    assert read(receipt).last_error.startswith("NoAddress")


def test_what_is_logged_names_nobody(app, settings, caplog):
    a_due_receipt(name="Anna \U0010fffd", email="anna@example.org")
    worker_duties.do_all_due(duties(settings, Answering(RenderingFailed("the rendering process failed"))))
    assert "could not be done" in caplog.text
    assert "Anna" not in caplog.text
    assert "anna" not in caplog.text
