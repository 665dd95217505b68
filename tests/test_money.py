"""Money: read strictly, added exactly, written as people write it; and never mixed."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.money import CurrencyMismatch, Money, NotAnAmount, TooManyDecimals, decimals, written

ACCEPTED = [
    ("25", "gbp", 2500),
    ("0", "gbp", 0),
    ("0.01", "gbp", 1),
    ("12.5", "gbp", 1250),
    ("12.50", "gbp", 1250),
    (" 12.50 ", "gbp", 1250),
    ("\t12.50\n", "gbp", 1250),
    ("£12.50", "gbp", 1250),
    (" £ 12.50", "gbp", 1250),
    ("£1,000", "gbp", 100_000),
    ("1,234,567.89", "gbp", 123_456_789),
    ("1 000.5", "gbp", 100_050),
    ("1\N{NO-BREAK SPACE}000", "gbp", 100_000),
    ("1000", "gbp", 100_000),
    ("007", "gbp", 700),
    ("999999999999", "gbp", 99_999_999_999_900),
    ("€5", "eur", 500),
    ("5", "eur", 500),
    ("US$5", "usd", 500),
    ("$5", "usd", 500),
    ("$ 1,000.50", "cad", 100_050),
    ("¥500", "jpy", 500),
    ("CHF 5", "chf", 500),
    ("500", "jpy", 500),
    ("1,500", "jpy", 1500),
    ("1.234", "kwd", 1234),
    ("1.2", "kwd", 1200),
]

REFUSED = [
    "", " ", "£", ".", ",", "NaN", "nan", "sNaN", "Infinity", "-inf", "1e3", "1E3", "1e", "0x10", "1_000", "１２", "٣",
    "²", "½", "Ⅳ", "-5", "+5", "−5", "(5)", "5-", "--5", "25.", ".5", "25..0", "2.5.0", "12,50", "1,00", "1,0000",
    "10,00,000", ",100", "1,,000", "1, 000", "1  000", "1 00", "£-5", "££5", "5£", "€5", "$5", "GBP 5", "5 GBP",
    "five", "25 pounds", "25p", "25%", "=25", "'25", "25;", "25\x00", "\x0025", "2\n5", "1000000000000", "1" * 25,
    "9" * 5000, "5\N{ZERO WIDTH SPACE}", "\N{RIGHT-TO-LEFT OVERRIDE}25", "<b>5</b>", "None", "True", "1.000,00",
]  # fmt: skip


@pytest.mark.parametrize(("text", "currency", "minor"), ACCEPTED)
def test_an_amount_as_people_write_it_is_read_to_the_penny(text, currency, minor):
    assert Money.parse(text, currency) == Money(minor, currency)


@pytest.mark.parametrize("text", REFUSED)
def test_anything_else_is_refused(text):
    with pytest.raises(NotAnAmount):
        Money.parse(text, "gbp")


@pytest.mark.parametrize(("text", "currency"), [("$5", "eur"), ("$$5", "usd"), ("CA$5", "usd"), ("£5", "usd")])
def test_a_sign_is_taken_only_before_an_amount_of_its_own_currency(text, currency):
    with pytest.raises(NotAnAmount):
        Money.parse(text, currency)


@pytest.mark.parametrize(
    ("text", "currency"), [("12.505", "gbp"), ("1.000", "gbp"), ("5.0", "jpy"), ("5.00", "krw"), ("1.050", "eur")]
)
def test_more_decimals_than_the_currency_has_are_named_as_such(text, currency):
    with pytest.raises(TooManyDecimals):
        Money.parse(text, currency)


@given(text=st.text(max_size=30))
def test_no_text_is_read_as_anything_but_what_its_digits_say(text):
    try:
        amount = Money.parse(text, "gbp")
    except NotAnAmount:
        return
    digits = "".join(sign for sign in text if sign in "0123456789.")
    assert amount.minor == Decimal(digits) * 100


@given(minor=st.integers(0, 10**11), currency=st.sampled_from(["gbp", "jpy", "kwd", "eur", "isk"]))
def test_what_is_written_in_full_is_read_back_the_same(minor, currency):
    amount = Money(minor, currency)
    assert Money.parse(str(amount.major()), currency) == amount
    assert Money.parse(written(amount).replace("\N{NO-BREAK SPACE}", " "), currency) == amount


@given(a=st.integers(), b=st.integers())
def test_sums_are_those_of_whole_minor_units(a, b):
    first, second = Money(a, "gbp"), Money(b, "gbp")
    assert (first + second).minor == a + b
    assert first - second == -(second - first)
    assert (first < second, first <= second, first > second, first >= second) == (a < b, a <= b, a > b, a >= b)


@pytest.mark.parametrize(
    "mix",
    [
        lambda a, b: a + b,
        lambda a, b: a - b,
        lambda a, b: a < b,
        lambda a, b: a <= b,
        lambda a, b: a > b,
        lambda a, b: a >= b,
        lambda a, b: max(a, b),
        lambda a, b: sorted([a, b]),
    ],
)
def test_two_currencies_never_mix(mix):
    with pytest.raises(CurrencyMismatch):
        mix(Money(100, "gbp"), Money(100, "eur"))


def test_the_same_number_of_another_currency_is_another_amount():
    assert Money(100, "gbp") != Money(100, "eur")
    assert len({Money(100, "gbp"), Money(100, "gbp"), Money(100, "eur")}) == 2


@pytest.mark.parametrize("minor", [12.5, 12.0, "12", Decimal(12), True, None])
def test_minor_units_are_whole_numbers_and_nothing_like_them(minor):
    with pytest.raises(TypeError):
        Money(minor, "gbp")


def test_an_amount_never_changes():
    with pytest.raises(AttributeError):
        Money(1, "gbp").minor = 2


def test_a_currency_says_how_many_decimals_it_has():
    assert [decimals(currency) for currency in ("gbp", "jpy", "kwd")] == [2, 0, 3]
    assert str(Money(-5, "gbp").major()) == "-0.05"


@pytest.mark.parametrize(
    ("minor", "currency", "full", "short"),
    [
        (123_450, "gbp", "£1,234.50", "£1,234.50"),
        (250_000_000, "gbp", "£2,500,000.00", "£2,500,000"),
        (0, "gbp", "£0.00", "£0"),
        (5, "gbp", "£0.05", "£0.05"),
        (-500, "gbp", "-£5.00", "-£5"),
        (100, "eur", "€1.00", "€1"),
        (500, "jpy", "JP¥500", "JP¥500"),
        (1_234, "kwd", "KWD1.234", "KWD1.234"),
        (2_000, "kwd", "KWD2.000", "KWD2"),
        # Babel alone would round these to whole units, and so misstate what was given.
        (2_550, "isk", "ISK25.50", "ISK25.50"),
        (2_550, "rsd", "RSD25.50", "RSD25.50"),
    ],
)
def test_amounts_are_written_as_people_read_them(minor, currency, full, short):
    assert written(Money(minor, currency)) == full
    assert written(Money(minor, currency), short=True) == short


def test_another_locale_writes_them_its_own_way():
    assert written(Money(123_456_789, "gbp"), locale="de_DE") == "1.234.567,89\N{NO-BREAK SPACE}£"


@pytest.mark.parametrize(
    ("minor", "share"), [(0, 0), (5_999, 59), (9_999, 99), (10_000, 100), (25_000, 250), (-500, 0)]
)
def test_a_share_of_a_target_is_rounded_down_so_that_100_means_reached(minor, share):
    assert Money(minor, "gbp").per_cent_of(Money(10_000, "gbp")) == share


def test_logs_and_ledgers_have_a_form_of_their_own():
    assert str(Money(2500, "gbp")) == "25.00 GBP"
    assert str(Money(500, "jpy")) == "500 JPY"
