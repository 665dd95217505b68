"""The options that say when an appeal takes gifts, for how much, and whether it stands under the articles."""

from collections.abc import Callable
from datetime import date

import click

from app.appeals.appeal import Appeal
from app.appeals.scheduling import Schedule
from app.donations import amounts
from app.errors import DomainError
from app.money import Money, NotAnAmount, written

_NONE = "none"
_OPTIONS = [
    click.option("--title", help="What it is called."),
    click.option("--target", metavar="AMOUNT", help="What it wants to raise, such as 25000; 'none' for no target."),
    click.option("--suggest", metavar="AMOUNTS", help="The amounts offered, separated by commas: 10,25,50."),
    click.option(
        "--from", "starts", metavar="DAY", help="The first day of gifts, such as 2026-12-01; 'none' for a draft."
    ),
    click.option("--until", "ends", metavar="DAY", help="The last day of gifts; 'none' to go on until it is ended."),
    click.option(
        "--precedence", metavar="NUMBER", help="The highest stands under the articles; 'none' to stand under none."
    ),
    click.option(
        "--rhythm", type=click.Choice(["once", "monthly", _NONE]), help="What the giving form has chosen beforehand."
    ),
]


def schedule_options(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command these options; `changes` reads what was given of them."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def changes(appeal: Appeal, given: dict[str, str | None]) -> Schedule:
    """The options that were given, read; raises click's own refusals, which name the option."""
    read: Schedule = {}
    if (title := given["title"]) is not None:
        read["title"] = title
    if (target := given["target"]) is not None:
        read["target"] = None if target == _NONE else _amount("--target", target, appeal.currency)
    if (suggest := given["suggest"]) is not None:
        each = [] if suggest == _NONE else suggest.split(",")
        read["suggested"] = [_gift("--suggest", text, appeal.currency) for text in each]
    if (starts := given["starts"]) is not None:
        read["starts_on"] = day("--from", starts)
    if (ends := given["ends"]) is not None:
        read["ends_on"] = day("--until", ends)
    if (precedence := given["precedence"]) is not None:
        read["precedence"] = None if precedence == _NONE else _number("--precedence", precedence)
    if (rhythm := given["rhythm"]) is not None:
        read["preset_rhythm"] = None if rhythm == _NONE else rhythm
    return read


def day(option: str, text: str) -> date | None:
    """The day that was typed, or `None` for 'none'; raises click's refusal, which names the option."""
    try:
        return None if text == _NONE else date.fromisoformat(text)
    except ValueError as error:
        raise click.BadParameter(f"{text!r} is not a day such as 2026-12-01.", param_hint=option) from error


def _amount(option: str, text: str, currency: str) -> Money:
    try:
        return Money.parse(text, currency)
    except NotAnAmount as error:
        raise click.BadParameter(f"{text!r} is not an amount such as 25 or 12.50.", param_hint=option) from error


def _gift(option: str, text: str, currency: str) -> Money:
    """An amount to offer, which must be one that can be given by card."""
    amount = _amount(option, text, currency)
    try:
        return amounts.check(amount)
    except DomainError as error:
        raise click.BadParameter(f"{written(amount)} cannot be given: it is {error}.", param_hint=option) from error


def _number(option: str, text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 6):
        raise click.BadParameter(f"{text!r} is not a whole number such as 10.", param_hint=option)
    return int(text)
