"""A suite as one page of HTML that people can read: no script, nothing loaded from anywhere, drawn pictures only."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from html import escape

from simulator.trials.outcome import Outcome
from simulator.trials.page.plots import crowd_plot, css_of, latency_histogram, level_plot
from simulator.trials.page.style import STYLE
from simulator.trials.page.tables import confusion_table, kinds_table, scenarios_table, score_rows, verdict
from simulator.trials.score import COLLAR_S
from simulator.trials.suite_score import ScenarioScore, SuiteScore

_MEANING = f"""
<p>Each scenario is a street of a seed that sounds and looks alike every time. A whole node (pipeline, records,
gate, outbox) hears and sees it faster than time. What it tells is matched with what really happened: same kind,
onsets within {COLLAR_S:g} s, one to one.</p>
<p><b>What the numbers do not say:</b> how a node will do on a real street. Sounds are synthetic where no clips were
given, people are drawn, and a minute of a scenario holds more than a day of a street: false alarms per node-week
are those of a week made of nothing but temptations. A kind that this version of the node cannot tell has recall 0,
and that is shown as it is.</p>"""
_LEGEND = """
<div class="legend"><span><i style="color:var(--level)"></i>level</span>
<span><i style="color:var(--background);border-top-style:dashed"></i>background (L50)</span>
<span><i class="box" style="background:color-mix(in srgb,var(--noise) 35%,transparent)"></i>truth</span>
<span><b style="color:var(--noise)">&#9660;</b> told</span>
<span><i class="box" style="background:color-mix(in srgb,var(--crowd) 35%,transparent)"></i>foreground share</span>
<span><i style="color:var(--person)"></i>motion (picture heights a second)</span>
<span><i class="box" style="background:var(--present)"></i>something present</span></div>"""


def page(suite: SuiteScore, pictures: Mapping[str, bytes], critics: Mapping[str, str], *, sight: bool) -> str:
    """The whole page.

    Args:
        suite: what it tells of.
        pictures: PNG of scenarios by name, where there are any.
        critics: tables of independent critics as HTML, by title.
        sight: whether pictures were rendered for the node too.
    """
    parts = [
        "<!doctype html><html lang=en><head><meta charset=utf-8>",
        '<meta name=viewport content="width=device-width,initial-scale=1"><title>Polewatch: the suite</title>',
        f"<style>{STYLE}</style></head><body><main>",
        _head(suite, sight=sight),
        "<h2>Kinds</h2>", "<p>Of all scenarios that ran faster than time.</p>", kinds_table(suite),
        "<h2>What was told for what</h2>",
        "<p>A row is what was true, a column what was told from 2 s before to 2 s after it.</p>",
        confusion_table(suite.confusion),
        "<h2>Latency</h2>", _latency(suite),
        *(f"<h2>{escape(title)}</h2>{table}" for title, table in critics.items()),
        "<h2>Scenarios</h2>", scenarios_table(suite.scenarios),
        "<h2>One by one</h2>", _LEGEND,
        *(_scenario(name, one, pictures.get(name, b"")) for name, one in suite.scenarios.items()),
        "<h2>What it means</h2>", _MEANING,
        "<footer>Made by <code>polewatch-sim suite</code>. All pictures are drawn: nobody was there.</footer>",
        "</main></body></html>\n",
    ]  # fmt: skip
    return "\n".join(parts)


def _head(suite: SuiteScore, *, sight: bool) -> str:
    rows = suite.scenarios.values()
    tempting = [one for one in rows if one.scenario.hard_negative and one.outcomes]
    clean = sum(one.false_of_the_street == 0 for one in tempting)
    scores = suite.scores().values()
    hits, truth = sum(score.hits for score in scores), sum(score.truth for score in scores)
    hours = sum(one.scenario.length_s * len(one.outcomes) for one in rows) / 3600
    tiles = (
        (str(len(suite.scenarios)), "scenarios"),
        (f"{hours:.1f} h", "of street"),
        (f"{hits} of {truth}", "events told in time"),
        (str(sum(score.false for score in scores)), "false alarms"),
        (f"{clean} of {len(tempting)}", "hard negatives told nothing"),
    )
    shown = "".join(f'<div class="tile"><b>{escape(big)}</b>{escape(small)}</div>' for big, small in tiles)
    seeds = sorted({one.seed for row in rows for one in row.outcomes})
    senses = "sound and picture" if sight else "sound only"
    lead = f"{senses}; scoring seeds {', '.join(map(str, seeds))}"
    return f'<h1>The suite of scenarios</h1><p class="lead">{escape(lead)}</p><div class="tiles">{shown}</div>'


def _latency(suite: SuiteScore) -> str:
    latencies_s = {kind: suite.tally.latencies_s(kind) for kind in suite.scores()}
    plot = latency_histogram(latencies_s)
    if not plot:
        return "<p>There was no hit.</p>"
    told = [kind for kind, values in latencies_s.items() if values]
    dots = "".join(f'<span><span class="dot {css_of(kind)}"></span>{escape(kind)}</span>' for kind in told)
    words = "From the true onset to the release of the start message; what lies beyond an edge stands at it."
    return f'<p>{words}</p>{plot}<div class="legend">{dots}</div>'


def _scenario(name: str, one: ScenarioScore, picture: bytes) -> str:
    source = f"data:image/png;base64,{base64.b64encode(picture).decode()}" if picture else ""
    thumb = f'<img alt="" src="{source}">' if picture else ""
    tag = '<span class="tag faded">nothing of the street to tell</span>' if one.scenario.hard_negative else ""
    tag += '<span class="tag faded">in real time</span>' if one.scenario.is_live else ""
    head = (
        f"<summary>{thumb}<div><h3>{escape(name)}{tag}</h3><p>{escape(one.scenario.title)}</p>"
        f"<p>{verdict(one)}</p></div></summary>"
    )
    not_run = "".join(f'<p class="bad">not run: {escape(why)}</p>' for why in one.not_run)
    inside = not_run + (_trial(one, one.outcomes[0]) if one.outcomes else "")
    return f'<details id="{escape(name)}">{head}<div class="inside">{inside}</div></details>'


def _trial(one: ScenarioScore, outcome: Outcome) -> str:
    length_s = one.scenario.length_s
    scores = one.tally.scores()
    table = score_rows(scores) if scores else "<p>Nothing was to be told, and nothing was told.</p>"
    plots = (
        (f"level against background, seed {outcome.seed}", level_plot(outcome, length_s)),
        ("crowd signals", crowd_plot(outcome, length_s)),
    )
    figures = "".join(
        f"<figure><figcaption>{escape(words)}</figcaption>{plot}</figure>" for words, plot in plots if plot
    )
    delivery = ""
    if outcome.lost is not None:
        delivery = f"<p>{outcome.lost} messages lost, {outcome.duplicates or 0} came once more.</p>"
    return f"{figures}<p></p>{table}{delivery}"
