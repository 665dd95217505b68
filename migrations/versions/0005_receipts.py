"""Receipts: due, numbered, rendered, mailed."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

SQLITE = (
    (
        "CREATE TRIGGER receipts_stay_as_issued BEFORE UPDATE OF id, reference, subject, series, number, facts, facts_sha256, issued_at ON receipts WHEN OLD.number IS NOT NULL "
        "BEGIN SELECT RAISE(ABORT, 'an issued receipt is never changed'); END"
    ),
    (
        "CREATE TRIGGER receipts_are_never_deleted BEFORE DELETE ON receipts WHEN OLD.number IS NOT NULL "
        "BEGIN SELECT RAISE(ABORT, 'an issued receipt is never changed'); END"
    ),
    (
        "CREATE TRIGGER receipt_files_are_never_changed BEFORE UPDATE ON receipt_files "
        "BEGIN SELECT RAISE(ABORT, 'an issued receipt is never changed'); END"
    ),
    (
        "CREATE TRIGGER receipt_files_are_never_deleted BEFORE DELETE ON receipt_files "
        "BEGIN SELECT RAISE(ABORT, 'an issued receipt is never changed'); END"
    ),
)
POSTGRESQL = (
    (
        "CREATE FUNCTION receipts_stay() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'an issued receipt is never changed'; END $$"
    ),
    (
        "CREATE TRIGGER receipts_stay_as_issued BEFORE UPDATE OF id, reference, subject, series, number, facts, facts_sha256, issued_at ON receipts "
        "FOR EACH ROW WHEN (OLD.number IS NOT NULL) EXECUTE FUNCTION receipts_stay()"
    ),
    (
        "CREATE TRIGGER receipts_are_never_deleted BEFORE DELETE ON receipts "
        "FOR EACH ROW WHEN (OLD.number IS NOT NULL) EXECUTE FUNCTION receipts_stay()"
    ),
    (
        "CREATE TRIGGER receipt_files_are_never_changed BEFORE UPDATE ON receipt_files "
        "FOR EACH ROW EXECUTE FUNCTION receipts_stay()"
    ),
    (
        "CREATE TRIGGER receipt_files_are_never_deleted BEFORE DELETE ON receipt_files "
        "FOR EACH ROW EXECUTE FUNCTION receipts_stay()"
    ),
    "CREATE TRIGGER receipts_are_not_emptied BEFORE TRUNCATE ON receipts EXECUTE FUNCTION receipts_stay()",
    "CREATE TRIGGER receipt_files_are_not_emptied BEFORE TRUNCATE ON receipt_files EXECUTE FUNCTION receipts_stay()",
)


def upgrade() -> None:
    """Bring the schema up."""
    op.create_table(
        "receipt_series",
        sa.Column("series", sa.String(length=20), nullable=False),
        sa.Column("last_number", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("series", name=op.f("pk_receipt_series")),
    )

    op.create_table(
        "receipts",
        sa.Column("id", KEY, nullable=False),
        sa.Column("reference", sa.String(length=40), nullable=False),
        sa.Column("subject", sa.String(length=120), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("requested_at", INSTANT, nullable=False),
        sa.Column("series", sa.String(length=20), nullable=True),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.Column("facts", sa.Text(), nullable=True),
        sa.Column("facts_sha256", sa.String(length=64), nullable=True),
        sa.Column("issued_at", INSTANT, nullable=True),
        sa.Column("rendered_at", INSTANT, nullable=True),
        sa.Column("mailed_at", INSTANT, nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_try_at", INSTANT, nullable=True),
        sa.Column("leased_until", INSTANT, nullable=True),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "(state = 'due') = (number IS NULL) AND (number IS NULL) = (series IS NULL) AND (number IS NULL) = (facts IS NULL) AND (number IS NULL) = (issued_at IS NULL)",
            name=op.f("ck_receipts_issued_whole"),
        ),
        sa.CheckConstraint("state IN ('due', 'issued', 'void', 'replaced')", name=op.f("ck_receipts_state")),
        sa.CheckConstraint("mailed_at IS NULL OR rendered_at IS NOT NULL", name=op.f("ck_receipts_order")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_receipts")),
        sa.UniqueConstraint("reference", name=op.f("uq_receipts_reference")),
        sa.UniqueConstraint("series", "number", name=op.f("uq_receipts_series_number")),
        sa.UniqueConstraint("subject", name=op.f("uq_receipts_subject")),
    )
    op.create_index(
        "ix_receipts_due",
        "receipts",
        ["next_try_at", "id"],
        unique=False,
        postgresql_where=sa.text("mailed_at IS NULL"),
        sqlite_where=sa.text("mailed_at IS NULL"),
    )

    op.create_table(
        "receipt_files",
        sa.Column("receipt_id", KEY, autoincrement=False, nullable=False),
        sa.Column("pdf", sa.LargeBinary(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("rendered_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["receipt_id"], ["receipts.id"], name=op.f("fk_receipt_files_receipt_id")),
        sa.PrimaryKeyConstraint("receipt_id", name=op.f("pk_receipt_files")),
    )

    for statement in SQLITE if op.get_bind().dialect.name == "sqlite" else POSTGRESQL:
        op.execute(sa.text(statement))


def downgrade() -> None:
    """Take it back."""
    op.drop_table("receipt_files")
    op.drop_table("receipts")
    op.drop_table("receipt_series")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION receipts_stay()")
