"""Any part of a word finds a name, and a name that comes while its last namesake goes keeps its words."""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

NAMED = ("donations", "donors")
# A part has at least so many letters; a word has at most 120.
SHORTEST, LONGEST = 3, 120


def key(length: int) -> sa.types.TypeEngine[str]:
    """A text that is searched by its beginning: PostgreSQL finds that in an index only when it compares by bytes."""
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")


def upgrade() -> None:
    """Bring the schema up."""
    op.create_table(
        "word_parts",
        sa.Column("part", key(120), nullable=False),
        sa.Column("word", key(120), nullable=False),
        sa.PrimaryKeyConstraint("part", "word", name=op.f("pk_word_parts")),
        sqlite_with_rowid=False,
    )
    for statement in sqlite() if on_sqlite() else postgresql():
        op.get_bind().exec_driver_sql(statement)
    known = f"(SELECT DISTINCT word FROM name_words WHERE length(word) >= {SHORTEST}) AS known"
    op.get_bind().exec_driver_sql(
        f"INSERT INTO word_parts (part, word) SELECT {parts_of('known.word', f'{known} CROSS JOIN')} ORDER BY 1, 2"
    )


def on_sqlite() -> bool:
    """Whether this is SQLite."""
    return op.get_bind().dialect.name == "sqlite"


def parts_of(word: str, source: str = "") -> str:
    """What a SELECT says for the ends of a word, from each of its letters on, beside the word itself."""
    if on_sqlite():
        # A trigger takes no recursive query; it counts along a list.
        places = "[" + ",".join(map(str, range(1, LONGEST - SHORTEST + 2))) + "]"
        return (
            f"substr({word}, place.value), {word} FROM {source} json_each('{places}') AS place "
            f"WHERE place.value <= length({word}) - {SHORTEST - 1}"
        )
    return f"substr({word}, place), {word} FROM {source} generate_series(1, length({word}) - {SHORTEST - 1}) AS place"


def gone() -> str:
    """Take away the parts of a word that no name has any more."""
    parts = parts_of("OLD.word").replace(", OLD.word FROM", " FROM")
    return (
        f"DELETE FROM word_parts WHERE word = OLD.word AND part IN (SELECT {parts}) "
        "AND NOT EXISTS (SELECT 1 FROM name_words WHERE word = OLD.word)"
    )


def sqlite() -> list[str]:
    """The parts of every word, kept by triggers as the words are."""
    return [
        (
            "CREATE TRIGGER name_words_parts_come AFTER INSERT ON name_words "
            f"WHEN length(NEW.word) >= {SHORTEST} BEGIN INSERT INTO word_parts (part, word) "
            f"SELECT {parts_of('NEW.word')} ON CONFLICT DO NOTHING; END"
        ),
        (
            "CREATE TRIGGER name_words_parts_go AFTER DELETE ON name_words "
            f"WHEN length(OLD.word) >= {SHORTEST} BEGIN {gone()}; END"
        ),
    ]


def postgresql() -> list[str]:
    """The same for PostgreSQL, where names come and go at the same time.

    Who brings a name or a word that is there already holds it until the commit; who takes one away waits for that,
    and only then looks whether anybody still has it. Who comes second finds it gone, and brings it again.
    """
    in_use = " OR ".join(f"EXISTS (SELECT 1 FROM {table} WHERE name_key = OLD.name_key)" for table in NAMED)
    return [
        (
            "CREATE FUNCTION word_parts_come() RETURNS trigger LANGUAGE plpgsql AS $f$ BEGIN LOOP "
            f"INSERT INTO word_parts (part, word) SELECT {parts_of('NEW.word')} ORDER BY place ON CONFLICT DO NOTHING; "
            "PERFORM 1 FROM word_parts WHERE part = NEW.word AND word = NEW.word FOR KEY SHARE; "
            "EXIT WHEN FOUND; END LOOP; RETURN NULL; END $f$"
        ),
        (
            "CREATE FUNCTION word_parts_leave() RETURNS trigger LANGUAGE plpgsql AS $f$ BEGIN "
            "PERFORM 1 FROM word_parts WHERE part = OLD.word AND word = OLD.word FOR UPDATE; "
            f"{gone()}; RETURN NULL; END $f$"
        ),
        (
            "CREATE TRIGGER name_words_parts_come AFTER INSERT ON name_words FOR EACH ROW "
            f"WHEN (length(NEW.word) >= {SHORTEST}) EXECUTE FUNCTION word_parts_come()"
        ),
        (
            "CREATE TRIGGER name_words_parts_go AFTER DELETE ON name_words FOR EACH ROW "
            f"WHEN (length(OLD.word) >= {SHORTEST}) EXECUTE FUNCTION word_parts_leave()"
        ),
        (
            "CREATE OR REPLACE FUNCTION name_words_come() RETURNS trigger LANGUAGE plpgsql AS $f$ "
            'DECLARE words text[] := ARRAY(SELECT word FROM words_of_name(NEW.name_key) AS word ORDER BY word COLLATE "C"); '
            "BEGIN WHILE cardinality(words) > 0 LOOP "
            "INSERT INTO name_words (word, name_key) SELECT word, NEW.name_key FROM unnest(words) AS word "
            "ON CONFLICT DO NOTHING; "
            "PERFORM 1 FROM name_words WHERE word = words[1] AND name_key = NEW.name_key FOR KEY SHARE; "
            "EXIT WHEN FOUND; END LOOP; RETURN NULL; END $f$"
        ),
        (
            "CREATE OR REPLACE FUNCTION name_words_leave() RETURNS trigger LANGUAGE plpgsql AS $f$ "
            "DECLARE leaving text; BEGIN "
            "PERFORM 1 FROM name_words WHERE name_key = OLD.name_key ORDER BY word FOR UPDATE; "
            f"IF {in_use} THEN RETURN NULL; END IF; "
            "FOR leaving IN SELECT word FROM name_words WHERE name_key = OLD.name_key ORDER BY word LOOP "
            "DELETE FROM name_words WHERE word = leaving AND name_key = OLD.name_key; END LOOP; "
            "RETURN NULL; END $f$"
        ),
    ]


def downgrade() -> None:
    """Take it back; the words stay, and are found by their beginnings."""
    on_table = "" if on_sqlite() else " ON name_words"
    for step in ("come", "go"):
        op.execute(f"DROP TRIGGER name_words_parts_{step}{on_table}")
    if not on_sqlite():
        op.execute("DROP FUNCTION word_parts_come(), word_parts_leave()")
        op.execute(
            "CREATE OR REPLACE FUNCTION name_words_come() RETURNS trigger LANGUAGE plpgsql AS $f$ BEGIN "
            "INSERT INTO name_words (word, name_key) SELECT word, NEW.name_key FROM words_of_name(NEW.name_key) AS word "
            "ORDER BY word ON CONFLICT DO NOTHING; RETURN NULL; END $f$"
        )
        op.execute(
            "CREATE OR REPLACE FUNCTION name_words_leave() RETURNS trigger LANGUAGE plpgsql AS $f$ BEGIN "
            "DELETE FROM name_words WHERE name_key = OLD.name_key"
            + "".join(f" AND NOT EXISTS (SELECT 1 FROM {each} WHERE name_key = OLD.name_key)" for each in NAMED)
            + "; RETURN NULL; END $f$"
        )
    op.drop_table("word_parts")
