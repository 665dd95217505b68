"""The bench itself: each line measures something, at a size at which no figure means anything."""

import json
import math

import pytest

from tests.bench.__main__ import BENCHES, main
from tests.bench.measuring import Goal, in_turns, percentile, ratio


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
@pytest.mark.parametrize("name", BENCHES)
@pytest.mark.timeout(300)
def test_every_bench_yields_finite_figures_and_a_table(name, database, tmp_path, capsys):
    written = tmp_path / "figures.json"
    main(["--only", name, "--database", database, "--size", "tiny", "--repeat", "1", "--json", str(written)])
    figures = json.loads(written.read_text())["figures"]
    assert figures
    assert all(math.isfinite(figure["value"]) for figure in figures)
    printed = capsys.readouterr().out
    assert all(figure["what"] in printed for figure in figures)


def test_an_unknown_bench_is_refused_in_words(capsys):
    with pytest.raises(SystemExit):
        main(["--only", "webhooks,coffee"])
    assert "no bench coffee" in capsys.readouterr().err


def test_subject_and_baseline_take_turns_in_going_first():
    order = []
    in_turns(2, lambda: order.append("own") or 1, lambda: order.append("other") or 2)
    assert order == ["own", "other", "other", "own"]


def test_a_ratio_is_the_median_of_the_rounds_own_ratios():
    figure = ratio(
        [(1, 2), (30, 40), (9, 10)], bench="b", what="w", database="d", goal=Goal("at least", 0.8), unit="/s"
    )
    assert (figure.value, figure.verdict, figure.spread) == (0.75, "MISSED", (0.5, 0.9))


def test_a_percentile_is_a_value_that_was_measured():
    assert percentile([float(number) for number in range(100)], 0.99) == 99
    assert percentile([3.0], 0.99) == 3
