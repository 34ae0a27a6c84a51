"""What independent models say of clean renders, as tables: a check on the street, never on a node."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from node.errors import OperatorError
from simulator.sound.clips import Clips
from simulator.trials import critic_sight, critic_sound
from simulator.trials.critic_sight import SightCriticRow
from simulator.trials.critic_sound import CriticRow

SEEDS = tuple(range(1000, 1000 + critic_sound.RENDERS))
"""Of the renders: none that the sounds or the figures were tuned on."""
_STREETS = 3
_DETECTORS = ("yolox_nano.onnx", "FastestDet.onnx", "lightweight_person_detector.onnx")
_SHARE_TO_FIND = 0.5

Value = str | int | float | bool


@dataclass(frozen=True, slots=True)
class Verdict:
    """One critic's table.

    Args:
        name: short, for scripts.
        title: for people.
        headings: of its columns.
        rows: as many values each as there are headings.
    """

    name: str
    title: str
    headings: tuple[str, ...]
    rows: tuple[tuple[Value, ...], ...]

    def as_json(self) -> list[dict[str, Value]]:
        """A row an object."""
        return [dict(zip(self.headings, row, strict=True)) for row in self.rows]

    def words(self) -> list[tuple[str, ...]]:
        """The rows for people."""
        return [tuple(_word(value) for value in row) for row in self.rows]


def require(models: Path) -> None:
    """Does nothing where a folder holds a critic: whoever asks later need not wait to find out.

    Raises:
        OperatorError: it holds none.
    """
    known = (critic_sound.MODEL, *_DETECTORS)
    if not any((models / name).is_file() for name in known):
        raise OperatorError(f"{models}: there is no critic in this folder; there could be {', '.join(known)}")


def ask(models: Path, clips: Clips | None = None, progress: Callable[[str], None] | None = None) -> list[Verdict]:
    """What every critic of a folder says.

    Args:
        models: a folder with YAMNet, with person detectors, or with both.
        clips: real sounds, which are heard as well where they are given.
        progress: told what is looked at or listened to next.

    Raises:
        OperatorError: there is no critic in the folder, or one cannot be run here.
        UnreadableInputError: a file is not what its name says.
    """
    require(models)
    verdicts = []
    if (models / critic_sound.MODEL).is_file():
        verdicts.append(sound_verdict(critic_sound.table(models, SEEDS, clips, progress=progress)))
    detectors = [models / name for name in _DETECTORS if (models / name).is_file()]
    rows: list[SightCriticRow] = []
    for detector in detectors:
        if progress is not None:
            progress(detector.stem)
        rows += critic_sight.people_found(detector, SEEDS[:_STREETS])
    if rows:
        verdicts.append(sight_verdict(rows))
    return verdicts


def sound_verdict(rows: Sequence[CriticRow]) -> Verdict:
    """What the sound critic says."""
    return Verdict(
        "sound",
        f"What YAMNet names in clean renders (at least {critic_sound.MUST_BE_NAMED:.0%} where it must)",
        ("sound", "made_from", "named", "renders", "share", "mean_score", "loudest_wrong", "wrong_score", "verdict"),
        tuple(
            (
                row.name.value, row.made_from, row.named, row.renders, row.share, row.mean_score,
                row.wrong_group, row.wrong_score, ("holds" if row.holds else "fails") if row.must_hold else "",
            )
            for row in rows
        ),
    )  # fmt: skip


def sight_verdict(rows: Sequence[SightCriticRow]) -> Verdict:
    """What the person detectors say."""
    return Verdict(
        "sight",
        f"People found within {critic_sight.NEAR_M:g} m at 1280x720 ({_SHARE_TO_FIND:.0%} by one detector will do)",
        ("detector", "light", "found", "people", "share", "boxes_elsewhere", "verdict"),
        tuple(
            (
                row.detector, row.light.value, row.found, row.of, row.share, row.elsewhere,
                "holds" if row.share >= _SHARE_TO_FIND else "",
            )
            for row in rows
        ),
    )  # fmt: skip


def _word(value: Value) -> str:
    return f"{value:.2f}" if isinstance(value, float) else str(value)
