"""Real sounds from a folder: what is used, and what is refused in one line."""

from __future__ import annotations

import csv
import hashlib
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st

from node.errors import OperatorError, UnreadableInputError
from simulator.sound.clips import Clips, resampled
from simulator.sound.library import source
from simulator.world.sounding import Sounding, SoundName, stands

RATE_HZ = 48_000
COLUMNS = ["path", "media", "label", "non_commercial", "sha256"]


def tone(hz: float, lasts_s: float, rate_hz: int) -> np.ndarray:
    return 0.5 * np.sin(2 * np.pi * hz * np.arange(round(lasts_s * rate_hz)) / rate_hz)


class Folder:
    """A folder of tones with a manifest, in the making."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.rows: list[dict[str, str]] = []

    def add(self, name: str, label: str, sound: np.ndarray, *, rate_hz: int = RATE_HZ, nc: str = "no") -> Path:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        soundfile.write(path, sound, rate_hz, "PCM_24", format="FLAC")
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        self.row(path=name, media="audio", label=label, non_commercial=nc, sha256=digest)
        return path

    def row(self, **fields: str) -> None:
        self.rows.append(fields)

    def write(self) -> Path:
        with (self.root / "manifest.csv").open("w", newline="") as file:
            writer = csv.DictWriter(file, COLUMNS)
            writer.writeheader()
            writer.writerows(self.rows)
        return self.root


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path)


def pick(clips: Clips, name: SoundName, seed: int = 1) -> np.ndarray | None:
    return clips.pick(name, np.random.default_rng(seed))


def dogs(lasts_s: float) -> Sounding:
    return Sounding(SoundName.DOG, 0, 0.0, lasts_s, 90.0, stands(0.0, 0.0, 0.0))


def test_a_clip_comes_at_48_khz_with_its_pitch(folder):
    folder.add("dog/a.flac", "dog_bark", tone(1000, 1.0, 22_050), rate_hz=22_050)
    clip = pick(Clips.load(folder.write()), SoundName.DOG)

    assert clip is not None
    assert clip.size == pytest.approx(RATE_HZ, abs=500)
    assert np.argmax(np.abs(np.fft.rfft(clip))) * RATE_HZ / clip.size == pytest.approx(1000, abs=3)


def test_silence_at_either_end_is_cut_off(folder):
    folder.add("a.flac", "dog_bark", np.concatenate([np.zeros(24_000), tone(500, 0.5, RATE_HZ), np.zeros(48_000)]))
    clip = pick(Clips.load(folder.write()), SoundName.DOG)

    assert clip is not None
    assert 0.5 * RATE_HZ <= clip.size <= 0.53 * RATE_HZ


def test_two_channels_become_one(folder):
    folder.add("a.flac", "dog_bark", np.stack([tone(500, 0.5, RATE_HZ), tone(700, 0.5, RATE_HZ)], axis=1))
    clip = pick(Clips.load(folder.write()), SoundName.DOG)

    assert clip is not None
    assert clip.ndim == 1


def test_a_sound_without_clips_gives_none(folder):
    assert pick(Clips.load(folder.write()), SoundName.DOG) is None


@pytest.mark.parametrize(("allowed", "names"), [(False, []), (True, [SoundName.JACKHAMMER])])
def test_non_commercial_clips_are_used_only_where_that_is_allowed(folder, allowed, names):
    folder.add("a.flac", "jackhammer", tone(500, 0.5, RATE_HZ), nc="yes")

    assert Clips.load(folder.write(), allow_nc=allowed).names() == names


def test_clips_of_unknown_licence_are_never_used(folder):
    folder.add("a.flac", "dog_bark", tone(500, 0.5, RATE_HZ), nc="unknown")

    assert Clips.load(folder.write(), allow_nc=True).names() == []


def test_the_manifest_may_lie_one_level_up(folder):
    folder.add("audio/a.flac", "dog_bark", tone(500, 0.5, RATE_HZ))
    folder.add("other/b.flac", "applause", tone(500, 0.5, RATE_HZ))
    folder.write()

    assert Clips.load(folder.root / "audio").names() == [SoundName.DOG]


def test_the_same_chance_picks_the_same_clip_and_each_is_picked_at_times(folder):
    for number in range(3):
        folder.add(f"{number}.flac", "dog_bark", tone(500 + 100 * number, 0.5, RATE_HZ))
    root = folder.write()
    first, second = Clips.load(root), Clips.load(root)
    picked = [np.asarray(pick(first, SoundName.DOG, seed)).tobytes() for seed in range(12)]
    again = [np.asarray(pick(second, SoundName.DOG, seed)).tobytes() for seed in reversed(range(12))]

    assert picked == again[::-1]
    assert len(set(picked)) == 3


def test_a_short_clip_is_repeated_for_as_long_as_the_sound_lasts(folder):
    folder.add("a.flac", "dog_bark", tone(500, 0.4, RATE_HZ))
    sound = source(dogs(3.0), 1, Clips.load(folder.write())).samples(0, 3 * RATE_HZ)
    powers = np.mean(np.square(sound.reshape(-1, 9600)), axis=1)

    assert np.all(powers > 0.2 * np.max(powers))


def test_a_long_clip_is_cut(folder):
    folder.add("a.flac", "dog_bark", tone(500, 4.0, RATE_HZ))

    assert source(dogs(1.0), 1, Clips.load(folder.write())).length == RATE_HZ


def test_a_minute_of_clips_is_the_same_however_it_is_cut(folder):
    folder.add("a.flac", "dog_bark", tone(500, 0.7, RATE_HZ))
    one = source(dogs(60.0), 1, Clips.load(folder.write()))
    cut = np.concatenate([one.samples(0, 1_000_001), one.samples(1_000_001, 60 * RATE_HZ - 1_000_001)])

    assert np.array_equal(cut, one.samples(0, 60 * RATE_HZ))


def test_a_folder_that_is_not_there_is_named(tmp_path):
    with pytest.raises(OperatorError, match=r"--sounds .*nowhere: there is no such folder"):
        Clips.load(tmp_path / "nowhere")


def test_a_folder_without_a_manifest_is_named(tmp_path):
    (tmp_path / "a").mkdir()

    with pytest.raises(OperatorError, match=r"there is no manifest\.csv"):
        Clips.load(tmp_path / "a")


def test_a_manifest_without_a_column_is_refused_with_its_name(tmp_path):
    (tmp_path / "manifest.csv").write_text("path,media,label\n")

    with pytest.raises(UnreadableInputError, match=r"manifest\.csv: row 1: the column non_commercial is missing"):
        Clips.load(tmp_path)


def test_a_row_with_too_few_columns_is_refused_with_its_number(tmp_path):
    (tmp_path / "manifest.csv").write_text(",".join(COLUMNS) + "\na.flac,audio\n")

    with pytest.raises(UnreadableInputError, match=r"manifest\.csv: row 2: has too few columns"):
        Clips.load(tmp_path)


def test_a_manifest_that_is_no_text_is_refused(tmp_path):
    (tmp_path / "manifest.csv").write_bytes(b"\xff\xfe\x00\x81")

    with pytest.raises(UnreadableInputError, match="is not a readable CSV file"):
        Clips.load(tmp_path)


def test_a_file_that_is_not_there_is_named_with_its_row(folder):
    folder.row(path="gone.flac", media="audio", label="dog_bark", non_commercial="no", sha256="0" * 64)

    with pytest.raises(UnreadableInputError, match=r"row 2: gone\.flac: there is no such file"):
        Clips.load(folder.write())


@pytest.mark.parametrize("path", ["../a.flac", "/etc/passwd", "dog/../../a.flac", ""])
def test_a_path_out_of_the_manifests_folder_is_refused(folder, path):
    folder.row(path=path, media="audio", label="dog_bark", non_commercial="no", sha256="0" * 64)

    with pytest.raises(UnreadableInputError, match=r"row 2: path .* leads out of the manifest's folder"):
        Clips.load(folder.write())


def test_a_link_out_of_the_manifests_folder_is_refused(folder, tmp_path_factory):
    outside = tmp_path_factory.mktemp("outside") / "a.flac"
    soundfile.write(outside, tone(500, 0.1, RATE_HZ), RATE_HZ)
    (folder.root / "a.flac").symlink_to(outside)
    folder.row(path="a.flac", media="audio", label="dog_bark", non_commercial="no", sha256="0" * 64)

    with pytest.raises(UnreadableInputError, match="leads out of the manifest's folder"):
        Clips.load(folder.write())


def test_another_file_than_the_manifests_is_refused_when_it_is_picked(folder):
    path = folder.add("a.flac", "dog_bark", tone(500, 0.5, RATE_HZ))
    soundfile.write(path, tone(600, 0.5, RATE_HZ), RATE_HZ)
    clips = Clips.load(folder.write())

    with pytest.raises(UnreadableInputError, match=r"a\.flac \(row 2 of the manifest\): .* sha256 differs"):
        pick(clips, SoundName.DOG)


def test_a_file_that_is_no_sound_is_refused_when_it_is_picked(folder):
    (folder.root / "a.flac").write_bytes(b"not a sound")
    digest = hashlib.sha256(b"not a sound").hexdigest()
    folder.row(path="a.flac", media="audio", label="dog_bark", non_commercial="no", sha256=digest)
    clips = Clips.load(folder.write())

    with pytest.raises(UnreadableInputError, match=r"a\.flac \(row 2 of the manifest\): is no readable sound"):
        pick(clips, SoundName.DOG)


def test_a_file_of_silence_is_refused_when_it_is_picked(folder):
    folder.add("a.flac", "dog_bark", np.zeros(4800))
    clips = Clips.load(folder.write())

    with pytest.raises(UnreadableInputError, match="holds no sound"):
        pick(clips, SoundName.DOG)


@settings(max_examples=25)
@given(rate_hz=st.sampled_from([8000, 22_050, 24_000, 44_100, 96_000]), hz=st.floats(200, 3500))
def test_resampling_keeps_a_tone_to_a_thousandth(rate_hz, hz):
    lasts_s = 0.25
    # Faded in and out, so that the tone has no edges of its own.
    window = np.hanning(round(lasts_s * rate_hz))
    wanted = np.hanning(round(lasts_s * RATE_HZ)) * tone(hz, lasts_s, RATE_HZ)
    got = resampled(window * tone(hz, lasts_s, rate_hz), rate_hz)
    middle = slice(2000, -2000)

    assert got.size == pytest.approx(wanted.size, abs=2)
    assert np.max(np.abs(got[: wanted.size][middle] - wanted[: got.size][middle])) < 2e-3


@pytest.mark.realdata
def test_the_real_folder_has_permissive_clips_of_voices_and_animals(shared_data):
    names = Clips.load(shared_data / "audio").names()

    assert {SoundName.CHEER, SoundName.SCREAM, SoundName.LAUGHTER, SoundName.APPLAUSE, SoundName.DOG} <= set(names)
    assert SoundName.JACKHAMMER not in names


@pytest.mark.realdata
def test_a_real_cheer_is_used_at_the_level_that_is_asked(shared_data):
    one = Sounding(SoundName.CHEER, 0, 0.0, 4.0, 100.0, stands(0.0, 0.0, 0.0))
    real = source(one, 1, Clips.load(shared_data / "audio")).samples(0, 4 * RATE_HZ)
    made = source(one, 1).samples(0, 4 * RATE_HZ)

    assert not np.allclose(real, made)
    assert 20 * np.log10(np.sqrt(np.mean(np.square(real))) / 20e-6) == pytest.approx(98.0, abs=6.0)


def test_other_labels_may_be_named(folder: Folder) -> None:
    folder.add("a.flac", "fireworks", tone(500, 0.2, RATE_HZ))

    clips = Clips.load(folder.write(), labels={SoundName.FIREWORK: ("fireworks",)})
    assert clips.names() == [SoundName.FIREWORK]
    assert pick(clips, SoundName.FIREWORK) is not None


def test_the_clips_of_each_recording_stand_by_themselves(folder: Folder) -> None:
    folder.add("a.flac", "dog_bark", tone(300, 0.2, RATE_HZ))
    folder.add("b.flac", "dog_bark", tone(900, 0.1, RATE_HZ))

    by_source = Clips.load(folder.write()).by_source()
    sizes = {
        source: len(sound) for source, clips in by_source.items() if (sound := pick(clips, SoundName.DOG)) is not None
    }
    assert sizes["b.flac"] < sizes["a.flac"]
