"""Our accounts in the books of accounting programs, and exports that were taken back."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Bring the schema up."""
    op.create_table(
        "program_accounts",
        sa.Column("id", KEY, nullable=False),
        sa.Column("program", sa.String(length=20), nullable=False),
        sa.Column("account_id", KEY, nullable=False),
        sa.Column("code", sa.String(length=120), nullable=False),
        sa.Column("tax_rate", sa.String(length=60), nullable=False),
        sa.Column("clearing", sa.Boolean(), nullable=False),
        sa.CheckConstraint("code <> ''", name=op.f("ck_program_accounts_code")),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_program_accounts_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_program_accounts")),
        sa.UniqueConstraint("program", "account_id", name=op.f("uq_program_accounts_program_account_id")),
    )
    # Of exports before this nobody knows which accounts they posted to, so they count as all they could.
    op.add_column("exports", sa.Column("posted", sa.JSON(), nullable=True))
    op.add_column("exports", sa.Column("withdrawn_at", INSTANT, nullable=True))
    op.add_column("exports", sa.Column("withdrawn_by", sa.String(length=80), nullable=True))


def downgrade() -> None:
    """Take it back."""
    op.drop_column("exports", "withdrawn_by")
    op.drop_column("exports", "withdrawn_at")
    op.drop_column("exports", "posted")
    op.drop_table("program_accounts")
