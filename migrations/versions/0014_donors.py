"""Donors, and finding their gifts."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def key(length: int) -> sa.types.TypeEngine[str]:
    """A text that is searched by its beginning: PostgreSQL finds that in an index only when it compares by bytes."""
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")


# The partial indexes of donations: name, columns, and of which rows.
PARTIAL = (
    ("ix_donations_card_last4", ["card_last4", "id"], "card_last4 IS NOT NULL"),
    ("ix_donations_amount", ["amount_minor", "received_at"], "received_at IS NOT NULL"),
    ("ix_donations_received_at", ["received_at", "id"], "received_at IS NOT NULL"),
    ("ix_donations_not_received", ["state", "id"], "state <> 'received'"),
    ("ix_donations_of_donor", ["donor_id", "id"], "donor_id IS NOT NULL"),
    ("ix_donations_without_donor", ["id"], "donor_id IS NULL AND state = 'received' AND email_key IS NOT NULL"),
)


def upgrade() -> None:
    """Bring the schema up."""
    op.create_table(
        "donors",
        sa.Column("id", KEY, nullable=False),
        sa.Column("reference", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=True),
        sa.Column("email", sa.String(length=254), nullable=True),
        sa.Column("address", sa.String(length=400), nullable=True),
        sa.Column("postcode", sa.String(length=20), nullable=True),
        sa.Column("name_key", key(120), nullable=True),
        sa.Column("email_key", key(254), nullable=True),
        sa.Column("merged_into_id", KEY, nullable=True),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("erased_at", INSTANT, nullable=True),
        sa.CheckConstraint("merged_into_id <> id", name=op.f("ck_donors_merged_into_id")),
        sa.ForeignKeyConstraint(["merged_into_id"], ["donors.id"], name=op.f("fk_donors_merged_into_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_donors")),
        sa.UniqueConstraint("reference", name=op.f("uq_donors_reference")),
        sa.UniqueConstraint("email_key", name=op.f("uq_donors_email_key")),
    )
    op.create_index("ix_donors_merged_into_id", "donors", ["merged_into_id"], unique=False)
    op.create_index("ix_donors_name_key", "donors", ["name_key", "id"], unique=False)
    op.create_table(
        "notes",
        sa.Column("id", KEY, nullable=False),
        sa.Column("subject", sa.String(length=120), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("written_at", INSTANT, nullable=False),
        sa.Column("written_by", sa.String(length=80), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notes")),
    )
    op.create_index("ix_notes_subject", "notes", ["subject", "id"], unique=False)

    op.add_column("donations", sa.Column("name_key", key(120), nullable=True))
    op.add_column("donations", sa.Column("email_key", key(254), nullable=True))
    op.add_column("donations", sa.Column("card_last4", sa.String(length=4), nullable=True))
    # Both databases take this constraint with the column; Alembic would rebuild the whole table for it on SQLite.
    kind = "INTEGER" if op.get_bind().dialect.name == "sqlite" else "BIGINT"
    op.execute(
        f"ALTER TABLE donations ADD COLUMN donor_id {kind} CONSTRAINT fk_donations_donor_id REFERENCES donors (id)"
    )
    op.create_index("ix_donations_name_key", "donations", ["name_key", "id"], unique=False)
    op.create_index("ix_donations_email_key", "donations", ["email_key", "id"], unique=False)
    op.add_column("stripe_events", sa.Column("about", sa.String(length=80), nullable=True))
    op.create_index("ix_stripe_events_about", "stripe_events", ["about", "id"], unique=False)
    for name, columns, rows in PARTIAL:
        op.create_index(name, "donations", columns, postgresql_where=sa.text(rows), sqlite_where=sa.text(rows))


def downgrade() -> None:
    """Take it back."""
    op.drop_index("ix_stripe_events_about", "stripe_events")
    op.drop_column("stripe_events", "about")
    for name in [*(name for name, *_ in PARTIAL), "ix_donations_email_key", "ix_donations_name_key"]:
        op.drop_index(name, "donations")
    for column in ("donor_id", "card_last4", "email_key", "name_key"):
        op.drop_column("donations", column)
    op.drop_table("notes")
    op.drop_table("donors")
