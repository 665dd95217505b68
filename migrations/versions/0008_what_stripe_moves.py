"""What Stripe moves after a charge: its balance transactions, refunds and payouts."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Bring the schema up."""
    op.create_table(
        "payouts",
        sa.Column("id", KEY, nullable=False),
        sa.Column("payout_id", sa.String(length=80), nullable=False),
        sa.Column("amount_minor", KEY, nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("automatic", sa.Boolean(), nullable=False),
        sa.Column("status", sa.String(length=30), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("arrives_at", INSTANT, nullable=False),
        sa.Column("reconciled_at", INSTANT, nullable=True),
        sa.Column("difference_minor", KEY, nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_try_at", INSTANT, nullable=True),
        sa.Column("leased_until", INSTANT, nullable=True),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payouts")),
        sa.UniqueConstraint("payout_id", name=op.f("uq_payouts_payout_id")),
    )
    op.create_index("ix_payouts_created_at", "payouts", ["created_at"], unique=False)
    op.create_index(
        "ix_payouts_due",
        "payouts",
        ["next_try_at", "payout_id"],
        unique=False,
        postgresql_where=sa.text("automatic AND reconciled_at IS NULL"),
        sqlite_where=sa.text("automatic AND reconciled_at IS NULL"),
    )

    op.create_table(
        "stripe_transactions",
        sa.Column("txn_id", sa.String(length=80), nullable=False),
        sa.Column("source_id", sa.String(length=80), nullable=True),
        sa.Column("type", sa.String(length=60), nullable=False),
        sa.Column("amount_minor", KEY, nullable=False),
        sa.Column("fee_minor", KEY, nullable=False),
        sa.Column("net_minor", KEY, nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("available_on", INSTANT, nullable=False),
        sa.Column("payout_id", sa.String(length=80), nullable=True),
        sa.PrimaryKeyConstraint("txn_id", name=op.f("pk_stripe_transactions")),
    )
    op.create_index("ix_stripe_transactions_created_at", "stripe_transactions", ["created_at"], unique=False)
    op.create_index("ix_stripe_transactions_payout_id", "stripe_transactions", ["payout_id"], unique=False)
    op.create_index("ix_stripe_transactions_source_id", "stripe_transactions", ["source_id"], unique=False)

    op.create_table(
        "stripe_movements",
        sa.Column("txn_id", sa.String(length=80), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("entry_id", KEY, nullable=False),
        sa.ForeignKeyConstraint(["entry_id"], ["entries.id"], name=op.f("fk_stripe_movements_entry_id")),
        sa.ForeignKeyConstraint(["txn_id"], ["stripe_transactions.txn_id"], name=op.f("fk_stripe_movements_txn_id")),
        sa.PrimaryKeyConstraint("txn_id", "line", name=op.f("pk_stripe_movements")),
        sa.UniqueConstraint("entry_id", name=op.f("uq_stripe_movements_entry_id")),
    )
    op.create_table(
        "refunds",
        sa.Column("id", KEY, nullable=False),
        sa.Column("reference", sa.String(length=32), nullable=False),
        sa.Column("donation_id", KEY, nullable=True),
        sa.Column("charge_id", sa.String(length=80), nullable=False),
        sa.Column("refund_id", sa.String(length=80), nullable=True),
        sa.Column("amount_minor", KEY, nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("state", sa.String(length=30), nullable=False),
        sa.Column("asked_at", INSTANT, nullable=False),
        sa.Column("asked_by", sa.String(length=80), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("key", sa.String(length=64), nullable=True),
        sa.Column("key_since", INSTANT, nullable=True),
        sa.Column("told_at", INSTANT, nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_try_at", INSTANT, nullable=True),
        sa.Column("leased_until", INSTANT, nullable=True),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "state = 'asked' OR state = 'refused' OR refund_id IS NOT NULL", name=op.f("ck_refunds_refund_id")
        ),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_refunds_amount")),
        sa.ForeignKeyConstraint(["donation_id"], ["donations.id"], name=op.f("fk_refunds_donation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_refunds")),
        sa.UniqueConstraint("key", name=op.f("uq_refunds_key")),
        sa.UniqueConstraint("reference", name=op.f("uq_refunds_reference")),
        sa.UniqueConstraint("refund_id", name=op.f("uq_refunds_refund_id")),
    )
    op.create_index(
        "ix_refunds_asked",
        "refunds",
        ["next_try_at", "id"],
        unique=False,
        postgresql_where=sa.text("state = 'asked'"),
        sqlite_where=sa.text("state = 'asked'"),
    )
    op.create_index("ix_refunds_charge_id", "refunds", ["charge_id"], unique=False)
    op.create_index("ix_refunds_donation_id", "refunds", ["donation_id"], unique=False)


def downgrade() -> None:
    """Take it back."""
    op.drop_table("refunds")
    op.drop_table("stripe_movements")
    op.drop_table("stripe_transactions")
    op.drop_table("payouts")
