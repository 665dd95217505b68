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


def downgrade() -> None:
    """Take it back."""
    op.drop_index("ix_donations_of_branch", "donations")
    op.drop_index("ix_donations_by_hand", "donations")
    op.drop_index("ix_appeal_accounts_branch_id", "appeal_accounts")
    replace_check("donations", "charge_id", EVERY_CARD, EVERY_RECEIVED)
    op.drop_column("donations", "method")
    for table in ("donations", "appeal_accounts"):
        op.drop_column(table, "branch_id")
    op.drop_table("branches")


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
