"""Sorting: whatever way a bank's lines come, each payment is in the books once, and two equal ones are two."""

from collections import Counter
from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from app.bank.duplicates import KNOWN, MOVED, NEW, OTHER_FORM, REPEATED, Known, identity_of, sort
from app.bank.formats.contents import ReadLine
from app.money import Money

MONDAY = date(2026, 7, 6)


def a_line(row=1, day=0, minor=1000, details="OKON PRESSFUND", bank_id=None):
    return ReadLine(row, MONDAY + timedelta(days=day), Money(minor, "gbp"), details, bank_id=bank_id)


class Books:
    """An account's lines, kept as `taking_in` keeps them."""

    def __init__(self):
        self.known = {}

    def take_in(self, lines, others=()):
        found = sort(lines, self.known.values()) if lines else []
        for each in found:
            another = each.may_be_another and each.line.row in others
            if each.verdict == NEW or another:
                place = each.identity, each.ordinal_if_another if another else each.ordinal
                line = each.line
                assert place not in self.known
                said = f"{line.payer} {line.details}"
                self.known[place] = Known(*place, line.day, line.amount.minor, line.bank_id, said)
        return found

    def counted(self):
        return Counter(identity for identity, _ in self.known)


class Person:
    """Somebody who knows which payments are in the books, and answers what is doubtful."""

    def __init__(self, books):
        self.books, self.taken = books, set()

    def take_in(self, file):
        # Of lines that say the same, the person counts how many are really new.
        really_new = Counter(identity_of(line) for line in file if line.row not in self.taken)
        found = sort(file, self.books.known.values()) if file else []
        by_itself = Counter(each.identity for each in found if each.verdict == NEW)
        others = set()
        for each in found:
            if each.may_be_another and really_new[each.identity] > by_itself[each.identity]:
                by_itself[each.identity] += 1
                others.add(each.line.row)
        self.books.take_in(file, others)
        self.taken |= {line.row for line in file}


# A few days with few amounts and words, so that equal lines are common.
PAYMENTS = st.lists(
    st.tuples(st.integers(0, 3), st.sampled_from([500, 1000, -500]), st.sampled_from(["OKON", "SO"])), max_size=14
)


def lines_of(payments, *, ids=False):
    payments = sorted(payments, key=lambda each: each[0])
    return [a_line(row, *each, bank_id=f"id-{row}" if ids else None) for row, each in enumerate(payments)]


@settings(max_examples=100)
@given(PAYMENTS, st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), max_size=6), st.randoms())
def test_files_of_whole_days_end_with_the_same_lines(payments, spans, random):
    truth = lines_of(payments)
    books = Books()
    person = Person(books)
    for first, last in [*spans, (0, 3), *spans]:
        file = [line for line in truth if first <= (line.day - MONDAY).days <= last]
        random.shuffle(file)
        person.take_in(file)
    assert books.counted() == Counter(map(identity_of, truth))


@settings(max_examples=100)
@given(PAYMENTS, st.lists(st.integers(0, 14), max_size=6), st.integers(0, 3), st.randoms())
def test_files_that_end_in_the_middle_of_a_day_end_with_the_same_lines(payments, ends, since, random):
    """As when a bank is asked each day "up to now": the last day of a file is only begun."""
    truth = lines_of(payments)
    books = Books()
    person = Person(books)
    for end in [*ends, len(truth)]:
        file = [line for line in truth[:end] if (line.day - MONDAY).days >= since or end == len(truth)]
        random.shuffle(file)
        person.take_in(file)
    assert books.counted() == Counter(map(identity_of, truth))


@settings(max_examples=100)
@given(PAYMENTS, st.lists(st.sets(st.integers(0, 13)), max_size=6), st.randoms())
def test_with_the_banks_own_ids_any_parts_in_any_order_end_with_the_same_lines_when_a_person_answers(
    payments, parts, random
):
    truth = lines_of(payments, ids=True)
    covered = set().union(*parts)
    rest = {number for number in range(len(truth)) if number not in covered}
    books = Books()
    person = Person(books)
    for part in [*parts, rest, *parts]:
        file = [line for line in truth if line.row in part]
        random.shuffle(file)
        person.take_in(file)
    assert books.counted() == Counter(map(identity_of, truth))


@settings(max_examples=100)
@given(PAYMENTS, st.lists(st.tuples(st.integers(0, 14), st.integers(0, 14)), max_size=5), st.randoms())
def test_parts_of_days_without_ids_lose_nothing_when_a_person_tells_the_doubtful_ones_apart(payments, cuts, random):
    """Each file is a run of the bank's list that may begin and end anywhere; the person knows which line is which."""
    truth = lines_of(payments)
    books = Books()
    person = Person(books)
    for cut in [*cuts, (0, 14)]:
        file = truth[min(cut) : max(cut)]
        random.shuffle(file)
        person.take_in(file)
    assert books.counted() == Counter(map(identity_of, truth))


def test_two_equal_payments_on_one_day_are_two_and_stay_two():
    books = Books()
    books.take_in([a_line(1), a_line(2)])
    again = books.take_in([a_line(7), a_line(8)])
    assert [each.verdict for each in again] == [KNOWN, KNOWN]
    assert len(books.known) == 2


def test_spaces_and_capitals_make_no_other_payment():
    books = Books()
    books.take_in([a_line(details="OKON  Pressfund")])
    assert [each.verdict for each in books.take_in([a_line(details="okon PRESSFUND")])] == [KNOWN]


def test_an_equal_line_is_doubtful_when_the_file_lacks_others_of_its_day():
    books = Books()
    books.take_in([a_line(1), a_line(2, minor=500)])
    (found,) = books.take_in([a_line(1)])
    assert (found.verdict, found.may_be_another, found.doubtful) == (KNOWN, True, True)
    books.take_in([a_line(1)], others={1})
    assert sorted(books.counted().values()) == [1, 2]
    # From then on both are known, in whatever file.
    assert [each.verdict for each in books.take_in([a_line(1), a_line(2), a_line(3, minor=500)])] == [KNOWN] * 3


def test_a_payment_that_came_with_a_file_of_another_form_is_not_taken_in_again_unless_somebody_says_so():
    books = Books()
    books.take_in([a_line(1), a_line(2)])
    file = [a_line(1, details="PRESSFUND", bank_id="F1"), a_line(2, bank_id="F2"), a_line(3, bank_id="F3")]
    found = books.take_in(file)
    assert [each.verdict for each in found] == [OTHER_FORM, OTHER_FORM, NEW]
    assert all(each.doubtful for each in found[:2])
    assert len(books.known) == 3
    books.take_in(file, others={1})
    assert len(books.known) == 4


def verdicts(known, file, covered=()):
    books = Books()
    books.take_in(known)
    found = sort(file, books.known.values(), covered)
    assert all(each.doubtful == (each.verdict != NEW) for each in found if each.verdict != KNOWN)
    return [each.verdict for each in found]


def test_a_payment_under_a_new_id_or_in_longer_words_is_asked_about():
    with_id = [a_line(1, bank_id="A1"), a_line(2, minor=500, bank_id="A2")]
    assert verdicts(with_id, [a_line(1, bank_id="B1"), a_line(2, minor=500, bank_id="A2")]) == [OTHER_FORM, KNOWN]
    assert verdicts([a_line()], [a_line(details="OKON PRESSFUND RP4659912")]) == [OTHER_FORM]
    assert verdicts([a_line(bank_id="A1")], [a_line(details="something else")]) == [OTHER_FORM]


def test_a_payment_that_the_file_shows_itself_makes_no_other_one_doubtful():
    both = [a_line(1, details="OKON"), a_line(2, details="ASHWORTH")]
    assert verdicts([both[0]], both) == [KNOWN, NEW]


def test_a_booking_day_that_moved_is_asked_about():
    first = [a_line(1, day=0), a_line(2, day=2, minor=700)]
    assert verdicts(first, [a_line(1, day=2), a_line(2, day=2, minor=700)]) == [MOVED, KNOWN]
    # In other words as well, when this file should have shown the known one, or the earlier file this one.
    within = [a_line(1, day=-1, minor=300), a_line(2, day=1, details="PAYMENT"), a_line(3, day=4, minor=300)]
    assert verdicts([a_line(1, day=0)], within) == [NEW, MOVED, NEW]
    span = (MONDAY - timedelta(days=3), MONDAY + timedelta(days=3))
    assert verdicts([a_line(1, day=0)], [a_line(1, day=1, details="PAYMENT")], [span]) == [MOVED]
    assert verdicts([a_line(1, day=0)], [a_line(1, day=1, details="PAYMENT")]) == [NEW]


def test_the_next_standing_order_of_the_same_sum_is_new():
    assert verdicts([a_line(1, day=0)], [a_line(1, day=7)]) == [NEW]


def test_the_same_id_twice_in_one_file_is_asked_about():
    twice = [a_line(1, bank_id="A1"), a_line(2, bank_id="A1")]
    assert verdicts([], twice) == [NEW, REPEATED]
