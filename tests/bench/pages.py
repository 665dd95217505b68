"""Pages: an article with the appeal and its total below it, against a Flask hello on the same server."""

from collections.abc import Iterator
from datetime import timedelta

from app import clock
from app.appeals.article import Article
from app.extensions import db
from app.writing import writing
from tests.bench import load
from tests.bench.filling import fill
from tests.bench.measuring import Figure, Goal, Plan, in_turns, ratio
from tests.bench.serving import SUBJECT, served
from tests.bench.staging import Stage, staged
from tests.cast import an_appeal

BASELINE = "tests.bench.by_hand:application"
# More articles than a process keeps rendered pages of: read in turn, each is rendered anew.
_READ, _PUBLISHED = 10, 600

_TEXT = "\n\n".join(
    f"## Part {part}\n\n"
    + "The press in Mill Lane has *turned* since 1908, and it wants **oil, paper and people**. " * 6
    for part in range(6)
)


def run(plan: Plan) -> Iterator[Figure]:
    count = plan.sized(16, 1500, 6000)
    for database in plan.databases:
        with (
            staged(database, plan.folder) as stage,
            served(SUBJECT, stage.environment, stage.folder / "server.log") as port,
            served(BASELINE, stage.environment, stage.folder / "hello.log") as hello_port,
        ):
            published = plan.sized(_READ, _PUBLISHED, _PUBLISHED)
            _publish(stage, published)
            tags = [load.etag(port, f"/articles/{number}") for number in range(1, _READ + 1)]
            pages = [load.request("GET", f"/articles/{number}") for number in range(1, _READ + 1)]
            again = [
                load.request("GET", f"/articles/{number}", {"If-None-Match": tag}) for number, tag in enumerate(tags, 1)
            ]
            anew = [load.request("GET", f"/articles/{number}") for number in range(1, published + 1)]
            hello = [load.request("GET", "/hello")]
            for what, requests, times, expected, goal in (
                ("an article with the appeal and its total", pages, count, 200, Goal("at least", 0.35)),
                ("the same asked again with its ETag", again, count, 304, Goal("at least", 0.7)),
                ("the same, rendered anew each time", anew, max(16, count // 10), 200, None),
            ):
                subject = Reading(stage, port, requests, times, expected)
                rounds = in_turns(plan.repeat, subject.rate, Reading(stage, hello_port, hello, count, 200).rate)
                yield ratio(
                    rounds,
                    bench="pages",
                    what=f"{what}, against a Flask hello",
                    database=database,
                    goal=goal,
                    unit="/s",
                )


class Reading:
    """The same addresses asked for over and over."""

    def __init__(self, stage: Stage, port: int, requests: list[bytes], times: int, expected: int) -> None:
        self.stage, self.port, self.requests, self.times, self.expected = stage, port, requests, times, expected
        self.rate()

    def rate(self) -> float:
        """Answers a second."""
        asked = [self.requests[number % len(self.requests)] for number in range(self.times)]
        return load.put(self.port, asked, self.stage.folder, expected=self.expected).rate


def _publish(stage: Stage, number: int) -> None:
    """Articles as an archive has them, and an appeal in force that people have given to."""
    fill(stage, 1000)
    with stage.app():
        an_appeal()
        now = clock.now()
        with writing():
            db.session.add_all(
                Article(
                    number=count,
                    headline=f"The press turns, part {count}",
                    text=_TEXT,
                    demands=["Paper for all", "Ink for the small ones"],
                    posted_at=now - timedelta(hours=count),
                    updated_at=now,
                )
                for count in range(1, number + 1)
            )
