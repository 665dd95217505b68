"""Forms that are kept for an hour while whoever typed them signs in again."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Bring the schema up."""
    op.create_table(
        "unsent_forms",
        sa.Column("id", KEY, nullable=False),
        sa.Column("reference", sa.String(length=32), nullable=False),
        sa.Column("person_id", KEY, nullable=False),
        sa.Column("browser", sa.String(length=64), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("kept_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_unsent_forms_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unsent_forms")),
        sa.UniqueConstraint("reference", name=op.f("uq_unsent_forms_reference")),
    )
    op.create_index("ix_unsent_forms_person_id", "unsent_forms", ["person_id"])
    op.create_index("ix_unsent_forms_kept_at", "unsent_forms", ["kept_at"])


def downgrade() -> None:
    """Take it back."""
    op.drop_table("unsent_forms")
