"""Several infinite impulse responses over one sound at once, exactly, in blocks at numpy's speed.

All the cascades are one linear system. Over a block x with the state s before it, output = T x + O s and the next
state = P s + R x. So a hop is three matrix products: what each block pushes into the state, the state before each
block (`Recursion`), and all outputs. The numbers are those of sample by sample (1e-9 of full scale, by test).
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

Real = NDArray[np.float64]

BLOCK: Final = 48
"""Samples that the bank takes at once: 1 ms. Twice as many cost twice the products, half as many twice the steps."""

GROUP: Final = 5
"""Steps that a recursion takes at once."""

LARGEST_PRODUCT: Final = 262_144
"""Multiplications in one matrix product: above, OpenBLAS starts threads, and those wait for each other many times
longer than the product takes when the cores are busy (measured 2026-11)."""


class FilterBank:
    """Runs filters side by side over sound of one length. Holds their states, and until the next call its work.

    Args:
        bank: the second-order sections of each filter, shape (n, 6), as scipy orders them.
        samples: how many samples each call brings, a multiple of `block`.
        block: the samples taken at once, 1 or more.

    Raises:
        ValueError: `samples` is no multiple of `block`.
    """

    def __init__(self, bank: tuple[Real, ...], samples: int, block: int = BLOCK) -> None:
        if samples < 1 or samples % block:
            raise ValueError(f"the bank takes multiples of {block} samples, not {samples}")
        a, b, c, d = _side_by_side(bank)
        order, outputs = len(b), len(bank)
        observe, reach = np.empty((block, outputs, order)), np.empty((block, order))
        row, column = c, b
        for n in range(block):
            observe[n], reach[block - 1 - n] = row, column
            row, column = row @ a, a @ column
        impulse = np.concatenate((d[None, :], observe[:-1] @ b))
        lag = np.arange(block)[:, None] - np.arange(block)[None, :]
        through = np.where(lag[..., None] >= 0, impulse[np.abs(lag)], 0.0)
        self._reach = reach
        self._answer = np.concatenate((through.transpose(1, 2, 0), observe.transpose(2, 1, 0))).reshape(
            block + order, outputs * block
        )
        self._recursion = Recursion(np.linalg.matrix_power(a, block), samples // block)
        self._state = np.zeros(order)
        self._state_before = self._state
        # Where each block's samples stand before the state that it begins with: one product answers both.
        self._asked = np.empty((samples // block, block + order))
        self._answers = np.empty((samples // block, outputs * block))
        self._rows = max(1, LARGEST_PRODUCT // self._answer.size)
        self._block = block

    def reset(self) -> None:
        """Forgets the past: as if silence had come before."""
        self._state = np.zeros_like(self._state)
        self.wipe()

    def take_back(self) -> None:
        """Undoes the last call: the states are those before it."""
        self._state = self._state_before

    def wipe(self) -> None:
        """Wipes the samples of the last call, and what was made of them. The states are kept."""
        self._asked.fill(0.0)
        self._answers.fill(0.0)

    def filter(self, samples: NDArray[np.floating]) -> Real:
        """What each filter makes of the next samples. The states are kept.

        Args:
            samples: shape (n,), finite, n as the bank was made for.

        Returns:
            Their outputs, float64, shape (n / block, filters, block). The array is written anew at the next call.

        Raises:
            ValueError: it is another number of samples.
        """
        block, asked, self._state_before = self._block, self._asked, self._state
        if samples.shape != (len(asked) * block,):
            raise ValueError(f"the bank takes {len(asked) * block} samples, not {samples.shape}")
        asked[:, :block] = samples.reshape(-1, block)
        pushed = asked[:, :block] @ self._reach
        asked[:, block:], self._state = self._recursion.run(pushed, self._state)
        for row in range(0, len(asked), self._rows):
            rows = slice(row, row + self._rows)
            np.matmul(asked[rows], self._answer, out=self._answers[rows])
        return self._answers.reshape(len(asked), -1, block)


class Recursion:
    """s[n+1] = P s[n] + p[n] over many steps at once: groups of steps by one product, then the groups likewise.

    Args:
        power: P, shape (order, order).
        steps: how many steps each run has, 1 or more.
    """

    def __init__(self, power: Real, steps: int) -> None:
        self._order = len(power)
        self._power = power
        self._steps = steps
        self._groups: Recursion | None = None
        if steps > GROUP and steps % GROUP == 0:
            powers = [np.linalg.matrix_power(power, n) for n in range(GROUP + 1)]
            none = np.zeros_like(power)
            within = [[powers[k - j].T if k >= j else none for k in range(GROUP)] for j in range(GROUP)]
            self._within = np.block(within)
            self._ahead = np.hstack([one.T for one in powers[:GROUP]])
            self._groups = Recursion(powers[GROUP], steps // GROUP)

    def run(self, pushed: Real, start: Real) -> tuple[Real, Real]:
        """The states before each step, shape (steps, order), and the one after the last.

        Args:
            pushed: p, shape (steps, order).
            start: the state before the first step, shape (order,).
        """
        if self._groups is None:
            return self._one_by_one(pushed, start)
        alone = pushed.reshape(-1, GROUP * self._order) @ self._within
        before, end = self._groups.run(alone[:, -self._order :], start)
        states = before @ self._ahead
        states[:, self._order :] += alone[:, : -self._order]
        return states.reshape(self._steps, self._order), end

    def _one_by_one(self, pushed: Real, state: Real) -> tuple[Real, Real]:
        states = np.empty_like(pushed)
        for n, push in enumerate(pushed):
            states[n] = state
            state = self._power @ state + push
        return states, state


def _side_by_side(bank: tuple[Real, ...]) -> tuple[Real, Real, Real, Real]:
    """A, B, C, D of one system with one input and an output for each filter of the bank."""
    parts = [_state_space(sos) for sos in bank]
    order = sum(len(b) for _, b, _, _ in parts)
    a, c, at = np.zeros((order, order)), np.zeros((len(parts), order)), 0
    for n, (own_a, own_b, own_c, _) in enumerate(parts):
        own = slice(at, at + len(own_b))
        a[own, own], c[n, own] = own_a, own_c
        at = own.stop
    return a, np.concatenate([b for _, b, _, _ in parts]), c, np.array([d for *_, d in parts])


def _state_space(sos: Real) -> tuple[Real, Real, Real, float]:
    """A, B, C, D of a cascade: each section in transposed direct form II, fed by the one before it."""
    a, b, c, d = np.zeros((0, 0)), np.zeros(0), np.zeros(0), 1.0
    for b0, b1, b2, _, a1, a2 in sos:
        own = np.array([[-a1, 1.0], [-a2, 0.0]])
        drive = np.array([b1 - a1 * b0, b2 - a2 * b0])
        a = np.block([[a, np.zeros((len(b), 2))], [np.outer(drive, c), own]])
        b = np.concatenate((b, drive * d))
        c = np.concatenate((b0 * c, [1.0, 0.0]))
        d = b0 * d
    return a, b, c, d
