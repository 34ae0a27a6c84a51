"""Real sounds from a folder with a manifest: voices and animals, which synthesis does not carry.

`manifest.csv` lies in the folder or one level up, and names a file a row: path (from the manifest's own folder), media,
label, non_commercial (no, yes or unknown), sha256. Clips of no known licence are never used; non-commercial ones only
where that is allowed. What a model is trained on to detect (shots, glass, sirens) is taken from clips only where
somebody names the labels, to judge it.
"""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import numpy as np
import soundfile

from node.errors import OperatorError, UnreadableInputError
from simulator.sound.noise import SAMPLE_RATE_HZ
from simulator.sound.shaping import fast_length, swell
from simulator.world.layout import Floats
from simulator.world.sounding import SoundName

MANIFEST = "manifest.csv"
_COLUMNS = ("path", "media", "label", "non_commercial", "sha256")
_SOURCE = "source_id"

LABELS: dict[SoundName, tuple[str, ...]] = {
    SoundName.SCREAM: ("scream",),
    SoundName.CHEER: ("crowd_cheer",),
    SoundName.BOO: ("crowd_boo",),
    SoundName.CHANT: ("crowd_shout",),
    SoundName.TALK: ("crowd_ambience",),
    SoundName.LAUGHTER: ("crowd_laughter",),
    SoundName.APPLAUSE: ("applause",),
    SoundName.CHILDREN: ("children_playing",),
    SoundName.DOG: ("dog_bark",),
    SoundName.BABY: ("baby_cry",),
    SoundName.BIRDS: ("birds",),
    SoundName.BELLS: ("church_bells",),
    SoundName.DOOR: ("door_bang",),
    SoundName.HELICOPTER: ("helicopter",),
    SoundName.JACKHAMMER: ("jackhammer",),
    SoundName.DRILL: ("drilling",),
    SoundName.MUSIC_STREET: ("street_music",),
    SoundName.TRUCK: ("engine_idling",),
}
"""Which labels of the manifest are which sound."""

_KEPT = 24
_MOST_S = 30.0
_SILENT_DB = -45.0
"""What stays so far under the peak at either end is cut off."""
_STEP = 480


@dataclass(frozen=True, slots=True)
class _Row:
    """One clip of the manifest."""

    number: int
    path: Path
    label: str
    sha256: str
    source: str


class Clips:
    """Real sounds by name. They are read when they are first picked, and a few dozen are kept.

    Args:
        rows: of the manifest, in its order.
        labels: which of their labels are which sound.
    """

    def __init__(self, rows: list[_Row], labels: Mapping[SoundName, tuple[str, ...]] = LABELS) -> None:
        self._rows, self._labels = rows, labels
        self._by_label: dict[str, list[_Row]] = {}
        for row in rows:
            self._by_label.setdefault(row.label, []).append(row)
        self._kept: dict[int, Floats] = {}

    @classmethod
    def load(
        cls, folder: Path, *, allow_nc: bool = False, labels: Mapping[SoundName, tuple[str, ...]] = LABELS
    ) -> Clips:
        """The clips of a folder that may be used.

        Args:
            folder: where they lie; its manifest is in it or one level up.
            allow_nc: those that may not be used commercially, too.
            labels: which labels of the manifest are which sound.

        Raises:
            OperatorError: there is no such folder, or no manifest with it.
            UnreadableInputError: the manifest cannot be used, or names a file that is not there; with file and row.
        """
        if not folder.is_dir():
            raise OperatorError(f"--sounds {folder}: there is no such folder")
        manifest = next((one for one in (folder / MANIFEST, folder.parent / MANIFEST) if one.is_file()), None)
        if manifest is None:
            raise OperatorError(f"--sounds {folder}: there is no {MANIFEST} in it, nor one level up")
        known = {label for many in labels.values() for label in many}
        free = {"no", "yes"} if allow_nc else {"no"}
        rows = []
        for number, fields in _fields(manifest):
            if fields["media"] != "audio" or fields["label"] not in known or fields["non_commercial"] not in free:
                continue
            path = _placed(manifest, number, fields["path"])
            if not path.is_relative_to(folder.resolve()):
                continue
            if not path.is_file():
                raise UnreadableInputError(f"{manifest}: row {number}: {fields['path']}: there is no such file")
            source = fields[_SOURCE] or fields["path"]
            rows.append(_Row(number, path, fields["label"], fields["sha256"].strip().lower(), source))
        return cls(rows, labels)

    def names(self) -> list[SoundName]:
        """Every sound that there are clips of."""
        return [name for name, labels in self._labels.items() if any(label in self._by_label for label in labels)]

    def by_source(self) -> dict[str, Clips]:
        """The clips of each recording by themselves, by what the manifest calls it (its path, where it names none)."""
        sources = sorted({row.source for row in self._rows})
        return {source: Clips([row for row in self._rows if row.source == source], self._labels) for source in sources}

    def pick(self, name: SoundName, rng: np.random.Generator) -> Floats | None:
        """One clip of this name, or None where there is none.

        Returns:
            48 kHz, mono, without silence at its ends, faded, peak 1: float64, shape (n,). It is not to be changed.

        Raises:
            UnreadableInputError: it is not the file of the manifest, or is no sound; with file and row.
        """
        rows = [row for label in self._labels.get(name, ()) for row in self._by_label.get(label, ())]
        if not rows:
            return None
        row = rows[int(rng.integers(len(rows)))]
        if row.number not in self._kept:
            self._kept[row.number] = _read(row)
            if len(self._kept) > _KEPT:
                del self._kept[next(iter(self._kept))]
        return self._kept[row.number]


def _fields(manifest: Path) -> list[tuple[int, dict[str, str]]]:
    """The rows of a manifest with their line numbers, every column that we read a text."""
    try:
        reader = csv.DictReader(io.StringIO(manifest.read_text(encoding="utf-8-sig")), strict=True)
        missing = [column for column in _COLUMNS if column not in (reader.fieldnames or ())]
        if missing:
            raise UnreadableInputError(f"{manifest}: row 1: the column {missing[0]} is missing")
        rows = []
        for fields in reader:
            if any(fields[column] is None for column in _COLUMNS):
                raise UnreadableInputError(f"{manifest}: row {reader.line_num}: has too few columns")
            known = {column: str(fields[column]) for column in _COLUMNS} | {_SOURCE: str(fields.get(_SOURCE) or "")}
            rows.append((reader.line_num, known))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise UnreadableInputError(
            f"{manifest}: is not a readable CSV file ({' '.join(str(error).split())})"
        ) from error
    return rows


def _placed(manifest: Path, number: int, name: str) -> Path:
    """Where a row's file lies; never outside the manifest's folder, not by a link either."""
    root = manifest.parent.resolve()
    pure = PurePosixPath(name)
    if not name or "\0" in name or pure.is_absolute() or ".." in pure.parts:
        raise UnreadableInputError(f"{manifest}: row {number}: path {name!r} leads out of the manifest's folder")
    path = (root / pure).resolve()
    if not path.is_relative_to(root):
        raise UnreadableInputError(f"{manifest}: row {number}: path {name!r} leads out of the manifest's folder")
    return path


def _read(row: _Row) -> Floats:
    where = f"{row.path} (row {row.number} of the manifest)"
    try:
        content = row.path.read_bytes()
        if hashlib.sha256(content).hexdigest() != row.sha256:
            raise UnreadableInputError(f"{where}: is not the file of the manifest: its sha256 differs")
        with soundfile.SoundFile(io.BytesIO(content)) as file:
            rate_hz = int(file.samplerate)
            channels = file.read(round(_MOST_S * rate_hz), dtype="float64", always_2d=True)
    except (OSError, soundfile.LibsndfileError) as error:
        raise UnreadableInputError(f"{where}: is no readable sound ({' '.join(str(error).split())})") from error
    mono = np.mean(channels, axis=1) if channels.size else np.zeros(1)
    if not np.all(np.isfinite(mono)) or not np.any(np.abs(mono) > 1e-6):
        raise UnreadableInputError(f"{where}: holds no sound")
    return trimmed(resampled(mono, rate_hz))


def resampled(sound: Floats, rate_hz: int) -> Floats:
    """A sound of any rate at 48 kHz, by its spectrum: nothing is lost below half the lower rate; shape (n,)."""
    if rate_hz == SAMPLE_RATE_HZ:
        return sound
    shared = int(np.gcd(rate_hz, SAMPLE_RATE_HZ))
    step_in, step_out = rate_hz // shared, SAMPLE_RATE_HZ // shared
    # Half a second of silence keeps its end from leaking into its begin.
    steps = fast_length(-(-(sound.size + rate_hz // 2) // step_in))
    spectrum = np.fft.rfft(sound, steps * step_in)
    wanted = steps * step_out // 2 + 1
    kept = np.zeros(wanted, dtype=np.complex128)
    kept[: min(wanted, spectrum.size)] = spectrum[:wanted]
    longer = np.fft.irfft(kept, steps * step_out) * step_out / step_in
    return np.asarray(longer[: max(1, round(sound.size * step_out / step_in))])


def trimmed(sound: Floats) -> Floats:
    """Without silence at its ends, without a step at either, peak 1."""
    centred = sound - np.mean(sound)
    blocks = np.pad(np.abs(centred), (0, -centred.size % _STEP)).reshape(-1, _STEP).max(axis=1)
    loud = np.flatnonzero(blocks >= np.max(blocks) * 10 ** (_SILENT_DB / 20))
    cut = centred[loud[0] * _STEP : min(centred.size, (loud[-1] + 1) * _STEP)]
    cut = cut * swell(cut.size, 0.003, 0.02)
    return np.asarray(cut / max(1e-9, float(np.max(np.abs(cut)))))
