"""Articles, appeals, and the accounts that appeals raise money on."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Bring the schema up."""
    op.create_table(
        "articles",
        sa.Column("id", KEY, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("headline", sa.String(length=300), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("demands", sa.JSON(), nullable=False),
        sa.Column("posted_at", INSTANT, nullable=False),
        sa.Column("event_starts_at", INSTANT, nullable=True),
        sa.Column("event_ends_at", INSTANT, nullable=True),
        sa.Column("event_all_day", sa.Boolean(), nullable=False),
        sa.Column("event_place", sa.String(length=300), nullable=True),
        sa.Column("event_directions", sa.String(length=300), nullable=True),
        sa.Column("imported_digest", sa.String(length=64), nullable=True),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("event_ends_at >= event_starts_at", name=op.f("ck_articles_event")),
        sa.CheckConstraint("number > 0", name=op.f("ck_articles_number")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_articles")),
        sa.UniqueConstraint("number", name=op.f("uq_articles_number")),
    )
    op.create_index("ix_articles_posted_at_number", "articles", ["posted_at", "number"], unique=False)

    op.create_table(
        "appeals",
        sa.Column("id", KEY, nullable=False),
        sa.Column("reference", sa.String(length=32), nullable=False),
        sa.Column("slug", sa.String(length=80), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("target_minor", KEY, nullable=True),
        sa.Column("starts_on", sa.Date(), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("precedence", sa.Integer(), nullable=True),
        sa.Column("suggested_minor", sa.JSON(), nullable=False),
        sa.Column("offered_digest", sa.String(length=64), nullable=True),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("currency = lower(currency) AND length(currency) = 3", name=op.f("ck_appeals_currency")),
        sa.CheckConstraint("ends_on >= starts_on", name=op.f("ck_appeals_dates")),
        sa.CheckConstraint("target_minor > 0", name=op.f("ck_appeals_target")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appeals")),
        sa.UniqueConstraint("offered_digest", name=op.f("uq_appeals_offered_digest")),
        sa.UniqueConstraint("reference", name=op.f("uq_appeals_reference")),
        sa.UniqueConstraint("slug", name=op.f("uq_appeals_slug")),
    )

    op.create_table(
        "appeal_accounts",
        sa.Column("appeal_id", KEY, nullable=False),
        sa.Column("account_id", KEY, nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_appeal_accounts_account_id")),
        sa.ForeignKeyConstraint(["appeal_id"], ["appeals.id"], name=op.f("fk_appeal_accounts_appeal_id")),
        sa.PrimaryKeyConstraint("appeal_id", "account_id", name=op.f("pk_appeal_accounts")),
        sa.UniqueConstraint("account_id", name=op.f("uq_appeal_accounts_account_id")),
    )


def downgrade() -> None:
    """Take it back."""
    op.drop_table("appeal_accounts")
    op.drop_table("appeals")
    op.drop_table("articles")
