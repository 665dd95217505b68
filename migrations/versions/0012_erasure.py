"""What an erased donor leaves behind, and a second subscription for one plan."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

EVENT = "id, event_id, type, created_at, received_at, body, body_sha256"
RECEIPT = "id, reference, subject, series, number, facts, facts_sha256, issued_at"
PERSONAL = f"{RECEIPT}, personal, personal_sha256"
FILE = "receipt_id, pdf, sha256, rendered_at"


def guarded(name: str, table: str, columns: str, refusal: str, *, when: str = "1", unless: str = "0") -> list[str]:
    """SQLite's trigger that refuses to change these columns, but for what `unless` says."""
    return [
        f"DROP TRIGGER {name}",
        (
            f"CREATE TRIGGER {name} BEFORE UPDATE OF {columns} ON {table} WHEN {when} AND NOT ({unless}) "
            f"BEGIN SELECT RAISE(ABORT, '{refusal}'); END"
        ),
    ]


def same(columns: str, *but: str) -> str:
    """The condition that an update leaves these columns as they were."""
    return " AND ".join(f"NEW.{each} IS OLD.{each}" for each in columns.split(", ") if each not in but)


def recorded(subject: str, row_id: str) -> str:
    """The condition that an erasure is on record for the row."""
    return f"EXISTS (SELECT 1 FROM erasures e WHERE e.subject = '{subject}' AND e.subject_id = OLD.{row_id})"


ISSUED = "an issued receipt is never changed"
AS_IT_CAME = "an event is kept as it came"
# Exactly this may happen, once it is on record: the personal part goes, and all else stays as it was.
SQLITE = [
    *guarded(
        "receipts_stay_as_issued", "receipts", PERSONAL, ISSUED, when="OLD.number IS NOT NULL",
        unless=f"NEW.personal IS NULL AND {same(PERSONAL, 'personal')} AND {recorded('receipt', 'id')}",
    ),
    *guarded(
        "receipt_files_are_never_changed", "receipt_files", FILE, ISSUED,
        unless=f"length(NEW.pdf) = 0 AND {same(FILE, 'pdf')} AND {recorded('receipt', 'receipt_id')}",
    ),
    *guarded(
        "stripe_events_stay_as_they_came", "stripe_events", EVENT, AS_IT_CAME,
        unless=f"length(NEW.body) = 0 AND {same(EVENT, 'body')} AND {recorded('event', 'id')}",
    ),
    "CREATE TRIGGER erasures_are_never_changed BEFORE UPDATE ON erasures BEGIN SELECT RAISE(ABORT, 'an erasure stays on record'); END",
    "CREATE TRIGGER erasures_are_never_deleted BEFORE DELETE ON erasures BEGIN SELECT RAISE(ABORT, 'an erasure stays on record'); END",
]  # fmt: skip
SQLITE_BEFORE = [
    "DROP TRIGGER receipts_stay_as_issued",
    (
        f"CREATE TRIGGER receipts_stay_as_issued BEFORE UPDATE OF {RECEIPT} ON receipts WHEN OLD.number IS NOT NULL "
        f"BEGIN SELECT RAISE(ABORT, '{ISSUED}'); END"
    ),
    "DROP TRIGGER receipt_files_are_never_changed",
    (
        "CREATE TRIGGER receipt_files_are_never_changed BEFORE UPDATE ON receipt_files "
        f"BEGIN SELECT RAISE(ABORT, '{ISSUED}'); END"
    ),
    "DROP TRIGGER stripe_events_stay_as_they_came",
    (
        f"CREATE TRIGGER stripe_events_stay_as_they_came BEFORE UPDATE OF {EVENT} ON stripe_events "
        f"BEGIN SELECT RAISE(ABORT, '{AS_IT_CAME}'); END"
    ),
]


def function(name: str, unless: str, refusal: str) -> str:
    """PostgreSQL's function that refuses an update, but for what `unless` says."""
    lets = unless.replace(" IS OLD.", " IS NOT DISTINCT FROM OLD.")
    return (
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN IF {lets} THEN RETURN NEW; END IF; RAISE EXCEPTION '{refusal}'; END $$"
    )


POSTGRESQL = [
    function(
        "receipts_stay_but_for_erasing",
        f"NEW.personal IS NULL AND {same(PERSONAL, 'personal')} AND {recorded('receipt', 'id')}", ISSUED,
    ),
    function(
        "receipt_files_stay_but_for_erasing",
        f"length(NEW.pdf) = 0 AND {same(FILE, 'pdf')} AND {recorded('receipt', 'receipt_id')}", ISSUED,
    ),
    function(
        "stripe_events_stay_but_for_erasing",
        f"length(NEW.body) = 0 AND {same(EVENT, 'body')} AND {recorded('event', 'id')}", AS_IT_CAME,
    ),
    "DROP TRIGGER receipts_stay_as_issued ON receipts",
    (
        f"CREATE TRIGGER receipts_stay_as_issued BEFORE UPDATE OF {PERSONAL} ON receipts "
        "FOR EACH ROW WHEN (OLD.number IS NOT NULL) EXECUTE FUNCTION receipts_stay_but_for_erasing()"
    ),
    "DROP TRIGGER receipt_files_are_never_changed ON receipt_files",
    (
        "CREATE TRIGGER receipt_files_are_never_changed BEFORE UPDATE ON receipt_files "
        "FOR EACH ROW EXECUTE FUNCTION receipt_files_stay_but_for_erasing()"
    ),
    "DROP TRIGGER stripe_events_stay_as_they_came ON stripe_events",
    (
        f"CREATE TRIGGER stripe_events_stay_as_they_came BEFORE UPDATE OF {EVENT} ON stripe_events "
        "FOR EACH ROW EXECUTE FUNCTION stripe_events_stay_but_for_erasing()"
    ),
    (
        "CREATE FUNCTION erasures_stay() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'an erasure stays on record'; END $$"
    ),
    (
        "CREATE TRIGGER erasures_are_kept BEFORE UPDATE OR DELETE ON erasures "
        "FOR EACH ROW EXECUTE FUNCTION erasures_stay()"
    ),
    "CREATE TRIGGER erasures_are_not_emptied BEFORE TRUNCATE ON erasures EXECUTE FUNCTION erasures_stay()",
]  # fmt: skip
POSTGRESQL_BEFORE = [
    "DROP TRIGGER receipts_stay_as_issued ON receipts",
    (
        f"CREATE TRIGGER receipts_stay_as_issued BEFORE UPDATE OF {RECEIPT} ON receipts "
        "FOR EACH ROW WHEN (OLD.number IS NOT NULL) EXECUTE FUNCTION receipts_stay()"
    ),
    "DROP TRIGGER receipt_files_are_never_changed ON receipt_files",
    (
        "CREATE TRIGGER receipt_files_are_never_changed BEFORE UPDATE ON receipt_files "
        "FOR EACH ROW EXECUTE FUNCTION receipts_stay()"
    ),
    "DROP TRIGGER stripe_events_stay_as_they_came ON stripe_events",
    (
        f"CREATE TRIGGER stripe_events_stay_as_they_came BEFORE UPDATE OF {EVENT} ON stripe_events "
        "FOR EACH ROW EXECUTE FUNCTION stripe_events_stay()"
    ),
    "DROP FUNCTION receipts_stay_but_for_erasing()",
    "DROP FUNCTION receipt_files_stay_but_for_erasing()",
    "DROP FUNCTION stripe_events_stay_but_for_erasing()",
]


def upgrade() -> None:
    """Bring the schema up."""
    op.create_table(
        "second_subscriptions",
        sa.Column("subscription_id", sa.String(length=80), nullable=False),
        sa.Column("plan_id", KEY, nullable=False),
        sa.Column("seen_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["plan_id"], ["plans.id"], name=op.f("fk_second_subscriptions_plan_id")),
        sa.PrimaryKeyConstraint("subscription_id", name=op.f("pk_second_subscriptions")),
    )
    op.create_index("ix_second_subscriptions_plan_id", "second_subscriptions", ["plan_id"], unique=False)
    op.create_table(
        "erasures",
        sa.Column("id", KEY, nullable=False),
        sa.Column("subject", sa.String(length=20), nullable=False),
        sa.Column("subject_id", KEY, nullable=False),
        sa.Column("erased_at", INSTANT, nullable=False),
        sa.Column("erased_by", sa.String(length=80), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_erasures")),
        sa.UniqueConstraint("subject", "subject_id", name=op.f("uq_erasures_subject_subject_id")),
    )
    op.add_column("receipts", sa.Column("personal", sa.Text(), nullable=True))
    op.add_column("receipts", sa.Column("personal_sha256", sa.String(length=64), nullable=True))
    for statement in SQLITE if op.get_bind().dialect.name == "sqlite" else POSTGRESQL:
        op.execute(sa.text(statement))


def downgrade() -> None:
    """Take it back."""
    lite = op.get_bind().dialect.name == "sqlite"
    for statement in SQLITE_BEFORE if lite else POSTGRESQL_BEFORE:
        op.execute(sa.text(statement))
    op.drop_column("receipts", "personal_sha256")
    op.drop_column("receipts", "personal")
    op.drop_table("erasures")
    op.drop_table("second_subscriptions")
    if not lite:
        op.execute("DROP FUNCTION erasures_stay()")
