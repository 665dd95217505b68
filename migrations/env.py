"""How Alembic reaches the database: through the application's own engine, one transaction a migration."""

from alembic import context
from flask import current_app
from sqlalchemy import Connection
from sqlalchemy.engine import Engine

from app.database import Base

engine: Engine = current_app.extensions["migrate"].db.engine


def run(connection: Connection) -> None:
    """Run what was asked for on an open connection."""
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        compare_type=True,
        transaction_per_migration=True,
        render_as_batch=connection.dialect.name == "sqlite",
    )
    if connection.dialect.name == "postgresql":
        # Two machines that upgrade at once take turns; the lock goes with the connection.
        connection.exec_driver_sql("SELECT pg_advisory_lock(7239)")
        connection.commit()
    with context.begin_transaction():
        context.run_migrations()


with engine.connect() as opened:
    run(opened)
