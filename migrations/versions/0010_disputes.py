"""Disputes, as the treasurer has to answer them."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Bring the schema up."""
    op.create_table(
        "disputes",
        sa.Column("id", KEY, nullable=False),
        sa.Column("dispute_id", sa.String(length=80), nullable=False),
        sa.Column("charge_id", sa.String(length=80), nullable=False),
        sa.Column("amount_minor", KEY, nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("status", sa.String(length=40), nullable=False),
        sa.Column("reason", sa.String(length=80), nullable=False),
        sa.Column("opened_at", INSTANT, nullable=False),
        sa.Column("due_by", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_disputes")),
        sa.UniqueConstraint("dispute_id", name=op.f("uq_disputes_dispute_id")),
    )
    op.create_index("ix_disputes_charge_id", "disputes", ["charge_id"], unique=False)
    op.create_index("ix_disputes_status", "disputes", ["status"], unique=False)


def downgrade() -> None:
    """Take it back."""
    op.drop_table("disputes")
