"""Scenarios through the whole node: the truth beside what it told."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from simulator.trials import trial
from simulator.trials.scenario import shipped
from simulator.trials.seeds import SCORING_SEEDS

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
RESISTED = ["quiet-night", "busy-road", "microphone-deaf", "microphone-lossy"]
"""The hard negatives that this version of the node must not be tempted by; the suite shows them all."""


@pytest.mark.parametrize("name", RESISTED)
def test_nothing_is_told_of_a_hard_negative_but_that_its_microphone_is_broken(name: str) -> None:
    scenario = shipped()[name]
    outcome = trial.run(name, scenario, scenario.seed, sight=False)

    assert {one.kind for one in outcome.told} <= {"sensor.fault"}
    assert all((score.hits, score.false) == (score.truth, 0) for score in outcome.scores().values())
    assert 0 < outcome.sound_exposure_s <= scenario.length_s


@pytest.mark.parametrize("name", ["ordinary-afternoon", "lively-evening"])
def test_every_roar_of_a_scenario_is_told_at_the_right_second(name: str) -> None:
    scenario = shipped()[name]
    score = trial.run(name, scenario, scenario.seed, sight=False).scores()["noise.spike"]

    assert (score.hits, score.false) == (score.truth, 0)
    assert score.latency_p95_s is not None
    assert score.latency_p95_s <= 2.0


def test_a_covered_camera_lowers_sight_and_leaves_hearing_as_it_is() -> None:
    scenario = shipped()["camera-covered"]
    outcome = trial.run("camera-covered", scenario, scenario.seed, sight=True)
    score = outcome.scores()["noise.spike"]

    # 40 s of the 100 are covered or frozen; the first seconds of each are not known to be.
    assert 55 <= outcome.sight_exposure_s <= 80
    assert outcome.sound_exposure_s >= 98
    assert (score.hits, score.false) == (score.truth, 0)
    told = [one.kind for one in outcome.told if one.kind.startswith("sensor.")]
    # After a spike and the cover the cap has nothing left for a third incident that is minor: the frozen picture.
    assert (told, outcome.held_back) == (["sensor.tamper"], 1)


def test_two_trials_of_one_seed_are_the_same_and_another_seed_is_another_street() -> None:
    scenario = shipped()["ordinary-afternoon"].model_copy(update={"length_s": 60.0})
    first, again, other = (trial.run("a", scenario, seed, sight=False).as_json() for seed in (4, 4, 5))

    assert first == again
    assert first["truth"] != other["truth"]


def test_a_trial_of_sound_and_picture_is_the_same_to_the_byte_on_two_runs() -> None:
    scenario = shipped()["stadium-egress"].model_copy(update={"length_s": 25.0})
    runs = [trial.run("a", scenario, 2_718_281_828, sight=True) for _ in range(2)]
    first, again = (json.dumps(run.as_json()) for run in runs)

    assert first == again
    assert str(runs[0].series) == str(runs[1].series)  # NaN is not itself, but it is written alike


def test_the_suite_prints_kinds_and_scenarios_and_writes_one_page(tmp_path: Path) -> None:
    small = tmp_path / "small.toml"
    small.write_text('title = "A street"\nlength_s = 12\n[street]\nroars = false\n')
    command = [sys.executable, "-m", "simulator.cli", "suite", str(small), "--seeds", "2", "--json"]
    done = subprocess.run(
        [*command, "--out", str(tmp_path / "report.html")], capture_output=True, text=True, check=True, cwd=ROOT
    )
    found = json.loads(done.stdout)

    assert list(found) == ["kinds", "scenarios"]
    assert found["scenarios"]["small"]["seeds"] == sorted(SCORING_SEEDS[:2])
    assert done.stderr == ""
    assert (tmp_path / "report.html").read_text().endswith("</main></body></html>\n")


def test_ctrl_c_ends_a_suite_at_once_with_nothing_left_and_no_traceback() -> None:
    command = [sys.executable, "-m", "simulator.cli", "suite", "busy-road", "quiet-night", "--json", "--jobs", "2"]
    suite = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT, start_new_session=True
    )
    time.sleep(4.0)  # both are running by then
    os.killpg(suite.pid, signal.SIGINT)
    out, errors = suite.communicate(timeout=30)

    assert (suite.returncode, out, errors) == (130, "", "")
    assert is_gone_within(10.0, suite.pid)


def is_gone_within(seconds: float, group: int) -> bool:
    """Whether a process group has no process any more, within some seconds."""
    deadline_s = time.monotonic() + seconds
    while time.monotonic() < deadline_s:
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.1)
    return False


def test_the_command_prints_one_json_object_for_scripts() -> None:
    command = [sys.executable, "-m", "simulator.cli", "run", "quiet-night", "--sound-only", "--json", "--seed", "3"]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT)
    outcome = json.loads(done.stdout)

    assert outcome["scenario"] == "quiet-night"
    assert outcome["told"] == []
    assert {"kinds", "truth", "seed", "sound_exposure_s"} <= outcome.keys()
