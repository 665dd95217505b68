"""Words of names to search by, exceptions that were acknowledged, receipts on paper, and whose a standing order is."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

# Signs inside a word (O'Connor, Anne-Marie), which is found with them as well as without, and signs between words.
# Names that are written from now on have none but the apostrophe and the hyphen.
INSIDE, BETWEEN = "'\u2019-\u2010", ".,/&()"
NAMED = ("donations", "donors")


def key(length: int) -> sa.types.TypeEngine[str]:
    """A text that is searched by its beginning: PostgreSQL finds that in an index only when it compares by bytes."""
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")


def upgrade() -> None:
    """Bring the schema up."""
    op.create_table(
        "name_words",
        sa.Column("word", key(120), nullable=False),
        sa.Column("name_key", key(120), nullable=False),
        sa.PrimaryKeyConstraint("word", "name_key", name=op.f("pk_name_words")),
    )
    op.create_index("ix_name_words_name_key", "name_words", ["name_key", "word"], unique=False)
    for statement in sqlite() if on_sqlite() else postgresql():
        op.get_bind().exec_driver_sql(statement)

    op.create_table(
        "acknowledgements",
        sa.Column("id", KEY, nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("reference", sa.String(length=120), nullable=False),
        sa.Column("facts", sa.String(length=64), nullable=False),
        sa.Column("subject", sa.String(length=120), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.Column("made_by", sa.String(length=80), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_acknowledgements")),
        sa.UniqueConstraint("kind", "reference", name=op.f("uq_acknowledgements_kind_reference")),
    )
    op.create_index("ix_acknowledgements_subject", "acknowledgements", ["subject"], unique=False)

    op.execute("ALTER TABLE receipts ADD COLUMN on_paper BOOLEAN DEFAULT FALSE NOT NULL")
    op.add_column("receipts", sa.Column("given_at", INSTANT, nullable=True))
    op.add_column("receipts", sa.Column("given_by", sa.String(length=80), nullable=True))
    op.add_column("receipts", sa.Column("given_how", sa.String(length=10), nullable=True))
    due("mailed_at IS NULL AND given_at IS NULL")

    # Both databases take this constraint with the column; Alembic would rebuild the whole table for it on SQLite.
    kind = "INTEGER" if on_sqlite() else "BIGINT"
    op.execute(
        f"ALTER TABLE standing_orders ADD COLUMN donor_id {kind} "
        "CONSTRAINT fk_standing_orders_donor_id REFERENCES donors (id)"
    )
    op.create_index("ix_standing_orders_donor_id", "standing_orders", ["donor_id"], unique=False)


def due(rows: str) -> None:
    """Find the receipts that are due along an index of these rows alone."""
    op.drop_index("ix_receipts_due", "receipts")
    op.create_index(
        "ix_receipts_due", "receipts", ["next_try_at", "id"], unique=False, postgresql_where=sa.text(rows),
        sqlite_where=sa.text(rows),
    )  # fmt: skip


def on_sqlite() -> bool:
    """Whether this is SQLite."""
    return op.get_bind().dialect.name == "sqlite"


def sqlite() -> list[str]:
    """The words of every name, kept by triggers so that no way of writing a name can forget them."""

    def told_apart(column: str, inside: str) -> str:
        text = column
        for signs, instead in ((INSIDE, inside), (BETWEEN, " ")):
            for sign in signs:
                quoted = sign.replace("'", "''")
                text = f"replace({text}, '{quoted}', '{instead}')"
        # A JSON list of the words: whatever else the name holds is quoted by the database itself.
        return f"""json_each('[' || replace(json_quote({text}), ' ', '","') || ']')"""

    def words(column: str) -> str:
        both = (f"SELECT value AS word FROM {told_apart(column, inside)}" for inside in ("", " "))
        return f"({' UNION '.join(both)})"

    old = "OLD.name_key IS NOT NULL"
    gone = (
        "DELETE FROM name_words WHERE name_key = OLD.name_key"
        + "".join(f" AND NOT EXISTS (SELECT 1 FROM {each} WHERE name_key = OLD.name_key)" for each in NAMED)
    )  # fmt: skip
    come = (
        f"INSERT INTO name_words (word, name_key) SELECT word, NEW.name_key FROM {words('NEW.name_key')} "
        "WHERE word <> '' ON CONFLICT DO NOTHING"
    )
    made = []
    for table in NAMED:
        made += [
            (
                f"CREATE TRIGGER {table}_name_words_come AFTER INSERT ON {table} WHEN NEW.name_key IS NOT NULL "
                f"BEGIN {come}; END"
            ),
            (
                f"CREATE TRIGGER {table}_name_words_change AFTER UPDATE OF name_key ON {table} "
                f"WHEN NEW.name_key IS NOT NULL BEGIN {come}; END"
            ),
            (
                f"CREATE TRIGGER {table}_name_words_leave AFTER UPDATE OF name_key ON {table} "
                f"WHEN {old} AND NEW.name_key IS NOT OLD.name_key BEGIN {gone}; END"
            ),
            f"CREATE TRIGGER {table}_name_words_go AFTER DELETE ON {table} WHEN {old} BEGIN {gone}; END",
        ]
    known = " UNION ".join(f"SELECT name_key FROM {table} WHERE name_key IS NOT NULL" for table in NAMED)
    for inside in ("", " "):
        made.append(
            f"INSERT INTO name_words (word, name_key) SELECT value, known.name_key FROM ({known}) AS known, "
            f"{told_apart('known.name_key', inside)} WHERE value <> '' ON CONFLICT DO NOTHING"
        )
    return made


def postgresql() -> list[str]:
    """The same for PostgreSQL."""
    between = f"translate(name_key, $s${BETWEEN}$s$, '{' ' * len(BETWEEN)}')"
    found = f"{between}, $s${INSIDE}$s$"
    made = [
        (
            "CREATE FUNCTION words_of_name(name_key text) RETURNS SETOF text LANGUAGE sql IMMUTABLE AS $f$ "
            f"SELECT DISTINCT word FROM unnest(string_to_array(translate({found}, ''), ' ') || "
            f"string_to_array(translate({found}, '{' ' * len(INSIDE)}'), ' ')) AS word WHERE word <> '' $f$"
        ),
        (
            "CREATE FUNCTION name_words_come() RETURNS trigger LANGUAGE plpgsql AS $f$ BEGIN "
            "INSERT INTO name_words (word, name_key) SELECT word, NEW.name_key FROM words_of_name(NEW.name_key) AS word "
            "ORDER BY word ON CONFLICT DO NOTHING; RETURN NULL; END $f$"
        ),
        (
            "CREATE FUNCTION name_words_leave() RETURNS trigger LANGUAGE plpgsql AS $f$ BEGIN "
            "DELETE FROM name_words WHERE name_key = OLD.name_key"
            + "".join(f" AND NOT EXISTS (SELECT 1 FROM {each} WHERE name_key = OLD.name_key)" for each in NAMED)
            + "; RETURN NULL; END $f$"
        ),
    ]
    for table in NAMED:
        made += [
            (
                f"CREATE TRIGGER {table}_name_words_come AFTER INSERT OR UPDATE OF name_key ON {table} FOR EACH ROW "
                "WHEN (NEW.name_key IS NOT NULL) EXECUTE FUNCTION name_words_come()"
            ),
            (
                f"CREATE TRIGGER {table}_name_words_leave AFTER UPDATE OF name_key ON {table} FOR EACH ROW "
                "WHEN (OLD.name_key IS NOT NULL AND NEW.name_key IS DISTINCT FROM OLD.name_key) "
                "EXECUTE FUNCTION name_words_leave()"
            ),
            (
                f"CREATE TRIGGER {table}_name_words_go AFTER DELETE ON {table} FOR EACH ROW "
                "WHEN (OLD.name_key IS NOT NULL) EXECUTE FUNCTION name_words_leave()"
            ),
        ]
    known = " UNION ".join(f"SELECT name_key FROM {table} WHERE name_key IS NOT NULL" for table in NAMED)
    made.append(
        "INSERT INTO name_words (word, name_key) SELECT word, known.name_key "
        f"FROM ({known}) AS known, words_of_name(known.name_key) AS word"
    )
    return made


def downgrade() -> None:
    """Take it back."""
    op.drop_index("ix_standing_orders_donor_id", "standing_orders")
    op.drop_column("standing_orders", "donor_id")
    due("mailed_at IS NULL")
    for column in ("given_how", "given_by", "given_at", "on_paper"):
        op.drop_column("receipts", column)
    op.drop_table("acknowledgements")
    on_table = "" if on_sqlite() else " ON {table}"
    steps = ("come", "change", "leave", "go") if on_sqlite() else ("come", "leave", "go")
    for table in NAMED:
        for step in steps:
            op.execute(f"DROP TRIGGER {table}_name_words_{step}" + on_table.format(table=table))
    if not on_sqlite():
        op.execute("DROP FUNCTION name_words_come(), name_words_leave(), words_of_name(text)")
    op.drop_table("name_words")
