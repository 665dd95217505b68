"""What the giver of a gift got back from our bank account."""

from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema up."""
    whole = "INTEGER" if op.get_bind().dialect.name == "sqlite" else "BIGINT"
    # Both databases take this constraint with the column; Alembic would rebuild the whole table for it on SQLite.
    op.execute(
        f"ALTER TABLE donations ADD COLUMN paid_back_minor {whole} DEFAULT 0 NOT NULL "
        "CONSTRAINT ck_donations_paid_back CHECK (paid_back_minor BETWEEN 0 AND amount_minor)"
    )


def downgrade() -> None:
    """Take it back. The entries stay in the books."""
    op.drop_column("donations", "paid_back_minor")
