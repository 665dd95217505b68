"""A served house for each module."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.live.site import House, open_house


@pytest.fixture(scope="module")
def house(engine_name: str, template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A served site, and another process's application over the same database."""
    folder: Path = tmp_path_factory.mktemp("house")
    with open_house(engine_name, template, folder) as opened:
        yield opened
