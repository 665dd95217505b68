"""Reading form fields: whatever the library writes is read back, and nothing sent by hand breaks the reader."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from practice.api import parameters
from practice.api.refusals import Refused
from practice.objects import sessions


def test_brackets_spell_a_tree():
    pairs = [("a", "1"), ("b[c]", "2"), ("d[0][e]", "3"), ("d[1][e]", "4"), ("f[]", "5"), ("f[]", "6")]
    assert parameters.nested(pairs) == {
        "a": "1",
        "b": {"c": "2"},
        "d": {"0": {"e": "3"}, "1": {"e": "4"}},
        "f": {"0": "5", "1": "6"},
    }


@pytest.mark.parametrize("pairs", [[("", "1")], [("a", "1"), ("a[b]", "2")], [("a[b]", "2"), ("a", "1")], [("[[", "")]])
def test_what_spells_no_tree_is_refused(pairs):
    with pytest.raises(Refused):
        parameters.nested(pairs)


names = st.text(alphabet="ab0²[]*", max_size=8) | st.sampled_from(["mode", "line_items[0][quantity]", "expand[]"])


@given(st.lists(st.tuples(names, st.text(max_size=5)), max_size=6))
def test_anything_is_read_or_refused_by_name(pairs):
    try:
        parameters.read(parameters.nested(pairs), sessions.PARAMETERS)
    except Refused as refused:
        said = refused.envelope()
    else:
        said = {"error": {"message": "nothing to refuse"}}
    assert said["error"]["message"]
