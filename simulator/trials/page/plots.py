"""The plots of a report: one trial over time, and the latencies of all."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from simulator.trials.outcome import Outcome
from simulator.trials.page.svg import Chart
from simulator.trials.series import CELL_S, Series

SIZE = (760, 190)
_SMALL = (760, 120)
_LATENCY_BIN_S = 0.25
_LATENCY_RANGE_S = (-1.0, 6.0)
_FAMILIES = ("noise", "sound", "crowd", "person", "sensor")


def css_of(kind: str) -> str:
    """The class that gives a kind its colour: by the word before its point."""
    family = kind.partition(".")[0]
    return f"k-{family}" if family in _FAMILIES else "k-other"


def level_plot(outcome: Outcome, length_s: float) -> str:
    """Level against background; the truth as bands, what was told as needles. Empty where nothing was measured."""
    series = outcome.series
    if series is None or not _known(series.level_db):
        return ""
    levels = [*_known(series.level_db), *_known(series.background_db)]
    low, high = 5 * math.floor(min(levels) / 5), 5 * math.ceil(max(levels) / 5)
    chart = Chart(SIZE, (0.0, length_s), (max(20.0, low), max(max(20.0, low) + 20.0, high)), f"level in {outcome.name}")
    _draw_truth(chart, outcome)
    chart.grid(x_unit="s", y_unit="dB(A)")
    chart.line(_points(series.background_db), "background")
    chart.line(_points(series.level_db), "level")
    _draw_told(chart, outcome)
    return chart.svg()


def crowd_plot(outcome: Outcome, length_s: float) -> str:
    """Foreground share and motion, and where something was present. Empty where nothing was seen."""
    series = outcome.series
    if series is None or not _known(series.foreground_share):
        return ""
    most = max([*_known(series.foreground_share), *_known(series.motion), 0.02])
    chart = Chart(_SMALL, (0.0, length_s), (0.0, most * 1.05), f"crowd signals in {outcome.name}")
    for begin_s, end_s in _stretches(series):
        chart.band(begin_s, end_s, "present", f"something present, {begin_s:g} to {end_s:g} s")
    chart.grid(x_unit="s", y_unit="share")
    chart.area(_points(series.foreground_share), "foreground")
    chart.line(_points(series.motion), "motion")
    return chart.svg()


def latency_histogram(latencies_s: Mapping[str, Sequence[float]]) -> str:
    """How long after its onset each hit was told, every kind upon the one before. Empty without a hit."""
    low, high = _LATENCY_RANGE_S
    bins = round((high - low) / _LATENCY_BIN_S)
    stacked = [0] * bins
    layers: list[tuple[str, list[tuple[int, int]]]] = []
    for kind, values in latencies_s.items():
        counts = [0] * bins
        for value in values:
            counts[min(bins - 1, max(0, math.floor((value - low) / _LATENCY_BIN_S)))] += 1
        layers.append((kind, [(before, before + count) for before, count in zip(stacked, counts, strict=True)]))
        stacked = [before + count for before, count in zip(stacked, counts, strict=True)]
    if not any(stacked):
        return ""
    chart = Chart(SIZE, (low, high), (0.0, max(5.0, max(stacked) * 1.1)), "latency of the hits")
    chart.grid(x_unit="s", y_unit="hits")
    for kind, layer in layers:
        for number, (below, above) in enumerate(layer):
            if above > below:
                begin_s = low + number * _LATENCY_BIN_S
                chart.bar(begin_s, begin_s + _LATENCY_BIN_S, below, above, css_of(kind))
    return chart.svg()


def _draw_truth(chart: Chart, outcome: Outcome) -> None:
    for one in outcome.truth:
        words = f"truth: {one.kind}, {one.began_s:.1f} to {one.ended_s:.1f} s"
        chart.band(one.began_s, one.ended_s, f"truth {css_of(one.kind)}", words)


def _draw_told(chart: Chart, outcome: Outcome) -> None:
    for one in outcome.told:
        chart.mark(
            one.told_s,
            f"told {css_of(one.kind)}",
            f"told at {one.told_s:.1f} s: {one.kind} began at {one.began_s:.0f} s",
        )


def _points(values: Sequence[float]) -> list[tuple[float, float]]:
    return [((number + 0.5) * CELL_S, value) for number, value in enumerate(values)]


def _known(values: Sequence[float]) -> list[float]:
    return [value for value in values if not math.isnan(value)]


def _stretches(series: Series) -> list[tuple[float, float]]:
    """Where something was present, from second to second."""
    found: list[tuple[float, float]] = []
    for number, present in enumerate(series.present):
        if present != 1.0:
            continue
        begin_s = number * CELL_S
        if found and math.isclose(found[-1][1], begin_s):
            found[-1] = (found[-1][0], begin_s + CELL_S)
        else:
            found.append((begin_s, begin_s + CELL_S))
    return found
