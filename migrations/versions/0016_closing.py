"""Closed months, reasons of entries made by hand, and the log of exports."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

# The last line of defence: posting books late news on the first open day by itself.
SQLITE = (
    "CREATE TRIGGER entries_are_not_booked_in_closed_months BEFORE INSERT ON entries "
    "WHEN NEW.booked_on <= (SELECT day FROM closed_through WHERE id = 1) "
    "BEGIN SELECT RAISE(ABORT, 'the month is closed'); END"
)
POSTGRESQL = (
    (
        "CREATE FUNCTION month_is_open() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN IF NEW.booked_on <= (SELECT day FROM closed_through WHERE id = 1) THEN "
        "RAISE EXCEPTION 'the month is closed'; END IF; RETURN NEW; END $$"
    ),
    (
        "CREATE TRIGGER entries_are_not_booked_in_closed_months BEFORE INSERT ON entries "
        "FOR EACH ROW EXECUTE FUNCTION month_is_open()"
    ),
)


def upgrade() -> None:
    """Bring the schema up."""
    closed_through = op.create_table(
        "closed_through",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("day", sa.Date(), nullable=True),
        sa.Column("changed_at", INSTANT, nullable=True),
        sa.Column("changed_by", sa.String(length=80), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_closed_through_only")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_closed_through")),
    )
    # The row is there from the beginning, so that there is always something to lock.
    op.bulk_insert(closed_through, [{"id": 1, "day": None, "changed_at": None, "changed_by": ""}])

    op.create_table(
        "entry_reasons",
        sa.Column("entry_id", KEY, autoincrement=False, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["entry_id"], ["entries.id"], name=op.f("fk_entry_reasons_entry_id")),
        sa.PrimaryKeyConstraint("entry_id", name=op.f("pk_entry_reasons")),
    )

    op.create_table(
        "exports",
        sa.Column("id", KEY, nullable=False),
        sa.Column("reference", sa.String(length=32), nullable=False),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.Column("made_by", sa.String(length=80), nullable=False),
        sa.Column("format", sa.String(length=40), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("to_on", sa.Date(), nullable=False),
        sa.Column("account", sa.String(length=120), nullable=False),
        sa.Column("appeal", sa.String(length=32), nullable=False),
        sa.Column("branch", sa.String(length=32), nullable=False),
        sa.Column("names", sa.Boolean(), nullable=False),
        sa.Column("lines", KEY, nullable=False),
        sa.Column("totals", sa.JSON(), nullable=False),
        sa.CheckConstraint("from_on <= to_on", name=op.f("ck_exports_dates")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exports")),
        sa.UniqueConstraint("reference", name=op.f("uq_exports_reference")),
    )
    op.create_index("ix_exports_format", "exports", ["format"], unique=False)

    statements = (SQLITE,) if op.get_bind().dialect.name == "sqlite" else POSTGRESQL
    for statement in statements:
        op.execute(sa.text(statement))


def downgrade() -> None:
    """Take it back."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP TRIGGER entries_are_not_booked_in_closed_months ON entries")
        op.execute("DROP FUNCTION month_is_open()")
    else:
        op.execute("DROP TRIGGER entries_are_not_booked_in_closed_months")
    op.drop_table("exports")
    op.drop_table("entry_reasons")
    op.drop_table("closed_through")
