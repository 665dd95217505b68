"""An amount as people type it: what means one thing is understood, what means two is asked about, the rest refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app import money
from app.money import Money, NotAnAmount, SeveralReadings, TooManyDecimals, decimals, written
from tests.test_money import ACCEPTED

ONE_MEANING = [
    ("5,50", "gbp", 550),
    ("5.", "gbp", 500),
    ("5,", "gbp", 500),
    (".50", "gbp", 50),
    ("5 GBP", "gbp", 500),
    ("gbp 5", "gbp", 500),
    ("£ 5 GBP", "gbp", 500),
    ("5 £", "gbp", 500),
    ("5 €", "eur", 500),
    ("５", "gbp", 500),
    ("１２，５０", "gbp", 1250),
    ("￡５", "gbp", 500),
    ("٣", "gbp", 300),
    ("1,000", "gbp", 100_000),
    ("1,234", "gbp", 123_400),
    ("1,000.00", "gbp", 100_000),
    ("1.000,00", "eur", 100_000),
    ("1.234.567", "eur", 123_456_700),
    ("1'234.50", "chf", 123_450),
    ("1\N{NARROW NO-BREAK SPACE}234,50 €", "eur", 123_450),
    ("5.00", "jpy", 5),
    ("1,500", "jpy", 1500),
    ("1,5", "kwd", 1500),
]

REFUSED = [
    "", " ", "£", ".", ",", "NaN", "Infinity", "1e3", "0x10", "1_000", "²", "½", "Ⅳ", "-5", "+5", "−5", "(5)", "5-",
    "25..0", "2.5.0", "1,0000", "10,00,000", "1,,000", "1, 000", "1  000", "1 00", "£-5", "££5", "€5", "$5", "5 EUR",
    "five", "25p", "25%", "=25", "'25", "25;", "25\x00", "2\n5", "1000000000000", "1" * 50, "9" * 5000,
    "5\N{ZERO WIDTH SPACE}", "\N{RIGHT-TO-LEFT OVERRIDE}25", "<b>5</b>", "None", "5 5", "GBP",
]  # fmt: skip


@pytest.mark.parametrize(("text", "currency", "minor"), [*ONE_MEANING, *ACCEPTED])
def test_what_can_mean_one_thing_only_is_that(text, currency, minor):
    assert money.read_typed(text, currency) == Money(minor, currency)


@pytest.mark.parametrize(
    ("text", "currency", "readings"),
    [
        ("1,500", "gbp", (150_000, 150)),
        ("1.500", "gbp", (150_000, 150)),
        ("1.000", "gbp", (100_000, 100)),
        ("£1,250", "gbp", (125_000, 125)),
        ("1,234", "kwd", (1_234_000, 1234)),
    ],
)
def test_what_can_mean_two_things_is_asked_about(app, text, currency, readings):
    with pytest.raises(SeveralReadings) as asked:
        money.read_typed(text, currency)
    assert tuple(each.minor for each in asked.value.readings) == readings
    with app.test_request_context():
        said = money.complaint(asked.value, text, currency)
    assert text in said
    # What it tells people to enter is understood.
    entered = said.rpartition("Enter ")[2].split(" or ")
    assert [money.read_typed(each, currency).minor for each in entered] == list(readings)


@pytest.mark.parametrize("text", REFUSED)
def test_anything_else_is_refused(text):
    with pytest.raises(NotAnAmount):
        money.read_typed(text, "gbp")


@pytest.mark.parametrize(
    ("text", "currency"),
    [
        ("12.505", "gbp"), ("5.5", "jpy"), ("0,505", "gbp"), ("1,234.567", "gbp"), ("12.3456", "kwd"),
        ("1,234.5678 KWD", "kwd"), ("12,3456", "eur"), ("12.3456", "gbp"),
    ],
)  # fmt: skip
def test_more_decimals_than_the_currency_has_are_named_as_such(text, currency):
    with pytest.raises(TooManyDecimals):
        money.read_typed(text, currency)


def test_the_complaint_about_decimals_says_how_many_the_currency_has(app):
    with pytest.raises(TooManyDecimals) as refused:
        money.read_typed("12.3456 KWD", "kwd")
    with app.test_request_context():
        said = money.complaint(refused.value, "12.3456 KWD", "kwd")
    assert said == "The amount must have no more than three decimals, like 12.500"


@given(text=st.text("0123456789.,' £５", max_size=12))
def test_whatever_is_typed_its_digits_are_those_of_the_amount(text):
    try:
        amount = money.read_typed(text, "gbp")
    except NotAnAmount:
        return
    digits = "".join(sign for sign in text.replace("５", "5") if sign in "0123456789").strip("0")
    assert str(amount.minor).strip("0") == digits


@given(minor=st.integers(0, 10**11), currency=st.sampled_from(["gbp", "jpy", "kwd", "eur"]))
def test_what_we_write_ourselves_is_never_asked_about(minor, currency):
    amount = Money(minor, currency)
    assert money.read_typed(str(amount.major()), currency) == amount
    if decimals(currency) != 3:
        assert money.read_typed(written(amount), currency) == amount or decimals(currency) == 0


@pytest.mark.parametrize(
    ("text", "minor"),
    [
        ("", None), ("0", 0), ("1,234.50", 123450), ("5,50", 550), ("-5", -500), ("−12.50", -1250), ("£-5", -500),
        ("5.00-", -500), ("(30.00)", -3000), ("£(30.00)", -3000), ("12.50 OD", -1250), ("12.50DR", -1250),
    ],
)  # fmt: skip
def test_a_balance_that_is_typed_may_be_below_zero(text, minor):
    read = money.read_signed(text, "gbp")
    assert (None if read is None else read.minor) == minor


@pytest.mark.parametrize("text", ["--5", "-", "()", "5 - 3", "(5", "OD", "-12.505"])
def test_what_is_no_balance_is_refused(text):
    with pytest.raises(NotAnAmount):
        money.read_signed(text, "gbp")
