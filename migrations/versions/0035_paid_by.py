"""The ways other than cards by which gifts were paid are found without reading the gifts."""

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None

ROWS = "paid_by IS NOT NULL"


def upgrade() -> None:
    """Bring the schema up."""
    op.create_index(
        "ix_donations_paid_by", "donations", ["paid_by"], sqlite_where=sa.text(ROWS), postgresql_where=sa.text(ROWS)
    )


def downgrade() -> None:
    """Take it back."""
    op.drop_index("ix_donations_paid_by", "donations")
