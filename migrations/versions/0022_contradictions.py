"""Contradictions: what Stripe told anew, and otherwise than before."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Bring the schema up."""
    op.create_table(
        "stripe_contradictions",
        sa.Column("id", KEY, nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("told_sha256", sa.String(length=64), nullable=False),
        sa.Column("noticed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stripe_contradictions")),
        sa.UniqueConstraint("kind", "name", "told_sha256", name=op.f("uq_stripe_contradictions_kind_name_told_sha256")),
    )
    op.create_index("ix_stripe_contradictions_noticed_at", "stripe_contradictions", ["noticed_at"])


def downgrade() -> None:
    """Take it back."""
    op.drop_table("stripe_contradictions")
