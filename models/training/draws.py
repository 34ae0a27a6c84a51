"""How often a window is drawn to learn from: each class alike, and each source of a class alike."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from models.training.bank import FIRST_FRAMES
from models.training.labels import CLASSES
from models.training.palette import SYNTHESIS

REAL_SHARE = {
    "gunshot": 0.6, "explosion": 0.6, "fireworks": 0.5, "glass_break": 0.6, "scream": 0.8, "siren": 0.4,
    "horn_or_alarm": 0.5, "crowd": 0.75,
}  # fmt: skip
"""Of the events of a class, those from recordings: more where synthesis does not carry it (voices)."""


def weights(
    targets: NDArray[np.float32], sources: list[str], classes_of: Mapping[str, set[str]]
) -> NDArray[np.float32]:
    """The weight of each window in the draw of those where something is a fact; they sum to 1.

    Args:
        targets: of the four windows of every scene: (4 n, 8).
        sources: of what happens in each scene: n.
        classes_of: the classes that each recording is an example of.
    """
    source_of = np.repeat(np.array(sources), len(FIRST_FRAMES))
    found = np.zeros(len(targets))
    for one, name in enumerate(CLASSES):
        facts = targets[:, one] > 0
        synthetic = facts & (source_of == SYNTHESIS)
        real = sorted(source for source in set(source_of[facts].tolist()) if name in classes_of.get(source, ()))
        real_share = 0.0 if not real else 1.0 if not synthetic.any() else REAL_SHARE[name]
        for source in real:
            own = facts & (source_of == source)
            found[own] += real_share / len(real) / own.sum()
        if synthetic.any():
            found[synthetic] += (1 - real_share) / synthetic.sum()
    return np.asarray(found / found.sum(), dtype=np.float32)
