"""The one way to what is chosen at the start."""

import pytest

from app.payments.gateway import StripeGateway
from app.services import services


def test_an_application_hands_out_what_it_was_made_with(app, settings):
    assert services().settings is settings
    assert isinstance(services().gateway, StripeGateway)
    assert services() is services(app)


def test_another_may_be_put_in_a_service_s_place(app):
    services().gateway = other = StripeGateway("sk_test_other", "http://127.0.0.1:9")
    assert services(app).gateway is other


def test_outside_an_application_there_are_none():
    with pytest.raises(RuntimeError, match="application context"):
        services()
