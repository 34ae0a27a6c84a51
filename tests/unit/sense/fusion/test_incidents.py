"""Observations become records in range, whatever they hold."""

from hypothesis import given
from hypothesis import strategies as st

from node.airlock.record import MAX_INCIDENT, IncidentBegan, IncidentEnded, Record, encode
from node.sense.audio.spike import Confidence, SpikeBegan, SpikeEnded
from node.sense.fusion.incident import Incidents
from node.sense.fusion.window import Window


def test_an_end_has_the_number_of_the_start_before_it() -> None:
    incidents = Incidents()
    began, at_s = incidents.observe(SpikeBegan(10.0, 10.8, Confidence.HIGH, ("level_rise", "sustained")))
    ended, _ = incidents.observe(SpikeEnded(16.0, 6.0, 14.6, stopped=False))

    assert (began, at_s) == (IncidentBegan(1, 1, 2, 0b101), 10.0)
    assert ended == IncidentEnded(1, 0, 6, 14)


def test_numbers_begin_again_before_they_leave_their_range() -> None:
    incidents = Incidents()
    incidents._last = MAX_INCIDENT
    began, _ = incidents.observe(SpikeBegan(10.0, 10.8, Confidence.LOW, ("level_rise",)))

    assert isinstance(began, IncidentBegan)
    assert began.incident == 1


@given(st.floats(0, 1e12), st.floats(-500, 500), st.sampled_from([0, 1]))
def test_any_end_fits_a_record(duration_s: float, peak_db: float, stopped: int) -> None:
    incidents = Incidents()
    incidents.observe(SpikeBegan(1.0, 2.0, Confidence.LOW, ("level_rise",)))
    ended, _ = incidents.observe(SpikeEnded(3.0, duration_s, peak_db, stopped=bool(stopped)))

    assert encode(Record(1, 1, 0, ended))


@given(st.floats(0, 1e6), st.floats(0, 1e6))
def test_any_window_fits_a_record(opened_s: float, closed_s: float) -> None:
    window = Window(opened_s, 123.0, 1)
    window.see(opened_s)
    window.see(closed_s)

    assert encode(Record(1, 1, 0, window.close(closed_s)))
