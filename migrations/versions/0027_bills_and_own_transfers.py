"""Lines of a bank's statement that are a bill, a transfer between own accounts, other income, or a gift paid back."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
FIRST = "'expected', 'gift', 'aside', 'claimed', 'returned', 'charge', 'spending', 'interest'"
BEFORE = f"kind IN ({FIRST})"
AFTER = f"kind IN ({FIRST}, 'transfer', 'bill', 'income', 'paid-back')"


def upgrade() -> None:
    """Bring the schema up."""
    op.create_table(
        "bank_bills",
        sa.Column("entry_id", KEY, autoincrement=False, nullable=False),
        sa.Column("payee", sa.String(length=200), nullable=False),
        sa.Column("voucher", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["entry_id"], ["entries.id"], name=op.f("fk_bank_bills_entry_id")),
        sa.PrimaryKeyConstraint("entry_id", name=op.f("pk_bank_bills")),
    )
    replace_check(BEFORE, AFTER)


def downgrade() -> None:
    """Take it back. The entries stay in the books; their lines are money spent, interest, or a match of their entry,
    which is all that the schema of before knows."""
    guard("DROP")
    op.execute("UPDATE bank_matches SET kind = 'spending' WHERE kind IN ('bill', 'paid-back')")
    op.execute("UPDATE bank_matches SET kind = 'interest' WHERE kind = 'income'")
    op.execute("UPDATE bank_matches SET kind = 'expected', subject = 'entry:' || entry_id WHERE kind = 'transfer'")
    guard("CREATE")
    replace_check(AFTER, BEFORE)
    op.drop_table("bank_bills")


def guard(what: str) -> None:
    """Take away for a moment the triggers that keep matches as they were made, or put them back."""
    if op.get_bind().dialect.name != "sqlite":
        op.execute(f"ALTER TABLE bank_matches {'DISABLE' if what == 'DROP' else 'ENABLE'} TRIGGER USER")
    elif what == "DROP":
        op.execute("DROP TRIGGER bank_matches_stay")
    else:
        op.execute(
            "CREATE TRIGGER bank_matches_stay BEFORE UPDATE OF id, line_id, entry_id, kind, subject, amount_minor, "
            "made_at, made_by ON bank_matches BEGIN SELECT RAISE(ABORT, 'what the bank said is append-only'); END"
        )


def replace_check(old: str, new: str) -> None:
    """Put one check of the kind in another's place, as the migration 0013 does and says why."""
    if op.get_bind().dialect.name != "sqlite":
        op.drop_constraint(op.f("ck_bank_matches_kind"), "bank_matches")
        op.create_check_constraint(op.f("ck_bank_matches_kind"), "bank_matches", new)
        return
    version = op.get_bind().scalar(sa.text("PRAGMA schema_version"))
    op.execute("PRAGMA writable_schema = ON")
    op.execute(
        sa.text("UPDATE sqlite_schema SET sql = replace(sql, :old, :new) WHERE type = 'table' AND name = 'bank_matches'")
        .bindparams(old=f"CHECK ({old})", new=f"CHECK ({new})")
    )  # fmt: skip
    op.execute(f"PRAGMA schema_version = {version + 1}")
    op.execute("PRAGMA writable_schema = OFF")
