"""Tables and columns get the names that the program has for them: the audit trail's records, scheduled duties, and a few more."""

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

TABLES = (("deeds", "audit_records"), ("deed_details", "audit_details"), ("clockwork", "scheduled_duties"))
COLUMNS = (
    ("audit_details", "deed_id", "record_id"),
    ("bank_csv_mappings", "kept_at", "stored_at"),
    ("unsent_forms", "kept_at", "stored_at"),
    ("refunds", "told_at", "mailed_at"),
    ("stripe_contradictions", "told_sha256", "facts_sha256"),
)
CONSTRAINTS = (
    ("audit_records", "pk_deeds", "pk_audit_records"),
    ("audit_records", "ck_deeds_digest", "ck_audit_records_digest"),
    ("audit_details", "pk_deed_details", "pk_audit_details"),
    ("audit_details", "fk_deed_details_deed_id", "fk_audit_details_record_id"),
    ("scheduled_duties", "pk_clockwork", "pk_scheduled_duties"),
    (
        "stripe_contradictions",
        "uq_stripe_contradictions_kind_name_told_sha256",
        "uq_stripe_contradictions_kind_name_facts_sha256",
    ),
)
INDEXES = (
    *(
        (f"ix_deeds_{each}", f"ix_audit_records_{each}", "audit_records", columns)
        for each, columns in (
            ("at_id", ["at", "id"]),
            ("by_at_id", ["by", "at", "id"]),
            ("action_at_id", ["action", "at", "id"]),
            ("subject_at_id", ["subject", "at", "id"]),
        )
    ),
    ("ix_unsent_forms_kept_at", "ix_unsent_forms_stored_at", "unsent_forms", ["stored_at"]),
)
# PostgreSQL's; SQLite's are made anew below, which has no other way to rename one.
TRIGGERS = (
    ("audit_records", "deeds_no_update", "audit_records_no_update"),
    ("audit_records", "deeds_no_delete", "audit_records_no_delete"),
    ("audit_records", "deeds_no_truncate", "audit_records_no_truncate"),
    ("audit_details", "deed_details_no_update", "audit_details_no_update"),
    ("audit_details", "deed_details_go_on_record", "audit_details_go_on_record"),
    ("audit_details", "deed_details_are_not_emptied", "audit_details_are_not_emptied"),
)
TRAIL = "the audit trail is never changed"
KINDS = (
    "'expected', 'gift', '{}', 'claimed', 'returned', 'charge', 'spending', 'interest', 'transfer', 'bill', 'income', "
    "'paid-back'"
)


def upgrade() -> None:
    """Bring the schema up."""
    lite = op.get_bind().dialect.name == "sqlite"
    if lite:
        drop_triggers("deeds", "deed_details")
    for old, new in TABLES:
        op.rename_table(old, new)
    for table, old, new in COLUMNS:
        op.execute(f"ALTER TABLE {table} RENAME COLUMN {old} TO {new}")
    rename_constraints([(table, old, new) for table, old, new in CONSTRAINTS], lite)
    for old, new, table, columns in INDEXES:
        rename_index(old, new, table, columns, lite)
    if lite:
        create_triggers("audit_records", "audit_details", "record_id")
    else:
        op.execute("ALTER SEQUENCE deeds_id_seq RENAME TO audit_records_id_seq")
        for table, old, new in TRIGGERS:
            op.execute(f"ALTER TRIGGER {old} ON {table} RENAME TO {new}")
        details_go_on_record("record_id")
    say_unidentified("aside", "unidentified", 10, 12, lite)


def downgrade() -> None:
    """Take it back."""
    lite = op.get_bind().dialect.name == "sqlite"
    say_unidentified("unidentified", "aside", 12, 10, lite)
    if lite:
        drop_triggers("audit_records", "audit_details")
    else:
        for table, old, new in TRIGGERS:
            op.execute(f"ALTER TRIGGER {new} ON {table} RENAME TO {old}")
        details_go_on_record("deed_id")
        op.execute("ALTER SEQUENCE audit_records_id_seq RENAME TO deeds_id_seq")
    rename_constraints([(table, new, old) for table, old, new in CONSTRAINTS], lite)
    for table, old, new in COLUMNS:
        op.execute(f"ALTER TABLE {table} RENAME COLUMN {new} TO {old}")
    before = {new: old for old, new in TABLES}
    for old, new in TABLES:
        op.rename_table(new, old)
    for old, new, table, columns in INDEXES:
        named = ["kept_at" if each == "stored_at" else each for each in columns]
        rename_index(new, old, before.get(table, table), named, lite)
    if lite:
        create_triggers("deeds", "deed_details", "deed_id")


def rename_constraints(renamed: list[tuple[str, str, str]], lite: bool) -> None:
    """Rename constraints, as the migration 0013 replaces them on SQLite and says why."""
    if not lite:
        for table, old, new in renamed:
            op.execute(f"ALTER TABLE {table} RENAME CONSTRAINT {old} TO {new}")
        return
    rewrite([(table, f"CONSTRAINT {old} ", f"CONSTRAINT {new} ") for table, old, new in renamed])


def rename_index(old: str, new: str, table: str, columns: list[str], lite: bool) -> None:
    """Rename an index, which SQLite has to make anew."""
    if not lite:
        op.execute(f"ALTER INDEX {old} RENAME TO {new}")
        return
    op.drop_index(old, table)
    op.create_index(new, table, columns)


def drop_triggers(records: str, details: str) -> None:
    """Take away SQLite's triggers of the audit trail."""
    for name in (f"{records}_no_update", f"{records}_no_delete", f"{details}_no_update", f"{details}_go_on_record"):
        op.execute(f"DROP TRIGGER {name}")


def create_triggers(records: str, details: str, record_id: str) -> None:
    """Let SQLite refuse changes of the audit trail: details may be deleted alone, and once that is on record."""
    refuse = f"BEGIN SELECT RAISE(ABORT, '{TRAIL}'); END"
    recorded = f"EXISTS (SELECT 1 FROM erasures e WHERE e.subject = 'audit' AND e.subject_id = OLD.{record_id})"
    for table, verb in ((records, "UPDATE"), (records, "DELETE"), (details, "UPDATE")):
        op.execute(f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} {refuse}")
    op.execute(f"CREATE TRIGGER {details}_go_on_record BEFORE DELETE ON {details} WHEN NOT {recorded} {refuse}")


def details_go_on_record(record_id: str) -> None:
    """PostgreSQL's function that lets details go once that is on record."""
    recorded = f"EXISTS (SELECT 1 FROM erasures e WHERE e.subject = 'audit' AND e.subject_id = OLD.{record_id})"
    op.execute(
        "CREATE OR REPLACE FUNCTION trail_details_go_on_record() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN IF {recorded} THEN RETURN OLD; END IF; RAISE EXCEPTION '{TRAIL}'; END $$"
    )


def say_unidentified(old: str, new: str, length: int, other_length: int, lite: bool) -> None:
    """Give the kind of a match that is money of an unknown giver its other name, past the triggers that keep matches as
    they were made."""
    stay = (
        "CREATE TRIGGER bank_matches_stay BEFORE UPDATE OF id, line_id, entry_id, kind, subject, amount_minor, made_at, "
        "made_by ON bank_matches "
    )
    renamed = f"UPDATE bank_matches SET kind = '{new}' WHERE kind = '{old}'"
    if lite:
        op.execute("DROP TRIGGER bank_matches_stay")
        rewrite([
            ("bank_matches", f"'{old}'", f"'{new}'"),
            ("bank_matches", f"kind VARCHAR({length})", f"kind VARCHAR({other_length})"),
        ])  # fmt: skip
        op.execute(renamed)
        op.execute(f"{stay} BEGIN SELECT RAISE(ABORT, 'what the bank said is append-only'); END")
        return
    # A column that a trigger names cannot be made longer.
    op.execute("DROP TRIGGER bank_matches_stay ON bank_matches")
    op.execute("ALTER TABLE bank_matches DISABLE TRIGGER USER")
    op.drop_constraint(op.f("ck_bank_matches_kind"), "bank_matches")
    op.execute(f"ALTER TABLE bank_matches ALTER COLUMN kind TYPE VARCHAR({max(length, other_length)})")
    op.execute(renamed)
    op.execute(f"ALTER TABLE bank_matches ALTER COLUMN kind TYPE VARCHAR({other_length})")
    op.create_check_constraint(op.f("ck_bank_matches_kind"), "bank_matches", f"kind IN ({KINDS.format(new)})")
    op.execute("ALTER TABLE bank_matches ENABLE TRIGGER USER")
    op.execute(f"{stay} FOR EACH ROW EXECUTE FUNCTION books_are_append_only()")


def rewrite(changes: list[tuple[str, str, str]]) -> None:
    """Replace words in the text of SQLite's tables, as the migration 0013 does and says why."""
    version = op.get_bind().scalar(sa.text("PRAGMA schema_version"))
    op.execute("PRAGMA writable_schema = ON")
    for table, old, new in changes:
        op.execute(
            sa.text("UPDATE sqlite_schema SET sql = replace(sql, :old, :new) WHERE type = 'table' AND name = :name")
            .bindparams(old=old, new=new, name=table)
        )  # fmt: skip
    op.execute(f"PRAGMA schema_version = {version + 1}")
    op.execute("PRAGMA writable_schema = OFF")
