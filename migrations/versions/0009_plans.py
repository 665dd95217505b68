"""Monthly gifts: plans, the links that change them, and letters that are due."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Bring the schema up."""
    op.create_table(
        "plans",
        sa.Column("id", KEY, nullable=False),
        sa.Column("reference", sa.String(length=32), nullable=False),
        sa.Column("appeal_id", KEY, nullable=False),
        sa.Column("amount_minor", KEY, nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("pledged_at", INSTANT, nullable=False),
        sa.Column("started_at", INSTANT, nullable=True),
        sa.Column("ended_at", INSTANT, nullable=True),
        sa.Column("paused_until", INSTANT, nullable=True),
        sa.Column("next_payment_at", INSTANT, nullable=True),
        sa.Column("past_due_since", INSTANT, nullable=True),
        sa.Column("declined_at", INSTANT, nullable=True),
        sa.Column("known_at", INSTANT, nullable=True),
        sa.Column("name", sa.String(length=120), nullable=True),
        sa.Column("email", sa.String(length=254), nullable=True),
        sa.Column("address", sa.String(length=400), nullable=True),
        sa.Column("postcode", sa.String(length=20), nullable=True),
        sa.Column("message", sa.Text(), nullable=True),
        sa.Column("name_may_be_shown", sa.Boolean(), nullable=False),
        sa.Column("submission", sa.String(length=64), nullable=False),
        sa.Column("checkout_key", sa.String(length=64), nullable=False),
        sa.Column("checkout_session_id", sa.String(length=120), nullable=True),
        sa.Column("checkout_url", sa.Text(), nullable=True),
        sa.Column("checkout_expires_at", INSTANT, nullable=True),
        sa.Column("subscription_id", sa.String(length=80), nullable=True),
        sa.Column("customer_id", sa.String(length=80), nullable=True),
        sa.Column("change_wanted", sa.String(length=80), nullable=True),
        sa.Column("change_key", sa.String(length=64), nullable=True),
        sa.Column("change_asked_at", INSTANT, nullable=True),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_plans_amount")),
        sa.CheckConstraint(
            "state IN ('pledged', 'active', 'past_due', 'paused', 'ended')", name=op.f("ck_plans_state")
        ),
        sa.CheckConstraint("(state = 'ended') = (ended_at IS NOT NULL)", name=op.f("ck_plans_ended_at")),
        sa.CheckConstraint(
            "state IN ('pledged', 'ended') OR (subscription_id IS NOT NULL AND started_at IS NOT NULL)",
            name=op.f("ck_plans_started"),
        ),
        sa.ForeignKeyConstraint(["appeal_id"], ["appeals.id"], name=op.f("fk_plans_appeal_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plans")),
        sa.UniqueConstraint("change_key", name=op.f("uq_plans_change_key")),
        sa.UniqueConstraint("checkout_key", name=op.f("uq_plans_checkout_key")),
        sa.UniqueConstraint("checkout_session_id", name=op.f("uq_plans_checkout_session_id")),
        sa.UniqueConstraint("customer_id", name=op.f("uq_plans_customer_id")),
        sa.UniqueConstraint("reference", name=op.f("uq_plans_reference")),
        sa.UniqueConstraint("submission", name=op.f("uq_plans_submission")),
        sa.UniqueConstraint("subscription_id", name=op.f("uq_plans_subscription_id")),
    )
    op.create_index("ix_plans_appeal_id", "plans", ["appeal_id"], unique=False)
    op.create_index("ix_plans_state", "plans", ["state"], unique=False)

    op.create_table(
        "plan_links",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("plan_id", KEY, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["plan_id"], ["plans.id"], name=op.f("fk_plan_links_plan_id")),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_plan_links")),
    )
    op.create_index("ix_plan_links_expires_at", "plan_links", ["expires_at"], unique=False)
    op.create_index("ix_plan_links_plan_id", "plan_links", ["plan_id"], unique=False)

    op.create_table(
        "letters",
        sa.Column("id", KEY, nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("subject", sa.String(length=120), nullable=False),
        sa.Column("message_id", sa.String(length=120), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("asked_at", INSTANT, nullable=False),
        sa.Column("sent_at", INSTANT, nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_try_at", INSTANT, nullable=True),
        sa.Column("leased_until", INSTANT, nullable=True),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.CheckConstraint("state IN ('due', 'sent', 'dropped')", name=op.f("ck_letters_state")),
        sa.CheckConstraint("(state = 'sent') = (sent_at IS NOT NULL)", name=op.f("ck_letters_sent_at")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letters")),
        sa.UniqueConstraint("message_id", name=op.f("uq_letters_message_id")),
    )
    op.create_index("ix_letters_subject", "letters", ["subject"], unique=False)
    op.create_index(
        "ix_letters_due",
        "letters",
        ["next_try_at", "id"],
        unique=False,
        postgresql_where=sa.text("state = 'due'"),
        sqlite_where=sa.text("state = 'due'"),
    )

    # Both databases take these constraints with the column; Alembic would rebuild whole tables for them on SQLite.
    key = "INTEGER" if op.get_bind().dialect.name == "sqlite" else "BIGINT"
    op.execute(f"ALTER TABLE donations ADD COLUMN plan_id {key} CONSTRAINT fk_donations_plan_id REFERENCES plans (id)")
    op.create_index("ix_donations_plan_id", "donations", ["plan_id"], unique=False)
    op.execute(
        "ALTER TABLE appeals ADD COLUMN preset_rhythm VARCHAR(10) "
        "CONSTRAINT ck_appeals_preset_rhythm CHECK (preset_rhythm IN ('once', 'monthly'))"
    )


def downgrade() -> None:
    """Take it back."""
    op.drop_table("letters")
    op.drop_table("plan_links")
    op.drop_column("appeals", "preset_rhythm")
    op.drop_index("ix_donations_plan_id", "donations")
    op.drop_column("donations", "plan_id")
    op.drop_table("plans")
