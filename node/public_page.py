"""The public page of one pole: one HTML file without scripts, that says all that the pole can say. Pure."""

from __future__ import annotations

import html
import math
from collections.abc import Sequence
from dataclasses import dataclass

from node.airlock.capacity import TARGET_BITS_PER_SECOND, Capacity
from node.config.card import Headline
from node.config.manifest import Model
from node.config.settings import Settings
from node.config.signed_policy import InForce
from node.contract.base import rough
from node.contract.words import Kind
from node.uplink.recent import Recent

MEANINGS: dict[Kind, str] = {
    Kind.NOISE_SPIKE: "it became much louder, as from a crowd",
    Kind.SOUND_IMPULSE: "a bang without a better name",
    Kind.SOUND_GUNSHOT: "a bang that may have been a shot",
    Kind.SOUND_EXPLOSION: "a bang that may have been an explosion",
    Kind.SOUND_FIREWORKS: "fireworks",
    Kind.SOUND_SCREAM: "a sound like a scream",
    Kind.SOUND_GLASS_BREAK: "a sound like breaking glass",
    Kind.SOUND_SIREN: "a siren",
    Kind.SOUND_HORN_OR_ALARM: "a horn or an alarm",
    Kind.SENSOR_FAULT: "its microphone or its camera is broken",
    Kind.SENSOR_TAMPER: "its camera is covered",
}
CLASSES = {
    "gunshot": "shots",
    "explosion": "explosions",
    "fireworks": "fireworks",
    "glass_break": "breaking glass",
    "scream": "screams",
    "siren": "sirens",
    "horn_or_alarm": "horns and alarms",
    "crowd": "crowds",
}
"""The sounds of a model in words for residents."""
_SPEECH_BITS_PER_SECOND = 700
_STYLE = """
:root{color-scheme:light dark;--ink:#1b1f24;--soft:#57606a;--paper:#fff;--line:#d0d7de;--box:#f3f5f8;--mark:#0a5c36}
@media (prefers-color-scheme:dark){:root{--ink:#e6edf3;--soft:#9aa6b2;--paper:#0f1419;--line:#30363d;--box:#1a2129;
--mark:#6fdca0}}
*{box-sizing:border-box}
body{margin:0 auto;max-width:44rem;padding:1.25rem;background:var(--paper);color:var(--ink);
font:1.0625rem/1.55 system-ui,sans-serif;overflow-wrap:break-word}
h1{font-size:1.6rem;line-height:1.25;margin:.5rem 0}h2{font-size:1.2rem;margin:2.2rem 0 .5rem}
h3{font-size:1.0625rem;margin:1.2rem 0 .3rem}
ul{padding-left:1.2rem;margin:.3rem 0}li{margin:.3rem 0}
p{margin:.6rem 0}.soft,small{color:var(--soft)}
.promise{background:var(--box);border-left:.3rem solid var(--mark);border-radius:.3rem;padding:.8rem 1rem;margin:1rem 0}
table{border-collapse:collapse;width:100%;margin:.6rem 0}caption{text-align:left;color:var(--soft);padding-bottom:.3rem}
th,td{border-bottom:1px solid var(--line);padding:.45rem .75rem .45rem 0;text-align:left;vertical-align:top}
th:last-child,td:last-child{padding-right:0}td.n,th.n{text-align:right;white-space:nowrap;font-variant-numeric:tabular-nums}
a{color:var(--mark)}@media print{body{max-width:none}}
"""


@dataclass(frozen=True, slots=True)
class Facts:
    """What stands on the page.

    Args:
        settings: which pole, with which senses, and who answers for it.
        rules: the policy in force.
        window_s: length of a summary's window, in seconds.
        bound: how much it can say at most.
        models: the models it runs, each with the headline of its card, or None where it has none.
        recent: what it said in its last day; None where it has no books yet.
        made_at: when the page was made, as `2026-01-01T12:00:00Z`.
    """

    settings: Settings
    rules: InForce
    window_s: int
    bound: Capacity
    models: Sequence[tuple[Model, Headline | None]]
    recent: Recent | None
    made_at: str


def page(facts: Facts) -> str:
    """The whole page. Every text in it is escaped; it loads nothing."""
    name = html.escape(facts.settings.node.id)
    parts = (_head(facts), _said(facts), _can_say(facts), _how_much(facts), _models(facts.models), _ask(facts.settings))
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
        f"<title>What {name} can say</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n<main>\n"
        f"{''.join(parts)}</main>\n<footer>\n<p><small>Made by the pole's own program at "
        f'<time datetime="{facts.made_at}">{facts.made_at}</time>.</small></p>\n</footer>\n</body>\n</html>\n'
    )


def _head(facts: Facts) -> str:
    """Which pole this is, and its promise."""
    settings = facts.settings
    senses = " and ".join(
        word
        for word, has in (("a microphone", settings.microphone.enabled), ("a camera", settings.camera.source))
        if has
    )
    return (
        f"<h1>What {html.escape(settings.node.id)} can say</h1>\n"
        f"<p>This pole has {senses or 'no sensor'}. It tells the city <em>that</em> something happened here, "
        "never <em>who</em> was here.</p>\n"
        '<p class="promise">No picture, no sound, no face, no voice, no identity and no text ever leaves this pole, '
        "is stored, or is logged. It has no recording mode, not even a switched-off one.</p>\n"
    )


def _said(facts: Facts) -> str:
    """What it said in its last day."""
    recent = facts.recent
    if recent is None:
        return "<h2>What it said in the last 24 hours</h2>\n<p>Nothing yet: it has not run.</p>\n"
    rows = [(MEANINGS[kind], str(recent.told[kind])) for kind in Kind if recent.told.get(kind)]
    total = sum(recent.told.values())
    said = _table(("what", "how often"), rows, _times(total)) if rows else "<p>No incident.</p>\n"
    held = f"{rough(recent.held_back)} or more were kept back by the rules below; only that was told."
    return (
        f"<h2>What it said in the last 24 hours</h2>\n{said}"
        f"{f'<p>{held}</p>' if recent.held_back else ''}"
        '<p class="soft">Besides: every summary window, how loud it was and for how long it listened; every quarter '
        "of an hour, its own health. Hours in which it was off do not count.</p>\n"
    )


def _can_say(facts: Facts) -> str:
    """All that it can say."""
    policy = facts.rules.policy
    rows = [(MEANINGS[kind], "yes" if kind in policy.kinds else "no, held back") for kind in Kind]
    step = "second" if policy.time_resolution_s == 1 else f"{policy.time_resolution_s} seconds"
    bang = " A bang may carry the millisecond of its arrival." if policy.arrival_ms else ""
    caption = f"With each: when, to the {step}; how sure; how long and how loud, in steps."
    return (
        f"<h2>All that it can say</h2>\n{_table(('an incident', 'told'), rows, caption)}"
        f"<p>Every {facts.window_s // 60} minutes: five sound levels in whole decibels, how many incidents of each "
        f"kind (0, 1, 2, 3 or more), and for how long it heard and saw.{bang}</p>\n"
        "<p>Nobody is counted by this pole. If it ever counts people, every count will be blurred so that no one "
        f"person shows in it (epsilon {float(policy.epsilon):g}), and below {policy.k} people none will be told.</p>\n"
    )


def _how_much(facts: Facts) -> str:
    """The bound, and where the rules come from."""
    bound, policy = facts.bound, facts.rules.policy
    speech_s = math.ceil(bound.bits_per_day / _SPEECH_BITS_PER_SECOND)
    verdict = "This holds here." if bound.holds else "<strong>This does not hold here: it is a demonstration.</strong>"
    origin = html.escape(facts.rules.origin) if facts.rules.is_signed else "the strict default of the program"
    return (
        "<h2>How much that is at most</h2>\n"
        f"<p>At most {math.ceil(bound.bits_per_second * 100) / 100:g} bit a second, {math.ceil(bound.bits_per_day):,} "
        f"bits a day, even if the sensing program were hostile: as much as {speech_s} seconds of the most compressed "
        f"speech there is. The promise is {TARGET_BITS_PER_SECOND:g} bit a second. {verdict}</p>\n"
        f"<p>At most {policy.incidents_per_10_min} incidents in ten minutes and {policy.incidents_per_day} in a day "
        f"are told. The rules in force: {origin}. No message over the network can loosen them.</p>\n"
        '<p class="soft">This is no bound on identity in every sense, and does not cover a pole that was broken into. '
        "In some countries a live microphone in public needs a permit even if nothing is recorded.</p>\n"
    )


def _models(models: Sequence[tuple[Model, Headline | None]]) -> str:
    """What was learnt by a machine, how well, and what that must not be used for."""
    text = "".join(_model(model, card) for model, card in models)
    none = "<p>Nothing. Sound is judged by level and shape, pictures by what moves.</p>\n"
    return f"<h2>What it has learnt to hear, and how well</h2>\n{text or none}"


def _model(model: Model, card: Headline | None) -> str:
    """One model, by the headline of its card."""
    sounds = ", ".join(CLASSES.get(name, name.replace("_", " ")) for name in model.classes)
    which = f"{html.escape(model.name)}, {html.escape(model.licence)}, SHA-256 {model.sha256[:12]}"
    text = f"<p>It can tell apart, second by second: {html.escape(sounds or 'sounds of a public list')}. "
    text += f"It can tell no people, no voices and no words apart. <small>({which})</small></p>\n"
    if card is None:
        return text + "<p>The operator chose this model; how well it does was not measured by us.</p>\n"
    rows = [
        (CLASSES.get(name, name.replace("_", " ")), "not measured" if share is None else f"{share * 100:.0f} of 100")
        for name, share in card.found.items()
    ]
    caption = (
        "Of 100 single seconds with such a sound, in recordings that it had never met, this many are recognised by"
        " themselves. A sound lasts longer than a second, and the pole also goes by level, shape and repetition."
    )
    found = _table(("sound", "recognised"), rows, caption) if rows else ""
    points = "".join(f"<li>{html.escape(point)}</li>\n" for point in card.not_for)
    refused = f"<h3>What it must not be used for</h3>\n<ul>\n{points}</ul>\n" if points else ""
    return f'{text}{found}{refused}<p class="soft">From its card: {html.escape(card.text)}</p>\n'


def _ask(settings: Settings) -> str:
    """Who answers for it."""
    name, contact = html.escape(settings.operator.name), html.escape(settings.operator.contact)
    if not name and not contact:
        return "<h2>Who to ask</h2>\n<p>The operator has not entered a contact yet.</p>\n"
    target = contact if contact.startswith("https:") else f"mailto:{contact}" if "@" in contact else f"tel:{contact}"
    link = f'<a href="{target.replace(" ", "")}">{contact}</a>' if contact else ""
    return f"<h2>Who to ask</h2>\n<p>{', '.join(part for part in (name, link) if part)}</p>\n"


def _table(heads: tuple[str, str], rows: Sequence[tuple[str, str]], caption: str) -> str:
    """A table of two columns; numbers stand to the right."""
    body = "".join(
        f"<tr><td>{html.escape(left)}</td><td{_number(rows)}>{html.escape(right)}</td></tr>\n" for left, right in rows
    )
    head = f'<tr><th scope="col">{heads[0]}</th><th scope="col"{_number(rows)}>{heads[1]}</th></tr>'
    return (
        f"<table>\n<caption>{html.escape(caption)}</caption>\n"
        f"<thead>{head}</thead>\n<tbody>\n{body}</tbody>\n</table>\n"
    )


def _number(rows: Sequence[tuple[str, str]]) -> str:
    """The class of a column that holds numbers."""
    return ' class="n"' if all(right[0].isdigit() or right == "not measured" for _, right in rows) else ""


def _times(count: int) -> str:
    """How many incidents that were."""
    return "1 incident" if count == 1 else f"{count} incidents"
