"""Seals: the chain that shows tampering."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

SQLITE = (
    "CREATE TRIGGER seals_are_never_changed BEFORE UPDATE ON seals BEGIN SELECT RAISE(ABORT, 'a seal stays'); END",
    "CREATE TRIGGER seals_are_never_deleted BEFORE DELETE ON seals BEGIN SELECT RAISE(ABORT, 'a seal stays'); END",
)
POSTGRESQL = (
    "CREATE FUNCTION seals_stay() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'a seal stays'; END $$",
    "CREATE TRIGGER seals_are_kept BEFORE UPDATE OR DELETE ON seals FOR EACH ROW EXECUTE FUNCTION seals_stay()",
    "CREATE TRIGGER seals_are_not_emptied BEFORE TRUNCATE ON seals EXECUTE FUNCTION seals_stay()",
)


def upgrade() -> None:
    """Bring the schema up."""
    op.create_table(
        "seals",
        sa.Column("seq", KEY, autoincrement=False, nullable=False),
        sa.Column("subject", sa.String(length=20), nullable=False),
        sa.Column("subject_id", KEY, nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("previous", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("sealed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("seq > 0", name=op.f("ck_seals_seq")),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_seals")),
    )
    op.create_index("uq_seals_subject", "seals", ["subject", "subject_id"], unique=True)
    op.create_table(
        "sealed_through",
        sa.Column("subject", sa.String(length=20), nullable=False),
        sa.Column("through_id", KEY, nullable=False),
        sa.Column("next_id", KEY, nullable=False),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("subject", name=op.f("pk_sealed_through")),
    )

    for statement in SQLITE if op.get_bind().dialect.name == "sqlite" else POSTGRESQL:
        op.execute(sa.text(statement))


def downgrade() -> None:
    """Take it back."""
    op.drop_table("sealed_through")
    op.drop_table("seals")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION seals_stay()")
