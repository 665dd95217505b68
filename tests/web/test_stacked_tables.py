"""Tables on a phone: which cell names its row, which sum stands beside it, and what is left out."""

from bs4 import BeautifulSoup, Tag

from app.web.filters import Heading, stacked


def row(headings: list[Heading], *cells: str) -> list[Tag]:
    """The cells of one row as they reach the browser."""
    rows = "<tr>" + "".join(f"<td>{each}</td>" for each in cells) + "</tr>"
    page = BeautifulSoup(f"<table>{stacked(rows, headings)}</table>", "html5lib")
    found: list[Tag] = page.select("td")
    return found


def marked(cells: list[Tag], mark: str) -> list[str]:
    return [each.text for each in cells if each.has_attr(mark)]


def test_a_row_is_named_by_its_wide_column_and_its_one_sum_stands_beside_the_name():
    cells = row(["Date", ("Donor", "wide"), "How", ("Amount", "figure")], "1 May", "Ada Marsh", "Card", "£25.00")
    assert marked(cells, "data-title") == ["Ada Marsh"]
    assert marked(cells, "data-sum") == ["£25.00"]
    assert [each["data-label"] for each in cells] == ["Date", "Donor", "How", "Amount"]


def test_a_column_can_name_the_row_without_being_wide():
    cells = row(["When", ("What", "title"), ("Details", "wide")], "1 May", "Signed in", "203.0.113.7")
    assert marked(cells, "data-title") == ["Signed in"]


def test_of_several_figures_none_stands_beside_the_name_without_its_column():
    cells = row(["Account", ("Debit", "figure"), ("Credit", "figure")], "Cash", "£1.00", "£2.00")
    assert marked(cells, "data-title") == ["Cash"]
    assert marked(cells, "data-sum") == []


def test_a_row_of_figures_alone_has_no_name_and_each_keeps_its_column():
    cells = row([("In", "figure"), ("Out", "figure"), ("Total", "figure")], "£3.00", "£1.00", "£2.00")
    assert marked(cells, "data-title") == marked(cells, "data-sum") == []


def test_a_number_that_is_no_sum_keeps_its_column():
    cells = row([("Number", "figure narrow"), ("Headline", "wide"), "Posted"], "118", "Last bus", "1 May")
    assert marked(cells, "data-sum") == []


def test_cells_that_say_nothing_are_left_out_and_keep_what_they_say_elsewhere():
    cells = row([("Place", "wide"), "Branch", "Box", "Seal"], "Market Square", " – ", "", "– and more")
    assert [each.has_attr("data-nothing") for each in cells] == [False, True, True, False]
    assert [each.text.strip() for each in cells] == ["Market Square", "–", "", "– and more"]
