"""Reading parameters as strictly as Stripe: nested brackets in, checked values out, every surprise refused by name."""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeAlias
from urllib.parse import urlsplit

from practice.api.refusals import Refused, unknown

# What a parameter looks like: a reader of one text, a group of named parameters, or a list of one shape.
Shape: TypeAlias = "Callable[[str, str], Any] | Mapping[str, Shape] | list[Shape]"

_NAME = re.compile(r"[^\[\]]+|\[\]")


def nested(pairs: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """The tree that form fields such as `line_items[0][quantity]` spell; lists come as numbered branches."""
    tree: dict[str, Any] = {}
    for name, value in pairs:
        keys = _NAME.findall(name)
        branch = tree
        for key in keys[:-1]:
            branch = branch.setdefault(key, {})
            if not isinstance(branch, dict):
                raise Refused(f"Invalid parameter: {name}", param=name)
        if not keys or (keys[-1] != "[]" and isinstance(branch.get(keys[-1]), dict)):
            raise Refused(f"Invalid parameter: {name}", param=name)
        branch[str(len(branch)) if keys[-1] == "[]" else keys[-1]] = value
    return tree


def read(given: Any, shape: Shape, param: str = "") -> Any:
    """The values of `given`, checked against `shape`; raises `Refused` naming the first parameter that does not fit."""
    if callable(shape):
        if not isinstance(given, str):
            raise Refused(f"Invalid string: {param}", param=param)
        return shape(given, param)
    if isinstance(given, str):
        if given == "":
            return [] if isinstance(shape, list) else {}
        raise Refused(f"Invalid {'array' if isinstance(shape, list) else 'object'}: {param}", param=param)
    if isinstance(shape, list):
        if not all(re.fullmatch(r"[0-9]{1,4}", number) for number in given):
            raise Refused(f"Invalid array: {param}", param=param)
        numbers = sorted(given, key=int)
        return [read(given[number], shape[0], f"{param}[{number}]") for number in numbers]
    values = {}
    for name, value in given.items():
        path = f"{param}[{name}]" if param else name
        known = shape.get(name) or shape.get("*")
        if known is None:
            raise unknown(path)
        values[name] = read(value, known, path)
    return values


def text(value: str, param: str) -> str:
    """Any text up to Stripe's usual 5,000 characters."""
    if len(value) > 5000:
        raise Refused(f"Invalid string: {param} is too long (at most 5000 characters).", param=param)
    return value


def integer(value: str, param: str) -> int:
    """A whole number, such as an amount in minor units or Unix seconds."""
    if not re.fullmatch(r"-?[0-9]{1,15}", value):
        raise Refused(f"Invalid integer: {value[:40]}", code="parameter_invalid_integer", param=param)
    return int(value)


def boolean(value: str, param: str) -> bool:
    """`true` or `false`."""
    if value not in ("true", "false"):
        raise Refused(f"Invalid boolean: {value[:40]}", param=param)
    return value == "true"


def address(value: str, param: str) -> str:
    """An absolute web address without spaces or quotes: the page's Content-Security-Policy names its origin."""
    try:
        parts = urlsplit(value)
        well_formed = parts.scheme in ("http", "https") and re.fullmatch(r"[A-Za-z0-9.:\[\]-]+", parts.netloc)
    except ValueError:
        well_formed = None
    if not well_formed or len(value) > 5000:
        raise Refused("Not a valid URL", code="url_invalid", param=param)
    return value


def email(value: str, param: str) -> str:
    """Something that may be an email address; real ones are never written to."""
    if not re.fullmatch(r"[^@\s]+@[^@\s]+", value):
        raise Refused(f"Invalid email address: {value[:80]}", code="email_invalid", param=param)
    return value


def one_of(*choices: str) -> Callable[[str, str], str]:
    """One of Stripe's words for this parameter."""

    def choice(value: str, param: str) -> str:
        if value not in choices:
            raise Refused(f"Invalid {param}: must be one of {', '.join(choices)}", param=param)
        return value

    return choice


def _metadata_value(value: str, param: str) -> str:
    if len(value) > 500:
        raise Refused(f"Metadata values can be at most 500 characters: {param}", param=param)
    return value


def merged(metadata: dict[str, str], given: dict[str, str] | None) -> dict[str, str]:
    """The metadata with what was `given`: new keys join, an empty text takes a key away; nothing at all empties it."""
    if given == {}:
        return {}
    both = {**metadata, **(given or {})}
    return {name: value for name, value in both.items() if value != ""}


# Any keys, each with a text (docs.stripe.com/api/metadata).
METADATA: Shape = {"*": _metadata_value}
EXPAND: Shape = [text]
