"""An independent critic of the sound library: YAMNet, which has heard two million real recordings, names our sounds.

It runs on a developer's machine, on clean renders, and never on the node. A sound is named where the best class of its
group scores above 0.3 in any window. A group holds only classes that a person would use for that sound.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from node.errors import OperatorError, UnreadableInputError
from simulator.sound.clips import Clips
from simulator.sound.library import example
from simulator.sound.noise import SAMPLE_RATE_HZ
from simulator.world.layout import Floats
from simulator.world.sounding import SoundName

MODEL, CLASSES = "yamnet.tflite", "yamnet_class_names.txt"
NAMED_ABOVE = 0.3
MUST_BE_NAMED = 0.6
"""Of the renders of a sound in `MUST_HOLD`."""
RENDERS = 20

_RATE_HZ = 16_000
_WINDOW, _HOP = 15_600, 7_800

GROUPS: dict[str, tuple[str, ...]] = {
    "siren": (
        "Siren", "Civil defense siren", "Police car (siren)", "Ambulance (siren)", "Fire engine, fire truck (siren)",
    ),
    "horn": ("Vehicle horn, car horn, honking", "Toot", "Air horn, truck horn"),
    "alarm": ("Alarm", "Car alarm", "Smoke detector, smoke alarm", "Fire alarm", "Alarm clock", "Buzzer"),
    "gunshot": ("Gunshot, gunfire", "Machine gun", "Fusillade", "Artillery fire", "Cap gun"),
    "explosion": ("Explosion", "Boom", "Eruption"),
    "fireworks": ("Fireworks", "Firecracker"),
    "glass": ("Glass", "Shatter", "Breaking"),
    "thunder": ("Thunder", "Thunderstorm"),
    "scream": ("Screaming",),
    "cheer": ("Cheering", "Crowd"),
    "boo": ("Crowd", "Bellow", "Shout"),
    "chant": ("Chant", "Crowd", "Shout"),
    "talk": ("Speech", "Conversation", "Chatter", "Hubbub, speech noise, speech babble", "Crowd"),
    "laughter": ("Laughter", "Giggle", "Belly laugh", "Chuckle, chortle", "Snicker"),
    "applause": ("Applause", "Clapping"),
    "children": ("Children playing", "Children shouting", "Child speech, kid speaking"),
    "bells": ("Bell", "Church bell", "Change ringing (campanology)", "Tubular bells", "Chime"),
    "jackhammer": ("Jackhammer",),
    "drill": ("Drill", "Power tool", "Tools"),
    "hammer": ("Hammer", "Whack, thwack", "Thunk", "Wood", "Chop", "Tap"),
    "music": ("Music",),
    "dog": ("Dog", "Bark", "Bow-wow"),
    "baby": ("Baby cry, infant cry", "Crying, sobbing"),
    "birds": ("Bird", "Bird vocalization, bird call, bird song", "Chirp, tweet"),
    "door": ("Door", "Slam", "Thump, thud", "Knock"),
    "helicopter": ("Helicopter",),
    "truck": ("Truck", "Heavy engine (low frequency)", "Idling", "Engine", "Motor vehicle (road)", "Bus"),
}  # fmt: skip

GROUP_OF: dict[SoundName, str] = {
    name: {"music.street": "music", "music.concert": "music"}.get(name, name.split(".")[0]) for name in SoundName
} | {SoundName.FIREWORK: "fireworks"}

MUST_HOLD = ("siren", "horn", "explosion", "fireworks", "glass", "thunder")
"""Groups of the sounds that at least `MUST_BE_NAMED` of the renders of each have to be named."""


@dataclass(frozen=True, slots=True)
class CriticRow:
    """What the critic says of one sound.

    Args:
        name: of the sound.
        group: that it should be named.
        made_from: `synthesis` or `clips`.
        renders: how many it heard.
        named: how many of them it named.
        mean_score: of the right group, 0..1.
        wrong_group: that scored highest in the mean among the others.
        wrong_score: its mean score.
        must_hold: whether the sound has to be named.
    """

    name: SoundName
    group: str
    made_from: str
    renders: int
    named: int
    mean_score: float
    wrong_group: str
    wrong_score: float
    must_hold: bool

    @property
    def share(self) -> float:
        """Of the renders that were named."""
        return self.named / self.renders

    @property
    def holds(self) -> bool:
        """Whether it is named often enough, where it has to be."""
        return not self.must_hold or self.share >= MUST_BE_NAMED


class SoundCritic:
    """YAMNet.

    Args:
        models: the folder with its weights and its class names.

    Raises:
        OperatorError: the interpreter is not installed.
        UnreadableInputError: the model or its names are not there, or are something else.
    """

    def __init__(self, models: Path) -> None:
        try:
            interpreter = importlib.import_module("ai_edge_litert.interpreter")
        except ImportError as error:
            raise OperatorError("the sound critic needs ai-edge-litert: pip install 'polewatch[dev]'") from error
        classes = _class_names(models / CLASSES)
        if not (models / MODEL).is_file():
            raise UnreadableInputError(f"{models / MODEL}: there is no such file")
        try:
            self._net = interpreter.Interpreter(model_path=str(models / MODEL), num_threads=1)
            self._net.allocate_tensors()
            self._into, self._out = self._net.get_input_details()[0], self._net.get_output_details()[0]
        except (ValueError, RuntimeError) as error:
            raise UnreadableInputError(f"{models / MODEL}: is no TFLite model") from error
        if tuple(self._into["shape"]) != (_WINDOW,) or tuple(self._out["shape"]) != (1, len(classes)):
            raise UnreadableInputError(f"{models / MODEL}: is not YAMNet with {len(classes)} classes")
        self._columns = {group: [classes.index(one) for one in names] for group, names in GROUPS.items()}

    def scores(self, sound_pa: Floats) -> dict[str, float]:
        """Each group's highest score in any window of a sound at 48 kHz, 0..1."""
        heard = np.max([self._window(window) for window in _windows(sound_pa)], axis=0)
        return {group: float(np.max(heard[columns])) for group, columns in self._columns.items()}

    def _window(self, window: NDArray[np.float32]) -> Floats:
        self._net.set_tensor(self._into["index"], window)
        self._net.invoke()
        return np.asarray(self._net.get_tensor(self._out["index"])[0], dtype=np.float64)


def table(
    models: Path,
    seeds: Sequence[int],
    clips: Clips | None = None,
    names: Sequence[SoundName] = tuple(SoundName),
    progress: Callable[[SoundName], None] | None = None,
) -> list[CriticRow]:
    """What the critic says of every sound, and again of those made from clips where clips are given.

    Args:
        models: the folder with YAMNet.
        seeds: one render each; not those that the library was tuned on (below 1000).
        clips: real sounds.
        names: of the sounds to be heard.
        progress: told each sound before it is heard.

    Raises:
        OperatorError: see `SoundCritic`, or there are no seeds.
        UnreadableInputError: see `SoundCritic` and `Clips.pick`.
    """
    if not seeds:
        raise OperatorError("the sound critic needs at least one seed")
    critic = SoundCritic(models)
    rows = []
    for name in names:
        if progress is not None:
            progress(name)
        rows.append(_row(critic, name, seeds, None))
        if clips is not None and name in clips.names():
            rows.append(_row(critic, name, seeds, clips))
    return rows


def _row(critic: SoundCritic, name: SoundName, seeds: Sequence[int], clips: Clips | None) -> CriticRow:
    group = GROUP_OF[name]
    heard = [critic.scores(example(name, seed, clips=clips)) for seed in seeds]
    means = {one: float(np.mean([scores[one] for scores in heard])) for one in GROUPS}
    wrong = max((one for one in GROUPS if not set(GROUPS[one]) & set(GROUPS[group])), key=lambda one: means[one])
    return CriticRow(
        name=name,
        group=group,
        made_from="synthesis" if clips is None else "clips",
        renders=len(heard),
        named=sum(scores[group] > NAMED_ABOVE for scores in heard),
        mean_score=means[group],
        wrong_group=wrong,
        wrong_score=means[wrong],
        must_hold=group in MUST_HOLD and clips is None,
    )


def _windows(sound_pa: Floats) -> list[NDArray[np.float32]]:
    """The sound at 16 kHz, peak 1, in windows of 0.975 s, each half over the one before."""
    steps = -(-sound_pa.size // 3)
    spectrum = np.fft.rfft(sound_pa, 3 * steps)[: steps // 2 + 1]
    slow = np.fft.irfft(spectrum, steps) * _RATE_HZ / SAMPLE_RATE_HZ
    slow = slow / max(1e-12, float(np.max(np.abs(slow))))
    count = 1 + max(0, -(-(slow.size - _WINDOW) // _HOP))
    padded = np.zeros(_WINDOW + (count - 1) * _HOP, dtype=np.float32)
    padded[: slow.size] = slow
    return [padded[at : at + _WINDOW] for at in range(0, count * _HOP, _HOP)]


def _class_names(path: Path) -> list[str]:
    try:
        classes = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise UnreadableInputError(f"{path}: cannot be read") from error
    missing = [one for names in GROUPS.values() for one in names if one not in classes]
    if missing:
        raise UnreadableInputError(f"{path}: the class '{missing[0]}' is missing; this is not YAMNet's list")
    return classes
