"""A database that can be put back, quickly and as often as one likes, to how it was."""

import shutil
from pathlib import Path

from sqlalchemy.engine import make_url

from app.database import db
from tests import postgresql


class Scratch:
    """The application's database as it is now, to be restored: a file on SQLite, a template on PostgreSQL."""

    def __init__(self) -> None:
        """Keep the database as it is now."""
        self._url = db.engine.url.render_as_string(hide_password=False)
        self._file = Path(db.engine.url.database or "") if db.engine.dialect.name == "sqlite" else None
        db.session.remove()
        if self._file:
            with db.engine.connect() as connection:
                connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").close()
        db.engine.dispose()
        if self._file:
            shutil.copyfile(self._file, self._copy)
        else:
            postgresql.create(self._copy.name, template=self._url)

    @property
    def _copy(self) -> Path:
        return Path(f"{make_url(self._url).database}_kept")

    def restore(self) -> None:
        """Put it back; nobody may be using it."""
        db.session.remove()
        db.engine.dispose()
        if self._file:
            for left in ("-wal", "-shm"):
                Path(f"{self._file}{left}").unlink(missing_ok=True)
            # A new file: a connection that somebody still holds goes on with the old one.
            fresh = Path(f"{self._file}_fresh")
            shutil.copyfile(self._copy, fresh)
            fresh.replace(self._file)
        else:
            postgresql.drop(self._url)
            postgresql.create(make_url(self._url).database or "", template=f"postgresql:///{self._copy.name}")

    def forget(self) -> None:
        """Keep it no longer."""
        if not self._file:
            postgresql.drop(f"postgresql:///{self._copy.name}")
