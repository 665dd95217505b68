"""Donations, and how often anybody may try to make one."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Bring the schema up."""
    op.create_table(
        "donations",
        sa.Column("id", KEY, nullable=False),
        sa.Column("reference", sa.String(length=32), nullable=False),
        sa.Column("appeal_id", KEY, nullable=False),
        sa.Column("amount_minor", KEY, nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("pledged_at", INSTANT, nullable=False),
        sa.Column("received_at", INSTANT, nullable=True),
        sa.Column("charge_id", sa.String(length=80), nullable=True),
        sa.Column("declined_at", INSTANT, nullable=True),
        sa.Column("name", sa.String(length=120), nullable=True),
        sa.Column("email", sa.String(length=254), nullable=True),
        sa.Column("address", sa.String(length=400), nullable=True),
        sa.Column("postcode", sa.String(length=20), nullable=True),
        sa.Column("message", sa.Text(), nullable=True),
        sa.Column("name_may_be_shown", sa.Boolean(), nullable=False),
        sa.Column("submission", sa.String(length=64), nullable=False),
        sa.Column("checkout_key", sa.String(length=64), nullable=False),
        sa.Column("checkout_session_id", sa.String(length=120), nullable=True),
        sa.Column("checkout_url", sa.Text(), nullable=True),
        sa.Column("checkout_expires_at", INSTANT, nullable=True),
        sa.CheckConstraint("(state = 'received') = (charge_id IS NOT NULL)", name=op.f("ck_donations_charge_id")),
        sa.CheckConstraint("(state = 'received') = (received_at IS NOT NULL)", name=op.f("ck_donations_received_at")),
        sa.CheckConstraint("state IN ('pledged', 'received', 'abandoned')", name=op.f("ck_donations_state")),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_donations_amount")),
        sa.ForeignKeyConstraint(["appeal_id"], ["appeals.id"], name=op.f("fk_donations_appeal_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_donations")),
        sa.UniqueConstraint("charge_id", name=op.f("uq_donations_charge_id")),
        sa.UniqueConstraint("checkout_key", name=op.f("uq_donations_checkout_key")),
        sa.UniqueConstraint("checkout_session_id", name=op.f("uq_donations_checkout_session_id")),
        sa.UniqueConstraint("reference", name=op.f("uq_donations_reference")),
        sa.UniqueConstraint("submission", name=op.f("uq_donations_submission")),
    )
    op.create_index("ix_donations_appeal_received", "donations", ["appeal_id", "received_at"], unique=False)

    op.create_table(
        "attempts",
        sa.Column("action", sa.String(length=40), nullable=False),
        sa.Column("subject", sa.String(length=64), nullable=False),
        sa.Column("window_at", INSTANT, nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("action", "subject", "window_at", name=op.f("pk_attempts")),
    )
    op.create_index("ix_attempts_window_at", "attempts", ["window_at"], unique=False)


def downgrade() -> None:
    """Take it back."""
    op.drop_table("attempts")
    op.drop_table("donations")
