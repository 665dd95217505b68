"""The general fund: an appeal without an end that stands behind all others. The first start opens it."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

FUND = sa.text("general_fund")


def upgrade() -> None:
    """Bring the schema up. Appeals that exist stay what they are."""
    # Both databases take this constraint with the column; Alembic would rebuild the whole table for it on SQLite.
    op.execute(
        "ALTER TABLE appeals ADD COLUMN general_fund BOOLEAN DEFAULT false NOT NULL "
        "CONSTRAINT ck_appeals_general_fund CHECK (NOT general_fund OR (precedence IS NULL AND starts_on IS NOT NULL))"
    )
    op.create_index(
        "uq_appeals_general_fund", "appeals", ["currency"], unique=True, postgresql_where=FUND, sqlite_where=FUND
    )


def downgrade() -> None:
    """Take it back. The general fund itself stays, as an appeal like any other."""
    op.drop_index("uq_appeals_general_fund", "appeals")
    op.drop_column("appeals", "general_fund")
