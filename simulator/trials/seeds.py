"""Which seeds are for scoring, which for training: two halves of all numbers, so that they can never meet.

The scoring seeds were written down on 2026-11-21, before any detector was tuned on a scenario, and are frozen: whoever
tunes on them has nothing left to score with. Tune on seeds under `SCORING_FROM`, of which there are as many.
"""

from __future__ import annotations

from node.errors import OperatorError

SCORING_FROM = 2**31
"""Seeds from here on are for scoring alone; the shipped scenarios' own seeds, demos and training lie below."""

SCORING_SEEDS = (
    2_718_281_828, 3_141_592_653, 2_236_067_977, 2_645_751_311, 3_316_624_790,
    3_605_551_275, 4_123_105_625, 2_449_489_742, 3_872_983_346, 2_828_427_124,
)  # fmt: skip
"""Digits of e, of pi and of square roots: nobody chose them for what they give."""


def training_seed(seed: int) -> int:
    """The same seed, if training may use it.

    Raises:
        OperatorError: it is one of the scoring half, or none at all.
    """
    if not 0 <= seed < SCORING_FROM:
        raise OperatorError(f"seed {seed} is for scoring: training and tuning use 0 to {SCORING_FROM - 1}")
    return seed
