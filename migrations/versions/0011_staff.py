"""The people of the office, and who did what."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Bring the schema up."""
    op.create_table(
        "people",
        sa.Column("id", KEY, nullable=False),
        sa.Column("reference", sa.String(length=32), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=True),
        sa.Column("name", sa.String(length=120), nullable=True),
        sa.Column("branch_id", KEY, nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("password", sa.String(length=255), nullable=True),
        sa.Column("added_at", INSTANT, nullable=False),
        sa.Column("invited_at", INSTANT, nullable=True),
        sa.Column("removed_at", INSTANT, nullable=True),
        sa.Column("fs_uniquifier", sa.String(length=64), nullable=False),
        sa.Column("fs_webauthn_user_handle", sa.String(length=64), nullable=True),
        sa.Column("tf_primary_method", sa.String(length=20), nullable=True),
        sa.Column("tf_totp_secret", sa.String(length=255), nullable=True),
        sa.Column("tf_last_counter", KEY, nullable=True),
        sa.Column("mf_recovery_codes", sa.Text(), nullable=True),
        sa.CheckConstraint("NOT active OR email IS NOT NULL", name=op.f("ck_people_email")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_people")),
        sa.UniqueConstraint("reference", name=op.f("uq_people_reference")),
        sa.UniqueConstraint("email", name=op.f("uq_people_email")),
        sa.UniqueConstraint("fs_uniquifier", name=op.f("uq_people_fs_uniquifier")),
        sa.UniqueConstraint("fs_webauthn_user_handle", name=op.f("uq_people_fs_webauthn_user_handle")),
    )
    op.create_table(
        "person_roles",
        sa.Column("person_id", KEY, nullable=False),
        sa.Column("name", sa.String(length=20), nullable=False),
        sa.CheckConstraint(
            "name IN ('admin', 'treasurer', 'branch_treasurer', 'editor', 'auditor')",
            name=op.f("ck_person_roles_name"),
        ),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_person_roles_person_id")),
        sa.PrimaryKeyConstraint("person_id", "name", name=op.f("pk_person_roles")),
    )
    op.create_table(
        "passkeys",
        sa.Column("id", KEY, nullable=False),
        sa.Column("person_id", KEY, nullable=False),
        sa.Column("credential_id", sa.LargeBinary(), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("sign_count", sa.Integer(), nullable=False),
        sa.Column("transports", sa.Text(), nullable=True),
        sa.Column("backup_state", sa.Boolean(), nullable=False),
        sa.Column("device_type", sa.String(length=64), nullable=False),
        sa.Column("extensions", sa.Text(), nullable=True),
        sa.Column("lastuse_datetime", INSTANT, nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("usage", sa.String(length=20), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_passkeys_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_passkeys")),
        sa.UniqueConstraint("credential_id", name=op.f("uq_passkeys_credential_id")),
        sa.UniqueConstraint("person_id", "name", name=op.f("uq_passkeys_person_id_name")),
    )
    op.create_table(
        "deeds",
        sa.Column("id", KEY, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("by", sa.String(length=60), nullable=False),
        sa.Column("action", sa.String(length=60), nullable=False),
        sa.Column("subject", sa.String(length=120), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.CheckConstraint("length(digest) = 64", name=op.f("ck_deeds_digest")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deeds")),
    )
    op.create_index("ix_deeds_at_id", "deeds", ["at", "id"], unique=False)
    for column in ("by", "action", "subject"):
        op.create_index(f"ix_deeds_{column}_at_id", "deeds", [column, "at", "id"], unique=False)
    op.create_table(
        "deed_details",
        sa.Column("deed_id", KEY, nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["deed_id"], ["deeds.id"], name=op.f("fk_deed_details_deed_id")),
        sa.PrimaryKeyConstraint("deed_id", name=op.f("pk_deed_details")),
    )
    if op.get_bind().dialect.name == "sqlite":
        for table, verb in _REFUSED:
            op.execute(
                f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
                "BEGIN SELECT RAISE(ABORT, 'the audit trail is never changed'); END"
            )
        return
    op.execute(
        "CREATE FUNCTION refuse_change_of_the_trail() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'the audit trail is never changed'; END $$"
    )
    for table, verb in _REFUSED:
        op.execute(
            f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION refuse_change_of_the_trail()"
        )
    op.execute(
        "CREATE TRIGGER deeds_no_truncate BEFORE TRUNCATE ON deeds "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_the_trail()"
    )


# Details may be deleted, when somebody's data is erased, but never changed.
_REFUSED = (("deeds", "UPDATE"), ("deeds", "DELETE"), ("deed_details", "UPDATE"))


def downgrade() -> None:
    """Take it back."""
    op.drop_table("deed_details")
    op.drop_table("deeds")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION refuse_change_of_the_trail()")
    op.drop_table("passkeys")
    op.drop_table("person_roles")
    op.drop_table("people")
