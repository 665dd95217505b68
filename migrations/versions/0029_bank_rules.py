"""What is suggested for lines of the bank like one that the treasurer has matched."""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Bring the schema up."""
    op.create_table(
        "bank_rules",
        sa.Column("id", KEY, nullable=False),
        sa.Column("reference", sa.String(length=32), nullable=False),
        sa.Column("account_id", KEY, nullable=False),
        sa.Column("incoming", sa.Boolean(), nullable=False),
        sa.Column("payer", sa.String(length=200), nullable=False),
        sa.Column("details", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("what", sa.String(length=120), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.String(length=80), nullable=False),
        sa.CheckConstraint("kind IN ('gift', 'bill', 'income', 'transfer')", name=op.f("ck_bank_rules_kind")),
        sa.ForeignKeyConstraint(["account_id"], ["bank_accounts.id"], name=op.f("fk_bank_rules_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bank_rules")),
        sa.UniqueConstraint("reference", name=op.f("uq_bank_rules_reference")),
    )
    op.create_index(op.f("ix_bank_rules_account_id"), "bank_rules", ["account_id"])


def downgrade() -> None:
    """Take it back. What was booked stays as it is: a rule books nothing."""
    op.drop_table("bank_rules")
