"""The tables of a report as HTML."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape

from simulator.trials.confusion import NOTHING, Confusion
from simulator.trials.critics import Verdict
from simulator.trials.page.plots import css_of
from simulator.trials.score import KindScore
from simulator.trials.suite_score import ScenarioScore, SuiteScore

Cell = str
TOLD_NOTHING = '<span class="good">told nothing</span>'


def kinds_table(suite: SuiteScore) -> str:
    """The score of each kind, with false alarms per node-week: of all of it, and of the hard negatives alone."""
    headings = (
        "kind", "truth", "hits", "false", "recall", "precision", "F1", "latency p50", "p95",
        "false a week", "tempted a week", "exposure",
    )  # fmt: skip
    rows = []
    for kind, score in suite.scores().items():
        weeks = (suite.false_per_week(kind), suite.false_per_week(kind, hard_negatives=True))
        rows.append(
            [
                td(_kind(kind)),
                *(td(str(number)) for number in (score.truth, score.hits, score.false)),
                td(_share(score.recall)), td(_share(score.precision)), td(number(score.f1)),
                td(number(score.latency_p50_s, " s")), td(number(score.latency_p95_s, " s")),
                *(td("-" if week is None else f"{week:,.0f}") for week in weeks),
                td(f"{suite.exposure_s(kind) / 3600:.2f} h"),
            ]
        )  # fmt: skip
    return table(headings, rows)


def confusion_table(confusion: Confusion) -> str:
    """What was told for what: a row for what was true, a column for what was told."""
    true = [*sorted({kind for kind, _ in confusion if kind != NOTHING}), NOTHING]
    told = [*sorted({kind for _, kind in confusion if kind != NOTHING}), NOTHING]
    rows = []
    for kind in true:
        most = max((confusion[kind, other] for other in told), default=0)
        cells = [td(_kind(kind) if kind != NOTHING else "<i>nothing</i>")]
        cells += [_heat(confusion[kind, other], most, good=kind == other) for other in told]
        rows.append(cells)
    headings = ("true \\ told", *(kind if kind != NOTHING else "nothing told" for kind in told))
    return table(headings, rows, css="confusion")


def scenarios_table(scenarios: Mapping[str, ScenarioScore]) -> str:
    """Every scenario in a line."""
    headings = ("scenario", "", "seeds", "truth", "hits", "false", "held back", "heard truly", "saw truly")
    rows = []
    for name, one in scenarios.items():
        scores = one.tally.scores().values()
        false = sum(score.false for score in scores)
        link = f'<a href="#{escape(name)}">{escape(name)}</a>'
        rows.append(
            [
                td(link), td(verdict(one)), td(str(len(one.outcomes))),
                td(str(sum(score.truth for score in scores))), td(str(sum(score.hits for score in scores))),
                td(str(false), "miss" if false else ""), td(str(sum(each.held_back for each in one.outcomes))),
                td(f"{sum(each.sound_exposure_s for each in one.outcomes)} s"),
                td(f"{sum(each.sight_exposure_s for each in one.outcomes)} s"),
            ]
        )  # fmt: skip
    return table(headings, rows)


def critic_table(verdict: Verdict) -> str:
    """What an independent critic said."""
    css = {"holds": "hit", "fails": "miss"}
    rows = [[td(escape(cell), css.get(cell, "")) for cell in row] for row in verdict.words()]
    return table([heading.replace("_", " ") for heading in verdict.headings], rows)


def score_rows(scores: Mapping[str, KindScore]) -> str:
    """The score of each kind of one scenario."""
    rows = [
        [
            td(_kind(kind)), td(str(score.truth)), td(str(score.hits)), td(str(score.false)),
            td(number(score.recall)), td(number(score.precision)), td(number(score.latency_p50_s, " s")),
        ]
        for kind, score in scores.items()
    ]  # fmt: skip
    return table(("kind", "truth", "hits", "false", "recall", "precision", "latency p50"), rows)


def verdict(one: ScenarioScore) -> str:
    """What became of a scenario, in a few words."""
    if not one.outcomes:
        return '<span class="bad">not run</span>'
    scores = one.tally.scores().values()
    hits, truth = sum(score.hits for score in scores), sum(score.truth for score in scores)
    if one.scenario.hard_negative:
        false = one.false_of_the_street
        street = TOLD_NOTHING if not false else f'<span class="bad">tempted {false} times</span>'
        return street if hits == truth else f'{street}, <span class="bad">missed {truth - hits} of its sensors</span>'
    return f'<span class="{"good" if hits == truth else "bad"}">told {hits} of {truth}</span>'


def table(headings: Sequence[str], rows: Iterable[Sequence[Cell]], css: str = "") -> str:
    """A table that scrolls by itself where the page is narrow; cells come from `td`."""
    head = "".join(f"<th>{escape(heading)}</th>" for heading in headings)
    body = "".join(f"<tr>{''.join(row)}</tr>" for row in rows)
    return f'<div class="wide"><table class="{css}"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'


def td(inside: str, css: str = "") -> Cell:
    """A cell; `inside` is HTML."""
    return f'<td class="{css}">{inside}</td>' if css else f"<td>{inside}</td>"


def number(value: float | None, unit: str = "") -> str:
    """A number, or a dash where there is none."""
    return "-" if value is None else f"{value:.2f}{unit}"


def _kind(kind: str) -> str:
    return f'<span class="dot {css_of(kind)}"></span>{escape(kind)}'


def _share(value: float | None) -> str:
    if value is None:
        return "-"
    return f'<span class="share"><i style="width:{100 * value:.0f}%"></i></span>{value:.2f}'


def _heat(count: int, most: int, *, good: bool) -> Cell:
    if not count:
        return td('<span class="faded">·</span>')
    weight = 12 + round(45 * count / most)
    return f'<td class="some" style="--heat:var(--{"good" if good else "bad"});--weight:{weight}%">{count}</td>'
