"""Style and scripts: one sheet in the right order, kept for a year by its hash, legible in light and dark."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CSS = ROOT / "static" / "css"
OFFICE = sorted((CSS / "office").glob("*.css"))
SHARED = sorted((CSS / "components").glob("*.css"))
COMPONENTS = [*SHARED, *OFFICE]
TEMPLATES = "\n".join(file.read_text(encoding="utf-8") for file in (ROOT / "templates").rglob("*.html"))


def href_of_style(client):
    return re.search(r'rel="stylesheet" href="([^"]+)"', client.get("/nowhere").text)[1]


def test_the_style_sheet_begins_with_the_order_of_layers(client):
    sheet = client.get(href_of_style(client)).text
    assert re.sub(r"/\*.*?\*/", "", sheet, count=1, flags=re.DOTALL).lstrip().startswith("@layer reset, tokens, base,")
    assert all(f".{file.stem}" in sheet for file in SHARED)


def test_readers_get_no_style_of_the_office_and_the_office_has_both(client):
    shared, office = (client.get(path).text for path in ("/style.css", "/office.css"))
    for file in OFFICE:
        rules = file.read_text(encoding="utf-8")
        assert rules in office
        assert rules not in shared
    assert "office.css" not in client.get("/").text
    sheets = re.findall(r'rel="stylesheet" href="([^?"]+)', client.get("/office/sign-in", follow_redirects=True).text)
    assert sheets == ["/style.css", "/office.css"]


@pytest.mark.parametrize("path", ["/favicon.ico", "/static/touch-icon.png", "/static/share.png"])
def test_browsers_and_telephones_find_the_mark(client, path):
    with client.get(path) as answer:
        assert (answer.status_code, answer.mimetype.partition("/")[0]) == (200, "image")


def test_what_is_asked_for_by_its_hash_is_kept_for_a_year(client):
    answer = client.get(href_of_style(client))
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert answer.content_type == "text/css; charset=utf-8"


@pytest.mark.parametrize(
    "path", ["/style.css", "/office.css", "/style.css?v=0123456789abcdef", "/static/mark.svg", "/static/mark.svg?v=x"]
)
def test_what_is_asked_for_by_another_hash_must_be_asked_for_again(client, path):
    with client.get(path) as answer:
        assert answer.headers["Cache-Control"] == "no-cache"
        known = {"If-None-Match": answer.headers["ETag"]}
    with client.get(path, headers=known) as again:
        assert again.status_code == 304


def test_every_static_address_in_a_page_carries_the_hash_of_its_content(client):
    page = client.get("/nowhere").text
    addresses = re.findall(r'(?:href|src)="(/(?:static/|style)[^"]+)"', page)
    assert addresses
    for address in addresses:
        with client.get(address) as answer:
            assert "immutable" in answer.headers["Cache-Control"], address


@pytest.mark.parametrize("path", ["/static/nothing.css", "/static/../app/config.py", "/static/css"])
def test_there_is_nothing_else_to_be_had(client, path):
    assert client.get(path).status_code == 404


@pytest.mark.parametrize("file", COMPONENTS, ids=lambda file: file.stem)
def test_a_component_says_what_it_is_for_and_is_used(file):
    sheet = file.read_text(encoding="utf-8")
    assert sheet.startswith("/* ")
    assert f".{file.stem}" in sheet
    assert re.search(rf'class="[^"]*\b{file.stem}\b', TEMPLATES), f"no template uses .{file.stem}"


@pytest.mark.parametrize("file", COMPONENTS, ids=lambda file: file.stem)
def test_components_take_their_colours_from_the_tokens(file):
    rules = re.sub(r"/\*.*?\*/", "", file.read_text(encoding="utf-8"), flags=re.DOTALL)
    colours = set(re.findall(r"#[0-9a-fA-F]{3,8}\b|\b(?:rgb|hsl|oklch)\(", rules))
    assert colours <= {"#000"}, "black is for paper alone; everything else is a token"


def luminance(colour):
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one, other):
    """The ratio of WCAG 2.2, https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio."""
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(
    ("front", "back", "least"),
    [
        *((ink, back, 4.5) for ink in ("ink", "ink-soft", "red", "red-deep", "good") for back in ("paper", "sheet")),
        ("on-red", "red", 4.5),
        ("on-red", "red-deep", 4.5),
        ("on-strip", "strip", 4.5),
        ("rule", "paper", 3),
    ],
)
def test_words_and_edges_stand_out_from_their_paper(scheme, front, back, least):
    tokens = {
        name: (light, dark)
        for name, light, dark in re.findall(
            r"--([a-z-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)",
            (ROOT / "static" / "css" / "tokens.css").read_text(encoding="utf-8"),
        )
    }
    assert contrast(tokens[front][scheme], tokens[back][scheme]) >= least
