"""On PostgreSQL, the words of a name are looked up along their indexes, however empty the tables were when asked first.

A session keeps the plan of a function's statements. One that was made for an empty table reads the table through, and
goes on so while an import of many gifts fills it: the last of a hundred thousand names took twenty milliseconds each.
"""

from alembic import op

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None

FUNCTIONS = ("name_words_come", "name_words_leave", "word_parts_come", "word_parts_leave")


def upgrade() -> None:
    """Bring the schema up."""
    _alter("SET enable_seqscan = off")


def downgrade() -> None:
    """Take it back."""
    _alter("RESET enable_seqscan")


def _alter(how: str) -> None:
    if op.get_bind().dialect.name == "postgresql":
        for function in FUNCTIONS:
            op.execute(f"ALTER FUNCTION {function}() {how}")
