"""The stage on which processes are killed, one for the whole run."""

from collections.abc import Iterator

import pytest

from tests.faults.stage import Stage


@pytest.fixture(scope="session")
def stage() -> Iterator[Stage]:
    """Where parts are played by processes that may be killed."""
    one = Stage()
    yield one
    one.close()
