"""Requests to Stripe, checked against the parameter types that the installed library brings along.

Stripe itself cannot be asked in a test, but the library describes every request of the version it pins: unknown keys,
missing ones and values of a wrong type are refused here, before anything is sent.
"""

import ast
import importlib
import inspect
import sys
import types
from collections.abc import Callable
from functools import cache
from typing import Any, Literal, NotRequired, Required, Union, get_args, get_origin

import stripe
from stripe import RequestOptions
from typing_extensions import get_type_hints, is_typeddict

# What the annotations of a call's options speak of: their module's names, and the one that type checkers alone see.
_OPTIONS = {**vars(sys.modules[RequestOptions.__module__]), "StripeContext": str}


class InvalidRequest(AssertionError):
    """Stripe would refuse this request, or not understand it as it is meant."""


def check(value: Any, wanted: Any, path: str = "params") -> None:
    """Raise `InvalidRequest` where `value` does not fit the type `wanted`; `path` says where."""
    origin, options = get_origin(wanted), get_args(wanted)
    if origin in (NotRequired, Required):
        check(value, options[0], path)
    elif origin in (Union, types.UnionType):
        _check_any(value, options, path)
    elif origin is Literal:
        if not any(type(value) is type(each) and value == each for each in options):
            raise InvalidRequest(f"{path} is {value!r}, not one of {options}")
    elif origin is list:
        _check_kind(value, list, path)
        for place, each in enumerate(value):
            check(each, options[0], f"{path}[{place}]")
    elif origin is dict:
        _check_kind(value, dict, path)
        for name, each in value.items():
            check(name, options[0], f"{path} has the name {name!r}, which")
            check(each, options[1], f"{path}.{name}")
    elif is_typeddict(wanted):
        _check_object(value, wanted, path)
    else:
        _check_kind(value, wanted, path)


def _check_kind(value: Any, wanted: Any, path: str) -> None:
    # Exactly this type: True is no number of pence, and a number is no text.
    if type(value) is not wanted:
        raise InvalidRequest(f"{path} is {value!r}, not of type {wanted}")


def _check_any(value: Any, options: tuple[Any, ...], path: str) -> None:
    known = [option for option in options if get_origin(option) is Literal and get_args(option) != ("",)]
    if known and type(value) is str:
        # The library lets any text pass beside the values it knows, for newer versions; we send only what it knows.
        options = tuple(known)
    refusals = []
    for option in options:
        try:
            return check(value, option, path)
        except InvalidRequest as refusal:
            refusals.append(str(refusal))
    raise InvalidRequest("; ".join(refusals))


def _check_object(value: Any, wanted: Any, path: str) -> None:
    _check_kind(value, dict, path)
    fields = get_type_hints(wanted, localns=_OPTIONS, include_extras=True)
    if wanted is not RequestOptions:
        # The library lets a call's options stand among its parameters; we never put them there.
        fields = {name: kind for name, kind in fields.items() if name not in RequestOptions.__annotations__}
    if unknown := value.keys() - fields.keys():
        raise InvalidRequest(f"{path} has no {sorted(unknown)}")
    if missing := {name for name, kind in fields.items() if get_origin(kind) is not NotRequired} - value.keys():
        raise InvalidRequest(f"{path} lacks {sorted(missing)}")
    for name, each in value.items():
        check(each, fields[name], f"{path}.{name}")


@cache
def _for_type_checkers(module: str) -> dict[str, Any]:
    """What a module of the library imports `if TYPE_CHECKING`."""
    tree = ast.parse(inspect.getsource(sys.modules[module]))
    blocks = [node for node in tree.body if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"]
    imports = [node for block in blocks for node in block.body if isinstance(node, ast.ImportFrom)]
    return {
        alias.asname or alias.name: getattr(importlib.import_module(node.module or ""), alias.name)
        for node in imports
        for alias in node.names
    }


class Checked:
    """A client, or one of its services, whose every call is checked before it is made."""

    def __init__(self, inner: Any) -> None:
        self._inner = inner

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._inner, name)
        if inspect.ismethod(found):
            return _checked(found)
        return Checked(found) if type(found).__module__.startswith("stripe.") else found


def _checked(method: Callable[..., Any]) -> Callable[..., Any]:
    signature = inspect.signature(method)
    hints = get_type_hints(method, localns={**_OPTIONS, **_for_type_checkers(method.__module__)})

    def call(*given: Any, **named: Any) -> Any:
        for name, value in signature.bind(*given, **named).arguments.items():
            check(value, hints[name], name)
        return method(*given, **named)

    return call


def checked_client(*given: Any, **named: Any) -> Checked:
    """Stands in for `stripe.StripeClient`."""
    return Checked(stripe.StripeClient(*given, **named))
