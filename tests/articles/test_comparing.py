"""Comparing versions: what is marked as gone and new adds up to both texts, and little of it is marked."""

from hypothesis import given
from hypothesis import strategies as st

from app.articles.comparing import Piece, differences, pieces

texts = st.text(alphabet=st.sampled_from("ab \n."), max_size=40)


def test_a_changed_word_is_marked_and_its_sentence_is_not():
    assert pieces("The weir is leaking.\n\nStill.", "The weir was leaking.\n\nStill.") == [
        Piece("same", "The weir "), Piece("gone", "is"), Piece("new", "was"), Piece("same", " leaking.\n\nStill."),
    ]  # fmt: skip


def test_a_new_paragraph_is_new_as_a_whole():
    assert pieces("One.\n", "One.\n\nTwo.\n") == [Piece("same", "One.\n"), Piece("new", "\nTwo.\n")]


@given(older=texts, newer=texts)
def test_both_texts_can_be_read_from_the_marks(older, newer):
    marked = pieces(older, newer)
    assert "".join(each.text for each in marked if each.fate != "new") == older
    assert "".join(each.text for each in marked if each.fate != "gone") == newer
    assert [each.fate for each in pieces(older, older)] in ([], ["same"])


def test_only_fields_that_differ_are_named_and_lists_are_compared_by_line():
    found = differences({"a": 1, "b": ["x", "y"], "c": None}, {"a": 1, "b": ["x", "z"], "c": "now"})
    assert found == {
        "b": [Piece("same", "x\n"), Piece("gone", "y"), Piece("new", "z")],
        "c": [Piece("new", "now")],
    }
