"""A crowd that moves by the social force: stepped forward as far as somebody asks, remembered in part.

The state at an instant is a function of the itinerary alone: it is stepped from the beginning, or from a checkpoint
that was, at instants that do not depend on who asks. So any instant may be asked for in any order.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simulator.world.detour import turns
from simulator.world.force import NOBODY, STEP_S, Bodies, Floats, Ground, Surroundings, Vectors, moved, together
from simulator.world.itinerary import Itinerary
from simulator.world.people import Looks, Pose
from simulator.world.posture import WALKS_MPS, posture

_CHECKPOINT_STEPS = 300
_RECENT_STEPS = (128, 2000)
_RECENT_PLACES = 1_000_000
"""So many states are remembered that they hold as many people, some 80 MB, but never fewer or more than those steps:
the truth has stepped through the whole street before a process is copied to draw it, and no copy steps it again."""
_LOOKS_STEPS = 3
_BODY_AND_HEAD_M = (0.65, 1.3)
_TURNS = 0.25
"""How far somebody turns in one step to where they go, as a share of the way."""


@dataclass(frozen=True, slots=True)
class State:
    """Everybody at one instant, each (n,).

    Args:
        place: x + iy in metres.
        velocity: in m/s.
        walked_m: the way they came so far.
        heading_rad: where they face.
        turn: what their wish is multiplied with so as to go round others; looked for every `_LOOKS_STEPS`.
        leg: which of their ways they are on; -1 before they come, and as many as they have when they are gone.
        still: who lies, or rests where their way led them.
    """

    place: Vectors
    velocity: Vectors
    walked_m: Floats
    heading_rad: Floats
    turn: Vectors
    leg: NDArray[np.intp]
    still: NDArray[np.bool_]


class Company:
    """A crowd with an itinerary.

    Args:
        itinerary: what everybody has in mind.
        ground: what stands in the way.
        others: who else is there at a step, and does not give way.
        detours: they look for a way round who stands before them; a stream does not.
    """

    def __init__(
        self,
        itinerary: Itinerary,
        ground: Ground,
        others: Callable[[int], Bodies] | None = None,
        *,
        detours: bool = True,
    ) -> None:
        self._mind = itinerary
        self._ground = ground
        self._others = others
        self._detours = detours
        count = len(itinerary.people)
        self._rows = np.arange(count)
        self._remembers = min(max(_RECENT_PLACES // max(1, count), _RECENT_STEPS[0]), _RECENT_STEPS[1])
        self._first = math.floor(itinerary.first_s / STEP_S) if count else 0
        first = State(
            place=itinerary.start.copy(),
            velocity=np.zeros(count, dtype=np.complex128),
            walked_m=np.zeros(count),
            heading_rad=np.angle(itinerary.to[:, 0] - itinerary.start) if count else np.zeros(0),
            turn=np.ones(count, dtype=np.complex128),
            leg=np.full(count, -1, dtype=np.intp),
            still=np.zeros(count, dtype=np.bool_),
        )
        self._checkpoints = {self._first: first}
        self._recent = {self._first: first}
        self._over: int | None = None

    def gives_way_to(self, others: Callable[[int], Bodies]) -> None:
        """Says who else is there at a step; before anybody asks for an instant."""
        self._others = others

    def instants(self, from_s: float = -math.inf) -> Iterator[tuple[float, Bodies]]:
        """Who is in the street at every step from `from_s` on until all are gone, or who is left stays."""
        step = max(self._first, math.ceil(from_s / STEP_S) if from_s > -math.inf else self._first)
        last_s = self._mind.last_s
        while True:
            state = self.state(step)
            there = self._is_there(state)
            if step * STEP_S > last_s and not (np.abs(state.velocity[there]) > WALKS_MPS).any():
                return
            yield step * STEP_S, Bodies(state.place[there], state.velocity[there])
            step += 1

    def people(self, t_s: float) -> list[tuple[Pose, Looks]]:
        """Who is in the street at `t_s`."""
        step = math.floor(t_s / STEP_S)
        if step < self._first or not self._rows.size:
            return []
        now, then = self.state(step), self.state(step + 1)
        share = t_s / STEP_S - step
        there = np.flatnonzero(self._is_there(now) & self._is_there(then))
        place = now.place[there] + share * (then.place[there] - now.place[there])
        speed = np.abs(then.place[there] - now.place[there]) / STEP_S
        walked_m = now.walked_m[there] + share * (then.walked_m[there] - now.walked_m[there])
        turn = np.remainder(then.heading_rad[there] - now.heading_rad[there] + math.pi, 2 * math.pi) - math.pi
        heading = now.heading_rad[there] + share * turn
        rows = zip(there.tolist(), place.tolist(), heading.tolist(), walked_m.tolist(), speed.tolist(), strict=True)
        return [
            (posture(self._mind.people[row], t_s, row, z, (facing, walked, mps)), self._mind.people[row].looks)
            for row, z, facing, walked, mps in rows
        ]

    def bodies(self, step: int) -> Bodies:
        """Who is in the street at instant `step * STEP_S`."""
        if step < self._first or not self._rows.size:
            return NOBODY
        state = self.state(step)
        there = self._is_there(state)
        own = Bodies(state.place[there], state.velocity[there])
        return together([own, self._stretched(state, there, step)])

    def state(self, step: int) -> State:
        """Everybody at instant `step * STEP_S`; nothing changes before the first comes and after all are gone."""
        step = max(step, self._first) if self._over is None else min(max(step, self._first), self._over)
        if step in self._recent:
            return self._recent[step]
        last = next(reversed(self._recent))
        if last > step or step - last > _CHECKPOINT_STEPS:
            last = max(known for known in self._checkpoints if known <= step)
            self._recent = {last: self._checkpoints[last]}
        for at in range(last, step):
            state = self._stepped(self._recent[at], at)
            self._recent[at + 1] = state
            all_gone = bool((state.leg >= self._mind.legs).all())
            if all_gone or (at + 1 - self._first) % _CHECKPOINT_STEPS == 0:
                self._checkpoints[at + 1] = state
            if all_gone:
                self._over = at + 1
                return state
            if len(self._recent) > self._remembers:
                del self._recent[next(iter(self._recent))]
        return self._recent[step]

    def _is_there(self, state: State) -> NDArray[np.bool_]:
        return np.asarray((state.leg >= 0) & (state.leg < self._mind.legs))

    def _stepped(self, state: State, step: int) -> State:
        t_s = step * STEP_S
        leg, still = state.leg, state.still
        if step % _LOOKS_STEPS == 0 or self._mind.happens((step - 1) * STEP_S, t_s):
            leg = self._next_legs(state, t_s)
            still = self._is_still(t_s, state, leg)
        moving = ((leg >= 0) & (leg < self._mind.legs) & ~still).nonzero()[0]
        if not moving.size:
            velocity = np.zeros_like(state.velocity)
            heading_rad = self._turned(t_s, state, state.place, velocity) if still.any() else state.heading_rad
            return State(state.place, velocity, state.walked_m, heading_rad, state.turn, leg, still)
        before = Bodies(state.place[moving], state.velocity[moving])
        near = Surroundings.of(before, self._not_moving(state, still, step), self._ground)
        wish = self._wish(moving, leg[moving], before)
        turn = state.turn
        if self._detours and step % _LOOKS_STEPS == 0:
            turn = turn.copy()
            turn[moving] = turns(before, wish, near, self._ground)
        after = moved(before, wish * turn[moving], near, self._ground)
        place, velocity = state.place.copy(), np.where(still, 0.0, state.velocity)
        place[moving], velocity[moving] = after.place, after.velocity
        walked_m = state.walked_m.copy()
        way_m = np.abs(after.place - before.place)
        walked_m[moving] += np.where(way_m > WALKS_MPS * STEP_S, way_m, 0.0)
        return State(place, velocity, walked_m, self._turned(t_s, state, place, velocity), turn, leg, still)

    def _not_moving(self, state: State, still: NDArray[np.bool_], step: int) -> Bodies:
        """Those of the company who rest or lie, and the others."""
        own = Bodies(state.place[still], np.zeros(np.count_nonzero(still), dtype=np.complex128))
        others = [] if self._others is None else [self._others(step)]
        return together([own, self._stretched(state, still, step), *others])

    def _stretched(self, state: State, there: NDArray[np.bool_], step: int) -> Bodies:
        """The bodies and heads of those who lie, whose feet are where they are."""
        if not self._mind.falls:
            return NOBODY
        lies = there & (self._mind.lies_s[:, 0] <= step * STEP_S) & (step * STEP_S < self._mind.lies_s[:, 1])
        if not lies.any():
            return NOBODY
        feet, ahead = state.place[lies], np.exp(1j * state.heading_rad[lies])
        body = np.concatenate([feet + along_m * ahead for along_m in _BODY_AND_HEAD_M])
        return Bodies(body, np.zeros(body.size, dtype=np.complex128))

    def _is_still(self, t_s: float, state: State, leg: NDArray[np.intp]) -> NDArray[np.bool_]:
        """Who lies, or rests where their way led them."""
        mind = self._mind
        here = np.maximum(leg, 0)
        left_m = np.abs(mind.to[self._rows, here] - state.place)
        waits = ~np.isnan(mind.begins_s[self._rows, np.minimum(leg + 1, mind.legs)])
        rests = waits & (left_m <= mind.within_m[self._rows, here])
        lies = (mind.lies_s[:, 0] <= t_s) & (t_s < mind.lies_s[:, 1])
        return np.asarray((rests | lies) & (leg >= 0) & (leg < mind.legs))

    def _turned(self, t_s: float, state: State, place: Vectors, velocity: Vectors) -> Floats:
        """Where everybody faces: where they go; who stands, where they look to."""
        mind = self._mind
        facing = state.heading_rad
        if mind.looks:
            facing = np.where(np.isnan(mind.faces.real), facing, np.arctan2(*_yx(mind.faces - place)))
        if mind.falls:
            facing = np.where(mind.lies_s[:, 0] <= t_s, state.heading_rad, facing)
        facing = np.where(np.abs(velocity) > 2 * WALKS_MPS, np.arctan2(*_yx(velocity)), facing)
        turn = np.mod(facing - state.heading_rad + math.pi, 2 * math.pi) - math.pi
        return np.asarray(state.heading_rad + _TURNS * turn)

    def _next_legs(self, state: State, t_s: float) -> NDArray[np.intp]:
        """Each one's leg: the next one where its time has come, or where this one is done and the next waits for it."""
        mind, leg = self._mind, state.leg
        coming = np.minimum(leg + 1, mind.legs)
        begins_s = mind.begins_s[self._rows, coming]
        here = np.maximum(leg, 0)
        left_m = np.abs(mind.to[self._rows, here] - state.place)
        done = np.isnan(begins_s) & (left_m <= mind.within_m[self._rows, here])
        return np.where((leg < mind.legs) & ((begins_s <= t_s) | done), coming, leg)

    def _wish(self, moving: NDArray[np.intp], leg: NDArray[np.intp], before: Bodies) -> Vectors:
        """The velocity each of `moving` wishes for: who will wait where the way leads slows down before."""
        mind = self._mind
        way = mind.to[moving, leg] - before.place
        left_m = np.maximum(np.abs(way), 1e-6)
        speed = mind.speed_mps[moving, leg]
        waits = ~np.isnan(mind.begins_s[moving, leg + 1])
        return np.asarray(np.where(waits, np.minimum(speed, left_m + 0.1), speed) * way / left_m)


def _yx(way: Vectors) -> tuple[Floats, Floats]:
    return way.imag, way.real
