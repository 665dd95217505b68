"""A running Whipround for each module."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.live.site import Installation, run_whipround


@pytest.fixture(scope="module")
def whipround(engine_name: str, template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """A served site, and another process's application over the same database."""
    folder: Path = tmp_path_factory.mktemp("whipround")
    with run_whipround(engine_name, template, folder) as opened:
        yield opened
