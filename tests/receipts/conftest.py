"""What the receipts' tests share: the children that print."""

from collections.abc import Iterator

import pytest

from app.receipts.rendering import Renderer


@pytest.fixture(scope="session")
def renderer() -> Iterator[Renderer]:
    """One child process that prints receipts, for the whole run."""
    with Renderer(processes=1) as one:
        yield one
