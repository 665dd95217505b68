"""The books: accounts, entries, transfers, balances, and the triggers that keep them append-only."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

LEDGER_LINES = """
CREATE VIEW ledger_lines AS
SELECT e.id AS entry_id, e.source, e.kind, e.subject, e.memo, a.code AS account, a.kind AS account_kind, t.currency,
  CASE WHEN t.to_account_id = a.id THEN t.amount_minor ELSE -t.amount_minor END AS amount_minor,
  e.occurred_at, e.recorded_at, e.booked_on
FROM transfers t
JOIN entries e ON e.id = t.entry_id
JOIN accounts a ON a.id IN (t.from_account_id, t.to_account_id)
"""

# What is written stays written. SQLite also refuses INSERT OR REPLACE through the DELETE triggers, because every
# connection of ours runs with recursive_triggers on; PostgreSQL also refuses TRUNCATE.
SQLITE = (
    (
        "CREATE TRIGGER entries_are_never_changed BEFORE UPDATE ON entries "
        "BEGIN SELECT RAISE(ABORT, 'the books are append-only'); END"
    ),
    (
        "CREATE TRIGGER entries_are_never_deleted BEFORE DELETE ON entries "
        "BEGIN SELECT RAISE(ABORT, 'the books are append-only'); END"
    ),
    (
        "CREATE TRIGGER transfers_are_never_changed BEFORE UPDATE ON transfers "
        "BEGIN SELECT RAISE(ABORT, 'the books are append-only'); END"
    ),
    (
        "CREATE TRIGGER transfers_are_never_deleted BEFORE DELETE ON transfers "
        "BEGIN SELECT RAISE(ABORT, 'the books are append-only'); END"
    ),
    (
        "CREATE TRIGGER transfers_fit_their_entry BEFORE INSERT ON transfers "
        "WHEN NEW.line > (SELECT lines FROM entries WHERE id = NEW.entry_id) "
        "BEGIN SELECT RAISE(ABORT, 'the entry has fewer lines'); END"
    ),
    (
        "CREATE TRIGGER accounts_stay_what_they_are BEFORE UPDATE OF id, code, kind, currency ON accounts "
        "BEGIN SELECT RAISE(ABORT, 'the books are append-only'); END"
    ),
    (
        "CREATE TRIGGER accounts_are_never_deleted BEFORE DELETE ON accounts "
        "BEGIN SELECT RAISE(ABORT, 'the books are append-only'); END"
    ),
)
POSTGRESQL = (
    (
        "CREATE FUNCTION books_are_append_only() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'the books are append-only'; END $$"
    ),
    (
        "CREATE FUNCTION transfer_fits_its_entry() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN IF NEW.line > (SELECT lines FROM entries WHERE id = NEW.entry_id) THEN "
        "RAISE EXCEPTION 'the entry has fewer lines'; END IF; RETURN NEW; END $$"
    ),
    (
        "CREATE TRIGGER entries_stay BEFORE UPDATE OR DELETE ON entries "
        "FOR EACH ROW EXECUTE FUNCTION books_are_append_only()"
    ),
    (
        "CREATE TRIGGER transfers_stay BEFORE UPDATE OR DELETE ON transfers "
        "FOR EACH ROW EXECUTE FUNCTION books_are_append_only()"
    ),
    "CREATE TRIGGER entries_are_not_emptied BEFORE TRUNCATE ON entries EXECUTE FUNCTION books_are_append_only()",
    "CREATE TRIGGER transfers_are_not_emptied BEFORE TRUNCATE ON transfers EXECUTE FUNCTION books_are_append_only()",
    "CREATE TRIGGER accounts_are_not_emptied BEFORE TRUNCATE ON accounts EXECUTE FUNCTION books_are_append_only()",
    (
        "CREATE TRIGGER transfers_fit_their_entry BEFORE INSERT ON transfers "
        "FOR EACH ROW EXECUTE FUNCTION transfer_fits_its_entry()"
    ),
    (
        "CREATE TRIGGER accounts_stay_what_they_are BEFORE UPDATE OF id, code, kind, currency ON accounts "
        "FOR EACH ROW EXECUTE FUNCTION books_are_append_only()"
    ),
    (
        "CREATE TRIGGER accounts_are_never_deleted BEFORE DELETE ON accounts "
        "FOR EACH ROW EXECUTE FUNCTION books_are_append_only()"
    ),
)


def upgrade() -> None:
    """Bring the schema up."""
    op.create_table(
        "accounts",
        sa.Column("id", KEY, nullable=False),
        sa.Column("code", sa.String(length=120), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.CheckConstraint("code LIKE '%:' || currency", name=op.f("ck_accounts_code")),
        sa.CheckConstraint(
            "kind IN ('asset', 'liability', 'equity', 'income', 'expense')", name=op.f("ck_accounts_kind")
        ),
        sa.CheckConstraint("currency = lower(currency) AND length(currency) = 3", name=op.f("ck_accounts_currency")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accounts")),
        sa.UniqueConstraint("code", name=op.f("uq_accounts_code")),
        sa.UniqueConstraint("id", "currency", name=op.f("uq_accounts_id_currency")),
    )

    op.create_table(
        "entries",
        sa.Column("id", KEY, nullable=False),
        sa.Column("source", sa.String(length=160), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("subject", sa.String(length=120), nullable=False),
        sa.Column("memo", sa.String(length=200), nullable=False),
        sa.Column("lines", sa.Integer(), nullable=False),
        sa.Column("occurred_at", INSTANT, nullable=False),
        sa.Column("recorded_at", INSTANT, nullable=False),
        sa.Column("booked_on", sa.Date(), nullable=False),
        sa.Column("reverses_id", KEY, nullable=True),
        sa.Column("recorded_by", sa.String(length=80), nullable=False),
        sa.CheckConstraint("lines >= 1", name=op.f("ck_entries_lines")),
        sa.ForeignKeyConstraint(["reverses_id"], ["entries.id"], name=op.f("fk_entries_reverses_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_entries")),
        sa.UniqueConstraint("reverses_id", name=op.f("uq_entries_reverses_id")),
        sa.UniqueConstraint("source", name=op.f("uq_entries_source")),
    )
    op.create_index("ix_entries_booked_on", "entries", ["booked_on"], unique=False)
    op.create_index("ix_entries_subject", "entries", ["subject"], unique=False)

    op.create_table(
        "transfers",
        sa.Column("entry_id", KEY, nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("from_account_id", KEY, nullable=False),
        sa.Column("to_account_id", KEY, nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("amount_minor", KEY, nullable=False),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_transfers_amount")),
        sa.CheckConstraint("from_account_id <> to_account_id", name=op.f("ck_transfers_ends")),
        sa.CheckConstraint("line >= 1", name=op.f("ck_transfers_line")),
        sa.ForeignKeyConstraint(["entry_id"], ["entries.id"], name=op.f("fk_transfers_entry_id")),
        sa.ForeignKeyConstraint(
            ["from_account_id", "currency"], ["accounts.id", "accounts.currency"], name="fk_transfers_from"
        ),
        sa.ForeignKeyConstraint(
            ["to_account_id", "currency"], ["accounts.id", "accounts.currency"], name="fk_transfers_to"
        ),
        sa.PrimaryKeyConstraint("entry_id", "line", name=op.f("pk_transfers")),
    )
    op.create_index("ix_transfers_from_account_id", "transfers", ["from_account_id"], unique=False)
    op.create_index("ix_transfers_to_account_id", "transfers", ["to_account_id"], unique=False)

    op.create_table(
        "balances",
        sa.Column("account_id", KEY, autoincrement=False, nullable=False),
        sa.Column("out_minor", KEY, nullable=False),
        sa.Column("in_minor", KEY, nullable=False),
        sa.Column("gifts", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_balances_account_id")),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_balances")),
    )

    op.create_table(
        "daily_balances",
        sa.Column("account_id", KEY, nullable=False),
        sa.Column("booked_on", sa.Date(), nullable=False),
        sa.Column("out_minor", KEY, nullable=False),
        sa.Column("in_minor", KEY, nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_daily_balances_account_id")),
        sa.PrimaryKeyConstraint("account_id", "booked_on", name=op.f("pk_daily_balances")),
    )

    op.create_table(
        "beginnings",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("live", sa.Boolean(), nullable=False),
        sa.Column("began_at", INSTANT, nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_beginnings_only")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_beginnings")),
    )

    op.execute(LEDGER_LINES)
    for statement in SQLITE if op.get_bind().dialect.name == "sqlite" else POSTGRESQL:
        op.execute(sa.text(statement))


def downgrade() -> None:
    """Take it back."""
    op.execute("DROP VIEW ledger_lines")
    op.drop_table("beginnings")
    op.drop_table("daily_balances")
    op.drop_table("balances")
    op.drop_table("transfers")
    op.drop_table("entries")
    op.drop_table("accounts")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION books_are_append_only(), transfer_fits_its_entry()")
