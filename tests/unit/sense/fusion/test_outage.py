"""A sensor's fault is one incident from its beginning to its end, and a loose contact is not a hundred of them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from node.contract.words import Evidence, Kind
from node.sense.audio.heard import Began, Ended
from node.sense.fusion.incident import Incidents
from node.sense.fusion.outage import AGAIN_S, TOLD_AT_ONCE, WELL_S, Outage

FAULT, TAMPER = Kind.SENSOR_FAULT, Kind.SENSOR_TAMPER


def noted(outage: Outage, states: dict[float, Kind | None], since_s: float = 0.0) -> list[Began | Ended]:
    """All that is told of a sensor whose state is this at these instants."""
    return [change for t_s, fault in states.items() for change in outage.note(t_s, fault, t_s - since_s)]


def test_a_fault_begins_when_it_began_and_names_its_sensor() -> None:
    [began] = noted(Outage(Evidence.MICROPHONE), {10.0: None, 15.0: FAULT, 16.0: FAULT}, since_s=2.5)

    assert isinstance(began, Began)
    assert (began.kind, began.began_s, began.sure_s) == (FAULT, 12.5, 15.0)
    assert began.evidence == (Evidence.MICROPHONE,)


def test_it_is_over_when_the_sensor_was_well_for_five_seconds_and_ended_when_that_began() -> None:
    states = {10.0: FAULT, 20.0: None, 20.0 + WELL_S - 0.1: None}
    outage = Outage(Evidence.CAMERA)
    before = noted(outage, states)
    [ended] = noted(outage, {20.0 + WELL_S: None})

    assert len(before) == 1
    assert isinstance(ended, Ended)
    assert (ended.ended_s, ended.duration_s, ended.stopped) == (20.0, 10.0, False)


def test_a_moment_of_health_does_not_end_it() -> None:
    told = noted(Outage(Evidence.CAMERA), {10.0: FAULT, 11.0: None, 13.0: FAULT, 15.9: None, 17.0: FAULT})

    assert len(told) == 1


def test_a_fault_that_becomes_another_ends_and_the_other_begins() -> None:
    told = noted(Outage(Evidence.CAMERA), {10.0: FAULT, 12.0: TAMPER})

    assert [(type(one), one.kind) for one in told] == [(Began, FAULT), (Ended, FAULT), (Began, TAMPER)]


def test_what_is_open_when_sensing_stops_is_stopped() -> None:
    outage = Outage(Evidence.CAMERA)
    noted(outage, {10.0: FAULT})

    [ended] = outage.finish(12.0)

    assert (ended.ended_s, ended.stopped) == (12.0, True)
    assert outage.finish(13.0) == ()


@given(st.lists(st.booleans(), min_size=1, max_size=300))
def test_a_loose_contact_is_told_twice_at_once_and_once_for_each_ten_minutes(broken: list[bool]) -> None:
    step_s = WELL_S + 1
    told = noted(Outage(Evidence.MICROPHONE), {n * step_s: FAULT if one else None for n, one in enumerate(broken)})

    began = sum(isinstance(one, Began) for one in told)
    assert began <= TOLD_AT_ONCE + len(broken) * step_s / AGAIN_S
    assert 0 <= began - sum(isinstance(one, Ended) for one in told) <= 1


def test_one_that_had_to_wait_is_told_as_long_as_it_lasts() -> None:
    outage = Outage(Evidence.MICROPHONE)
    for n in range(2 * TOLD_AT_ONCE):
        noted(outage, {20.0 * n: FAULT, 20.0 * n + 5: None, 20.0 * n + 10: None})

    told = noted(outage, {100.0 + n: FAULT for n in range(1000)})

    assert [type(one) for one in told] == [Began]


def test_a_microphone_and_a_camera_that_fail_together_end_by_their_own_numbers() -> None:
    incidents, ear, eye = Incidents(), Outage(Evidence.MICROPHONE), Outage(Evidence.CAMERA)
    first, second = (incidents.observe(one.note(10.0, FAULT, 10.0)[0], one.sensor)[0] for one in (ear, eye))

    ended, _ = incidents.observe(ear.finish(20.0)[0], ear.sensor)

    assert [first.incident, second.incident, ended.incident] == pytest.approx([1, 2, 1])
