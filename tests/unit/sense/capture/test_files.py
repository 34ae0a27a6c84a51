from __future__ import annotations

import contextlib
import os
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st

from node.errors import UnreadableInputError
from node.sense.capture.files import AudioFile
from node.sense.capture.ports import AudioBlock, EndOfMedia


def sine(rate_hz: int = 48_000, seconds: float = 1.0) -> np.ndarray:
    return 0.5 * np.sin(2 * np.pi * 440 * np.arange(round(rate_hz * seconds)) / rate_hz)


def read_all(path) -> list[AudioBlock]:
    file, blocks = AudioFile(path), []
    while True:
        try:
            blocks.append(file.read(0.0))
        except EndOfMedia:
            return blocks


def read_until_broken(path) -> tuple[float, str]:
    file, heard = AudioFile(path), 0
    while True:
        try:
            heard += file.read(0.0).samples.size
        except UnreadableInputError as error:
            return heard / 48_000, str(error)


@pytest.mark.parametrize("name", ["a.wav", "a.flac", "a.ogg"])
@pytest.mark.parametrize("rate_hz", [8_000, 44_100, 48_000, 96_000])
def test_a_second_of_any_format_and_rate_is_a_second(tmp_path, name, rate_hz):
    soundfile.write(tmp_path / name, sine(rate_hz), rate_hz)

    blocks = read_all(tmp_path / name)

    assert sum(block.samples.size for block in blocks) == 48_000


def test_time_counts_from_zero_without_holes(tmp_path):
    soundfile.write(tmp_path / "a.wav", sine(44_100, 2.0), 44_100)

    blocks = read_all(tmp_path / "a.wav")

    ends = [0.0] + [block.captured_s + block.duration_s for block in blocks]
    assert [block.captured_s for block in blocks] == pytest.approx(ends[:-1])


def test_several_channels_are_heard_as_their_mean(tmp_path):
    soundfile.write(tmp_path / "a.wav", np.stack([sine(), 0 * sine()], axis=1), 48_000)

    heard = np.concatenate([block.samples for block in read_all(tmp_path / "a.wav")])

    assert np.abs(heard - sine() / 2).max() < 1e-4


@pytest.mark.parametrize("other", [np.full(48_000, np.nan), -sine()], ids=["broken", "wired the wrong way round"])
def test_one_bad_channel_does_not_deafen_a_file(tmp_path, other):
    soundfile.write(tmp_path / "a.wav", np.stack([sine(), other], axis=1), 48_000, subtype="FLOAT")

    heard = np.concatenate([block.samples for block in read_all(tmp_path / "a.wav")])

    assert np.abs(np.abs(heard) - np.abs(sine())).max() < 1e-4


def test_samples_at_the_rail_are_counted(tmp_path):
    soundfile.write(tmp_path / "a.wav", np.clip(4 * sine(), -1, 1), 48_000)

    blocks = read_all(tmp_path / "a.wav")

    assert sum(block.clipped_samples for block in blocks) > 10_000


def test_broken_samples_of_a_float_file_are_not_finite(tmp_path):
    samples = sine().astype(np.float32)
    samples[100], samples[200], samples[300] = np.nan, np.inf, 8.1
    soundfile.write(tmp_path / "a.wav", samples, 48_000, subtype="FLOAT")

    first = read_all(tmp_path / "a.wav")[0]

    assert np.flatnonzero(~np.isfinite(first.samples)).tolist() == [100, 200, 300]


@pytest.mark.parametrize("broken", [np.nan, -np.inf, 1e30, 8.1])
def test_a_file_without_a_usable_sample_is_given_and_then_told(tmp_path, broken):
    soundfile.write(tmp_path / "a.wav", np.full(48_000, broken), 48_000, subtype="FLOAT")

    heard_s, told = read_until_broken(tmp_path / "a.wav")

    assert heard_s == pytest.approx(1.0)
    assert told.endswith("a.wav: holds no usable sound: not one sample is a number in range")


@pytest.mark.parametrize(("rate_hz", "frames"), [(48_000, 5_999), (8_000, 999), (96_000, 11_998)])
def test_a_file_shorter_than_a_hop_is_told(tmp_path, rate_hz, frames):
    soundfile.write(tmp_path / "a.wav", sine(rate_hz)[:frames], rate_hz)

    assert "is shorter than 0.125 s" in read_until_broken(tmp_path / "a.wav")[1]


@pytest.mark.parametrize("rate_hz", [8_000, 44_100, 48_000, 96_000])
def test_a_file_of_exactly_one_hop_is_heard(tmp_path, rate_hz):
    soundfile.write(tmp_path / "a.wav", sine(rate_hz)[: -(-rate_hz // 8)], rate_hz)

    assert sum(block.samples.size for block in read_all(tmp_path / "a.wav")) >= 6_000


def test_the_share_of_unusable_samples_is_one_line_of_the_log(tmp_path, caplog):
    samples = sine().astype(np.float32)
    samples[:5_760] = np.nan
    soundfile.write(tmp_path / "a.wav", samples, 48_000, subtype="FLOAT")

    read_all(tmp_path / "a.wav")

    (line,) = caplog.messages
    assert line.endswith("a.wav: 12 % of its samples are no numbers in range and count as lost")


def test_a_channel_that_is_broken_beside_one_that_works_is_not_told(tmp_path, caplog):
    soundfile.write(tmp_path / "a.wav", np.stack([sine(), np.full(48_000, np.nan)], axis=1), 48_000, subtype="FLOAT")

    read_all(tmp_path / "a.wav")

    assert caplog.messages == []


@pytest.mark.parametrize("name", ["a.wav", "a.flac", "a.ogg"])
def test_a_file_that_breaks_off_gives_what_it_holds_and_then_says_so(tmp_path, name):
    noise = np.random.default_rng(0).uniform(-0.5, 0.5, 4 * 44_100)
    soundfile.write(tmp_path / "whole", noise, 44_100, format=name[2:].upper())
    whole = (tmp_path / "whole").read_bytes()
    (tmp_path / name).write_bytes(whole[: len(whole) // 2])

    heard_s, told = read_until_broken(tmp_path / name)

    assert 1.5 < heard_s <= 2.5
    assert f"breaks off after {heard_s:.1f} s" in told


def test_a_wav_header_that_promises_more_than_follows_is_told(tmp_path):
    soundfile.write(tmp_path / "a.wav", sine(), 48_000)
    content = bytearray((tmp_path / "a.wav").read_bytes())
    at = content.index(b"data") + 4
    content[at : at + 4] = (192_000).to_bytes(4, "little")
    (tmp_path / "a.wav").write_bytes(content)

    heard_s, _ = read_until_broken(tmp_path / "a.wav")

    assert heard_s == pytest.approx(1.0)


def test_a_wav_from_a_pipe_promises_nothing_and_is_whole(tmp_path):
    soundfile.write(tmp_path / "a.wav", sine(), 48_000)
    content = bytearray((tmp_path / "a.wav").read_bytes())
    at = content.index(b"data") + 4
    content[at : at + 4] = b"\xff\xff\xff\xff"
    (tmp_path / "a.wav").write_bytes(content)

    blocks = read_all(tmp_path / "a.wav")

    assert sum(block.samples.size for block in blocks) == 48_000


@pytest.mark.parametrize("content", [b"", b"RIFF", b"ID3" + bytes(400), b"fLaC" + bytes(400), b"text\n"])
def test_what_is_no_sound_file_is_refused_in_one_line(tmp_path, content):
    (tmp_path / "a.wav").write_bytes(content)

    with pytest.raises(UnreadableInputError, match=r"^[^\n]*a\.wav: [^\n]+$"):
        AudioFile(tmp_path / "a.wav")


def test_a_missing_file_is_refused(tmp_path):
    with pytest.raises(UnreadableInputError, match="No such file"):
        AudioFile(tmp_path / "nowhere.wav")


def test_a_folder_is_refused(tmp_path):
    with pytest.raises(UnreadableInputError, match="directory"):
        AudioFile(tmp_path)


def test_a_pipe_is_refused_without_waiting_for_its_writer(tmp_path):
    os.mkfifo(tmp_path / "a.wav")

    with pytest.raises(UnreadableInputError, match="a pipe or a device cannot be used; name a file"):
        AudioFile(tmp_path / "a.wav")


def test_an_empty_name_is_told_as_none():
    with pytest.raises(UnreadableInputError, match="no sound file is named"):
        AudioFile(Path())


def test_a_file_without_a_sample_is_refused(tmp_path):
    soundfile.write(tmp_path / "a.wav", np.zeros(0), 48_000)

    with pytest.raises(UnreadableInputError, match="no sound"):
        AudioFile(tmp_path / "a.wav")


@pytest.mark.parametrize("rate_hz", [4_000, 384_000])
def test_a_rate_out_of_range_is_refused_with_the_range(tmp_path, rate_hz):
    soundfile.write(tmp_path / "a.wav", np.zeros(1000), rate_hz)

    with pytest.raises(UnreadableInputError, match=r"8000\.\.192000"):
        AudioFile(tmp_path / "a.wav")


def test_a_rate_without_a_simple_ratio_is_refused_with_one_that_has(tmp_path):
    soundfile.write(tmp_path / "a.wav", np.zeros(1000), 191_999)

    with pytest.raises(UnreadableInputError, match="resample it to 48000 Hz"):
        AudioFile(tmp_path / "a.wav")


def test_closing_twice_is_safe_and_a_closed_file_is_over(tmp_path):
    soundfile.write(tmp_path / "a.wav", sine(), 48_000)
    file = AudioFile(tmp_path / "a.wav")
    file.close()
    file.close()

    with pytest.raises(EndOfMedia):
        file.read(0.0)


@settings(max_examples=60, deadline=None)
@given(magic=st.sampled_from([b"RIFF", b"fLaC", b"OggS"]), rest=st.binary(max_size=300))
def test_any_bytes_raise_only_our_error(tmp_path_factory, magic, rest):
    path = tmp_path_factory.mktemp("any") / "a.bin"
    path.write_bytes(magic + rest)

    with contextlib.suppress(UnreadableInputError):
        read_all(path)


@pytest.mark.parametrize("name", ["a.flac", "a.ogg"])
def test_a_decoder_writes_nothing_to_stderr(tmp_path, capfd, name):
    noise = np.random.default_rng(0).uniform(-0.5, 0.5, 4 * 44_100)
    soundfile.write(tmp_path / name, noise, 44_100)
    content = bytearray((tmp_path / name).read_bytes())
    content[30_000:33_000] = bytes(3000)
    (tmp_path / name).write_bytes(content)

    with contextlib.suppress(UnreadableInputError):
        read_all(tmp_path / name)

    assert capfd.readouterr().err == ""
