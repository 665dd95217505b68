"""A lease on a row: while its work goes on it is renewed, and when the worker dies it runs out by itself."""

import threading
from datetime import datetime, timedelta
from types import TracebackType
from typing import Any, Self

from flask import current_app
from sqlalchemy import update
from sqlalchemy.exc import SQLAlchemyError

from app import clock
from app.extensions import db
from app.writing import writing

LEASE = timedelta(minutes=3)
# Renewed well before it runs out, so that a database that is slow for a moment costs nothing.
RENEWED_EVERY = timedelta(minutes=1)


class Lease:
    """Our right to work on one row. `until` is what stands in its row; when something else does, it is not ours."""

    def __init__(self, model: Any, row_id: int, until: datetime) -> None:
        """`until` has just been written into the row."""
        self.model, self.row_id, self.until = model, row_id, until
        self._app = current_app._get_current_object()  # type: ignore[attr-defined] # how Flask hands it to threads
        self._over = threading.Event()
        self._keeper = threading.Thread(target=self._keep, name="lease", daemon=True)

    def ours(self) -> Any:
        """The condition that the row is still leased to us."""
        return (self.model.id == self.row_id) & (self.model.leased_until == self.until)

    def __enter__(self) -> Self:
        """Renew it from now on."""
        self._keeper.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop renewing it."""
        self._over.set()
        self._keeper.join()

    def _keep(self) -> None:
        while not self._over.wait(RENEWED_EVERY.total_seconds()):
            with self._app.app_context():
                try:
                    self.renew()
                except (SQLAlchemyError, OSError):
                    # The next try may succeed; if none does, the lease runs out as it should.
                    continue

    def renew(self) -> None:
        """Lengthen it, if it is still ours."""
        longer = clock.now() + LEASE
        with writing():
            renewed = db.session.execute(
                update(self.model).where(self.ours()).values(leased_until=longer).returning(self.model.id)
            ).first()
        if renewed is not None:
            self.until = longer
