"""Thunder, shots, rockets, an explosion: what is loud and sudden in a street is no broken microphone."""

from __future__ import annotations

from collections import Counter

import pytest

from node.sense.capture.hops import Hopper
from node.sense.capture.ports import EndOfMedia
from node.sense.truth.microphone import MicrophoneState, MicrophoneTruth
from simulator.pole.devices import StreetMicrophone
from simulator.trials import scenario
from simulator.trials.seeds import training_seed

pytestmark = pytest.mark.slow

SEED = training_seed(404)


@pytest.mark.parametrize("name", ["thunderstorm", "shots-near", "fireworks-night", "explosion"])
def test_no_loud_street_is_taken_for_a_broken_microphone(name: str) -> None:
    _, chosen = scenario.load(name)
    microphone, hopper, truth = StreetMicrophone(chosen.make_street(SEED)), Hopper(), MicrophoneTruth()
    states: Counter[MicrophoneState] = Counter()
    while True:
        try:
            block = microphone.read(1.0)
        except EndOfMedia:
            microphone.close()
            break
        assert block is not None
        states.update(truth.judge(hop) for hop in hopper.push(block))

    assert states.total() >= 8 * chosen.length_s - 1
    assert not [state for state in states if state.is_fault]
