"""The office: its pages over a million gifts and donors, against the same pages over a thousand.

The names are made of forty first names and of some hundred thousand surnames; one in twenty is John Smith. One gift in
fifty was a debit.
"""

import time
from collections.abc import Iterator

from flask.testing import FlaskClient
from sqlalchemy import text

from app import create_app
from app.config import read
from app.database import db, writing
from tests.bench.filling import APPEALS, fill
from tests.bench.measuring import Figure, Goal, Plan, in_turns, ratio
from tests.bench.staging import Stage, staged
from tests.office.conftest import a_person, sign_in

# One gift every three minutes; `n` counts the rows, `m` the donors. A thousand are enough to fill a page of each
# search, so that pages of the same length are compared.
_SQL = {
    "sqlite": {
        "numbers": "WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < {count})",
        "reference": "printf('%024x', n)",
        "at": "datetime('2020-01-01 12:00:00', '+' || (n * 3) || ' minutes') || '.000000'",
        "last4": "printf('%04d', n % 9973)",
    },
    "postgresql": {
        "numbers": "WITH numbers AS (SELECT n::integer FROM generate_series(1, {count}) AS n)",
        "reference": "lpad(to_hex(n), 24, '0')",
        "at": "timestamptz '2020-01-01 12:00+00' + n * interval '3 minutes'",
        "last4": "lpad((n % 9973)::text, 4, '0')",
    },
}
_FIRST_NAMES = """
  Ada Agnes Alan Amina Anna Bilal Brian Chidi Clara David Dora Edith Emeka Fatima Frank Grace Hanna Hugh Ines Ivan
  Jane Joan Karl Kofi Laila Leo Maria Mark Nadia Ngozi Olga Omar Peter Priya Rosa Ruth Samuel Tariq Wanda Zoe"""
_FIRST_NAMES_WIDE = "".join(each.ljust(8) for each in _FIRST_NAMES.split())
_SYLLABLES, _ENDINGS = "bacedifogulaminopaqurasetivowuxa", "son  ton  ley  man  er   "
_PLACES = ("{m} * 7", "{m} * 3", "{m} * 5", "{m} / 16", "{m} / 256", "{m} / 4096")
_SURNAME = (
    " || ".join(f"substr('{_SYLLABLES}', 1 + 2 * ({place} % 16), 2)" for place in _PLACES)
    + f" || trim(substr('{_ENDINGS}', 1 + 5 * ({{m}} % 5), 5))"
)
_FIRST = f"trim(substr('{_FIRST_NAMES_WIDE}', 1 + 8 * ({{m}} % 40), 8))"
_NAME = f"CASE WHEN {{m}} % 20 = 0 THEN 'John Smith' ELSE {_FIRST} || ' ' || {_SURNAME} END"
_DONORS = """INSERT INTO donors (id, reference, name, email, name_key, email_key, created_at)
  {numbers} SELECT n, {reference}, {name}, 'g' || n || '@example.org', lower({name}), 'g' || n || '@example.org', {at}
  FROM numbers"""
_GIFTS = """INSERT INTO donations (id, reference, appeal_id, amount_minor, currency, state, method, pledged_at,
  received_at, charge_id, paid_by, name, email, name_may_be_shown, submission, checkout_key, name_key, email_key,
  card_last4, donor_id)
  {numbers} SELECT n, {reference}, 1 + n % {appeals}, 500 + n % 9500, 'gbp', 'received', 'card', {at}, {at}, 'ch_' || n,
  CASE WHEN n % 50 = 0 THEN 'bacs_debit' END, {name}, 'g' || {m} || '@example.org', false, 's' || n, 'k' || n,
  lower({name}), 'g' || {m} || '@example.org', {last4}, {m} FROM numbers"""

_WORDS = (
    """INSERT INTO name_words (word, name_key) SELECT word, known.name_key
    FROM (SELECT name_key FROM donors UNION SELECT name_key FROM donations) AS known,
    words_of_name(known.name_key) AS word
    WHERE known.name_key IS NOT NULL""",
    """INSERT INTO word_parts (part, word) SELECT substr(word, place), word
    FROM (SELECT DISTINCT word FROM name_words) AS known, generate_series(1, length(word) - 2) AS place""",
)

_PAGES = {
    "the front page": "today/",
    "income by method": "income/methods?from_on=2024-01-01&to_on=2024-12-31",
    "the list of gifts": "donations/",
    "the list of gifts from its middle on": "donations/?older={middle}",
    "gifts by the beginning of a name": "donations/?q=ngozi+gul",
    "gifts by the middle of a name": "donations/?q=mitivo",
    "gifts by a very common name": "donations/?q=john+smith",
    "gifts by the middle of a very common name": "donations/?q=mit",
    "gifts by a very common name, the largest first": "donations/?q=smith&order=largest",
    "gifts by a first name and a part of another": "donations/?q=zoe+ova",
    "gifts by a part that no name has": "donations/?q=qqq",
    "gifts by an address": "donations/?q=g7@example.org",
    "gifts by their reference": "donations/?q={middle}",
    "gifts by a card’s last four digits": "donations/?q=0007",
    "gifts by amount": "donations/?least=25.07&most=25.07",
    "gifts between two amounts": "donations/?least=20&most=30",
    "the page of a gift": "donations/{middle}",
    "the list of donors": "donors/",
    "donors by the beginning of a name": "donors/?q=ngozi+gul",
    "donors by the middle of a name": "donors/?q=mitivo",
    "donors by a very common name": "donors/?q=john+smith",
    "donors by the middle of a very common name": "donors/?q=mit",
    "donors by an address": "donors/?q=g7@example.org",
    "the page of a donor": "donors/{middle}",
}


def run(plan: Plan) -> Iterator[Figure]:
    many, few = plan.sized(200, 50_000, 1_000_000), plan.sized(100, 1000, 1000)
    for database in plan.databases:
        with staged(database, plan.folder) as large, staged(database, plan.folder) as small:
            office, beside = Office(large, many), Office(small, few)
            times = plan.sized(1, 5, 20)
            for what, address in _PAGES.items():
                office.seconds(address, 1), beside.seconds(address, 1)
                yield ratio(
                    in_turns(
                        plan.repeat,
                        lambda: office.seconds(address, times),  # noqa: B023
                        lambda: beside.seconds(address, times),  # noqa: B023
                    ),
                    bench="office",
                    what=f"{what}, with {many:,} gifts against {few:,}",
                    database=database,
                    goal=Goal("at most", 1.5),
                    unit="ms",
                    scale=1000,
                )
            office.close(), beside.close()


class Office:
    """The office of books with so many gifts and donors, and its treasurer's browser."""

    def __init__(self, stage: Stage, count: int) -> None:
        self.count = count
        fill(stage, count)
        self.app = create_app(read(stage.environment))
        with self.app.app_context():
            sql = _SQL[stage.database]
            # Of ten donors, four gave twice and two once; four are known and gave elsewhere.
            giver = f"(n % {max(count * 3 // 5, 1)} + 1)"
            values = {**sql, "appeals": APPEALS, "numbers": sql["numbers"].format(count=count), "m": giver}
            with writing() as session:
                if stage.database == "postgresql":
                    # Row by row the triggers take a quarter of an hour; the words are made of all names at once below.
                    session.execute(text("SET LOCAL session_replication_role = replica"))
                for statement, m in ((_DONORS, "n"), (_GIFTS, giver)):
                    written = statement.format(**values, name=f"({_NAME.format(m=m)})")
                    session.execute(text(written.replace(":", "\\:")))
                for statement in _WORDS if stage.database == "postgresql" else ():
                    session.execute(text(statement))
                session.execute(text("ANALYZE"))
            if stage.database == "postgresql":
                # As the server would by itself, some minutes after.
                with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                    connection.execute(text("VACUUM ANALYZE"))
            self.client: FlaskClient = sign_in(self.app, a_person("treasurer"))
            db.session.remove()

    def seconds(self, address: str, times: int) -> float:
        """How long a page takes, of several times."""
        path = "/office/" + address.format(middle=f"{self.count // 2:024x}")
        with self.app.app_context():
            began = time.perf_counter()
            for _ in range(times):
                answer = self.client.get(path)
                if answer.status_code != 200:
                    raise RuntimeError(f"{path} answers {answer.status_code}")
            return (time.perf_counter() - began) / times

    def close(self) -> None:
        with self.app.app_context():
            db.engine.dispose()
