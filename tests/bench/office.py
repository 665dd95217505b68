"""The office: its pages over a million gifts, against the same pages over a thousand."""

import time
from collections.abc import Iterator

from flask.testing import FlaskClient
from sqlalchemy import text

from app import create_app
from app.config import read
from app.extensions import db
from app.writing import writing
from tests.bench.measuring import Figure, Goal, Plan, in_turns, ratio
from tests.bench.staging import Stage, staged
from tests.cast import an_appeal
from tests.office.conftest import a_person, sign_in

# Five gifts a donor, one every three minutes; `n` counts the rows. A thousand are enough to fill a page of each search,
# so that pages of the same length are compared.
_SQL = {
    "sqlite": {
        "numbers": "WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < {count})",
        "reference": "printf('%024x', n)",
        "at": "datetime('2020-01-01 12:00:00', '+' || (n * 3) || ' minutes') || '.000000'",
        "last4": "printf('%04d', n % 13)",
    },
    "postgresql": {
        "numbers": "WITH numbers AS (SELECT n FROM generate_series(1::bigint, {count}) AS n)",
        "reference": "lpad(to_hex(n), 24, '0')",
        "at": "timestamptz '2020-01-01 12:00+00' + n * interval '3 minutes'",
        "last4": "lpad((n % 13)::text, 4, '0')",
    },
}
_DONORS = """INSERT INTO donors (id, reference, name, email, name_key, email_key, created_at)
  {numbers} SELECT n, {reference}, 'Giver ' || (n * 7919 % {count}), 'g' || n || '@example.org',
  'giver ' || (n * 7919 % {count}), 'g' || n || '@example.org', {at} FROM numbers WHERE n <= {donors}"""
_GIFTS = """INSERT INTO donations (id, reference, appeal_id, amount_minor, currency, state, method, pledged_at,
  received_at, charge_id, name, email, name_may_be_shown, submission, checkout_key, name_key, email_key, card_last4,
  donor_id)
  {numbers} SELECT n, {reference}, {appeal}, 100 * (n % 13 + 1), 'gbp', 'received', 'card', {at}, {at}, 'ch_' || n,
  'Giver ' || (n * 7919 % {count}), 'g' || (n % {donors} + 1) || '@example.org', false, 's' || n, 'k' || n,
  'giver ' || (n * 7919 % {count}), 'g' || (n % {donors} + 1) || '@example.org', {last4}, n % {donors} + 1
  FROM numbers"""

_PAGES = {
    "the list of gifts": "donations/",
    "gifts by words of a name": "donations/?q=giver+1",
    "gifts by a card’s last four digits": "donations/?q=0007",
    "gifts by amount": "donations/?least=5&most=5",
    "the list of gifts from its middle on": "donations/?older={middle}",
    "the page of a gift": "donations/{middle}",
    "donors by a word of their name": "donors/?q=giver",
    "the page of a donor": "donors/{donor}",
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
    """The office of a house with so many gifts, and its treasurer's browser."""

    def __init__(self, stage: Stage, count: int) -> None:
        self.count, self.donors = count, max(count // 5, 1)
        self.app = create_app(read(stage.environment))
        with self.app.app_context():
            sql = _SQL[stage.database]
            values = {**sql, "count": count, "donors": self.donors, "appeal": an_appeal().id}
            values["numbers"] = sql["numbers"].format(count=count)
            with writing() as session:
                for statement in (_DONORS, _GIFTS):
                    session.execute(text(statement.format(**values).replace(":", "\\:")))
                session.execute(text("ANALYZE"))
            self.client: FlaskClient = sign_in(self.app, a_person("treasurer"))
            db.session.remove()

    def seconds(self, address: str, times: int) -> float:
        """How long a page takes, of several times."""
        path = "/office/" + address.format(middle=f"{self.count // 2:024x}", donor=f"{self.donors // 2:024x}")
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
