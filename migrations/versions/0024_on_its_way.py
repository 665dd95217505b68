"""Debits that are on their way, that fail, and that are returned; and by what a giver paid, when it was no card."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

BEFORE = "state IN ('pledged', 'received', 'abandoned')"
AFTER = "state IN ('pledged', 'on-its-way', 'received', 'failed', 'abandoned')"
MOMENTS = ("on_its_way_at", "charged_at", "returned_at")


def upgrade() -> None:
    """Bring the schema up."""
    op.add_column("donations", sa.Column("paid_by", sa.String(length=40), nullable=True))
    for name in MOMENTS:
        op.add_column("donations", sa.Column(name, sa.DateTime(timezone=True), nullable=True))
    replace_check(BEFORE, AFTER)


def downgrade() -> None:
    """Take it back. What is on its way is only pledged again, and what failed was never paid."""
    op.execute("UPDATE donations SET state = 'pledged' WHERE state = 'on-its-way'")
    op.execute("UPDATE donations SET state = 'abandoned' WHERE state = 'failed'")
    replace_check(AFTER, BEFORE)
    for name in (*reversed(MOMENTS), "paid_by"):
        op.drop_column("donations", name)


def replace_check(old: str, new: str) -> None:
    """Put one check of the state in another's place, as the migration 0013 does and says why."""
    if op.get_bind().dialect.name != "sqlite":
        op.drop_constraint(op.f("ck_donations_state"), "donations")
        op.create_check_constraint(op.f("ck_donations_state"), "donations", new)
        return
    version = op.get_bind().scalar(sa.text("PRAGMA schema_version"))
    op.execute("PRAGMA writable_schema = ON")
    op.execute(
        sa.text("UPDATE sqlite_schema SET sql = replace(sql, :old, :new) WHERE type = 'table' AND name = 'donations'")
        .bindparams(old=f"CHECK ({old})", new=f"CHECK ({new})")
    )  # fmt: skip
    op.execute(f"PRAGMA schema_version = {version + 1}")
    op.execute("PRAGMA writable_schema = OFF")
