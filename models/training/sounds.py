"""Sounds to train on: the simulator's own library, drawn from training seeds alone.

Scoring uses the upper half of all seeds (`simulator/trials/seeds.py`), this module refuses them: what a model is
trained on and what it is scored on can never be the same sound.
"""

from __future__ import annotations

from simulator.sound.clips import Clips
from simulator.sound.library import example
from simulator.sound.noise import SAMPLE_RATE_HZ
from simulator.trials.seeds import training_seed
from simulator.world.layout import Floats
from simulator.world.sounding import KINDS, SoundName

RATE_HZ = SAMPLE_RATE_HZ
"""Samples a second."""


def training_sound(name: SoundName, seed: int, lasts_s: float | None = None, clips: Clips | None = None) -> Floats:
    """One clean render 1 m from its source.

    Args:
        name: which sound.
        seed: 0 to 2^31 - 1; each seed is another take.
        lasts_s: how long the source sounds, in seconds; None for what is usual.
        clips: permissive real sounds, used where there are some.

    Returns:
        Sound pressure in Pa at 48 kHz: float64, shape (n,).

    Raises:
        OperatorError: the seed is for scoring.
    """
    return example(name, training_seed(seed), lasts_s, clips)


def label_of(name: SoundName) -> str | None:
    """The kind of event that a sound is an example of, as in the contract, or None for one that only tempts."""
    return KINDS.get(name)
