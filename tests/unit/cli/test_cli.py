"""The command of the device, as an operator meets it: answers, one-line errors, exit codes."""

import json
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import cv2
import numpy as np
import pytest
import soundfile

from node.cli import main

ROOT = Path(__file__).parents[3]
RATE_HZ = 48_000


def street(seconds: float, roar: tuple[float, float] | None = None) -> np.ndarray:
    """A steady hum, with a swelling of voices-band noise 20 dB above it."""
    chance = np.random.default_rng(5)
    samples = 0.002 * chance.standard_normal(int(seconds * RATE_HZ))
    if roar:
        first, last = (int(at_s * RATE_HZ) for at_s in roar)
        t_s = np.arange(last - first) / RATE_HZ
        # The phases must not agree: in step these are 37 clicks a second, and each click is a bang.
        voices = sum(np.sin(2 * np.pi * f_hz * t_s + f_hz * f_hz) for f_hz in range(300, 3000, 37))
        samples[first:last] += 0.004 * voices * (1 + 0.5 * np.sin(2 * np.pi * 4 * t_s))
    return samples


@pytest.fixture
def roar(tmp_path: Path) -> Path:
    path = tmp_path / "street.wav"
    soundfile.write(path, street(60, roar=(30, 36)), RATE_HZ)
    return path


def lines(text: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in text.splitlines()]


def test_replay_prints_one_cloudevent_a_line(roar: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["replay", "--audio", str(roar)]) == 0

    told = [(event["type"], event["data"].get("phase")) for event in lines(capsys.readouterr().out)]  # type: ignore[attr-defined]  # data is a table
    assert told == [
        ("org.polewatch.noise.spike.v1", "start"),
        ("org.polewatch.noise.spike.v1", "end"),
        ("org.polewatch.summary.v1", None),
    ]


def test_replay_dates_events_from_the_given_start(roar: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["replay", "--audio", str(roar), "--start", "2026-06-01T10:00:00+02:00"])

    assert lines(capsys.readouterr().out)[0]["time"] == "2026-06-01T08:00:30Z"


def test_two_replays_of_one_file_are_byte_for_byte_the_same(roar: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["replay", "--audio", str(roar), "--seed", "7"])
    first = capsys.readouterr().out
    main(["replay", "--audio", str(roar), "--seed", "7"])

    assert capsys.readouterr().out == first
    assert '"id":"00000007-000000000001"' in first


def test_scores_have_one_line_a_hop_with_levels(roar: Path, tmp_path: Path) -> None:
    main(["replay", "--audio", str(roar), "--scores", str(tmp_path / "scores.jsonl")])
    scores = lines((tmp_path / "scores.jsonl").read_text())

    assert [row["t"] for row in scores[:3]] == [0.125, 0.25, 0.375]
    assert len(scores) == 480
    assert {"t", "laf_db", "laeq_1s_db", "present", "people", "scores"} <= scores[0].keys()


def test_levels_of_an_uncalibrated_microphone_are_named_dbfs(
    roar: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = tmp_path / "config.toml"
    config.write_text('[node]\nid = "pole-1"\n[microphone]\ncalibration = "none"\n')
    main(["replay", "--audio", str(roar), "--config", str(config), "--scores", str(tmp_path / "scores.jsonl")])

    assert "laf_dbfs" in lines((tmp_path / "scores.jsonl").read_text())[0]
    assert lines(capsys.readouterr().out)[-1]["data"]["levels"]["laeq_dbfs"] < 0  # type: ignore[index]  # data is a table


def test_the_rate_cap_holds_in_replay_and_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config, path = tmp_path / "config.toml", tmp_path / "street.wav"
    config.write_text('[node]\nid = "pole-1"\n[policy]\nincidents_per_10_min = 0\n')
    soundfile.write(path, street(60, roar=(30, 36)), RATE_HZ)
    main(["replay", "--audio", str(path), "--config", str(config)])
    events = lines(capsys.readouterr().out)

    assert len(events) == 1
    assert events[0]["data"]["held_back"] == 1  # type: ignore[index]  # data is a table


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["replay"], 2, "needs --audio FILE, --video FILE, or both"),
        (["replay", "--audio", "missing.wav"], 66, "missing.wav"),
        (["replay", "--video", "missing.mp4"], 66, "missing.mp4"),
        (["replay", "--audio", "text.wav"], 66, "text.wav"),
        (["replay", "--video", "text.wav"], 66, "text.wav"),
        (["replay", "--audio", "empty.wav"], 66, "empty.wav"),
        (["replay", "--audio", "good.wav", "--start", "noon"], 2, "--start noon: is no time"),
        (["replay", "--audio", "good.wav", "--scores", "/dev/full"], 69, "/dev/full: cannot be written"),
        (["replay", "--audio", "good.wav", "--scores", "no/such/folder"], 69, "no/such/folder: cannot be written"),
        (["replay", "--audio", "good.wav", "--config", "empty.wav"], 78, "empty.wav: is empty"),
        (["replay", "--audio", "good.wav", "--scores", "good.wav"], 2, "good.wav: is an input of this very run"),
        (["replay", "--audio", "good.wav", "--start", "1950-01-01"], 2, "not in the years 1970 to 9998"),
        (["replay", "--audio", "good.wav", "--start", "9999-12-31"], 2, "not in the years 1970 to 9998"),
        (["replay", "--video", "/dev/null"], 66, "/dev/null: is a device"),
        (["replay", "--audio", "two\nlines.wav"], 66, "two\\nlines.wav"),
        (["config", "check", "--config", "missing.toml"], 78, "missing.toml: cannot be read"),
        (["sense", "--config", "text.wav"], 78, "text.wav"),
        (["uplink", "--config", "text.wav"], 78, "text.wav"),
    ],
)
def test_what_cannot_be_done_is_one_line_and_an_exit_code(
    arguments: list[str],
    code: int,
    says: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("text.wav").write_text("this is no sound, and no configuration")
    Path("empty.wav").touch()
    soundfile.write("good.wav", street(2), RATE_HZ)

    assert main(arguments) == code
    said = capfd.readouterr().err
    assert says in said
    assert said.startswith("polewatch: ")
    assert said.count("\n") == 1


def test_a_file_that_breaks_off_gives_its_events_first_and_then_one_line(
    roar: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    content = roar.read_bytes()
    roar.write_bytes(content[: len(content) * 4 // 5])

    assert main(["replay", "--audio", str(roar)]) == 66
    told = capfd.readouterr()
    assert [event["data"].get("phase") for event in lines(told.out)] == ["start", "end", None]  # type: ignore[attr-defined]  # data is a table
    assert told.err.count("\n") == 1
    assert "48" in told.err


@pytest.mark.parametrize("arguments", [["--help"], ["replay", "--help"], ["config", "--help"], ["--version"]])
def test_help_is_given(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(arguments)

    assert caught.value.code == 0
    assert "polewatch" in capsys.readouterr().out


@pytest.mark.parametrize("arguments", [[], ["fly"], ["replay", "--seed", "-1"], ["replay", "--seed", "x"]])
def test_a_wrong_call_is_told_with_exit_code_2(arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(arguments)

    assert caught.value.code == 2


def test_config_check_and_show_tell_what_holds(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["config", "example"])
    config = tmp_path / "config.toml"
    config.write_text(capsys.readouterr().out)

    assert main(["config", "check", "--config", str(config)]) == 0
    assert main(["config", "show", "--origin", "--config", str(config)]) == 0
    assert "broker.port = 1883" in capsys.readouterr().out


def test_models_says_what_the_manifest_holds(capsys: pytest.CaptureFixture[str]) -> None:
    names = [one["name"] for one in tomllib.loads((ROOT / "models/manifest.toml").read_text()).get("model", [])]

    assert main(["models", "verify"]) == 0
    said = capsys.readouterr().out
    assert re.findall(r"^ok    model ([a-z0-9-]+): is whole", said, re.MULTILINE) == names
    assert ("no model ships" in said) is (not names)


def test_devices_lists_without_failing_on_a_machine_that_has_none(capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["devices", "--seconds", "0"]) == 0
    told = capfd.readouterr()
    assert "cameras" in told.out
    assert "microphones" in told.out
    assert told.err == ""


def test_doctor_says_what_to_mend(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    config = tmp_path / "config.toml"
    config.write_text('[node]\nid = "pole-1"\n[broker]\nport = 1\n[outbox]\npath = "/nowhere/outbox.db"\n')

    assert main(["doctor", "--config", str(config)]) == 1
    told = capfd.readouterr().out
    assert "MEND  outbox in /nowhere" in told
    assert "MEND  broker localhost:1" in told
    assert "no person detector is installed" in told


def test_a_reader_that_goes_away_is_no_fault(roar: Path) -> None:
    command = f"{sys.executable} -m node.cli replay --audio {roar} | head -1"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=True, cwd=ROOT)

    assert done.stderr == ""
    assert len(lines(done.stdout)) == 1


def test_a_fault_of_ours_is_one_line_without_what_was_being_processed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(_chosen: object) -> int:
        raise ValueError("array([0.12, 0.97, 0.33])")

    monkeypatch.setattr("node.cli._run", fail)

    assert main(["models", "list"]) == 1
    said = capsys.readouterr().err
    assert "a fault of ours" in said
    assert "0.97" not in said
    assert os.linesep not in said.strip()


def test_a_film_that_breaks_off_takes_no_event_from_the_sound(
    roar: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    film = tmp_path / "film.avi"
    writer = cv2.VideoWriter(str(film), cv2.VideoWriter.fourcc(*"MJPG"), 10, (64, 48))
    for index in range(300):
        writer.write(np.full((48, 64, 3), index % 251, np.uint8))
    writer.release()
    content = film.read_bytes()
    film.write_bytes(content[: len(content) // 4])

    assert main(["replay", "--audio", str(roar), "--video", str(film)]) == 66
    told = capfd.readouterr()
    assert [event["data"].get("phase") for event in lines(told.out)] == ["start", "end", None]  # type: ignore[attr-defined]  # data is a table
    assert "film.avi" in told.err


def shell(command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["bash", "-c", command.replace("polewatch", f"{sys.executable} -m node.cli")],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
    )


@pytest.mark.parametrize("command", ["polewatch replay --audio {roar}", "polewatch config example"])
@pytest.mark.parametrize("sink", ["> /dev/full", ">&-"])
def test_an_output_that_takes_nothing_is_one_line_and_exit_code_69(roar: Path, command: str, sink: str) -> None:
    done = shell(f"{command.format(roar=roar)} {sink}")

    assert done.returncode == 69
    assert done.stderr.startswith("polewatch: the output ")
    assert done.stderr.count("\n") == 1


def test_a_reader_that_goes_away_is_no_fault_of_the_scores(roar: Path, tmp_path: Path) -> None:
    done = shell(f"set -o pipefail; polewatch replay --audio {roar} --scores {tmp_path}/scores.jsonl | head -1")

    assert (done.returncode, done.stderr) == (0, "")


def test_scores_of_an_earlier_run_do_not_stay_when_the_input_cannot_be_read(tmp_path: Path) -> None:
    scores = tmp_path / "scores.jsonl"
    scores.write_text("of an earlier run")
    main(["replay", "--audio", str(tmp_path / "missing.wav"), "--scores", str(scores)])

    assert scores.read_text() == ""


def test_a_part_that_is_not_installed_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "node.replay", None)

    assert main(["replay", "--audio", "street.wav"]) == 69
    assert "node.replay is not installed; 'pip install polewatch[tools]'" in capsys.readouterr().err
