"""What was told where something else was true: the table that a score per kind does not show.

The rules:
1. A told event belongs to a true one when its onset lies between the collar before that one's onset and the collar
   after its end. So what is told in the midst of a siren belongs to the siren.
2. Of several, to one of its own kind if there is one; of these, to that whose onset is nearest.
3. A told event without a true one belongs to what may be told and need not (a slammed door is an impulse), by the
   same rule; without that to `NOTHING`. A true event that no told one belongs to belongs to `NOTHING`.
Nothing is matched one to one here: two spikes told of one siren are two.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from simulator.trials.score import COLLAR_S, Told
from simulator.world.expected import Expected

NOTHING = "nothing"
Confusion = Counter[tuple[str, str]]
"""How often, by (true kind, told kind)."""


def confusion(
    truth: Sequence[Expected],
    told: Sequence[Told],
    tolerated: Sequence[Expected] = (),
    *,
    collar_s: float = COLLAR_S,
) -> Confusion:
    """The table of one scenario. The order of the events makes no difference."""
    table: Confusion = Counter()
    found: set[Expected] = set()
    for event in told:
        near = _near(truth, event, collar_s) or _near(tolerated, event, collar_s)
        if not near:
            table[NOTHING, event.kind] += 1
            continue
        source = min(near, key=lambda one: (one.kind != event.kind, abs(one.began_s - event.began_s), one.kind))
        found.add(source)
        table[source.kind, event.kind] += 1
    for one in truth:
        if one not in found:
            table[one.kind, NOTHING] += 1
    return table


def _near(events: Sequence[Expected], told: Told, collar_s: float) -> list[Expected]:
    """Those that a told event may belong to (rule 1)."""
    return [one for one in events if one.began_s - collar_s <= told.began_s <= one.ended_s + collar_s]
