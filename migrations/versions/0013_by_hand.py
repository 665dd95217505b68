"""Branches, and gifts that did not come by card."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

METHODS = "'card', 'cash', 'cheque', 'standing-order', 'bank-transfer', 'in-kind'"
EVERY_RECEIVED = "(state = 'received') = (charge_id IS NOT NULL)"
EVERY_CARD = "(charge_id IS NOT NULL) = (state = 'received' AND method = 'card')"

# What was entered stays what it is; a mistake is reversed. Names and reasons are not among these: they can be erased.
STAY = {
    "count_sheets": (
        "id, reference, appeal_id, branch_id, place, counted_on, box, seal, pieces, amount_minor, currency",
        "",
    ),
    "donations": ("reference, appeal_id, branch_id, method, amount_minor, currency", "OLD.method <> 'card'"),
}


def upgrade() -> None:
    """Bring the schema up."""
    op.create_table(
        "branches",
        sa.Column("id", KEY, nullable=False),
        sa.Column("reference", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("region", sa.String(length=120), nullable=False),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_branches")),
        sa.UniqueConstraint("name", name=op.f("uq_branches_name")),
        sa.UniqueConstraint("reference", name=op.f("uq_branches_reference")),
    )
    # Both databases take these constraints with the column; Alembic would rebuild whole tables for them on SQLite.
    key = "INTEGER" if op.get_bind().dialect.name == "sqlite" else "BIGINT"
    for table in ("appeal_accounts", "donations"):
        op.execute(
            f"ALTER TABLE {table} ADD COLUMN branch_id {key} CONSTRAINT fk_{table}_branch_id REFERENCES branches (id)"
        )
    op.execute(
        "ALTER TABLE donations ADD COLUMN method VARCHAR(20) DEFAULT 'card' NOT NULL "
        f"CONSTRAINT ck_donations_method CHECK (method IN ({METHODS}))"
    )
    replace_check("donations", "charge_id", EVERY_RECEIVED, EVERY_CARD)
    op.create_index("ix_appeal_accounts_branch_id", "appeal_accounts", ["branch_id"], unique=False)
    # Card gifts, which are most, are in neither of the two.
    op.create_index(
        "ix_donations_by_hand", "donations", ["method", "id"], unique=False,
        postgresql_where=sa.text("method <> 'card'"), sqlite_where=sa.text("method <> 'card'"),
    )  # fmt: skip
    op.create_index(
        "ix_donations_of_branch", "donations", ["branch_id", "id"], unique=False,
        postgresql_where=sa.text("branch_id IS NOT NULL"), sqlite_where=sa.text("branch_id IS NOT NULL"),
    )  # fmt: skip
    count_sheets()
    standing_orders()
    gifts_by_hand()
    for statement in guards():
        op.execute(sa.text(statement))


def count_sheets() -> None:
    """What two people counted."""
    op.create_table(
        "count_sheets",
        sa.Column("id", KEY, nullable=False),
        sa.Column("reference", sa.String(length=32), nullable=False),
        sa.Column("submission", sa.String(length=64), nullable=False),
        sa.Column("appeal_id", KEY, nullable=False),
        sa.Column("branch_id", KEY, nullable=True),
        sa.Column("place", sa.String(length=120), nullable=False),
        sa.Column("counted_on", sa.Date(), nullable=False),
        sa.Column("box", sa.String(length=80), nullable=True),
        sa.Column("seal", sa.String(length=80), nullable=True),
        sa.Column("counter_one", sa.String(length=120), nullable=True),
        sa.Column("counter_two", sa.String(length=120), nullable=True),
        sa.Column("pieces", sa.JSON(), nullable=False),
        sa.Column("amount_minor", KEY, nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("entered_at", INSTANT, nullable=False),
        sa.Column("entered_by", sa.String(length=80), nullable=False),
        sa.Column("paying_in", sa.String(length=40), nullable=True),
        sa.Column("paid_in_on", sa.Date(), nullable=True),
        sa.Column("banked_on", sa.Date(), nullable=True),
        sa.Column("bank_line", sa.String(length=160), nullable=True),
        sa.Column("reversed_at", INSTANT, nullable=True),
        sa.Column("reversed_by", sa.String(length=80), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_count_sheets_amount")),
        sa.CheckConstraint("lower(counter_one) <> lower(counter_two)", name=op.f("ck_count_sheets_counters")),
        sa.CheckConstraint("(paid_in_on IS NULL) = (paying_in IS NULL)", name=op.f("ck_count_sheets_paid_in")),
        sa.CheckConstraint("(banked_on IS NULL) = (bank_line IS NULL)", name=op.f("ck_count_sheets_banked")),
        sa.CheckConstraint("banked_on IS NULL OR reversed_at IS NULL", name=op.f("ck_count_sheets_reversed")),
        sa.ForeignKeyConstraint(["appeal_id"], ["appeals.id"], name=op.f("fk_count_sheets_appeal_id")),
        sa.ForeignKeyConstraint(["branch_id"], ["branches.id"], name=op.f("fk_count_sheets_branch_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_count_sheets")),
        sa.UniqueConstraint("reference", name=op.f("uq_count_sheets_reference")),
        sa.UniqueConstraint("submission", name=op.f("uq_count_sheets_submission")),
    )
    waits = sa.text("banked_on IS NULL AND reversed_at IS NULL")
    op.create_index("ix_count_sheets_waiting", "count_sheets", ["id"], postgresql_where=waits, sqlite_where=waits)
    op.create_index("ix_count_sheets_branch", "count_sheets", ["branch_id", "id"], unique=False)


def standing_orders() -> None:
    """What people have told their banks to send each month."""
    op.create_table(
        "standing_orders",
        sa.Column("id", KEY, nullable=False),
        sa.Column("reference", sa.String(length=32), nullable=False),
        sa.Column("payer", sa.String(length=120), nullable=True),
        sa.Column("reference_text", sa.String(length=80), nullable=True),
        sa.Column("amount_minor", KEY, nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("day_of_month", sa.Integer(), nullable=False),
        sa.Column("appeal_id", KEY, nullable=False),
        sa.Column("branch_id", KEY, nullable=True),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("next_due_on", sa.Date(), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_standing_orders_amount")),
        sa.CheckConstraint("day_of_month BETWEEN 1 AND 31", name=op.f("ck_standing_orders_day_of_month")),
        sa.ForeignKeyConstraint(["appeal_id"], ["appeals.id"], name=op.f("fk_standing_orders_appeal_id")),
        sa.ForeignKeyConstraint(["branch_id"], ["branches.id"], name=op.f("fk_standing_orders_branch_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_standing_orders")),
        sa.UniqueConstraint("reference", name=op.f("uq_standing_orders_reference")),
    )
    runs = sa.text("ended_on IS NULL")
    op.create_index(
        "ix_standing_orders_due", "standing_orders", ["next_due_on"], postgresql_where=runs, sqlite_where=runs
    )
    op.create_index("ix_standing_orders_branch_id", "standing_orders", ["branch_id"], unique=False)


def gifts_by_hand() -> None:
    """What is known of gifts that did not come by card."""
    op.create_table(
        "gifts_by_hand",
        sa.Column("donation_id", KEY, autoincrement=False, nullable=False),
        sa.Column("given_on", sa.Date(), nullable=False),
        sa.Column("what", sa.String(length=200), nullable=True),
        sa.Column("dated_on", sa.Date(), nullable=True),
        sa.Column("standing_order_id", KEY, nullable=True),
        sa.Column("entered_at", INSTANT, nullable=False),
        sa.Column("entered_by", sa.String(length=80), nullable=False),
        sa.Column("paying_in", sa.String(length=40), nullable=True),
        sa.Column("paid_in_on", sa.Date(), nullable=True),
        sa.Column("banked_on", sa.Date(), nullable=True),
        sa.Column("bank_line", sa.String(length=160), nullable=True),
        sa.Column("bounced_on", sa.Date(), nullable=True),
        sa.Column("bounced_line", sa.String(length=160), nullable=True),
        sa.Column("reversed_at", INSTANT, nullable=True),
        sa.Column("reversed_by", sa.String(length=80), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.CheckConstraint("(paid_in_on IS NULL) = (paying_in IS NULL)", name=op.f("ck_gifts_by_hand_paid_in")),
        sa.CheckConstraint("(banked_on IS NULL) = (bank_line IS NULL)", name=op.f("ck_gifts_by_hand_banked")),
        sa.CheckConstraint(
            "reversed_at IS NULL OR (banked_on IS NULL AND bounced_on IS NULL)", name=op.f("ck_gifts_by_hand_reversed")
        ),
        sa.ForeignKeyConstraint(["donation_id"], ["donations.id"], name=op.f("fk_gifts_by_hand_donation_id")),
        sa.ForeignKeyConstraint(
            ["standing_order_id"], ["standing_orders.id"], name=op.f("fk_gifts_by_hand_standing_order_id")
        ),
        sa.PrimaryKeyConstraint("donation_id", name=op.f("pk_gifts_by_hand")),
    )
    waits = sa.text("banked_on IS NULL AND reversed_at IS NULL AND bounced_on IS NULL")
    op.create_index(
        "ix_gifts_by_hand_waiting", "gifts_by_hand", ["donation_id"], postgresql_where=waits, sqlite_where=waits
    )
    op.create_index("ix_gifts_by_hand_banked_on", "gifts_by_hand", ["banked_on"], unique=False)
    bounced = sa.text("bounced_on IS NOT NULL")
    op.create_index(
        "ix_gifts_by_hand_bounced_on", "gifts_by_hand", ["bounced_on"], postgresql_where=bounced, sqlite_where=bounced
    )
    op.create_index("ix_gifts_by_hand_standing_order_id", "gifts_by_hand", ["standing_order_id"], unique=False)


def guards() -> list[str]:
    """The triggers that keep what was entered by hand as it was entered."""
    refusal = "what was entered is reversed, never changed"
    if op.get_bind().dialect.name == "sqlite":
        return [
            *(
                f"CREATE TRIGGER {table}_by_hand_stay BEFORE UPDATE OF {columns} ON {table} "
                + (f"WHEN {when} " if when else "")
                + f"BEGIN SELECT RAISE(ABORT, '{refusal}'); END"
                for table, (columns, when) in STAY.items()
            ),
            (
                "CREATE TRIGGER count_sheets_are_never_deleted BEFORE DELETE ON count_sheets "
                f"BEGIN SELECT RAISE(ABORT, '{refusal}'); END"
            ),
        ]
    stays = "FOR EACH ROW {when} EXECUTE FUNCTION by_hand_stays()"
    return [
        (
            "CREATE FUNCTION by_hand_stays() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN RAISE EXCEPTION '{refusal}'; END $$"
        ),
        *(
            f"CREATE TRIGGER {table}_by_hand_stay BEFORE UPDATE OF {columns} ON {table} "
            + stays.format(when=f"WHEN ({when})" if when else "")
            for table, (columns, when) in STAY.items()
        ),
        "CREATE TRIGGER count_sheets_are_never_deleted BEFORE DELETE ON count_sheets " + stays.format(when=""),
    ]


def downgrade() -> None:
    """Take it back."""
    op.execute("DROP TRIGGER donations_by_hand_stay" + on_postgresql(" ON donations"))
    for table in ("gifts_by_hand", "standing_orders", "count_sheets"):
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION by_hand_stays()")
    op.drop_index("ix_donations_of_branch", "donations")
    op.drop_index("ix_donations_by_hand", "donations")
    op.drop_index("ix_appeal_accounts_branch_id", "appeal_accounts")
    replace_check("donations", "charge_id", EVERY_CARD, EVERY_RECEIVED)
    op.drop_column("donations", "method")
    for table in ("donations", "appeal_accounts"):
        op.drop_column(table, "branch_id")
    op.drop_table("branches")


def on_postgresql(words: str) -> str:
    """These words on PostgreSQL, nothing elsewhere."""
    return words if op.get_bind().dialect.name == "postgresql" else ""


def replace_check(table: str, name: str, old: str, new: str) -> None:
    """Put one check in another's place, whatever refers to the table.

    SQLite cannot drop a constraint, and rebuilding a table that others refer to would trip over their foreign keys;
    to rewrite the text of the schema is what its manual has for this (www.sqlite.org/lang_altertable.html, section 7).
    """
    if op.get_bind().dialect.name != "sqlite":
        op.drop_constraint(op.f(f"ck_{table}_{name}"), table)
        op.create_check_constraint(op.f(f"ck_{table}_{name}"), table, new)
        return
    version = op.get_bind().scalar(sa.text("PRAGMA schema_version"))
    op.execute("PRAGMA writable_schema = ON")
    op.execute(
        sa.text("UPDATE sqlite_schema SET sql = replace(sql, :old, :new) WHERE type = 'table' AND name = :name")
        .bindparams(old=f"CHECK ({old})", new=f"CHECK ({new})", name=table)
    )  # fmt: skip
    op.execute(f"PRAGMA schema_version = {version + 1}")
    op.execute("PRAGMA writable_schema = OFF")
