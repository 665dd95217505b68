"""The parts of a bank's batch, and imports that are taken back."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
STATED = (
    "id, account_id, sha256, number, form, first_day, last_day, opening_minor, closing_minor, closing_on, lines, new, "
    "imported_at, imported_by"
)
# An import is taken back once, while nothing of it was ever booked; only then do its lines go.
BOOKED = (
    "OLD.taken_back_at IS NOT NULL OR NEW.taken_back_at IS NULL OR EXISTS "
    "(SELECT 1 FROM bank_lines WHERE statement_id = OLD.id AND (entry_id IS NOT NULL OR bookings > 0))"
)
STANDS = (
    "NOT EXISTS (SELECT 1 FROM bank_statements WHERE id = OLD.statement_id AND taken_back_at IS NOT NULL) "
    "OR OLD.entry_id IS NOT NULL OR OLD.bookings > 0"
)
PART_STANDS = (
    "NOT EXISTS (SELECT 1 FROM bank_lines JOIN bank_statements ON bank_statements.id = bank_lines.statement_id "
    "WHERE bank_lines.id = OLD.line_id AND bank_statements.taken_back_at IS NOT NULL)"
)
WORDS = "(NEW.details <> OLD.details AND NEW.details <> '') OR (NEW.payer <> OLD.payer AND NEW.payer <> '')"
REFUSE = "BEGIN SELECT RAISE(ABORT, 'what the bank said is append-only'); END"
SQLITE = (
    f"CREATE TRIGGER bank_statements_stay BEFORE UPDATE OF {STATED} ON bank_statements {REFUSE}",
    (
        "CREATE TRIGGER bank_statements_are_taken_back_once BEFORE UPDATE OF taken_back_at, taken_back_by "
        f"ON bank_statements WHEN {BOOKED} {REFUSE}"
    ),
    f"CREATE TRIGGER bank_lines_are_never_deleted BEFORE DELETE ON bank_lines WHEN {STANDS} {REFUSE}",
    (
        "CREATE TRIGGER bank_line_parts_stay BEFORE UPDATE OF id, line_id, number, amount_minor ON bank_line_parts "
        f"{REFUSE}"
    ),
    (
        "CREATE TRIGGER bank_line_parts_keep_their_words BEFORE UPDATE OF details, payer ON bank_line_parts "
        f"WHEN {WORDS} {REFUSE}"
    ),
    f"CREATE TRIGGER bank_line_parts_are_never_deleted BEFORE DELETE ON bank_line_parts WHEN {PART_STANDS} {REFUSE}",
)


def _function(name: str, when: str, returned: str) -> str:
    return (
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF {when} THEN "
        f"RAISE EXCEPTION 'what the bank said is append-only'; END IF; RETURN {returned}; END $$"
    )


EXECUTE = "EXECUTE FUNCTION books_are_append_only()"
POSTGRESQL = (
    _function("bank_statement_is_taken_back_once", BOOKED, "NEW"),
    _function("bank_line_is_deleted_when_taken_back", STANDS, "OLD"),
    _function("bank_line_part_is_deleted_when_taken_back", PART_STANDS, "OLD"),
    f"CREATE TRIGGER bank_statements_stay BEFORE UPDATE OF {STATED} ON bank_statements FOR EACH ROW {EXECUTE}",
    f"CREATE TRIGGER bank_statements_are_never_deleted BEFORE DELETE ON bank_statements FOR EACH ROW {EXECUTE}",
    (
        "CREATE TRIGGER bank_statements_are_taken_back_once BEFORE UPDATE OF taken_back_at, taken_back_by "
        "ON bank_statements FOR EACH ROW EXECUTE FUNCTION bank_statement_is_taken_back_once()"
    ),
    (
        "CREATE TRIGGER bank_lines_are_never_deleted BEFORE DELETE ON bank_lines FOR EACH ROW "
        "EXECUTE FUNCTION bank_line_is_deleted_when_taken_back()"
    ),
    (
        "CREATE TRIGGER bank_line_parts_stay BEFORE UPDATE OF id, line_id, number, amount_minor ON bank_line_parts "
        f"FOR EACH ROW {EXECUTE}"
    ),
    (
        "CREATE TRIGGER bank_line_parts_keep_their_words BEFORE UPDATE ON bank_line_parts FOR EACH ROW "
        f"WHEN ({WORDS}) {EXECUTE}"
    ),
    (
        "CREATE TRIGGER bank_line_parts_are_never_deleted BEFORE DELETE ON bank_line_parts FOR EACH ROW "
        "EXECUTE FUNCTION bank_line_part_is_deleted_when_taken_back()"
    ),
    f"CREATE TRIGGER bank_line_parts_are_not_emptied BEFORE TRUNCATE ON bank_line_parts {EXECUTE}",
)
FUNCTIONS = (
    "bank_statement_is_taken_back_once",
    "bank_line_is_deleted_when_taken_back",
    "bank_line_part_is_deleted_when_taken_back",
)


def upgrade() -> None:
    """Bring the schema up."""
    op.create_table(
        "bank_line_parts",
        sa.Column("id", KEY, nullable=False),
        sa.Column("line_id", KEY, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("amount_minor", KEY, nullable=False),
        sa.Column("payer", sa.String(length=200), nullable=False),
        sa.Column("details", sa.Text(), nullable=False),
        sa.CheckConstraint("amount_minor <> 0", name=op.f("ck_bank_line_parts_amount")),
        sa.ForeignKeyConstraint(["line_id"], ["bank_lines.id"], name=op.f("fk_bank_line_parts_line_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bank_line_parts")),
        sa.UniqueConstraint("line_id", "number", name=op.f("uq_bank_line_parts_line_id_number")),
    )
    op.add_column("bank_statements", sa.Column("taken_back_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("bank_statements", sa.Column("taken_back_by", sa.String(length=80), nullable=True))
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TRIGGER bank_statements_stay")
        op.execute("DROP TRIGGER bank_lines_are_never_deleted")
        for statement in SQLITE:
            op.execute(sa.text(statement))
        return
    op.execute("DROP TRIGGER bank_statements_stay ON bank_statements")
    op.execute("DROP TRIGGER bank_lines_are_never_deleted ON bank_lines")
    for statement in POSTGRESQL:
        op.execute(sa.text(statement))


def downgrade() -> None:
    """Take it back. Imports that were taken back hold no lines any more, and go."""
    op.drop_table("bank_line_parts")
    if op.get_bind().dialect.name == "sqlite":
        for trigger in ("bank_statements_stay", "bank_statements_are_taken_back_once", "bank_lines_are_never_deleted",
                        "bank_statements_are_never_deleted"):  # fmt: skip
            op.execute(f"DROP TRIGGER {trigger}")
    else:
        for trigger in ("stay", "are_taken_back_once", "are_never_deleted"):
            op.execute(f"DROP TRIGGER bank_statements_{trigger} ON bank_statements")
        op.execute("DROP TRIGGER bank_lines_are_never_deleted ON bank_lines")
        for function in FUNCTIONS:
            op.execute(f"DROP FUNCTION {function}()")
    op.execute("DELETE FROM bank_statements WHERE taken_back_at IS NOT NULL")
    op.drop_column("bank_statements", "taken_back_by")
    op.drop_column("bank_statements", "taken_back_at")
    if op.get_bind().dialect.name == "sqlite":
        for change, name in (("UPDATE", "bank_statements_stay"), ("DELETE", "bank_statements_are_never_deleted")):
            op.execute(f"CREATE TRIGGER {name} BEFORE {change} ON bank_statements {REFUSE}")
        op.execute(f"CREATE TRIGGER bank_lines_are_never_deleted BEFORE DELETE ON bank_lines {REFUSE}")
        return
    op.execute(f"CREATE TRIGGER bank_statements_stay BEFORE UPDATE OR DELETE ON bank_statements FOR EACH ROW {EXECUTE}")
    op.execute(f"CREATE TRIGGER bank_lines_are_never_deleted BEFORE DELETE ON bank_lines FOR EACH ROW {EXECUTE}")
