"""Charts: a drawing that the page's policy allows, whatever its figures are."""

import pytest
from defusedxml.ElementTree import fromstring

from app.money import Money
from app.office.today import figures
from app.office.today.figures import Bar

SVG = "{http://www.w3.org/2000/svg}"


def drawn(*minor, name="Mon"):
    bars = [Bar(f"{name} {place}", Money(each, "gbp")) for place, each in enumerate(minor)]
    return fromstring(figures.draw(bars, name="c", title="Raised", words="All of it.", every=2, locale="en_GB"))


@pytest.mark.usefixtures("app")
@pytest.mark.parametrize("minor", [(100, 250, 0), (-500, 300, 1), (-1, 0), (10**14,)])
def test_no_drawing_brings_a_style_a_script_or_a_link_of_its_own(minor):
    for element in drawn(*minor).iter():
        assert element.tag.removeprefix(SVG) in {"svg", "title", "desc", "g", "rect", "path", "text"}
        assert set(element.attrib) <= {
            "class", "d", "height", "id", "role", "aria-labelledby", "rx", "ry", "transform", "viewBox", "width",
            "x", "y",
        }  # fmt: skip


@pytest.mark.usefixtures("app")
def test_it_is_one_picture_with_a_name_and_words_and_each_bar_says_its_amount():
    chart = drawn(100, -250)
    assert chart.attrib["role"] == "img"
    assert [each.text for each in chart[:2]] == ["Raised", "All of it."]
    bars = chart.iterfind(f".//{SVG}g[@class='bar']/{SVG}title")
    assert [each.text for each in bars] == ["Mon 0: £1.00", "Mon 1: -£2.50"]


@pytest.mark.usefixtures("app")
def test_where_nothing_was_raised_there_is_nothing_to_draw():
    assert figures.draw([Bar("Mon", Money(0, "gbp"))], name="c", title="T", words="W", every=2, locale="en_GB") is None


@pytest.mark.usefixtures("app")
def test_a_name_stays_a_name():
    texts = [each.text for each in drawn(100, 100, name="<script>").iter(f"{SVG}title")]
    assert "<script> 0: £1.00" in texts
