"""Disputes: what is withdrawn, reinstated, lost and overturned is booked to the penny, whoever looked when."""

from itertools import permutations

import pytest

from app import clock
from app.database import writing
from app.donations import stripe_news
from app.ledger import posting, verifying
from app.money import Money
from app.payments import objects
from app.reconciliation.exceptions import finding
from app.worker import duties, events
from tests import books_kept, written_books
from tests import stripe_bodies as says
from tests.cast import a_gift, a_pledge, an_appeal
from tests.scratch import Scratch
from tests.stripe_account import DAY, Account

pytestmark = pytest.mark.usefixtures("app")


class World:
    """A gift of £25 that was received, and Stripe, where it will be disputed."""

    def __init__(self, app) -> None:
        self.app, self.account = app, Account()
        self.charge = self.account.gives(a_pledge(an_appeal()).reference)
        books_kept.deliver_all(app, self.account)
        self.told = len(self.account.events)
        self.before = Scratch()

    def reinstates(self, disputed, minor: int, **changes) -> None:
        self.account.now += DAY
        back = self.account.moves("adjustment", disputed["id"], minor, **changes)
        disputed["balance_transactions"] = [*disputed["balance_transactions"], back]
        self.account.happens("charge.dispute.funds_reinstated", disputed)

    def withdraws(self, disputed, minor: int) -> None:
        self.reinstates(disputed, -minor)

    def works(self) -> None:
        duties.do_all_due([events.duty(self.account)])

    def tells(self, *numbers: int) -> None:
        """Stripe delivers these of the dispute's events; without numbers those that it has not delivered yet."""
        news_of_it = self.account.events[self.told :]
        for each in [news_of_it[number] for number in numbers] if numbers else news_of_it:
            books_kept.deliver(self.app, each)
        self.works()


@pytest.fixture
def world(app):
    world = World(app)
    yield world
    world.before.forget()


def held() -> dict[str, int]:
    """What the appeal keeps, and what is still disputed, in pence."""
    entries = written_books.whole()["balances"]
    kept = sum(out - come for code, out, come, _gifts in entries if code.startswith("income:appeal:"))
    return {"kept": kept, "disputed": books_kept.balance("assets:disputed:gbp")}


def listed() -> list[str]:
    return [each.what for each in finding.find() if each.kind == "closed dispute"]


def test_a_lost_dispute_that_is_reinstated_in_two_parts_comes_back_whole(world):
    disputed = world.account.disputes_it(world.charge, 2500)
    world.account.decides(disputed, "lost")
    world.tells()
    assert held() == {"kept": 0, "disputed": 0}
    world.reinstates(disputed, 1000)
    world.tells()
    assert held() == {"kept": 1000, "disputed": 0}
    world.reinstates(disputed, 1500)
    world.tells()
    assert held() == {"kept": 2500, "disputed": 0}
    assert listed() == []
    books_kept.agree()


def test_what_is_withdrawn_once_more_is_lost_once_more(world):
    disputed = world.account.disputes_it(world.charge, 2500)
    world.account.decides(disputed, "lost")
    world.reinstates(disputed, 2500)
    world.tells()
    assert held() == {"kept": 2500, "disputed": 0}
    world.withdraws(disputed, 2500)
    world.tells()
    assert held() == {"kept": 0, "disputed": 0}
    books_kept.agree()


def a_long_story(world, look=lambda: None) -> None:
    """Withdrawn, £4 reinstated, lost, £6 reinstated, after an appeal the rest; somebody may look after each step."""
    disputed = world.account.disputes_it(world.charge, 2500)
    look()
    world.reinstates(disputed, 400)
    look()
    world.account.now += DAY
    world.account.decides(disputed, "lost")
    look()
    world.reinstates(disputed, 600)
    look()
    world.reinstates(disputed, 1500)
    disputed["status"] = "won"
    world.account.happens("charge.dispute.closed", disputed)
    look()


def test_whoever_looked_while_it_was_lost_and_whoever_did_not_have_the_same_books(world):
    a_long_story(world, look=world.tells)
    looked = written_books.whole()
    assert [source.rsplit(":")[-1] for source, *_ in looked["entries"]].count("overturned") == 2
    assert held() == {"kept": 2500, "disputed": 0}
    books_kept.agree()
    assert listed() == []
    for order in list(permutations(range(6)))[::60]:
        world.before.restore()
        for number in order:
            world.tells(number, number)
        assert written_books.whole() == looked


def test_books_of_an_earlier_release_get_what_it_left_out(world):
    disputed = world.account.disputes_it(world.charge, 2500)
    world.account.decides(disputed, "lost")
    world.reinstates(disputed, 1000)
    world.reinstates(disputed, 1500)
    received = posting.moved_by(f"stripe:{world.charge['id']}:received")
    with writing():
        for step, ends, minor in (
            ("lost", ("assets:disputed", received.from_code), 2500),
            ("overturned", (received.from_code, "assets:disputed"), 1000),
        ):
            posting.post(
                f"stripe:{disputed['id']}:{step}", [posting.Line(*ends, Money(minor, "gbp"))],
                kind=f"dispute-{step}", subject=received.subject, memo=f"dispute {step}", occurred_at=clock.now(),
                recorded_by="stripe",
            )  # fmt: skip
    world.tells()
    assert held() == {"kept": 2500, "disputed": 0}
    books_kept.agree()


def test_a_closed_dispute_of_which_something_is_left_over_is_listed_and_an_open_one_is_not(world):
    disputed = world.account.disputes_it(world.charge, 2500)
    world.tells()
    assert (held()["disputed"], listed()) == (2500, [])
    world.reinstates(disputed, 1000)
    disputed["status"] = "won"
    world.account.happens("charge.dispute.closed", disputed)
    world.tells()
    assert held() == {"kept": 2500, "disputed": 1500}
    (what,) = listed()
    assert what.startswith("£15.00 of")
    assert disputed["id"] in what
    assert "won" in what
    world.reinstates(disputed, 1500)
    world.tells()
    assert listed() == []


class TestInAnotherCurrency:
    """A gift of 30.00 EUR that Stripe settles in pounds, at 0.86."""

    @pytest.fixture
    def body(self):
        appeal = an_appeal("europe", currency="eur", target_minor=None)
        donation = a_pledge(appeal, gift=a_gift(amount=Money(3000, "eur")))
        settled = says.transaction("txn_1", "charge", "ch_1", 2580, 60, exchange_rate=0.86)
        return says.charge(donation.reference, minor=3000, currency="eur", balance_transaction=settled)

    def tell(self, body, status, *movements) -> None:
        told = {
            "id": "dp_1", "amount": 3000, "currency": "eur", "charge": body, "created": says.CREATED,
            "status": status, "balance_transactions": list(movements),
        }  # fmt: skip
        with writing():
            stripe_news.book(stripe_news.StripeNews(disputes=(objects.read_dispute(told),)))

    def kept(self) -> tuple[int, int]:
        """What is disputed and what the appeal keeps, in cents."""
        given = [out - come for code, out, come, _ in written_books.whole()["balances"] if code.endswith(":eur")
                 and code.startswith("income:")]  # fmt: skip
        return books_kept.balance("assets:disputed:eur"), sum(given)

    WITHDRAWN = says.transaction("txn_2", "adjustment", "dp_1", -2610, 2000, day=1, exchange_rate=0.87)

    @pytest.mark.parametrize(
        ("settled", "rate", "disputed"),
        [
            # At Stripe's rate a part is a part; the whole at another rate is the whole, however the pence were rounded.
            (850, 0.85, 2000),
            (2550, 0.85, 0),
            (2549, 0.85, 0),
            (2553, 0.851234, 0),
            # Without a rate a part is as great as its share of what was withdrawn.
            (870, None, 2000),
            (2610, None, 0),
        ],
    )
    def test_a_part_that_is_reinstated_is_worth_a_part(self, body, settled, rate, disputed):
        back = says.transaction("txn_3", "adjustment", "dp_1", settled, day=2, exchange_rate=rate)
        self.tell(body, "needs_response", self.WITHDRAWN)
        assert self.kept() == (3000, 3000)
        self.tell(body, "under_review", self.WITHDRAWN, back)
        assert self.kept() == (disputed, 3000)
        assert verifying.faults() == []

    def test_two_parts_after_it_was_lost_come_to_the_whole(self, body):
        parts = [
            says.transaction("txn_3", "adjustment", "dp_1", 850, day=2, exchange_rate=0.85),
            says.transaction("txn_4", "adjustment", "dp_1", 1680, day=3, exchange_rate=0.84),
        ]
        self.tell(body, "lost", self.WITHDRAWN)
        assert self.kept() == (0, 0)
        self.tell(body, "lost", self.WITHDRAWN, *parts[:1])
        assert self.kept() == (0, 1000)
        self.tell(body, "won", self.WITHDRAWN, *parts)
        assert self.kept() == (0, 3000)
        assert verifying.faults() == []
