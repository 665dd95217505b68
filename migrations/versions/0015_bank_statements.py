"""Bank statements and what they match."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

# What the bank said stays as it said it. Of a line, only what became of it in the books changes; its words may be
# erased, not rewritten. Of a match, only that it was undone.
LINE = "id, reference, account_id, statement_id, row, day, amount_minor, currency, bank_id, identity, ordinal"
MATCH = "id, line_id, entry_id, kind, subject, amount_minor, made_at, made_by"
WORDS = "(NEW.details <> OLD.details AND NEW.details <> '') OR (NEW.payer <> OLD.payer AND NEW.payer <> '')"
REFUSE = "BEGIN SELECT RAISE(ABORT, 'what the bank said is append-only'); END"
SQLITE = (
    f"CREATE TRIGGER bank_lines_stay BEFORE UPDATE OF {LINE} ON bank_lines {REFUSE}",
    f"CREATE TRIGGER bank_lines_keep_their_words BEFORE UPDATE OF details, payer ON bank_lines WHEN {WORDS} {REFUSE}",
    f"CREATE TRIGGER bank_lines_are_never_deleted BEFORE DELETE ON bank_lines {REFUSE}",
    f"CREATE TRIGGER bank_statements_stay BEFORE UPDATE ON bank_statements {REFUSE}",
    f"CREATE TRIGGER bank_statements_are_never_deleted BEFORE DELETE ON bank_statements {REFUSE}",
    f"CREATE TRIGGER bank_matches_stay BEFORE UPDATE OF {MATCH} ON bank_matches {REFUSE}",
    f"CREATE TRIGGER bank_matches_are_undone_once BEFORE UPDATE OF undone_by ON bank_matches WHEN OLD.undone_by IS NOT NULL {REFUSE}",
    f"CREATE TRIGGER bank_matches_are_never_deleted BEFORE DELETE ON bank_matches {REFUSE}",
)
EXECUTE = "EXECUTE FUNCTION books_are_append_only()"
POSTGRESQL = (
    f"CREATE TRIGGER bank_lines_stay BEFORE UPDATE OF {LINE} ON bank_lines FOR EACH ROW {EXECUTE}",
    f"CREATE TRIGGER bank_lines_keep_their_words BEFORE UPDATE ON bank_lines FOR EACH ROW WHEN ({WORDS}) {EXECUTE}",
    f"CREATE TRIGGER bank_lines_are_never_deleted BEFORE DELETE ON bank_lines FOR EACH ROW {EXECUTE}",
    f"CREATE TRIGGER bank_lines_are_not_emptied BEFORE TRUNCATE ON bank_lines {EXECUTE}",
    f"CREATE TRIGGER bank_statements_stay BEFORE UPDATE OR DELETE ON bank_statements FOR EACH ROW {EXECUTE}",
    f"CREATE TRIGGER bank_statements_are_not_emptied BEFORE TRUNCATE ON bank_statements {EXECUTE}",
    f"CREATE TRIGGER bank_matches_stay BEFORE UPDATE OF {MATCH} ON bank_matches FOR EACH ROW {EXECUTE}",
    f"CREATE TRIGGER bank_matches_are_undone_once BEFORE UPDATE ON bank_matches FOR EACH ROW WHEN (OLD.undone_by IS NOT NULL) {EXECUTE}",
    f"CREATE TRIGGER bank_matches_are_never_deleted BEFORE DELETE ON bank_matches FOR EACH ROW {EXECUTE}",
    f"CREATE TRIGGER bank_matches_are_not_emptied BEFORE TRUNCATE ON bank_matches {EXECUTE}",
)


def upgrade() -> None:
    """Bring the schema up."""
    op.create_table(
        "bank_accounts",
        sa.Column("id", KEY, nullable=False),
        sa.Column("reference", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("last_digits", sa.String(length=4), nullable=False),
        sa.Column("ledger_account_id", KEY, nullable=False),
        sa.Column("opened_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["ledger_account_id"], ["accounts.id"], name=op.f("fk_bank_accounts_ledger_account_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bank_accounts")),
        sa.UniqueConstraint("ledger_account_id", name=op.f("uq_bank_accounts_ledger_account_id")),
        sa.UniqueConstraint("name", name=op.f("uq_bank_accounts_name")),
        sa.UniqueConstraint("reference", name=op.f("uq_bank_accounts_reference")),
    )
    op.create_table(
        "bank_csv_mappings",
        sa.Column("id", KEY, nullable=False),
        sa.Column("account_id", KEY, nullable=False),
        sa.Column("shape", sa.String(length=64), nullable=False),
        sa.Column("columns", sa.Text(), nullable=False),
        sa.Column("kept_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["bank_accounts.id"], name=op.f("fk_bank_csv_mappings_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bank_csv_mappings")),
        sa.UniqueConstraint("account_id", "shape", name=op.f("uq_bank_csv_mappings_account_id_shape")),
    )
    op.create_table(
        "bank_uploads",
        sa.Column("id", KEY, nullable=False),
        sa.Column("reference", sa.String(length=32), nullable=False),
        sa.Column("account_id", KEY, nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("uploaded_at", INSTANT, nullable=False),
        sa.Column("uploaded_by", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["bank_accounts.id"], name=op.f("fk_bank_uploads_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bank_uploads")),
        sa.UniqueConstraint("reference", name=op.f("uq_bank_uploads_reference")),
    )
    op.create_index("ix_bank_uploads_uploaded_at", "bank_uploads", ["uploaded_at"], unique=False)
    op.create_table(
        "bank_statements",
        sa.Column("id", KEY, nullable=False),
        sa.Column("account_id", KEY, nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("form", sa.String(length=10), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("opening_minor", KEY, nullable=True),
        sa.Column("closing_minor", KEY, nullable=True),
        sa.Column("closing_on", sa.Date(), nullable=True),
        sa.Column("lines", sa.Integer(), nullable=False),
        sa.Column("new", sa.Integer(), nullable=False),
        sa.Column("imported_at", INSTANT, nullable=False),
        sa.Column("imported_by", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["bank_accounts.id"], name=op.f("fk_bank_statements_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bank_statements")),
        sa.UniqueConstraint("account_id", "sha256", "number", name=op.f("uq_bank_statements_account_id_sha256_number")),
    )
    op.create_table(
        "bank_lines",
        sa.Column("id", KEY, nullable=False),
        sa.Column("reference", sa.String(length=32), nullable=False),
        sa.Column("account_id", KEY, nullable=False),
        sa.Column("statement_id", KEY, nullable=False),
        sa.Column("row", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("amount_minor", KEY, nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("details", sa.Text(), nullable=False),
        sa.Column("payer", sa.String(length=200), nullable=False),
        sa.Column("bank_id", sa.String(length=120), nullable=True),
        sa.Column("identity", sa.String(length=64), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("bookings", sa.Integer(), nullable=False),
        sa.Column("entry_id", KEY, nullable=True),
        sa.CheckConstraint("amount_minor <> 0", name=op.f("ck_bank_lines_amount")),
        sa.CheckConstraint("ordinal >= 1", name=op.f("ck_bank_lines_ordinal")),
        sa.ForeignKeyConstraint(["account_id"], ["bank_accounts.id"], name=op.f("fk_bank_lines_account_id")),
        sa.ForeignKeyConstraint(["entry_id"], ["entries.id"], name=op.f("fk_bank_lines_entry_id")),
        sa.ForeignKeyConstraint(["statement_id"], ["bank_statements.id"], name=op.f("fk_bank_lines_statement_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bank_lines")),
        sa.UniqueConstraint(
            "account_id", "identity", "ordinal", name=op.f("uq_bank_lines_account_id_identity_ordinal")
        ),
        sa.UniqueConstraint("reference", name=op.f("uq_bank_lines_reference")),
    )
    op.create_index("ix_bank_lines_account_id_day", "bank_lines", ["account_id", "day"], unique=False)
    op.create_index("ix_bank_lines_entry_id", "bank_lines", ["entry_id"], unique=False)
    op.create_index(
        "ix_bank_lines_open",
        "bank_lines",
        ["account_id", "day", "id"],
        unique=False,
        postgresql_where=sa.text("entry_id IS NULL"),
        sqlite_where=sa.text("entry_id IS NULL"),
    )
    op.create_table(
        "bank_matches",
        sa.Column("id", KEY, nullable=False),
        sa.Column("line_id", KEY, nullable=False),
        sa.Column("entry_id", KEY, nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("subject", sa.String(length=120), nullable=False),
        sa.Column("amount_minor", KEY, nullable=False),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.Column("made_by", sa.String(length=80), nullable=False),
        sa.Column("undone_by", KEY, nullable=True),
        sa.CheckConstraint(
            "kind IN ('expected', 'gift', 'aside', 'claimed', 'returned', 'charge', 'spending', 'interest')",
            name=op.f("ck_bank_matches_kind"),
        ),
        sa.ForeignKeyConstraint(["entry_id"], ["entries.id"], name=op.f("fk_bank_matches_entry_id")),
        sa.ForeignKeyConstraint(["line_id"], ["bank_lines.id"], name=op.f("fk_bank_matches_line_id")),
        sa.ForeignKeyConstraint(["undone_by"], ["entries.id"], name=op.f("fk_bank_matches_undone_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bank_matches")),
    )
    op.create_index("ix_bank_matches_entry_id", "bank_matches", ["entry_id"], unique=False)
    op.create_index("ix_bank_matches_line_id", "bank_matches", ["line_id"], unique=False)
    op.create_index("ix_bank_matches_subject", "bank_matches", ["subject"], unique=False)
    for statement in SQLITE if op.get_bind().dialect.name == "sqlite" else POSTGRESQL:
        op.execute(sa.text(statement))


def downgrade() -> None:
    """Take it back."""
    for table in (
        "bank_matches",
        "bank_lines",
        "bank_statements",
        "bank_uploads",
        "bank_csv_mappings",
        "bank_accounts",
    ):
        op.drop_table(table)
