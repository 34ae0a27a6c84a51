"""A trial in words and a table, for a person at a terminal."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table

from simulator.trials.outcome import Outcome
from simulator.trials.scenario import Scenario
from simulator.trials.score import KindScore


def list_scenarios(console: Console, scenarios: dict[str, Scenario]) -> None:
    """Every scenario with what it is for."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("scenario", "seconds", "tempts", "what it is"):
        table.add_column(heading, justify="right" if heading == "seconds" else "left", overflow="fold")
    for name, scenario in scenarios.items():
        table.add_row(name, f"{scenario.length_s:g}", "yes" if scenario.hard_negative else "", scenario.title)
    console.print(table)


def tell(console: Console, outcome: Outcome) -> None:
    """The truth beside what was told, in the order of time."""
    lines = [(one.began_s, f"street   {one.began_s:7.1f} s  {one.kind} begins") for one in outcome.truth]
    lines += [(one.ended_s, f"street   {one.ended_s:7.1f} s  {one.kind} is over") for one in outcome.truth]
    for one in outcome.told:
        lines.append((one.told_s, f"told     {one.told_s:7.1f} s  {one.kind} began at {one.began_s:.0f} s"))
        if one.ended_s is not None:
            lines.append((one.ended_s, f"told              {one.kind} ended at {one.ended_s:.0f} s"))
    for _, line in sorted(lines):
        console.print(line, highlight=False, markup=False)
    seen = f"heard truly for {outcome.sound_exposure_s} s, saw truly for {outcome.sight_exposure_s} s"
    held = f"; {outcome.held_back} held back by the rate cap" if outcome.held_back else ""
    console.print(f"{outcome.name}, seed {outcome.seed}: {seen}{held}", highlight=False)


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


def _number(value: float | None, unit: str = "") -> str:
    """A number, or a dash where there is none."""
    return "-" if value is None else f"{value:.2f}{unit}"
