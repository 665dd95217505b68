"""The example's year: every gift, refund, collection and statement happens on its own day, by the product's own means.

The time of this process and that of Practice Stripe are told, day by day; what Stripe says is taken from its list of
events and followed up by the worker's own duties. So books and Stripe agree as they do in life. Names, sums and days
(counted back from the present) are the same at every loading; references are drawn anew.
"""

from collections import defaultdict
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from functools import partial
from typing import Any

from sqlalchemy import select

from app import clock
from app.bank.account import noon
from app.cli.example.bank import Shown, Statements
from app.cli.example.card_gifts import CardGifts, appeal_at, email_of
from app.cli.example.practice_stripe import PracticeStripe
from app.config import Settings
from app.database import db, writing
from app.donations import receipts as issued
from app.donations import standing_order
from app.donations.by_hand import GiftByHand
from app.donations.count_sheet import CountSheet
from app.donations.donation import BANK_TRANSFER, CHEQUE, Donation
from app.donations.donors import donor_list
from app.emails.email import DROPPED, DUE, DueEmail
from app.ledger import beginning
from app.money import Money
from app.offline import counts, gifts, paying_in, standing_orders
from app.offline.counts import Count
from app.offline.gifts import HandGift
from app.offline.standing_orders import Promise
from app.receipts import filing
from app.receipts.receipt import DUE as RECEIPT_DUE
from app.receipts.receipt import Receipt
from app.receipts.rendering import Renderer
from app.services import services
from app.staff import people
from app.subject import Subject
from app.worker import clock as worker_clock
from app.worker import duties, receipts

# What is mailed of the last days waits in the outbox; older mails were read long ago.
_MAILS_OF = timedelta(days=7)
# By then a charge of that day has its fee, and a payout its parts.
_LATER = timedelta(minutes=5)


class Year:
    """The year while it is loaded. Each of its methods opens writing units of its own."""

    def __init__(self, said: dict[str, Any], stripe: PracticeStripe) -> None:
        """`said` is the example's year; nothing happens yet."""
        self._said, self._stripe = said, stripe
        self._settings = services().settings
        self._today = clock.today()

    def begin_at_stripe(self) -> None:
        """Take Practice Stripe back to the first day; what was told there of a history that was broken off is gone.
        Raises `practice_stripe.NoPracticeStripe`, also where something has happened already."""
        self._stripe.begin_history(self._moment(self._said["first_day"]))

    def live(self) -> None:
        """Let it happen, from its first day to the present. Raises `practice_stripe.NoPracticeStripe`."""
        first = self._moment(self._said["first_day"])
        try:
            clock.tell(first)
            self._begin(first)
            by_day = self._plan()
            for day in sorted(by_day, reverse=True):
                clock.tell(self._moment(day))
                self._stripe.wait_until(clock.now())
                for happen in by_day[day]:
                    happen()
                clock.tell(clock.now() + _LATER)
                self._stripe.wait_until(clock.now())
                self._cards.listen()
                self._end_the_day()
            self._stripe.end_history()
            clock.tell(None)
            self._cards.listen()
            self._end_the_day()
        finally:
            clock.tell(None)
        worker_clock.attach()
        worker_clock.seal()

    def _begin(self, first: datetime) -> None:
        """The books, the bank account and the standing orders."""
        treasurer = people.find_by_email(self._said["treasurer"])
        assert treasurer is not None  # noqa: S101 - the office is loaded before
        self._by = str(Subject("person", treasurer.reference))
        self._cards = CardGifts(self._said, self._stripe, first, self._by)
        with writing():
            beginning.begin(live=self._settings.live)
            self._bank = Statements(self._said["bank"], self._settings.currency, self._by)
        for order in self._said["orders"]:
            self._expect(order)

    def _plan(self) -> dict[int, list[Callable[[], None]]]:
        """What happens on which day; on one day, in the order in which it stands here."""
        said = self._said
        plan: dict[int, list[Callable[[], None]]] = defaultdict(list)
        for order in said["orders"]:
            self._shown_each_month(order)
        for place, each in enumerate(said["monthly"]["givers"]):
            plan[each["day"]].append(partial(self._cards.give_monthly, each, place))
            if "ends" in each:
                plan[each["ends"]].append(partial(self._cards.end_monthly, each["name"]))
        for slug, given in said["cards"].items():
            for place, line in enumerate(given):
                plan[line[0]].append(partial(self._cards.give, slug, line, place))
        for place, each in enumerate(said["transfers"]):
            plan[each["day"]].append(partial(self._announce, each, place))
        for place, each in enumerate(said["cheques"]):
            plan[each["day"]].append(partial(self._receive_cheque, each, place))
        for place, each in enumerate(said["collections"]):
            plan[each["day"]].append(partial(self._count, each, place))
        for slip, each in said["slips"].items():
            plan[each["day"]].append(partial(self._pay_in, slip, each))
        for each in said["unknown"]:
            self._bank.will_show(Shown(self._day(each["day"]), each["amount"], "", each["words"]))
        plan[said["refund"]["day"]].append(self._cards.refund)
        plan[said["dispute"]["day"]].append(self._cards.dispute)
        for day in said["payouts"]:
            plan[day].append(self._stripe.pay_out)
        for day in said["statements"]:
            plan[day].append(partial(self._take_in, last=False))
        plan[said["last_statement"]].append(partial(self._take_in, last=True))
        return plan

    # --- days ---

    def _day(self, days_ago: int) -> date:
        return self._today - timedelta(days=days_ago)

    def _moment(self, days_ago: int) -> datetime:
        """Noon of that day; of today, some minutes ago."""
        if days_ago == 0:
            return clock.now() if clock.today() == self._today else noon(self._today)
        return datetime.combine(self._day(days_ago), time(12), clock.local_zone())

    # --- by hand ---

    def _expect(self, order: dict[str, Any]) -> None:
        with writing():
            appeal = appeal_at(order["appeal"])
            amount, since = Money(order["amount"], appeal.currency), self._day(order["since"])
            promise = Promise(amount, order["day_of_month"], since, order["name"], order["words"])
            standing_orders.expect(appeal, promise)

    def _shown_each_month(self, order: dict[str, Any]) -> None:
        due = standing_order.due_from(self._day(order["since"]), order["day_of_month"])
        while due < self._today:
            self._bank.will_show(Shown(due, order["amount"], order["name"].upper(), order["words"]))
            due = standing_order.due_after(due, order["day_of_month"])

    def _announce(self, each: dict[str, Any], place: int) -> None:
        with writing():
            appeal = appeal_at(each["appeal"])
            expected = self._day(each["shown"] if "shown" in each else each["expected"])
            gift = HandGift(
                amount=Money(each["amount"], appeal.currency),
                given_on=clock.today(),
                name=each["name"],
                email=email_of(each["name"]),
                what=each["words"],
                expected_on=expected,
            )
            gifts.enter(appeal, BANK_TRANSFER, gift, submission=f"example transfer {place}", by=self._by)
        if "shown" in each:
            self._bank.will_show(Shown(self._day(each["shown"]), each["amount"], each["name"].upper(), each["words"]))

    def _receive_cheque(self, each: dict[str, Any], place: int) -> None:
        with writing():
            appeal = appeal_at(each["appeal"])
            gift = HandGift(
                amount=Money(each["amount"], appeal.currency),
                given_on=clock.today(),
                name=each["name"],
                email=email_of(each["name"]),
                what=each["number"],
                dated_on=self._day(each.get("dated", each["day"])),
            )
            gifts.enter(appeal, CHEQUE, gift, submission=f"example cheque {place}", by=self._by)

    def _count(self, each: dict[str, Any], place: int) -> None:
        pieces = {int(value): number for value, number in each["pieces"].items()}
        one, other = each["counters"]
        counted = Count(each["place"], clock.today(), (one, other), pieces)
        with writing():
            counts.count(appeal_at(each["appeal"]), counted, submission=f"example count {place}", by=self._by)

    def _pay_in(self, slip: str, when: dict[str, int]) -> None:
        places = [each["place"] for each in self._said["collections"] if each.get("slip") == slip]
        numbers = [each["number"] for each in self._said["cheques"] if each.get("slip") == slip]
        with writing():
            sheets = db.session.scalars(select(CountSheet).where(CountSheet.place.in_(places))).all()
            written = GiftByHand.what.in_(numbers)
            cheques = db.session.scalars(
                select(Donation).join(GiftByHand, GiftByHand.donation_id == Donation.id).where(written)
            ).all()
            paying_in.pay_in(sheets, cheques, slip, clock.today())
            total = sum(each.amount_minor for each in sheets) + sum(each.amount_minor for each in cheques)
        self._bank.will_show(Shown(self._day(when["shown"]), total, "", f"COUNTER CREDIT {slip}"))

    def _take_in(self, *, last: bool) -> None:
        # The payouts that have arrived by now are known before they are looked for on the statement.
        self._cards.listen()
        with writing():
            self._bank.take_in(last=last)

    # --- paper and mail ---

    def _end_the_day(self) -> None:
        """Give the gifts of the day their donors, and number their receipts."""
        organisation, base_url = self._settings.organisation, self._settings.base_url
        with writing():
            donor_list.attach()
            for each in db.session.scalars(select(Receipt).where(Receipt.state == RECEIPT_DUE).order_by(Receipt.id)):
                draft = issued.draft(each, organisation=organisation, base_url=base_url)
                issued.issue(each.id, draft, organisation=organisation, base_url=base_url)


def print_receipts(settings: Settings) -> None:
    """Print the receipts, and mail those of the last days; the others were mailed long ago. Where it is broken off it
    can be done again, as long as no worker has run: that would mail them all."""
    # One child alone: it is busy for less time than two take to start, and others need the machine.
    with Renderer(processes=1) as renderer:
        duties.do_all_due([receipts.making(settings, renderer)])
    before = clock.now() - _MAILS_OF
    with writing():
        old = select(Receipt.id).where(Receipt.requested_at < before, Receipt.rendered_at.is_not(None))
        for each in db.session.scalars(old).all():
            filing.mailed(each)
        for email in db.session.scalars(select(DueEmail).where(DueEmail.state == DUE)).all():
            if email.asked_at < before:
                email.state = DROPPED
    duties.do_all_due([receipts.mailing(settings)])
    worker_clock.seal()
