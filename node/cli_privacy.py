"""`polewatch privacy`: how much a pole can say at most, in numbers that come from the program's own types."""

from __future__ import annotations

import json
import math
import time
from pathlib import Path
from typing import Any

from node.airlock.capacity import TARGET_BITS_PER_SECOND, Capacity, capacity
from node.airlock.gate import TICK_S
from node.config.load import DEFAULT_PATH, load
from node.config.policy import window_in_force_s
from node.config.settings import SummarySettings
from node.config.signed_policy import InForce, in_force
from node.config.wall import PolicySettings
from node.contract.words import Kind
from node.uplink.accepted import policy_here

_SPEECH_BITS_PER_SECOND = 700
"""The most sparing codec for speech in use, Codec2 at 700 bit/s, as a measure."""
_WIDTH = 68


def run_privacy(path: Path | None, *, as_json: bool) -> int:
    """Prints the bound and what it is made of, and gives the exit code: 1 where the promise of 0.5 bit/s does not hold.

    Without a configuration on this machine it is that of the default policy.

    Raises:
        ConfigError: the configuration does not hold.
    """
    summary, rules = SummarySettings(), in_force(PolicySettings(), "default", time.time())
    if path is not None or DEFAULT_PATH.exists():
        settings = load(path).settings
        summary, rules = settings.summary, policy_here(settings, time.time())
    window_s = window_in_force_s(summary, rules.policy)
    bound = capacity(rules.policy, window_s)
    print(json.dumps(as_document(bound, rules, window_s)) if as_json else table(bound, rules, window_s))
    return 0 if bound.holds else 1


def as_document(bound: Capacity, rules: InForce, window_s: int) -> dict[str, Any]:
    """The same for a script. Bits are rounded up: no number here is smaller than the bound."""
    policy = rules.policy
    return {
        "bits_per_second": _up(bound.bits_per_second, 4),
        "bits_per_day": math.ceil(bound.bits_per_day),
        "per_message": {name: _up(size, 2) for name, size in bound.per_message.items()},
        "per_day": {part.name: math.ceil(part.bits_per_day) for part in bound.parts},
        "occupancy": {"epsilon": float(policy.epsilon), "k": policy.k, "window_s": window_s, "counted": False},
        "policy": {
            **policy.document,
            "origin": rules.origin,
            "refusal": rules.refusal,
            "window_s": window_s,
            "tick_s": TICK_S,
            "target_bits_per_second": TARGET_BITS_PER_SECOND,
        },
        "holds": bound.holds,
    }


def table(bound: Capacity, rules: InForce, window_s: int) -> str:
    """The same for a resident."""
    policy = rules.policy
    a_day = math.ceil(bound.bits_per_day)
    verdict = "holds" if bound.holds else "DOES NOT HOLD"
    speech_s = math.ceil(bound.bits_per_day / _SPEECH_BITS_PER_SECOND)
    size = f"{a_day:,} bits a day ({math.ceil(a_day / 800) / 10:g} kB)"
    caps = f"{policy.incidents_per_10_min} incidents in 10 minutes, {policy.incidents_per_day} a day"
    silent = [kind.value for kind in Kind if kind not in policy.kinds]
    each = ", ".join(f"{name} {_up(most, 1):g}" for name, most in bound.per_message.items())
    lines = [
        f"This pole can say at most {_up(bound.bits_per_second, 2)} bit a second about what it senses: {size}.",
        f"The promise is {TARGET_BITS_PER_SECOND:g} bit a second: it {verdict}.",
        f"Speech takes {_SPEECH_BITS_PER_SECOND} bit a second at the very least: a day of this is {speech_s} s of it.",
        "",
        f"{'what can be chosen, whoever chooses it':<{_WIDTH}} bits a day",
        *(f"{part.name:<{_WIDTH}} {math.ceil(part.bits_per_day):>10,}" for part in bound.parts),
        f"{'all of it (each line is rounded up)':<{_WIDTH}} {a_day:>10,}",
        "",
        f"One message says at most: {each} bits.",
        f"Policy: {caps}; summaries of {window_s} s; releases on ticks of {TICK_S:g} s.",
        f"Nobody is counted. A count would be {float(policy.epsilon):g}-private a summary, none below {policy.k}.",
        f"Where the policy comes from: {rules.origin}.",
        *([f"A file is NOT used: {rules.refusal}."] if rules.refusal else []),
        *([f"Kinds that are never told: {', '.join(silent)}."] if silent else []),
        *(["A bang may carry the millisecond of its arrival."] if policy.arrival_ms else []),
    ]
    return "\n".join(lines)


def _up(value: float, digits: int) -> float:
    """A number rounded up."""
    return float(math.ceil(value * 10**digits) / 10**digits)
