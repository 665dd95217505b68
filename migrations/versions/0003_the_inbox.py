"""Stripe's events, as they came."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

SQLITE = (
    (
        "CREATE TRIGGER stripe_events_stay_as_they_came BEFORE UPDATE OF id, event_id, type, created_at, received_at, body, body_sha256 ON stripe_events "
        "BEGIN SELECT RAISE(ABORT, 'an event is kept as it came'); END"
    ),
    (
        "CREATE TRIGGER stripe_events_are_never_deleted BEFORE DELETE ON stripe_events "
        "BEGIN SELECT RAISE(ABORT, 'an event is kept as it came'); END"
    ),
)
POSTGRESQL = (
    (
        "CREATE FUNCTION stripe_events_stay() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'an event is kept as it came'; END $$"
    ),
    (
        "CREATE TRIGGER stripe_events_stay_as_they_came BEFORE UPDATE OF id, event_id, type, created_at, received_at, body, body_sha256 ON stripe_events "
        "FOR EACH ROW EXECUTE FUNCTION stripe_events_stay()"
    ),
    (
        "CREATE TRIGGER stripe_events_are_never_deleted BEFORE DELETE ON stripe_events "
        "FOR EACH ROW EXECUTE FUNCTION stripe_events_stay()"
    ),
    (
        "CREATE TRIGGER stripe_events_are_not_emptied BEFORE TRUNCATE ON stripe_events "
        "EXECUTE FUNCTION stripe_events_stay()"
    ),
)


def upgrade() -> None:
    """Bring the schema up."""
    op.create_table(
        "stripe_events",
        sa.Column("id", KEY, nullable=False),
        sa.Column("event_id", sa.String(length=80), nullable=False),
        sa.Column("type", sa.String(length=80), nullable=False),
        sa.Column("api_version", sa.String(length=40), nullable=True),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("received_at", INSTANT, nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("body_sha256", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_try_at", INSTANT, nullable=True),
        sa.Column("leased_until", INSTANT, nullable=True),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.CheckConstraint("state IN ('pending', 'applied', 'ignored')", name=op.f("ck_stripe_events_state")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stripe_events")),
        sa.UniqueConstraint("event_id", name=op.f("uq_stripe_events_event_id")),
    )
    op.create_index(
        "ix_stripe_events_ignored",
        "stripe_events",
        ["type"],
        unique=False,
        postgresql_where=sa.text("state = 'ignored'"),
        sqlite_where=sa.text("state = 'ignored'"),
    )
    op.create_index(
        "ix_stripe_events_pending",
        "stripe_events",
        ["next_try_at", "id"],
        unique=False,
        postgresql_where=sa.text("state = 'pending'"),
        sqlite_where=sa.text("state = 'pending'"),
    )

    for statement in SQLITE if op.get_bind().dialect.name == "sqlite" else POSTGRESQL:
        op.execute(sa.text(statement))


def downgrade() -> None:
    """Take it back."""
    op.drop_table("stripe_events")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION stripe_events_stay()")
