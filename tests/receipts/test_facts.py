"""The facts of a receipt: one line each, and the same facts always the same text."""

import json

from hypothesis import given
from hypothesis import strategies as st

from app.emails.wording import one_line
from app.receipts.facts import lines, thawed
from tests.receipts.stage import some_facts


@given(st.text(), st.lists(st.text()))
def test_what_is_frozen_thaws_unchanged_and_freezes_the_same(donor, address):
    facts = some_facts(donor=one_line(donor), donor_address=lines("\n".join(address)))
    assert thawed(facts.frozen()) == facts
    assert thawed(facts.frozen()).frozen() == facts.frozen()


def test_facts_fall_into_what_stays_and_what_names_the_donor():
    facts = some_facts(salt="0123")
    stays, personal = facts.parted()
    assert thawed(stays, personal) == facts
    assert json.loads(personal) == {
        "donor": "Łucja Okoń", "donor_address": ["1 Quay Street", "Ambleford", "AM1 2QX"], "salt": "0123",
    }  # fmt: skip
    assert "Okoń" not in stays
    erased = thawed(stays)
    assert (erased.donor, erased.donor_address, erased.amount_minor) == ("", (), 123_450)


def test_frozen_facts_can_be_read_by_any_program():
    read = json.loads(some_facts().frozen())
    assert read["donor"] == "Łucja Okoń"
    assert list(read) == sorted(read)


@given(st.text())
def test_a_line_has_no_breaks_no_controls_and_no_hidden_direction(text):
    line = one_line(text)
    assert line == " ".join(line.split())
    assert not any(char in line for char in "\n\r\t\x00\x1b\u202e\u2066\u2028\ufeff\ud800")
    assert one_line(line) == line


def test_letters_that_need_joiners_keep_them():
    assert one_line("می\N{ZERO WIDTH NON-JOINER}خواهم") == "می\N{ZERO WIDTH NON-JOINER}خواهم"


def test_a_letter_and_its_accent_become_one():
    assert one_line("Zoe\N{COMBINING DIAERESIS}") == "Zoë"


def test_an_address_has_at_most_six_lines_and_loses_nothing():
    assert lines("a\n\n b \nc\r\nd\ne\nf\ng\nh") == ("a", "b", "c", "d", "e", "f, g, h")
    assert lines(None) == ()


def test_what_people_wrote_can_be_worded_otherwise_for_paper():
    facts = some_facts(donor="Zoë", donor_address=("1 Quay", "x"), appeal="x", organisation="x")
    assert {"Zoë", "1 Quay", "x"} <= set(facts.texts())
    on_paper = facts.changed(lambda text: text.replace("x", ""))
    assert (on_paper.donor, on_paper.donor_address, on_paper.appeal) == ("Zoë", ("1 Quay",), "")
    assert on_paper.link == facts.link


def test_an_organisation_without_a_printable_name_is_named_by_its_address_on_the_web():
    assert some_facts().changed(lambda _text: "").organisation == "lantern.example"
