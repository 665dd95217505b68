"""The appeal that a monthly gift was begun for, where it goes to another one by now."""

from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema up."""
    whole = "INTEGER" if op.get_bind().dialect.name == "sqlite" else "BIGINT"
    # Both databases take this constraint with the column; Alembic would rebuild the whole table for it on SQLite.
    op.execute(
        f"ALTER TABLE plans ADD COLUMN begun_for_id {whole} CONSTRAINT fk_plans_begun_for_id REFERENCES appeals (id)"
    )


def downgrade() -> None:
    """Take it back. What has moved stays where it is; a payment under way is then booked there as well."""
    op.drop_column("plans", "begun_for_id")
