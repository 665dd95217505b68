"""A site that is served, with one appeal."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from tests.cast import an_appeal
from tests.live.site import SLUG, Site, serving


@pytest.fixture
def site(app: Flask, database_url: str, tmp_path: Path) -> Iterator[Site]:
    """The site over this test's database; `app` is another process's application over the same."""
    an_appeal(SLUG)
    with serving(database_url, tmp_path) as served:
        yield served
