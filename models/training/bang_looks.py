"""What the node knows of each bang when it has to name it: rendered and measured once, judged by any model.

    BangStreet -> Capsule -> Meter, ImpulseDetector -> impulses ┐
                        └-> LastSecond -> 16 kHz ───────────────┴-> Row (by a model)

The sound of a street is kept in the work folder at 16 kHz, with its bangs: a new model takes a second a street.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import astuple, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.training.bang_streets import LENGTH_S, TEMPTS, BangStreet
from models.training.recordings import read_manifest, split
from node.config.installed import find
from node.config.settings import Settings
from node.config.sound_classes import SoundClass
from node.sense.audio.background import Background
from node.sense.audio.bang_look import HOLDS_S, LATER_S, Look
from node.sense.audio.bangs import BEFORE_S, INTO_S, Bangs
from node.sense.audio.burst import Burst
from node.sense.audio.classifier import Classifier
from node.sense.audio.impulse import Impulse, ImpulseDetector
from node.sense.audio.last_second import HOPS, LastSecond
from node.sense.audio.level import Meter
from node.sense.audio.load import load_classifier
from node.sense.audio.logmel import RATE_HZ
from node.sense.audio.odds import NEVER, Thresholds, log_odds
from node.sense.audio.tagger import AFTER_HOPS, STEP_HOPS
from node.sense.capture.hops import HOP, HOP_S
from node.sense.capture.ports import SAMPLE_RATE_HZ, AudioBlock
from simulator.sound.soundscape import Capsule
from simulator.world.truth import expected

_SLOW_HOP = round(RATE_HZ * HOP_S)
_FULL_SCALE = 32767
_BEFORE_HOPS = round(BEFORE_S / HOP_S)
_SLACK_S = 0.6
SETTINGS = Settings.model_validate({"node": {"id": "training"}})


@dataclass(frozen=True, slots=True)
class Heard:
    """A street as it was heard.

    Args:
        slow: its sound at 16 kHz, 16 bit: shape (n,).
        bangs: those that are worth a name, in order.
        truth: the class of them all, or `TEMPTS`.
        source: the recording in it, or "synthesis".
    """

    slow: NDArray[np.int16]
    bangs: tuple[Impulse, ...]
    truth: str
    source: str


@dataclass(frozen=True, slots=True)
class Row:
    """What is known of one bang when it is named.

    Args:
        street: which street.
        look: all that is known.
        truth: its class, or `TEMPTS`.
        source: the recording, or "synthesis".
    """

    street: int
    look: Look
    truth: str
    source: str


def heard(work: Path, number: int, make: Callable[[int], BangStreet]) -> Heard:
    """Street `number` from the work folder; made and kept there, where it is not there yet."""
    file = work / f"bangs-{number}.npz"
    if not file.is_file():
        keep(file, listened(make(number)))
    with np.load(file) as kept:
        bangs = tuple(_impulse(row.tolist()) for row in kept["bangs"])
        return Heard(kept["slow"], bangs, str(kept["truth"]), str(kept["source"]))


def _impulse(row: list[float]) -> Impulse:
    """An impulse from a row of numbers, in the order of its fields."""
    onset_s, rise_ms, decay_ms, kurtosis, peak_db, level_db, prominence, overload = row
    return Impulse(onset_s, int(rise_ms), int(decay_ms), kurtosis, peak_db, level_db, prominence, bool(overload))


def keep(file: Path, street: Heard) -> None:
    """Writes a street whole or not at all."""
    unfinished = file.with_suffix(".part.npz")
    bangs = np.array([astuple(one) for one in street.bangs], dtype=np.float64).reshape(-1, 8)
    np.savez_compressed(unfinished, slow=street.slow, bangs=bangs, truth=street.truth, source=street.source)
    unfinished.replace(file)


def rows(number: int, street: Heard, classifier: Classifier) -> list[Row]:
    """Every bang of a street as a model hears it: once before what follows is heard, once after it."""
    thresholds = Thresholds(classifier.thresholds)
    known: dict[int, dict[SoundClass, float]] = {}

    def margins(end_hop: int) -> dict[SoundClass, float]:
        if end_hop not in known:
            second = street.slow[(end_hop - HOPS) * _SLOW_HOP : end_hop * _SLOW_HOP].astype(np.float32)
            scores = classifier.score(second / np.float32(_FULL_SCALE))
            known[end_hop] = {name: thresholds.margin(name, log_odds(p)) for name, p in scores.items()}
        return known[end_hop]

    found = []
    for bang in street.bangs:
        onset_hop = int(bang.onset_s / HOP_S) + 1
        ends = [hop for hop in _ends(onset_hop) if HOPS <= hop <= street.slow.size // _SLOW_HOP]
        for until_s in (HOLDS_S[1], LATER_S[1]):
            look = Look(bang, _before(bang, ends, margins))
            for end in ends:
                if end * HOP_S - bang.onset_s <= until_s:
                    look.see(end * HOP_S, margins(end))
            if look.windows:
                found.append(Row(number, look, street.truth, street.source))
    return found


@dataclass(frozen=True, slots=True)
class Nets:
    """The nets that hear streets.

    Args:
        shipped: hears synthesis, and recordings of which no net is known that learnt without them.
        nets: by the source of a recording.
    """

    shipped: Classifier
    nets: Mapping[str, Classifier]

    @classmethod
    def loaded(cls, name: str, folder: Path, folds: Path | None, sounds: Path) -> Nets:
        """A model by its name, and the nets of a folder."""
        nets: dict[str, Classifier] = {}
        if folds is not None:
            entry = find(name, folder)[0].model_copy(update={"self_test": None})
            for number, fold in enumerate(split(read_manifest(sounds)).folds):
                net = Classifier(entry, (folds / f"net-{number}.onnx").read_bytes())
                nets |= {one.source: net for one in fold}
        return cls(load_classifier(name, folder), nets)

    def rows(self, number: int, street: Heard) -> list[Row]:
        """Every bang of a street."""
        return rows(number, street, self.nets.get(street.source, self.shipped))


def _ends(onset_hop: int) -> list[int]:
    """The ends of the windows around an onset, in hops: each half second before it, those it asks for, one after."""
    before = range(onset_hop - 1, onset_hop - _BEFORE_HOPS, -STEP_HOPS)
    return [*before, *(onset_hop + after for after in AFTER_HOPS), onset_hop + AFTER_HOPS[-1] + STEP_HOPS]


def _before(impulse: Impulse, ends: list[int], margins: Callable[[int], dict[SoundClass, float]]) -> float:
    began_s = impulse.onset_s
    near = [end for end in ends if began_s - BEFORE_S <= end * HOP_S <= began_s + INTO_S]
    return max((margins(end).get(SoundClass.FIREWORKS, NEVER) for end in near), default=NEVER)


def listened(made: BangStreet) -> Heard:
    """Renders a street, in 16 bits, and measures its bangs as the node does."""
    full_scale_db = SETTINGS.microphone.full_scale_db
    meter, background = Meter(full_scale_db), Background()
    detector, second = ImpulseDetector(SETTINGS.impulse, full_scale_db), LastSecond(RATE_HZ)
    capsule, slow, impulses = Capsule(made.street, made.clips), [], []
    for hop in range(LENGTH_S * SAMPLE_RATE_HZ // HOP):
        samples = np.round(capsule.samples(hop * HOP, HOP) * _FULL_SCALE) / np.float32(_FULL_SCALE)
        block = AudioBlock(samples.astype(np.float32), hop * HOP_S)
        level = meter.measure(block)
        impulses += detector.step(block, level, background, trusted=True)
        background.update(level.laf_db, absorb=True)
        second.push(block.samples)
        # Decimated anew at each hop, as a second that is asked for at each hop would be.
        slow.append(second.take()[-_SLOW_HOP:].copy())
    sound = np.clip(np.round(np.concatenate(slow) * _FULL_SCALE), -_FULL_SCALE, _FULL_SCALE).astype(np.int16)
    return Heard(sound, tuple(_bangs(made, impulses)), made.truth, made.source)


def _bangs(made: BangStreet, impulses: list[Impulse]) -> list[Impulse]:
    """The impulses that are looked at: where a sound of a class is true, those within it; where none is, all."""
    burst, bangs = Burst(), Bangs(SETTINGS.impulse, Thresholds({}))
    true = [event for event in expected(made.street, 0.0, LENGTH_S, sight=False) if event.kind.startswith("sound.")]
    found = []
    for impulse in impulses:
        if not burst.add(impulse) or not bangs.has_shape(impulse):
            continue
        is_true = any(one.began_s - _SLACK_S <= impulse.onset_s <= one.ended_s + _SLACK_S for one in true)
        if is_true or made.truth == TEMPTS:
            found.append(impulse)
    return found
