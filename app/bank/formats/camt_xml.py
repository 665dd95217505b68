"""The elements of an ISO 20022 file, of any version and with any prefix.

The library refuses document types, so that no entity is ever expanded; what the elements mean is read elsewhere
(docs/decisions/0001-dependencies.md says why).
"""

import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element, ParseError, tostring

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from app.bank.formats.contents import NotReadable
from app.bank.formats.csv_table import text_of

_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")


def root_of(body: bytes) -> Element:
    """The outermost element. Raises `NotReadable`."""
    try:
        return _parsed(body)
    except (ParseError, DefusedXmlException, ValueError, LookupError):
        # The encoding that a file says it has is not always the one that it has.
        plain = _DECLARATION.sub("", text_of(body).lstrip("\ufeff"))
    try:
        return _parsed(plain)
    except (ParseError, DefusedXmlException, ValueError, LookupError) as error:
        raise NotReadable("broken") from error


def _parsed(source: bytes | str) -> Element:
    root: Element = fromstring(source, forbid_dtd=True)
    return root


def written_out(element: Element) -> str:
    """An element with all that it holds, to tell whether two are the same to the letter."""
    return tostring(element, encoding="unicode")


def name_of(element: Element) -> str:
    """An element's name without its namespace, which differs with the version of the standard."""
    return str(element.tag).rpartition("}")[2]


def children(parent: Element, name: str) -> Iterator[Element]:
    """The elements of this name directly inside."""
    return (each for each in parent if name_of(each) == name)


def anywhere(parent: Element, name: str) -> Iterator[Element]:
    """The elements of this name at any depth."""
    return (each for each in parent.iter() if name_of(each) == name)


def at(parent: Element, *path: str) -> Element | None:
    """The first element at the end of a path of children."""
    found: Element | None = parent
    for name in path:
        found = None if found is None else next(children(found, name), None)
    return found


def said(parent: Element, *path: str) -> str:
    """What that element says; empty where there is none."""
    found = at(parent, *path)
    return "" if found is None else text(found)


def text(element: Element) -> str:
    """What an element says itself."""
    return (element.text or "").strip()
