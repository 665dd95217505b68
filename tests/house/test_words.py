"""The words that people read: translators are given every one of them."""

from io import BytesIO
from pathlib import Path

from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po

ROOT = Path(__file__).parents[2]
KEYWORDS = ("_", "_l", "gettext", "lazy_gettext", "ngettext")


def said() -> set[str]:
    """Every text in the code and the templates that goes through gettext, in its singular."""
    with (ROOT / "babel.cfg").open(encoding="utf-8") as mapping:
        methods, options = parse_mapping_cfg(mapping)
    keywords = {name: (1, 2) if name == "ngettext" else None for name in KEYWORDS}
    found = extract_from_dir(str(ROOT), methods, options, keywords=keywords)
    return {text if isinstance(text, str) else text[0] for _file, _line, text, _comments, _context in found}


def test_the_list_for_translators_has_every_word_and_no_old_one():
    listed = read_po(BytesIO((ROOT / "app" / "translations" / "messages.pot").read_bytes()))
    texts = {each.id if isinstance(each.id, str) else each.id[0] for each in listed if each.id}
    assert texts == said(), "run `make words`"
