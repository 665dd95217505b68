"""Signatures: the official library accepts what Practice Stripe signs by hand, for each of several secrets."""

import pytest
import stripe
from hypothesis import given
from hypothesis import strategies as st

from practice.webhooks.sending import post, signature


@given(
    st.text(max_size=200),
    st.lists(st.text(min_size=1, max_size=40).filter(str.strip), min_size=1, max_size=3, unique=True),
)
def test_every_secret_verifies(body, secrets):
    header = signature(body.encode(), tuple(secrets), at=1_795_000_000)
    for secret in secrets:
        assert stripe.WebhookSignature.verify_header(body, header, secret, tolerance=None)


def test_is_what_the_library_writes_itself():
    ours = signature(b'{"id": "evt_1"}', ("whsec_a",), at=1_795_000_000)
    theirs = stripe.WebhookSignature.generate_signature_header('{"id": "evt_1"}', "whsec_a", 1_795_000_000)
    assert ours == theirs


@pytest.mark.parametrize("url", ["http://127.0.0.1:9/hook", "http://nowhere.invalid/hook"])
def test_a_webhook_that_is_not_there_is_an_answer_in_words(url):
    assert not post(url, b"{}", ("whsec_a",))[0].isdigit()
