"""Markup: Markdown comes out as the HTML that is meant, and nothing else comes through."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app import markup


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("Paper and *ink*", "<p>Paper and <em>ink</em></p>"),
        ("**now**", "<p><strong>now</strong></p>"),
        ("# Big\n\n## Less", "Big"),
        ("- one\n- two", "<ul>\n<li>one</li>\n<li>two</li>\n</ul>"),
        ('"Quoted" -- it\'s', "<p>“Quoted” – it’s</p>"),
        (
            "[here](https://lantern.example 'More')",
            '<p><a href="https://lantern.example" title="More" rel="noopener noreferrer">here</a></p>',
        ),
        ("<mailto:ed@lantern.example>", 'href="mailto:ed@lantern.example"'),
        ("a & b < c", "<p>a &amp; b &lt; c</p>"),
    ],
)
def test_markdown_reads_as_it_is_meant(text, html):
    assert html in markup.html(text)


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "![x](https://elsewhere.example/pixel.png)",
        "[x](javascript:alert(1))",
        "[x](data:text/html;base64,PHNjcmlwdD4=)",
        "[x](vbscript:x)",
        '<a href="x" style="position:fixed" onclick="x()">y</a>',
        "<iframe src=//elsewhere.example></iframe>",
        "<svg/onload=alert(1)>",
        "[x](https://lantern.example 'a\" onmouseover=\"alert(1)')",
        '<https://lantern.example/" onclick="x>',
    ],
)
def test_nothing_that_runs_or_loads_comes_through(text):
    html = markup.html(text).lower()
    for tag in ("<script", "<img", "<iframe", "<svg", "<style", "<object", "<form"):
        assert tag not in html
    for part in html.split("<")[1:]:
        inside = part.split(">")[0]
        names = {each.split("=")[0] for each in inside.split()[1:] if "=" in each and '"' in each.split("=", 1)[1][:1]}
        assert names <= {"href", "title", "rel"}
        assert "javascript:" not in inside
        assert "data:" not in inside


OURS = "/images/0123456789abcdef-1280.webp"


def test_an_image_of_ours_comes_in_its_widths_with_its_words():
    assert markup.html(f'![A *press*, "old" <x>]({OURS} "Title")') == (
        f'<p><img src="{OURS}" srcset="/images/0123456789abcdef-640.webp 640w, {OURS} 1280w" '
        'sizes="(min-width: 38rem) 34rem, 100vw" alt="A press, &quot;old&quot; &lt;x&gt;" loading="lazy"></p>\n'
    )
    assert markup.plain(f"One ![a press]({OURS}) two") == "One two"


@pytest.mark.parametrize(
    "address",
    [
        "https://elsewhere.example" + OURS,
        "//elsewhere.example" + OURS,
        OURS + "?x",
        OURS + ".svg",
        OURS.replace("1280", "9"),
        OURS.replace("0", "g"),
        "/images/../office",
        "/static/mark.svg",
        "data:image/webp;base64,AA",
        "javascript:alert(1)",
    ],
)
def test_no_other_image_comes_through_and_each_is_named(address):
    assert "<img" not in markup.html(f"![x]({address})")
    assert [image.reference for image in markup.images(f"![x]({address})")] in ([None], [])


def test_the_images_of_a_text_are_named_in_their_order_wherever_they_stand():
    other = OURS.replace("/0", "/f")
    text = f"> ![one]({OURS})\n\n- [![two]({other})](https://lantern.example)\n\n`![three]({OURS})`\n\n![ ]({OURS})"
    assert markup.images(text) == [
        ("0123456789abcdef", "one"),
        ("f123456789abcdef", "two"),
        ("0123456789abcdef", ""),
    ]


@given(text=st.text(alphabet=st.sampled_from("<>\"'&[]()`*_#-! \naijr:/=x"), max_size=60))
def test_no_text_brings_a_tag_of_its_own(text):
    allowed = {*markup._TAGS, *(f"/{tag}" for tag in markup._TAGS)}
    for part in markup.html(text).split("<")[1:]:
        assert part.split(">")[0].split()[0].rstrip("/") in allowed


def test_plain_text_is_one_line_without_marks():
    assert markup.plain("## Paper\n\n*ink* & [more](https://lantern.example)") == "Paper ink & more"
    assert markup.plain("1 < 2 <script>x</script>") == "1 < 2 <script>x</script>"
