"""Versions of what was written, drafts and images; and what else Stripe says of a plan."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

# What was written stays readable; the address that its gifts are booked under, and their currency, stay what they are.
SQLITE = (
    (
        "CREATE TRIGGER versions_are_never_changed BEFORE UPDATE ON versions "
        "BEGIN SELECT RAISE(ABORT, 'a version stays'); END"
    ),
    (
        "CREATE TRIGGER versions_are_never_deleted BEFORE DELETE ON versions "
        "BEGIN SELECT RAISE(ABORT, 'a version stays'); END"
    ),
    (
        "CREATE TRIGGER appeals_keep_their_money BEFORE UPDATE OF id, reference, currency ON appeals "
        "WHEN NEW.id <> OLD.id OR NEW.reference <> OLD.reference OR NEW.currency <> OLD.currency "
        "BEGIN SELECT RAISE(ABORT, 'an appeal keeps its reference and its currency'); END"
    ),
)
POSTGRESQL = (
    (
        "CREATE FUNCTION versions_stay() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'a version stays'; END $$"
    ),
    (
        "CREATE TRIGGER versions_are_kept BEFORE UPDATE OR DELETE ON versions "
        "FOR EACH ROW EXECUTE FUNCTION versions_stay()"
    ),
    "CREATE TRIGGER versions_are_not_emptied BEFORE TRUNCATE ON versions EXECUTE FUNCTION versions_stay()",
    (
        "CREATE FUNCTION appeals_keep_their_money() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'an appeal keeps its reference and its currency'; END $$"
    ),
    (
        "CREATE TRIGGER appeals_keep_their_money BEFORE UPDATE OF id, reference, currency ON appeals FOR EACH ROW "
        "WHEN (NEW.id <> OLD.id OR NEW.reference <> OLD.reference OR NEW.currency <> OLD.currency) "
        "EXECUTE FUNCTION appeals_keep_their_money()"
    ),
)


def upgrade() -> None:
    """Bring the schema up."""
    op.create_table(
        "versions",
        sa.Column("id", KEY, nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("subject_id", KEY, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("written_at", INSTANT, nullable=False),
        sa.Column("written_by", sa.String(length=254), nullable=False),
        sa.CheckConstraint("kind IN ('article', 'appeal')", name=op.f("ck_versions_kind")),
        sa.CheckConstraint("number > 0", name=op.f("ck_versions_number")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_versions")),
        sa.UniqueConstraint("kind", "subject_id", "number", name=op.f("uq_versions_kind_subject_id_number")),
    )
    op.create_table(
        "images",
        sa.Column("id", KEY, nullable=False),
        sa.Column("reference", sa.String(length=32), nullable=False),
        sa.Column("words", sa.String(length=300), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("uploaded_at", INSTANT, nullable=False),
        sa.Column("uploaded_by", sa.String(length=254), nullable=False),
        sa.CheckConstraint("width > 0 AND height > 0", name=op.f("ck_images_size")),
        sa.CheckConstraint("length(words) > 0", name=op.f("ck_images_words")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_images")),
        sa.UniqueConstraint("reference", name=op.f("uq_images_reference")),
    )
    op.create_table(
        "image_files",
        sa.Column("image_id", KEY, nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["image_id"], ["images.id"], name=op.f("fk_image_files_image_id")),
        sa.PrimaryKeyConstraint("image_id", "width", name=op.f("pk_image_files")),
    )
    op.execute("ALTER TABLE articles ADD COLUMN draft BOOLEAN DEFAULT FALSE NOT NULL")
    op.create_index("ix_articles_shown", "articles", ["draft", "posted_at", "number", "version", "id"], unique=False)
    op.add_column("plans", sa.Column("ends_at", INSTANT, nullable=True))
    op.add_column("plans", sa.Column("payment_url", sa.Text(), nullable=True))

    for statement in SQLITE if op.get_bind().dialect.name == "sqlite" else POSTGRESQL:
        op.execute(sa.text(statement))


def downgrade() -> None:
    """Take it back."""
    op.execute(
        "DROP TRIGGER appeals_keep_their_money" + ("" if op.get_bind().dialect.name == "sqlite" else " ON appeals")
    )
    op.drop_column("plans", "payment_url")
    op.drop_column("plans", "ends_at")
    op.drop_index("ix_articles_shown", "articles")
    op.drop_column("articles", "draft")
    op.drop_table("image_files")
    op.drop_table("images")
    op.drop_table("versions")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION versions_stay(), appeals_keep_their_money()")
