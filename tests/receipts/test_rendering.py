"""Rendering: one faultless, tagged page that says what was frozen, made in children that cannot hurt us."""

import io
import re
import subprocess
import sys

import pypdf
import pytest

from app.receipts import printing
from app.receipts.printing import RenderingFailed
from app.receipts.rendering import Renderer
from tests.receipts.stage import some_facts, words

LONGEST = {
    "donor": "Wolfeschlegelsteinhausenbergerdorff" * 4,
    "donor_address": ("W" * 100,) * 6,
    "appeal": "Ŵ" * 200,
    "organisation": "The Amalgamated Federation of " * 5,
    "organisation_address": "4 Mill Lane, " * 30,
    "organisation_registration": "Registered society " * 10,
    "link": "https://" + "lantern." * 25 + "example/receipts/" + "x" * 32,
    "amount_minor": 99_999_999,
}


@pytest.fixture(scope="session")
def pdf(renderer) -> bytes:
    return renderer.render(some_facts().frozen())


def printed(content: bytes) -> str:
    """What a person reads, as another program than ours finds it."""
    done = subprocess.run(["pdftotext", "-layout", "-", "-"], input=content, capture_output=True, check=True)
    return words(done.stdout.decode())


def test_the_page_says_everything_that_was_frozen(pdf):
    text = printed(pdf)
    for expected in (
        "The Lantern", "2026-000123", "£1,234.50", "Łucja Okoń", "1 Quay Street", "Keep the press turning",
        "21 November 2026", "22 November 2026", "By card", "0123456789abcdef01234567", "Registered society 123",
        "4 Mill Lane, Ambleford AM1 2QX", "https://lantern.example/receipts/abcdefghijklmnopqrstuvwxyz012345",
    ):  # fmt: skip
        assert expected in text


def test_a_monthly_gift_whose_foot_says_more_is_set_as_large_as_any_other(renderer, pdf):
    monthly = renderer.render(some_facts(plan_link=f"{some_facts().link}/plan").frozen())
    assert height_of("£1,234.50", monthly) == height_of("£1,234.50", pdf)


def height_of(word: str, content: bytes) -> float:
    """How high a word stands on the page, in points."""
    done = subprocess.run(["pdftotext", "-bbox", "-", "-"], input=content, capture_output=True, check=True)
    found = re.search(rf'yMin="([\d.]+)"[^>]*yMax="([\d.]+)">{word}<', done.stdout.decode())
    assert found is not None
    return round(float(found[2]) - float(found[1]), 2)


def test_a_receipt_without_a_name_thanks_all_the_same(renderer):
    text = printed(renderer.render(some_facts(donor="", donor_address=(), organisation_registration="").frozen()))
    assert "received with thanks" in text
    assert "received with thanks from" not in text


def test_it_is_one_a4_page_of_real_text_in_embedded_fonts(pdf):
    (page,) = pypdf.PdfReader(io.BytesIO(pdf)).pages
    assert [round(float(side)) for side in page.mediabox[2:]] == [595, 842]
    fonts = subprocess.run(["pdffonts", "-"], input=pdf, capture_output=True, check=True).stdout.decode()
    rows = fonts.splitlines()[2:]
    assert rows
    for row in rows:
        assert re.search(r" yes +yes +yes +\d+ +0$", row), row


def test_it_says_that_it_is_accessible_and_is_tagged_titled_and_in_a_language(pdf):
    document = pypdf.PdfReader(io.BytesIO(pdf))
    root = document.root_object
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "en-GB"
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    described = document.xmp_metadata
    [part] = described.get_element("", "http://www.aiim.org/pdfua/ns/id/", "part")
    assert part.firstChild.data == "1"
    assert described.dc_title == {"x-default": "Receipt 2026-000123 from The Lantern"}
    tags = list(_tags(root["/StructTreeRoot"]))
    roles = [role for role, _alt in tags]
    assert roles.count("/H1") == 1
    assert roles.count("/TH") == roles.count("/TD") == 5
    assert [alt for role, alt in tags if role == "/Figure"] == ["QR code: this receipt online"]


def _tags(node):
    """Every structure element below a node, with its replacement text."""
    children = node.get("/K", [])
    for child in children if isinstance(children, list) else [children]:
        element = child.get_object()
        if isinstance(element, dict) and "/S" in element:
            yield element["/S"], element.get("/Alt", "")
            yield from _tags(element)


def test_the_same_facts_make_the_same_bytes_in_another_child(pdf):
    with Renderer(processes=1) as other:
        assert other.render(some_facts().frozen()) == pdf


@pytest.mark.parametrize("changed", [*LONGEST, "all"])
def test_the_longest_texts_stay_on_one_page(renderer, changed):
    facts = some_facts(**(LONGEST if changed == "all" else {changed: LONGEST[changed]}))
    content = renderer.render(facts.frozen())
    assert len(pypdf.PdfReader(io.BytesIO(content)).pages) == 1
    squeezed = re.sub(r"\s", "", printed(content))
    for text in (facts.donor, facts.appeal):
        assert re.sub(r"\s", "", text) in squeezed


def test_what_fits_no_page_is_refused(renderer):
    with pytest.raises(RenderingFailed, match="one page"):
        renderer.render(some_facts(organisation_address="long " * 20_000).frozen())


@pytest.mark.parametrize(
    "text",
    [
        '<img src="http://127.0.0.1:8041/seen">',
        '<link rel=attachment href="file:///etc/passwd">',
        "<style>@import url(http://127.0.0.1:8041/seen)</style>",
        "<script>x</script>{{ 7 * 7 }}",
        "&lt;b&gt;",
    ],
)
def test_what_a_donor_types_is_printed_as_typed_and_nothing_more(renderer, text):
    content = renderer.render(some_facts(donor=text, appeal=text, organisation=text).frozen())
    assert words(text) in printed(content)
    assert not pypdf.PdfReader(io.BytesIO(content)).attachments


@pytest.mark.parametrize("address", ["http://127.0.0.1:8041/x", "file:///etc/hostname", "ftp://127.0.0.1/x"])
def test_the_press_fetches_nothing_even_if_a_template_asked_it_to(address):
    """In a process of its own, where every connection and every file but our own is watched."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.receipts.watched_press", address], capture_output=True, text=True, timeout=60
    )
    assert done.stdout.strip() == "refused, and nothing was opened", done.stderr


def test_a_child_that_takes_too_long_is_stopped_and_the_next_receipt_is_made():
    with Renderer(processes=1, seconds=0.01) as hasty, pytest.raises(RenderingFailed, match="too long"):
        hasty.render(some_facts().frozen())


def test_a_child_that_wants_too_much_memory_is_refused_it():
    with Renderer(processes=1, memory=400 * 1024 * 1024) as small:
        with pytest.raises(RenderingFailed):
            small.render(some_facts(appeal="x" * 30_000_000).frozen())
        assert small.render(some_facts().frozen()).startswith(b"%PDF")


def test_the_parent_never_loads_the_typesetter():
    done = subprocess.run(
        [sys.executable, "-c", "import sys, app.worker.receipts; print('weasyprint' in sys.modules)"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout.strip() == "False"


def test_the_page_is_html_with_its_language_and_no_address_to_fetch_from():
    html = printing.page(some_facts())
    assert '<html lang="en-GB">' in html
    assert set(re.findall(r'src="([a-z]+:)', html)) == {"data:"}
    assert "<link" not in html
    assert "url(" not in html
