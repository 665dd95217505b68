"""Promises that did not come by card: the day on which one is expected, and gifts that are lines of a count sheet."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

COUNTED = "id, reference, appeal_id, branch_id, place, counted_on, box, seal, pieces, amount_minor, currency"


def upgrade() -> None:
    """Bring the schema up. What is booked stays as it is: the office lists transfers that were booked too early."""
    key = "INTEGER" if op.get_bind().dialect.name == "sqlite" else "BIGINT"
    op.add_column("gifts_by_hand", sa.Column("expected_on", sa.Date(), nullable=True))
    # Both databases take these constraints with the column; Alembic would rebuild whole tables for them on SQLite.
    op.execute(
        f"ALTER TABLE gifts_by_hand ADD COLUMN count_sheet_id {key} "
        "CONSTRAINT fk_gifts_by_hand_count_sheet_id REFERENCES count_sheets (id)"
    )
    op.create_index("ix_gifts_by_hand_count_sheet_id", "gifts_by_hand", ["count_sheet_id"], unique=False)
    op.execute(
        f"ALTER TABLE count_sheets ADD COLUMN named_minor {key} DEFAULT 0 NOT NULL "
        "CONSTRAINT ck_count_sheets_named CHECK (named_minor BETWEEN 0 AND amount_minor)"
    )
    guard(f"{COUNTED}, named_minor")


def downgrade() -> None:
    """Take it back."""
    guard(COUNTED)
    op.drop_column("count_sheets", "named_minor")
    op.drop_index("ix_gifts_by_hand_count_sheet_id", "gifts_by_hand")
    op.drop_column("gifts_by_hand", "count_sheet_id")
    op.drop_column("gifts_by_hand", "expected_on")


def guard(columns: str) -> None:
    """Keep these columns of a count sheet as they were entered."""
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TRIGGER count_sheets_by_hand_stay")
        op.execute(
            f"CREATE TRIGGER count_sheets_by_hand_stay BEFORE UPDATE OF {columns} ON count_sheets "
            "BEGIN SELECT RAISE(ABORT, 'what was entered is reversed, never changed'); END"
        )
        return
    op.execute("DROP TRIGGER count_sheets_by_hand_stay ON count_sheets")
    op.execute(
        f"CREATE TRIGGER count_sheets_by_hand_stay BEFORE UPDATE OF {columns} ON count_sheets "
        "FOR EACH ROW EXECUTE FUNCTION by_hand_stays()"
    )
