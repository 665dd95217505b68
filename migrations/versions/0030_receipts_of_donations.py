"""A receipt points to its donation and says which of that gift's receipts it is; before, both stood in one text."""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

# What is frozen once a receipt is issued, before and after.
BEFORE = "id, reference, subject, series, number, facts, facts_sha256, issued_at, personal, personal_sha256"
AFTER = BEFORE.replace("subject", "donation_id, place")
ISSUED = "an issued receipt is never changed"

# The columns that stay as they are.
OTHERS = (
    "id, reference, state, requested_at, series, number, facts, facts_sha256, personal, personal_sha256, issued_at, "
    "rendered_at, mailed_at, attempts, next_try_at, leased_until, last_error, on_paper, given_at, given_by, given_how"
)
# The text was 'donation:<reference>' for a gift's first receipt and 'donation:<reference>:2' for its second.
REST = "substr(r.subject, 10)"
REFERENCE = {
    "sqlite": f"substr({REST}, 1, instr({REST} || ':', ':') - 1)",
    "postgresql": "split_part(r.subject, ':', 2)",
}
PLACE = {
    "sqlite": f"CASE instr({REST}, ':') WHEN 0 THEN 1 ELSE CAST(substr({REST}, instr({REST}, ':') + 1) AS INTEGER) END",
    "postgresql": "CAST(coalesce(nullif(split_part(r.subject, ':', 3), ''), '1') AS INTEGER)",
}
SUBJECT = "'donation:' || d.reference || CASE r.place WHEN 1 THEN '' ELSE ':' || r.place END"


def upgrade() -> None:
    """Bring the schema up."""
    if op.get_bind().dialect.name == "sqlite":
        rebuild(
            [
                sa.Column("donation_id", KEY, nullable=False),
                sa.Column("place", sa.Integer(), nullable=False),
                sa.CheckConstraint("place > 0", name=op.f("ck_receipts_place")),
                sa.ForeignKeyConstraint(["donation_id"], ["donations.id"], name=op.f("fk_receipts_donation_id")),
                sa.UniqueConstraint("donation_id", "place", name=op.f("uq_receipts_donation_id_place")),
            ],
            "donation_id, place",
            f"d.id, {PLACE['sqlite']} FROM receipts_before r LEFT JOIN donations d ON d.reference = {REFERENCE['sqlite']}",
        )
        guard(AFTER)
        return
    op.execute("DROP TRIGGER receipts_stay_as_issued ON receipts")
    op.execute("ALTER TABLE receipts ADD COLUMN donation_id BIGINT, ADD COLUMN place INTEGER")
    op.execute(
        f"UPDATE receipts r SET donation_id = d.id, place = {PLACE['postgresql']} "
        f"FROM donations d WHERE d.reference = {REFERENCE['postgresql']}"
    )
    op.execute(
        "ALTER TABLE receipts ALTER COLUMN donation_id SET NOT NULL, ALTER COLUMN place SET NOT NULL, "
        "ADD CONSTRAINT ck_receipts_place CHECK (place > 0), "
        "ADD CONSTRAINT fk_receipts_donation_id FOREIGN KEY (donation_id) REFERENCES donations (id), "
        "ADD CONSTRAINT uq_receipts_donation_id_place UNIQUE (donation_id, place), DROP COLUMN subject"
    )
    guard(AFTER)


def downgrade() -> None:
    """Take it back."""
    if op.get_bind().dialect.name == "sqlite":
        rebuild(
            [
                sa.Column("subject", sa.String(length=120), nullable=False),
                sa.UniqueConstraint("subject", name=op.f("uq_receipts_subject")),
            ],
            "subject",
            f"{SUBJECT} FROM receipts_before r LEFT JOIN donations d ON d.id = r.donation_id",
        )
        guard(BEFORE)
        return
    op.execute("DROP TRIGGER receipts_stay_as_issued ON receipts")
    op.execute("ALTER TABLE receipts ADD COLUMN subject VARCHAR(120)")
    op.execute(f"UPDATE receipts r SET subject = {SUBJECT} FROM donations d WHERE d.id = r.donation_id")
    op.execute(
        "ALTER TABLE receipts ALTER COLUMN subject SET NOT NULL, ADD CONSTRAINT uq_receipts_subject UNIQUE (subject), "
        "DROP COLUMN donation_id, DROP COLUMN place"
    )
    guard(BEFORE)


def rebuild(key: list[sa.schema.SchemaItem], columns: str, values: str) -> None:
    """Write SQLite's table anew, since it cannot drop a column that is unique. The PDFs stay where they are: what they
    point to is looked for when the migration ends, and is there again by then."""
    op.execute("PRAGMA defer_foreign_keys = ON")
    op.execute("CREATE TABLE receipts_before AS SELECT * FROM receipts")
    op.drop_table("receipts")
    op.create_table(
        "receipts",
        sa.Column("id", KEY, nullable=False),
        sa.Column("reference", sa.String(length=40), nullable=False),
        *[each for each in key if isinstance(each, sa.Column)],
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("requested_at", INSTANT, nullable=False),
        sa.Column("series", sa.String(length=20), nullable=True),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.Column("facts", sa.Text(), nullable=True),
        sa.Column("facts_sha256", sa.String(length=64), nullable=True),
        sa.Column("personal", sa.Text(), nullable=True),
        sa.Column("personal_sha256", sa.String(length=64), nullable=True),
        sa.Column("issued_at", INSTANT, nullable=True),
        sa.Column("rendered_at", INSTANT, nullable=True),
        sa.Column("mailed_at", INSTANT, nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_try_at", INSTANT, nullable=True),
        sa.Column("leased_until", INSTANT, nullable=True),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.Column("on_paper", sa.Boolean(), server_default=sa.text("FALSE"), nullable=False),
        sa.Column("given_at", INSTANT, nullable=True),
        sa.Column("given_by", sa.String(length=80), nullable=True),
        sa.Column("given_how", sa.String(length=10), nullable=True),
        sa.CheckConstraint(
            "(state = 'due') = (number IS NULL) AND (number IS NULL) = (series IS NULL) "
            "AND (number IS NULL) = (facts IS NULL) AND (number IS NULL) = (issued_at IS NULL)",
            name=op.f("ck_receipts_issued_whole"),
        ),
        sa.CheckConstraint("state IN ('due', 'issued', 'void', 'replaced')", name=op.f("ck_receipts_state")),
        sa.CheckConstraint("mailed_at IS NULL OR rendered_at IS NOT NULL", name=op.f("ck_receipts_order")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_receipts")),
        sa.UniqueConstraint("reference", name=op.f("uq_receipts_reference")),
        sa.UniqueConstraint("series", "number", name=op.f("uq_receipts_series_number")),
        *[each for each in key if isinstance(each, sa.Constraint)],
    )
    same = ", ".join(f"r.{each}" for each in OTHERS.split(", "))
    op.execute(f"INSERT INTO receipts ({OTHERS}, {columns}) SELECT {same}, {values} ORDER BY r.id")
    op.drop_table("receipts_before")
    unsent = sa.text("mailed_at IS NULL AND given_at IS NULL")
    op.create_index("ix_receipts_due", "receipts", ["next_try_at", "id"], sqlite_where=unsent)
    op.create_index("ix_receipts_void", "receipts", ["id"], sqlite_where=sa.text("state = 'void'"))
    op.execute(
        "CREATE TRIGGER receipts_are_never_deleted BEFORE DELETE ON receipts WHEN OLD.number IS NOT NULL "
        f"BEGIN SELECT RAISE(ABORT, '{ISSUED}'); END"
    )


def guard(columns: str) -> None:
    """Keep issued receipts as they are, but for the personal part of one whose erasure is on record."""
    sqlite = op.get_bind().dialect.name == "sqlite"
    same = " AND ".join(
        f"NEW.{each} {'IS' if sqlite else 'IS NOT DISTINCT FROM'} OLD.{each}"
        for each in columns.split(", ") if each != "personal"
    )  # fmt: skip
    recorded = "EXISTS (SELECT 1 FROM erasures e WHERE e.subject = 'receipt' AND e.subject_id = OLD.id)"
    erased = f"NEW.personal IS NULL AND {same} AND {recorded}"
    trigger = f"CREATE TRIGGER receipts_stay_as_issued BEFORE UPDATE OF {columns} ON receipts "
    if sqlite:
        op.execute(
            f"{trigger} WHEN OLD.number IS NOT NULL AND NOT ({erased}) BEGIN SELECT RAISE(ABORT, '{ISSUED}'); END"
        )
        return
    op.execute(
        "CREATE OR REPLACE FUNCTION receipts_stay_but_for_erasing() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN IF {erased} THEN RETURN NEW; END IF; RAISE EXCEPTION '{ISSUED}'; END $$"
    )
    op.execute(f"{trigger} FOR EACH ROW WHEN (OLD.number IS NOT NULL) EXECUTE FUNCTION receipts_stay_but_for_erasing()")
