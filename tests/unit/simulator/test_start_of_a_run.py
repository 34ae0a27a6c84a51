"""What `polewatch-sim` loads before a run begins: half of a short run's time is its start."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest


def said_by_a_new_python(code: str) -> str:
    environment = {name: value for name, value in os.environ.items() if name != "OPENBLAS_NUM_THREADS"}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def test_linear_algebra_is_told_to_take_one_thread_before_numpy_is_loaded() -> None:
    said = said_by_a_new_python(
        "import os, sys, simulator.cli; print(os.environ['OPENBLAS_NUM_THREADS'], 'numpy' in sys.modules)"
    )

    assert said == "1 False"


@pytest.mark.parametrize("unused", ["soundfile", "onnx", "scipy", "paho", "simulator.live", "simulator.trials.critics"])
def test_a_trial_loads_nothing_that_only_other_commands_need(loaded_by_a_trial: set[str], unused: str) -> None:
    assert unused not in loaded_by_a_trial


@pytest.fixture(scope="module")
def loaded_by_a_trial() -> set[str]:
    code = "import sys; from simulator.trials import report, scenario, trial; print(*sys.modules)"
    return set(said_by_a_new_python(code).split())
