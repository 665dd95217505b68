"""What the seals also cover: the trail, closed months, erasures, accounts and Stripe's transactions."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

KEPT = "id, txn_id, source_id, type, amount_minor, fee_minor, net_minor, currency, created_at, available_on"
RECORDED = "EXISTS (SELECT 1 FROM erasures e WHERE e.subject = 'audit' AND e.subject_id = OLD.deed_id)"
CLOSING, TRANSACTION, TRAIL = (
    "a closing stays on record",
    "a transaction is kept as Stripe has it",
    "the audit trail is never changed",
)

SQLITE = (
    f"CREATE TRIGGER closings_are_never_changed BEFORE UPDATE ON closings BEGIN SELECT RAISE(ABORT, '{CLOSING}'); END",
    f"CREATE TRIGGER closings_are_never_deleted BEFORE DELETE ON closings BEGIN SELECT RAISE(ABORT, '{CLOSING}'); END",
    (
        f"CREATE TRIGGER stripe_transactions_stay BEFORE UPDATE OF {KEPT} ON stripe_transactions "
        f"BEGIN SELECT RAISE(ABORT, '{TRANSACTION}'); END"
    ),
    (
        "CREATE TRIGGER stripe_transactions_are_never_deleted BEFORE DELETE ON stripe_transactions "
        f"BEGIN SELECT RAISE(ABORT, '{TRANSACTION}'); END"
    ),
    (
        f"CREATE TRIGGER deed_details_go_on_record BEFORE DELETE ON deed_details WHEN NOT {RECORDED} "
        f"BEGIN SELECT RAISE(ABORT, '{TRAIL}'); END"
    ),
)
POSTGRESQL = (
    f"CREATE FUNCTION closings_stay() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION '{CLOSING}'; END $$",
    (
        "CREATE TRIGGER closings_are_kept BEFORE UPDATE OR DELETE ON closings "
        "FOR EACH ROW EXECUTE FUNCTION closings_stay()"
    ),
    "CREATE TRIGGER closings_are_not_emptied BEFORE TRUNCATE ON closings EXECUTE FUNCTION closings_stay()",
    (
        "CREATE FUNCTION stripe_transactions_are_kept() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{TRANSACTION}'; END $$"
    ),
    (
        f"CREATE TRIGGER stripe_transactions_stay BEFORE UPDATE OF {KEPT} ON stripe_transactions "
        "FOR EACH ROW EXECUTE FUNCTION stripe_transactions_are_kept()"
    ),
    (
        "CREATE TRIGGER stripe_transactions_are_never_deleted BEFORE DELETE ON stripe_transactions "
        "FOR EACH ROW EXECUTE FUNCTION stripe_transactions_are_kept()"
    ),
    (
        "CREATE TRIGGER stripe_transactions_are_not_emptied BEFORE TRUNCATE ON stripe_transactions "
        "EXECUTE FUNCTION stripe_transactions_are_kept()"
    ),
    (
        "CREATE FUNCTION trail_details_go_on_record() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN IF {RECORDED} THEN RETURN OLD; END IF; RAISE EXCEPTION '{TRAIL}'; END $$"
    ),
    (
        "CREATE TRIGGER deed_details_go_on_record BEFORE DELETE ON deed_details "
        "FOR EACH ROW EXECUTE FUNCTION trail_details_go_on_record()"
    ),
    (
        "CREATE TRIGGER deed_details_are_not_emptied BEFORE TRUNCATE ON deed_details "
        "EXECUTE FUNCTION refuse_change_of_the_trail()"
    ),
)

# What was erased before erasures of these kinds were recorded; who did it is not known any more.
UNRECORDED = (
    (
        "INSERT INTO erasures (subject, subject_id, erased_at, erased_by) "
        "SELECT 'audit', d.id, CURRENT_TIMESTAMP, 'upgrade' FROM deeds d "
        "WHERE NOT EXISTS (SELECT 1 FROM deed_details x WHERE x.deed_id = d.id) "
        "AND NOT EXISTS (SELECT 1 FROM erasures e WHERE e.subject = 'audit' AND e.subject_id = d.id) ORDER BY d.id"
    ),
    (
        "INSERT INTO erasures (subject, subject_id, erased_at, erased_by) "
        "SELECT 'donor', d.id, d.erased_at, 'upgrade' FROM donors d WHERE d.erased_at IS NOT NULL "
        "AND NOT EXISTS (SELECT 1 FROM erasures e WHERE e.subject = 'donor' AND e.subject_id = d.id) ORDER BY d.id"
    ),
    (
        "INSERT INTO closings (day, changed_at, changed_by) "
        "SELECT day, changed_at, changed_by FROM closed_through WHERE changed_at IS NOT NULL"
    ),
)


def upgrade() -> None:
    """Bring the schema up."""
    lite = op.get_bind().dialect.name == "sqlite"
    op.create_table(
        "closings",
        sa.Column("id", KEY, nullable=False),
        sa.Column("day", sa.Date(), nullable=True),
        sa.Column("changed_at", INSTANT, nullable=False),
        sa.Column("changed_by", sa.String(length=80), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_closings")),
    )
    for statement in UNRECORDED:
        # SQLite keeps instants to the microsecond, as the program writes them.
        op.execute(
            statement.replace("CURRENT_TIMESTAMP", "strftime('%Y-%m-%d %H:%M:%f000', 'now')") if lite else statement
        )
    op.create_index(
        "ix_receipts_void",
        "receipts",
        ["id"],
        unique=False,
        postgresql_where=sa.text("state = 'void'"),
        sqlite_where=sa.text("state = 'void'"),
    )
    _number_transactions(lite)
    for statement in SQLITE if lite else POSTGRESQL:
        op.execute(sa.text(statement))


def _number_transactions(lite: bool) -> None:
    """Give each of Stripe's transactions a number of its own, by which it is sealed."""
    if not lite:
        op.drop_constraint("fk_stripe_movements_txn_id", "stripe_movements", type_="foreignkey")
        op.drop_constraint("pk_stripe_transactions", "stripe_transactions", type_="primary")
        op.execute(
            "ALTER TABLE stripe_transactions ADD COLUMN id BIGSERIAL CONSTRAINT pk_stripe_transactions PRIMARY KEY"
        )
        op.create_unique_constraint("uq_stripe_transactions_txn_id", "stripe_transactions", ["txn_id"])
        op.create_foreign_key(
            "fk_stripe_movements_txn_id", "stripe_movements", "stripe_transactions", ["txn_id"], ["txn_id"]
        )
        return
    # SQLite numbers rows by a primary key alone, so the table is written anew, and the one that points to it with it.
    _rewrite(
        [sa.Column("id", KEY, nullable=False)],
        [
            sa.PrimaryKeyConstraint("id", name=op.f("pk_stripe_transactions")),
            sa.UniqueConstraint("txn_id", name=op.f("uq_stripe_transactions_txn_id")),
        ],
    )


def _rewrite(first: list[sa.Column[int]], keys: list[sa.Constraint]) -> None:
    op.execute("CREATE TABLE kept_transactions AS SELECT * FROM stripe_transactions ORDER BY created_at, txn_id")
    op.execute("CREATE TABLE kept_movements AS SELECT * FROM stripe_movements")
    op.drop_table("stripe_movements")
    op.drop_table("stripe_transactions")
    op.create_table(
        "stripe_transactions",
        *first,
        sa.Column("txn_id", sa.String(length=80), nullable=False),
        sa.Column("source_id", sa.String(length=80), nullable=True),
        sa.Column("type", sa.String(length=60), nullable=False),
        sa.Column("amount_minor", KEY, nullable=False),
        sa.Column("fee_minor", KEY, nullable=False),
        sa.Column("net_minor", KEY, nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("available_on", INSTANT, nullable=False),
        sa.Column("payout_id", sa.String(length=80), nullable=True),
        *keys,
    )
    for column in ("created_at", "payout_id", "source_id"):
        op.create_index(f"ix_stripe_transactions_{column}", "stripe_transactions", [column], unique=False)
    op.create_table(
        "stripe_movements",
        sa.Column("txn_id", sa.String(length=80), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("entry_id", KEY, nullable=False),
        sa.ForeignKeyConstraint(["entry_id"], ["entries.id"], name=op.f("fk_stripe_movements_entry_id")),
        sa.ForeignKeyConstraint(["txn_id"], ["stripe_transactions.txn_id"], name=op.f("fk_stripe_movements_txn_id")),
        sa.PrimaryKeyConstraint("txn_id", "line", name=op.f("pk_stripe_movements")),
        sa.UniqueConstraint("entry_id", name=op.f("uq_stripe_movements_entry_id")),
    )
    columns = (
        "txn_id, source_id, type, amount_minor, fee_minor, net_minor, currency, created_at, available_on, payout_id"
    )
    op.execute(f"INSERT INTO stripe_transactions ({columns}) SELECT {columns} FROM kept_transactions ORDER BY rowid")
    op.execute("INSERT INTO stripe_movements SELECT txn_id, line, entry_id FROM kept_movements")
    op.drop_table("kept_movements")
    op.drop_table("kept_transactions")


def downgrade() -> None:
    """Take it back, unless something has been sealed that the program before this does not know.

    A seal stays for good, and names its row by a number: taken back, the closings are gone and Stripe's transactions
    get other numbers, so that after another upgrade `flask books verify` would call them changed.
    """
    newer = "SELECT count(*) FROM seals WHERE subject IN ('account', 'closing', 'erasure', 'audit', 'transaction')"
    if op.get_bind().execute(sa.text(newer)).scalar():
        raise RuntimeError(
            "these books have seals that the release before this cannot read; go back with a backup that it made"
        )
    op.drop_index("ix_receipts_void", "receipts")
    if op.get_bind().dialect.name == "sqlite":
        for name in (
            "deed_details_go_on_record",
            "stripe_transactions_stay",
            "stripe_transactions_are_never_deleted",
        ):
            op.execute(f"DROP TRIGGER {name}")
        _rewrite([], [sa.PrimaryKeyConstraint("txn_id", name=op.f("pk_stripe_transactions"))])
        op.drop_table("closings")
        return
    for name in ("deed_details_go_on_record", "deed_details_are_not_emptied"):
        op.execute(f"DROP TRIGGER {name} ON deed_details")
    for name in (
        "stripe_transactions_stay", "stripe_transactions_are_never_deleted", "stripe_transactions_are_not_emptied"
    ):  # fmt: skip
        op.execute(f"DROP TRIGGER {name} ON stripe_transactions")
    op.drop_constraint("fk_stripe_movements_txn_id", "stripe_movements", type_="foreignkey")
    op.drop_column("stripe_transactions", "id")
    op.drop_constraint("uq_stripe_transactions_txn_id", "stripe_transactions", type_="unique")
    op.create_primary_key("pk_stripe_transactions", "stripe_transactions", ["txn_id"])
    op.create_foreign_key(
        "fk_stripe_movements_txn_id", "stripe_movements", "stripe_transactions", ["txn_id"], ["txn_id"]
    )
    op.drop_table("closings")
    op.execute("DROP FUNCTION trail_details_go_on_record()")
    op.execute("DROP FUNCTION stripe_transactions_are_kept()")
    op.execute("DROP FUNCTION closings_stay()")
