"""A lease on a row: while its work goes on it is renewed, and when the worker dies it runs out by itself."""

import threading
from datetime import datetime, timedelta
from types import TracebackType
from typing import Any, Self

from flask import current_app
from sqlalchemy import ColumnElement, and_, update
from sqlalchemy.exc import SQLAlchemyError

from app import clock
from app.extensions import db
from app.writing import writing

LEASE = timedelta(minutes=3)
# Renewed well before it runs out, so that a database that is slow for a moment costs nothing.
RENEWED_EVERY = timedelta(minutes=1)


class Held:
    """Our right to work on one row: the instant in its column `until_column` is the one that we wrote there. When
    something else stands there, the row is not ours."""

    def __init__(self, row: ColumnElement[bool], until_column: Any, until: datetime) -> None:
        """`row` names the row; `until` has just been written into it."""
        self.row, self.until_column, self.until = row, until_column, until
        self._app = current_app._get_current_object()  # type: ignore[attr-defined] # how Flask hands it to threads
        self._over = threading.Event()
        self._keeper = threading.Thread(target=self._keep, name="lease", daemon=True)

    def ours(self) -> ColumnElement[bool]:
        """The condition that the row is still leased to us."""
        return and_(self.row, self.until_column == self.until)

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
                update(self.until_column.class_)
                .where(self.ours())
                .values({self.until_column: longer})
                .returning(self.until_column)
            ).first()
        if renewed is not None:
            self.until = longer


class Lease(Held):
    """A lease on a row of a duty, which is found by its id and says `leased_until`."""

    def __init__(self, model: Any, row_id: int, until: datetime) -> None:
        """`until` has just been written into the row."""
        super().__init__(model.id == row_id, model.leased_until, until)
        self.row_id = row_id
