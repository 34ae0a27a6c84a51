"""Trials in words and tables, for a person at a terminal."""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import mean, median
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from simulator.trials.outcome import Outcome
from simulator.trials.scenario import Scenario
from simulator.trials.score import KindScore
from simulator.trials.suite_score import SuiteScore
from simulator.trials.timelapse.outcome import SPIKE, WeekOutcome

if TYPE_CHECKING:
    from simulator.trials.critics import Verdict


def list_scenarios(console: Console, scenarios: dict[str, Scenario]) -> None:
    """Every scenario with what it is for."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("scenario", "seconds", "tempts", "what it is"):
        table.add_column(heading, justify="right" if heading == "seconds" else "left", overflow="fold")
    for name, scenario in scenarios.items():
        length = f"{scenario.length_s:g}{' live' if scenario.is_live else ''}"
        table.add_row(name, length, "yes" if scenario.hard_negative else "", escape(scenario.title))
    console.print(table)


def tell(console: Console, outcome: Outcome) -> None:
    """The truth beside what was told, in the order of time."""
    lines = [(one.began_s, f"street   {one.began_s:7.1f} s  {one.kind} begins") for one in outcome.truth]
    lines += [(one.ended_s, f"street   {one.ended_s:7.1f} s  {one.kind} is over") for one in outcome.truth]
    for one in outcome.told:
        lines.append((one.told_s, f"told     {one.told_s:7.1f} s  {one.kind} began at {one.began_s:.0f} s"))
        if one.ended_s is not None:
            ended = f"told              {one.kind} ended at {one.ended_s:.0f} s"
            lines.append((max(one.ended_s, one.told_s), ended))
    for _, line in sorted(lines):
        console.print(line, highlight=False, markup=False)
    seen = f"heard truly for {outcome.sound_exposure_s} s, saw truly for {outcome.sight_exposure_s} s"
    held = f"; {outcome.held_back} held back by the rate cap" if outcome.held_back else ""
    lost = "" if outcome.lost is None else f"; {outcome.lost} messages lost, {outcome.duplicates or 0} came once more"
    console.print(f"{outcome.name}, seed {outcome.seed}: {seen}{held}{lost}", highlight=False, markup=False)


def score_table(console: Console, scores: dict[str, KindScore]) -> None:
    """The score of each kind."""
    if not scores:
        console.print("nothing was to be told, and nothing was told", highlight=False)
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("kind", "truth", "hits", "false", "recall", "precision", "latency p50", "p95"):
        table.add_column(heading, justify="left" if heading == "kind" else "right")
    for kind, score in scores.items():
        seconds = (_number(score.latency_p50_s, " s"), _number(score.latency_p95_s, " s"))
        shares = (_number(score.recall), _number(score.precision))
        table.add_row(kind, str(score.truth), str(score.hits), str(score.false), *shares, *seconds)
    console.print(table)


def suite_table(console: Console, suite: SuiteScore) -> None:
    """The score of each kind, what tempted, and what could not be run."""
    score_table(console, suite.scores())
    tempting = {name: row for name, row in suite.scenarios.items() if row.scenario.hard_negative and row.outcomes}
    tempted = {name: row.false_of_the_street for name, row in tempting.items() if row.false_of_the_street}
    console.print(f"hard negatives: {len(tempting) - len(tempted)} of {len(tempting)} told nothing", highlight=False)
    for name, false in tempted.items():
        console.print(f"  {name}: {false} told", highlight=False, markup=False)
    for name, row in suite.scenarios.items():
        for why in row.not_run:
            console.print(f"not run: {name}, {why}", highlight=False, markup=False)


def critics_tables(console: Console, verdicts: Sequence[Verdict]) -> None:
    """What independent critics said, a table each."""
    for verdict in verdicts:
        table = Table(box=None, pad_edge=False, header_style="bold", title=verdict.title, title_justify="left")
        for heading, value in zip(verdict.headings, verdict.rows[0], strict=True):
            is_word = isinstance(value, str)
            table.add_column(heading.replace("_", " "), justify="left" if is_word else "right", no_wrap=is_word)
        for row in verdict.words():
            table.add_row(*(escape(cell) for cell in row))
        console.print(table)


def week_tables(console: Console, week: WeekOutcome) -> None:
    """A week of a time-lapse: its levels by the hour of day, the score, and what false alarms came of."""
    levels = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("hour", "LAeq", "L10", "L50", "L90", "somebody there"):
        levels.add_column(heading, justify="right")
    for hour in range(24):
        same = [one for one in week.hours if one.hour % 24 == hour]
        if same:
            laeq_db = 10 * math.log10(mean(10 ** (one.laeq_db / 10) for one in same))
            middle = (median(one.l10_db for one in same), median(one.l50_db for one in same))
            share = mean(one.present_share for one in same)
            cells = (laeq_db, *middle, median(one.l90_db for one in same))
            levels.add_row(f"{hour:02d}", *(f"{cell:.0f} dB" for cell in cells), f"{share:.0%}")
    console.print(levels)
    score = week.spike_score()
    score_table(console, {} if score is None else {SPIKE: score})
    true = ", ".join(f"{kind} {count}" for kind, count in week.true_kinds().items())
    console.print(f"true in it: {true or 'nothing'}", highlight=False)
    causes = ", ".join(f"{cause} {count}" for cause, count in week.causes().items())
    console.print(f"false alarms while it sounded loudest: {causes or 'none'}", highlight=False)
    rate = "-" if week.false_per_node_week is None else f"{week.false_per_node_week:.0f}"
    hours = week.exposure_s / 3600
    console.print(f"seed {week.seed}: {hours:.0f} hours heard, {rate} false alarms in a node-week", highlight=False)


def _number(value: float | None, unit: str = "") -> str:
    """A number, or a dash where there is none."""
    return "-" if value is None else f"{value:.2f}{unit}"
