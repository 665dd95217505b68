"""Mail: by a real server or into the outbox folder, always the same message, and errors that name nobody."""

import email
import email.policy
import shutil
import socket
import ssl
import stat
import subprocess
import threading
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from app.emails import sending
from app.emails.message import Attachment, Mail, MailRefused
from app.emails.sending import MailUnavailable
from app.emails.wording import one_line
from tests.letterbox import letterbox

SENDER = "The Łantern <receipts@lantern.example>"


def a_mail(**changes) -> Mail:
    values = {
        "to": "lucja@example.org",
        "subject": "Receipt 2026-000123 from The Łantern",
        "text": "Dear Łucja,\n\nthank you.\n",
        "html": "<p>Dear Łucja, thank you.</p>",
        "message_id": "receipt-123@lantern.example",
        "date": datetime(2026, 7, 1, 0, 30, tzinfo=UTC),
        "attachments": (Attachment("receipt-2026-000123.pdf", "application/pdf", b"%PDF\x00\xff"),),
    }
    return Mail(**{**values, **changes})


@pytest.fixture
def send(tmp_path):
    def send(url=None, **changes) -> None:
        sending.send(a_mail(**changes), sender=SENDER, smtp_url=url, outbox=tmp_path / "outbox")

    return send


@pytest.fixture
def certificate(tmp_path) -> ssl.SSLContext:
    """A certificate for this machine that nobody signed."""
    if not shutil.which("openssl"):
        pytest.skip("openssl is not installed")
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1",
         "-keyout", tmp_path / "key.pem", "-out", tmp_path / "certificate.pem"],
        check=True, capture_output=True,
    )  # fmt: skip
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "certificate.pem", tmp_path / "key.pem")
    return context


def test_a_mail_arrives_with_words_page_and_file(send):
    with letterbox() as box:
        send(box.url)
    (received,) = box.mails
    assert box.recipients == ["lucja@example.org"]
    assert received["From"] == SENDER
    assert received["To"] == "lucja@example.org"
    assert received["Subject"] == "Receipt 2026-000123 from The Łantern"
    assert received["Message-ID"] == "<receipt-123@lantern.example>"
    assert received["Date"].datetime == datetime(2026, 7, 1, 0, 30, tzinfo=UTC)
    assert received["Auto-Submitted"] == "auto-generated"
    assert received.get_body(("plain",)).get_content().replace("\r\n", "\n") == "Dear Łucja,\n\nthank you.\n"
    assert received.get_body(("html",)).get_content().strip() == "<p>Dear Łucja, thank you.</p>"
    (file,) = received.iter_attachments()
    assert (file.get_filename(), file.get_content_type()) == ("receipt-2026-000123.pdf", "application/pdf")
    assert file.get_content() == b"%PDF\x00\xff"


def test_a_mail_passes_servers_that_take_seven_bits_alone(send):
    with letterbox() as box:
        send(box.url)
    assert box.raw[0].isascii()
    assert max(len(line) for line in box.raw[0].splitlines()) <= 78


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text().map(one_line))
@example("0000 000\xa1\xa1\xa1\xa1\U00010000\U00010000\U00010000\U00010000\U00010000 \xa1")
def test_any_subject_and_text_arrive_as_they_were_written(send, tmp_path, text):
    send(subject=f"Receipt {text}.", text=f"Dear {text},\n")
    (file,) = (tmp_path / "outbox").glob("*.eml")
    kept = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
    assert kept["Subject"] == f"Receipt {text}."
    assert kept.get_body(("plain",)).get_content().replace("\r\n", "\n") == f"Dear {text},\n"


def test_the_same_mail_is_the_same_bytes_each_time(send, tmp_path):
    with letterbox() as box:
        send(box.url)
        send(box.url)
    assert len(box.raw) == 2
    assert len(set(box.raw)) == 1
    send()
    (file,) = (tmp_path / "outbox").iterdir()
    first = file.read_bytes()
    send()
    assert [file.read_bytes()] == [kept.read_bytes() for kept in (tmp_path / "outbox").iterdir()] == [first]


def test_without_a_server_a_mail_is_kept_for_its_owner_alone(send, tmp_path):
    send()
    send(message_id="receipt-124@lantern.example")
    files = list((tmp_path / "outbox").glob("*.eml"))
    assert len(files) == 2
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}


@pytest.mark.parametrize(
    "changes",
    [
        {"subject": "Receipt\r\nBcc: all@example.org"},
        {"to": "lucja@example.org\r\nBcc: all@example.org"},
        {"to": "lucja@example.org, all@example.org"},
        {"to": "Lucja <lucja@example.org>"},
        {"to": "nobody"},
        {"to": ""},
        {"to": "@example.org"},
        {"to": "lucja@"},
        {"to": "lucja@" + "x" * 64 + ".example"},
        {"message_id": "x>\r\nBcc: all@example.org"},
    ],
)
def test_no_field_can_add_a_header_or_a_recipient(send, tmp_path, changes):
    with letterbox() as box, pytest.raises(MailRefused) as refusal:
        send(box.url, **changes)
    assert box.raw == []
    assert "example.org" not in str(refusal.value)
    assert not (tmp_path / "outbox").exists()


def test_addresses_of_the_world_arrive(send):
    with letterbox() as box:
        send(box.url, to="lucja@bücher.example")
        send(box.url, to="łucja@bücher.example")
    assert box.recipients == ["lucja@xn--bcher-kva.example", "łucja@xn--bcher-kva.example"]


@pytest.mark.parametrize(
    ("answer", "error", "words"),
    [
        ("550 lucja@example.org is unknown", MailRefused, "for good (550)"),
        ("451 lucja@example.org is busy", MailUnavailable, "later (451)"),
    ],
)
@pytest.mark.parametrize("asked", ["answer_to_recipient", "answer_to_mail"])
def test_a_refusal_is_final_or_not_as_its_code_says_and_names_nobody(send, asked, answer, error, words):
    with letterbox() as box:
        setattr(box, asked, answer)
        with pytest.raises(error) as refusal:
            send(box.url)
    assert words in str(refusal.value)
    assert "lucja" not in str(refusal.value)


def test_a_server_that_is_not_there_is_waited_for(send):
    with letterbox() as box:
        pass
    with pytest.raises(MailUnavailable, match="ConnectionRefusedError"):
        send(box.url)


def test_a_server_that_says_nothing_is_not_waited_for_long(send, monkeypatch):
    monkeypatch.setattr(sending, "_SECONDS_A_STEP", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent, pytest.raises(MailUnavailable):
        send(f"smtp://127.0.0.1:{silent.getsockname()[1]}")


@contextmanager
def a_server(*steps: str):
    """A mail server that answers each line it is sent with the next of `steps`, an empty one by hanging up; its URL,
    and the number of mails that it has taken over."""
    taken = []

    def serve(connection) -> None:
        with connection, connection.makefile("rb") as lines:
            for step in steps:
                if not step:
                    return
                connection.sendall(step.encode() + b"\r\n")
                line = lines.readline()
                while step.startswith("354") and line.rstrip() != b".":
                    line = lines.readline()
                if step.startswith("354"):
                    taken.append(line)

    with socket.create_server(("127.0.0.1", 0)) as listening:

        def answer() -> None:
            while True:
                try:
                    serve(listening.accept()[0])
                except OSError:
                    return

        thread = threading.Thread(target=answer)
        thread.start()
        try:
            yield f"smtp://127.0.0.1:{listening.getsockname()[1]}", taken
        finally:
            listening.shutdown(socket.SHUT_RDWR)
            thread.join()


UNTIL_THE_MAIL = ("220 ready", "250 hello", "250 sender", "250 recipient", "354 go on")


@pytest.mark.parametrize(
    "afterwards", [("221 bye",), ("500 what?",), ("451 later",), ("",), ("nonsense",), ("421 no",)]
)
def test_a_mail_that_was_accepted_is_sent_whatever_is_said_afterwards(send, afterwards):
    with a_server(*UNTIL_THE_MAIL, "250 taken", *afterwards) as (url, taken):
        send(url)
    assert len(taken) == 1


@pytest.mark.parametrize(
    ("answer", "error", "words"), [("554 no", MailRefused, "(554)"), ("451 later", MailUnavailable, "(451)")]
)
@pytest.mark.parametrize("afterwards", ["", "500 what?", "nonsense"])
def test_a_mail_that_was_refused_stays_refused_whatever_is_said_afterwards(send, answer, error, words, afterwards):
    with a_server(*UNTIL_THE_MAIL, answer, afterwards) as (url, _taken), pytest.raises(error) as refusal:
        send(url)
    assert words in str(refusal.value)


def test_a_connection_that_breaks_before_the_answer_is_tried_again(send):
    with a_server(*UNTIL_THE_MAIL, "") as (url, taken), pytest.raises(MailUnavailable, match="SMTPServerDisconnected"):
        send(url)
    assert len(taken) == 1


def test_a_server_that_never_comes_to_an_end_is_cut_off(send, monkeypatch):
    monkeypatch.setattr(sending, "_SECONDS_IN_ALL", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent, pytest.raises(MailUnavailable):
        send(f"smtp://127.0.0.1:{silent.getsockname()[1]}")


def test_encryption_is_used_when_it_is_offered(send, certificate):
    with letterbox(starttls=certificate) as box:
        send(box.url)
    assert box.encrypted == [True]


def test_encryption_from_the_start(send, certificate):
    with letterbox(tls=certificate) as box:
        send(box.url)
    assert box.encrypted == [True]


@pytest.mark.parametrize("kind", ["tls", "starttls"])
def test_on_other_machines_a_certificate_that_nobody_signed_is_refused(send, certificate, monkeypatch, kind):
    monkeypatch.setattr(sending, "_THIS_MACHINE", ())
    with letterbox(**{kind: certificate}) as box, pytest.raises(MailUnavailable, match="SSLCertVerificationError"):
        send(box.url)
    assert box.raw == []


def test_name_and_password_are_decoded_from_the_address(send, certificate):
    with letterbox(starttls=certificate) as box:
        send(box.url.replace("//", "//press%40lantern:p%40ss%2Fword@"))
    assert box.logins == [(b"press@lantern", b"p@ss/word")]
    assert len(box.raw) == 1


def test_a_wrong_password_is_said_without_it(send, certificate):
    with letterbox(starttls=certificate) as box, pytest.raises(MailUnavailable, match=r"name and password \(535\)"):
        send(box.url.replace("//", "//press:wrong@"))


def test_a_password_never_crosses_a_wire_unencrypted(send, monkeypatch):
    monkeypatch.setattr(sending, "_THIS_MACHINE", ())
    with letterbox() as box, pytest.raises(MailUnavailable, match="no encryption"):
        send(box.url.replace("//", "//press:secret@"))
    assert box.logins == []
