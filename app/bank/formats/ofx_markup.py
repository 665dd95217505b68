"""The markup of OFX, versions 1 and 2, as banks really write it: a tree of elements out of any text.

Version 1 is no XML: a field need not end, so an empty one looks like the beginning of a group. Which of the two it was
is known when what holds it ends: a group that never ended was an empty field, and what seemed to be inside it stands
behind it.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from app.bank.formats.contents import NotReadable
from app.bank.formats.csv_table import text_of

_TAG = re.compile(r"<(?P<end>/?)(?P<name>[A-Za-z][\w.:-]*)(?:\s[^<>]*?)?(?P<empty>/?)>")
# What some banks leave of their pages' markup in their words.
_BREAKS = frozenset(("BR", "P", "B", "I", "HR", "SPAN", "DIV"))
# What must end, or the file was cut off or glued together.
_GROUPS = frozenset(("OFX", "STMTRS", "CCSTMTRS", "BANKTRANLIST", "STMTTRN", "STMTTRNRS", "CCSTMTTRNRS", "STMTTRNP"))
# No document is as deep as that, even with every field of a payment empty.
_DEEPEST = 200
_CHARSET = re.compile(rb"CHARSET:\s*([\w-]+)", re.I)
_ESCAPES = (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&apos;", "'"), ("&nbsp;", " "), ("&amp;", "&"))


@dataclass(slots=True)
class Node:
    """An element: its name in capitals, what it says, and what it holds."""

    name: str
    text: str = ""
    inside: list["Node"] = field(default_factory=list)
    ended: bool = False

    def all(self, name: str) -> Iterator["Node"]:
        """Every element of this name at any depth."""
        waiting = list(reversed(self.inside))
        while waiting:
            each = waiting.pop()
            if each.name == name:
                yield each
            waiting.extend(reversed(each.inside))

    def first(self, *path: str) -> "Node | None":
        """The first element at the end of a path of names."""
        found: Node | None = self
        for name in path:
            found = None if found is None else next((each for each in found.inside if each.name == name), None)
        return found

    def said(self, *path: str) -> str:
        """What that element says; empty where there is none."""
        found = self.first(*path)
        said = "" if found is None else found.text
        if "&" in said:
            said = re.sub(r"&#([0-9]{1,5});", lambda found: chr(int(found[1])), said)
            for escaped, meant in _ESCAPES:
                said = said.replace(escaped, meant)
        return said.strip()


def read(body: bytes) -> Node:
    """The elements of all documents in a file, under one that has no name. Raises `NotReadable` for one cut off."""
    text = _without_sections(_text(body))
    root = Node("")
    stack = [root]
    at = 0
    for tag in _TAG.finditer(text):
        _say(stack, text[at : tag.start()])
        at = tag.end()
        name = tag["name"].rpartition(":")[2].upper()
        if name in _BREAKS and (tag["empty"] or stack[-1].text):
            _say(stack, " ")
        elif tag["empty"]:
            continue
        elif tag["end"]:
            _end(stack, name)
        else:
            _begin(stack, name)
    if any(node.name in _GROUPS for node in stack):
        raise NotReadable("broken")
    return root


def _without_sections(text: str) -> str:
    """The text with its CDATA sections written like all else."""
    first, *rest = text.split("<![CDATA[")
    parts = [first]
    for each in rest:
        inside, end, after = each.partition("]]>")
        if not end:
            raise NotReadable("broken")
        parts += [inside.replace("&", "&amp;").replace("<", "&lt;"), after]
    return "".join(parts)


def _text(body: bytes) -> str:
    """The file's text: by what its bytes are where that can be told, for many banks' header says something else."""
    declared = _CHARSET.search(body[:2000])
    text = text_of(body)
    if declared is None:
        return text
    try:
        body.decode("utf-8-sig")
    except UnicodeDecodeError:
        named = declared[1].decode().lower().removeprefix("iso-").removeprefix("iso")
        # Windows' own set for western Europe holds all that ISO's has, and what banks write in its name.
        code = {"8859-1": "cp1252", "1252": "cp1252"}.get(named, f"iso{named}" if "8859" in named else f"cp{named}")
        try:
            return body.decode(code)
        except (LookupError, UnicodeDecodeError, ValueError):
            return text
    return text


def _say(stack: list[Node], words: str) -> None:
    into = stack[-1]
    if len(stack) > 1 and into.name not in _GROUPS and not into.inside and (words.strip() or into.text):
        into.text += words


def _begin(stack: list[Node], name: str) -> None:
    # A field that says something has ended when the next one begins.
    if stack[-1].text.strip():
        stack.pop()
    if len(stack) > _DEEPEST:
        raise NotReadable("broken")
    node = Node(name)
    stack[-1].inside.append(node)
    stack.append(node)


def _end(stack: list[Node], name: str) -> None:
    if not any(node.name == name for node in stack[1:]):
        return
    while True:
        node = stack.pop()
        if node.name == name:
            node.ended = True
            return
        if node.name in _GROUPS:
            raise NotReadable("broken")
        if not node.text.strip():
            # It was an empty field: what seemed to be in it belongs to what it stands in.
            stack[-1].inside.extend(node.inside)
            node.inside = []
