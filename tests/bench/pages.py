"""Pages: an article with the appeal and its total below it, against a Flask hello on the same server."""

from collections.abc import Iterator
from datetime import timedelta

from app import clock
from app.articles.article import Article
from app.database import db, writing
from tests.bench import load
from tests.bench.filling import fill
from tests.bench.measuring import Figure, Goal, Plan, in_turns, ratio
from tests.bench.serving import SUBJECT, served
from tests.bench.staging import Stage, staged
from tests.cast import an_appeal

BASELINE, ADAPTER = "tests.bench.by_hand:Behind()", "tests.bench.by_hand:Adapter()"
# More articles than a process keeps rendered pages of: read in turn, each is rendered anew.
_READ, _PUBLISHED = 10, 600

_TEXT = "\n\n".join(
    f"## Part {part}\n\n"
    + "The press in Mill Lane has *turned* since 1908, and it wants **oil, paper and people**. " * 6
    for part in range(6)
)


def run(plan: Plan) -> Iterator[Figure]:
    count = plan.sized(16, 1500, 6000)
    published = plan.sized(_READ, _PUBLISHED, _PUBLISHED)
    for database in plan.databases:
        with (
            staged(database, plan.folder) as stage,
            served(SUBJECT, stage.environment, stage.folder / "server.log") as server,
            served(BASELINE, stage.environment, stage.folder / "hello.log") as hello,
        ):
            _publish(stage, published)
            greeting = Reading(stage, hello.port, ["/hello"], count)
            with served(ADAPTER, stage.environment, stage.folder / "adapter.log") as bare:
                alone = Reading(stage, bare.port, ["/hello"], count)
                yield ratio(
                    in_turns(plan.repeat, greeting.rate, alone.rate),
                    bench="pages",
                    what="a Flask hello behind the intake, against one behind the adapter alone",
                    database=database,
                    goal=None,
                    unit="/s",
                )
            for what, subject, goal in (
                (
                    "an article with the appeal and its total",
                    Reading(stage, server.port, _articles(_READ), count),
                    Goal("at least", 0.35),
                ),
                (
                    "the same asked again with its ETag",
                    Again(stage, server.port, _articles(_READ), count),
                    Goal("at least", 0.7),
                ),
                (
                    "the same, rendered anew each time",
                    Reading(stage, server.port, _articles(published), published),
                    None,
                ),
            ):
                yield ratio(
                    in_turns(plan.repeat, subject.rate, greeting.rate),
                    bench="pages",
                    what=f"{what}, against a Flask hello",
                    database=database,
                    goal=goal,
                    unit="/s",
                )


def _articles(number: int) -> list[str]:
    return [f"/articles/{count}" for count in range(1, number + 1)]


class Reading:
    """The same addresses asked for in turn, over and over."""

    expected = (200,)

    def __init__(self, stage: Stage, port: int, paths: list[str], times: int) -> None:
        self.stage, self.port, self.paths, self.times = stage, port, paths, times
        self.rate()

    def headers(self, _path: str) -> dict[str, str]:
        return {}

    def rate(self) -> float:
        """Answers a second."""
        requests = [load.request("GET", path, self.headers(path)) for path in self.paths]
        asked = [requests[number % len(requests)] for number in range(self.times)]
        return load.put(self.port, asked, self.stage.folder, expected=self.expected).rate


class Again(Reading):
    """Asked by whoever has the page. Its "as at" is a minute, so the first one in each minute is told anew."""

    expected = (304, 200)

    def headers(self, path: str) -> dict[str, str]:
        return {"If-None-Match": load.etag(self.port, path)}


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
