"""Every fault of a microphone in an ordinary and in a busy street: told as a fault in time, and as nothing else.

`python -m tests.scenario.test_microphone_fault_table SEED ...` prints the same table for other seeds.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from functools import cache
from itertools import product

import numpy as np
import pytest

from node.airlock.record import Body, IncidentBegan, WindowSensed
from node.config.settings import Settings
from node.contract.words import KIND_OF_CODE, Kind
from node.ops.clock import FixedClock
from node.sense.audio.load import load_tagger
from node.sense.capture.ports import EndOfMedia
from node.sense.pipeline import Pipeline
from simulator.pole.catalogue import FaultName
from simulator.pole.devices import StreetMicrophone
from simulator.pole.faults import Fault, FaultyMicrophone
from simulator.trials.seeds import training_seed
from simulator.world.street import Street, Traits
from tests.unit.simulator.faulty_street import Samples, Steady

pytestmark = pytest.mark.slow

SETTINGS = Settings.model_validate({"node": {"id": "trial"}, "summary": {"window_s": 3600}})
LENGTH_S, FROM_S, TO_S = 40.0, 18.0, 32.0
STREETS = {
    "ordinary": Traits(roars=False),
    "busy": Traits(roars=False, walkers=1.5, cars=2.5, city_db=55.0),
}
SEED = 303
TOLD_WITHIN_S = {
    FaultName.MICROPHONE_DEAF: 3.0,
    FaultName.MICROPHONE_DITHER: 3.0,
    FaultName.MICROPHONE_STUCK: 3.0,
    FaultName.MICROPHONE_CLIPPED: 4.5,
    FaultName.MICROPHONE_GAIN_UP: 4.5,
    FaultName.MICROPHONE_GAIN_DOWN: 4.5,
    FaultName.MICROPHONE_OFFSET: 5.0,
    FaultName.MICROPHONE_CRACKLES: 6.0,
}
"""When a fault that lasts is told at the latest, in seconds after it began."""

UNTOLD = (FaultName.MICROPHONE_DROPOUTS, FaultName.MICROPHONE_WIND, FaultName.MICROPHONE_HUM)
UNHEARD_S = {name: TO_S - FROM_S - TOLD_WITHIN_S[name] + 2.5 for name in TOLD_WITHIN_S} | {
    FaultName.MICROPHONE_WIND: 12.0,
    FaultName.MICROPHONE_DROPOUTS: 1.0,
    FaultName.MICROPHONE_CRACKLES: 7.0,
}
"""How much of the fault's time counts as not heard at least, in seconds."""


@dataclass(frozen=True)
class Told:
    """What the node made of a street: each incident with when it was told, and for how long it heard."""

    incidents: list[tuple[Kind, float]]
    exposure_s: int


@cache
def rendered(street: str, seed: int) -> Samples:
    microphone = StreetMicrophone(Street(training_seed(seed), LENGTH_S, STREETS[street]))
    parts: list[Samples] = []
    while True:
        try:
            block = microphone.read(1.0)
        except EndOfMedia:
            microphone.close()
            return np.concatenate(parts)
        assert block is not None
        parts.append(block.samples)


def listened(street: str, seed: int, name: FaultName | None) -> Told:
    """The whole line with the shipped sound model."""
    incidents: list[tuple[Kind, float]] = []
    windows: list[WindowSensed] = []
    now_s = 0.0

    def emit(body: Body, _at_s: float) -> None:
        if isinstance(body, IncidentBegan):
            incidents.append((KIND_OF_CODE[body.kind_code], now_s))
        elif isinstance(body, WindowSensed):
            windows.append(body)

    line = Pipeline(SETTINGS, FixedClock(0.0), emit, tagger=load_tagger(SETTINGS.sound_model))
    faults = [] if name is None else [Fault(name, FROM_S, TO_S)]
    microphone = FaultyMicrophone(Steady(rendered(street, seed)), faults, seed=seed)
    while True:
        try:
            block = microphone.read(1.0)
        except EndOfMedia:
            line.finish(LENGTH_S)
            return Told(incidents, windows[0].sound_exposure_s)
        assert block is not None
        now_s = block.captured_s + block.duration_s
        line.hear(block)


@pytest.mark.parametrize(("street", "name"), list(product(STREETS, TOLD_WITHIN_S)))
def test_a_fault_that_lasts_is_told_in_time_and_as_nothing_else(street: str, name: FaultName) -> None:
    told = listened(street, SEED, name)

    assert [kind for kind, _ in told.incidents] == [Kind.SENSOR_FAULT]
    assert told.incidents[0][1] <= FROM_S + TOLD_WITHIN_S[name]
    assert told.exposure_s <= LENGTH_S - UNHEARD_S[name]


@pytest.mark.parametrize(("street", "name"), list(product(STREETS, UNTOLD)))
def test_what_is_no_fault_to_mend_is_told_as_nothing_at_all(street: str, name: FaultName) -> None:
    told = listened(street, SEED, name)

    assert told.incidents == []
    assert told.exposure_s <= LENGTH_S - UNHEARD_S.get(name, 0.0)


def main() -> None:
    """Prints the table."""
    for street, seed, name in product(STREETS, map(int, sys.argv[1:]), (None, *TOLD_WITHIN_S, *UNTOLD)):
        told = listened(street, seed, name)
        said = ", ".join(f"{kind} {at_s - FROM_S:+.1f} s" for kind, at_s in told.incidents)
        line = f"{street:9} {seed:5} {name or 'no fault':24} heard {told.exposure_s:2} s  {said}"
        print(line, flush=True)  # noqa: T201 - a table for a person


if __name__ == "__main__":
    main()
