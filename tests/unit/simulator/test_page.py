"""A suite as a page: whole, safe, and the numbers where they belong."""

from __future__ import annotations

import math
import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.trials.outcome import Outcome
from simulator.trials.page.document import page
from simulator.trials.page.plots import latency_histogram, level_plot
from simulator.trials.page.svg import Chart, ticks
from simulator.trials.scenario import parse
from simulator.trials.score import Told
from simulator.trials.series import Series
from simulator.trials.suite_score import SuiteScore
from simulator.world.expected import Expected

STREET = parse(b'title = "A <b>loud</b> & busy street"\nlength_s = 60\n', "a")
VOID = {"meta", "img"}


def outcome(seed: int = 1) -> Outcome:
    series = Series(level_db=[50.0, 72.0, math.nan, 51.0, 52.0], background_db=[math.nan, 48.0, 48.0, 48.5, 49.0])
    series.present = [math.nan, 1.0, 1.0, 0.0, 1.0]
    series.foreground_share = [math.nan, 0.02, 0.05, 0.0, 0.03]
    series.motion = [math.nan, 0.1, 0.2, 0.0, 0.1]
    truth = [Expected("noise.spike", 10, 15), Expected("crowd.surge", 30, 40)]
    return Outcome("loud", seed, truth, [Told("noise.spike", 10, 15, 10.8)], 60, 58, series=series)


def made(**pictures: bytes) -> str:
    return page(SuiteScore.of({"loud": STREET}, [outcome()], {}), pictures, {"A critic": "<p>fine</p>"}, sight=True)


class Balance(HTMLParser):
    """Follows the tags of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:  # noqa: ARG002 - as its base has it
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: object) -> None:
        """A tag that closes itself opens nothing."""

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_a_page_stands_alone_without_a_script_or_anything_loaded() -> None:
    found = made(loud=b"picture")

    assert "<script" not in found
    assert re.findall(r'(?:src|href)="(?!data:image/png;base64,|#)', found) == []
    assert "@import" not in found
    assert "url(" not in found


def test_every_tag_of_a_page_is_closed() -> None:
    balance = Balance()
    balance.feed(made(loud=b"picture"))

    assert balance.open == []


def test_what_a_scenario_file_says_is_no_html() -> None:
    found = made()

    assert "A &lt;b&gt;loud&lt;/b&gt; &amp; busy street" in found
    assert "<b>loud</b>" not in found


def test_a_page_shows_kinds_confusion_latency_scenarios_and_critics() -> None:
    found = made()

    for heading in ("Kinds", "What was told for what", "Latency", "Scenarios", "A critic", "What it means"):
        assert f"<h2>{heading}</h2>" in found
    assert "crowd.surge" in found
    assert "told 1 of 2" in found


def test_what_could_not_be_run_is_shown_with_its_reason() -> None:
    found = page(SuiteScore.of({"loud": STREET}, [], {"loud": ["seed 1: no card"]}), {}, {}, sight=True)

    assert "not run: seed 1: no card" in found


def test_a_line_breaks_where_a_value_is_not_known() -> None:
    plot = level_plot(outcome(), 60.0)

    assert len(re.findall(r'<polyline class="level"', plot)) == 2
    assert "nan" not in plot


def test_the_truth_and_what_was_told_are_marked() -> None:
    plot = level_plot(outcome(), 60.0)

    assert plot.count('class="truth k-noise"') == 1
    assert plot.count('class="truth k-crowd"') == 1
    assert "told at 10.8 s: noise.spike began at 10 s" in plot


def test_an_outcome_without_measurements_has_no_plot() -> None:
    assert level_plot(Outcome("a", 1, [], series=Series()), 60.0) == ""
    assert level_plot(Outcome("a", 1, []), 60.0) == ""


def test_every_hit_is_in_the_histogram_and_without_one_there_is_none() -> None:
    plot = latency_histogram({"noise.spike": [0.6, 0.7, 99.0], "sound.siren": [0.6], "person.down": []})

    assert plot.count('class="k-noise"') == 2
    assert plot.count('class="k-sound"') == 1
    assert latency_histogram({"noise.spike": []}) == ""


@given(st.floats(-1e4, 1e4), st.floats(0.01, 1e5))
def test_ticks_are_a_few_round_numbers_within_their_range(low: float, span: float) -> None:
    found = ticks(low, low + span)

    assert 2 <= len(found) <= 7
    assert all(low - 1e-3 * span <= value <= low + span * 1.001 for value in found)


@given(st.floats(-1e6, 1e6), st.floats(-1e6, 1e6))
def test_nothing_is_drawn_outside_a_chart(x: float, y: float) -> None:
    chart = Chart((760, 190), (0.0, 60.0), (20.0, 90.0), "a")

    assert 0 <= chart.x(x) <= 760
    assert 0 <= chart.y(y) <= 190


@pytest.mark.parametrize(("x", "y"), [(0.0, 20.0), (60.0, 90.0)])
def test_later_is_to_the_right_and_louder_is_higher(x: float, y: float) -> None:
    chart = Chart((760, 190), (0.0, 60.0), (20.0, 90.0), "a")

    assert chart.x(x) == pytest.approx(42 if x == 0 else 750)
    assert chart.y(y) == pytest.approx(168 if y == 20 else 16)
