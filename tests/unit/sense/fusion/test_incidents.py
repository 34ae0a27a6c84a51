"""Observations become records in range, whatever they hold."""

from hypothesis import given
from hypothesis import strategies as st

from node.airlock.record import MAX_INCIDENT, IncidentBegan, IncidentEnded, Record, encode
from node.contract.words import Evidence, Kind
from node.sense.audio.heard import Began, Confidence, Ended
from node.sense.fusion.incident import Incidents
from node.sense.fusion.window import Window

SPIKE = Kind.NOISE_SPIKE


def test_an_end_has_the_number_of_the_start_before_it() -> None:
    incidents = Incidents()
    began, at_s = incidents.observe(
        Began(SPIKE, 10.0, 10.8, Confidence.HIGH, (Evidence.LEVEL_RISE, Evidence.SUSTAINED))
    )
    ended, _ = incidents.observe(Ended(SPIKE, 16.0, 6.0, 14.6, stopped=False))

    assert (began, at_s) == (IncidentBegan(1, 1, 2, 0b101), 10.0)
    assert ended == IncidentEnded(1, 0, 6, 14)


def test_incidents_of_two_kinds_end_by_their_own_numbers() -> None:
    incidents = Incidents()
    incidents.observe(Began(SPIKE, 10.0, 10.8, Confidence.LOW, (Evidence.LEVEL_RISE,)))
    siren, _ = incidents.observe(Began(Kind.SOUND_SIREN, 11.0, 12.0, Confidence.LOW, (Evidence.CLASSIFIER,)))
    first, _ = incidents.observe(Ended(SPIKE, 16.0, 6.0, 14.6, stopped=False))
    second, _ = incidents.observe(Ended(Kind.SOUND_SIREN, 20.0, 9.0, 5.0, stopped=False))

    assert siren == IncidentBegan(8, 2, 0, 0b10000)
    assert (first, second) == (IncidentEnded(1, 0, 6, 14), IncidentEnded(2, 0, 9, 5))


def test_of_more_words_than_may_be_told_the_strongest_stay() -> None:
    words = (Evidence.CLASSIFIER, Evidence.BURST, Evidence.REGULAR, Evidence.LEVEL_RISE)
    began, _ = Incidents().observe(Began(Kind.SOUND_GUNSHOT, 10.0, 10.8, Confidence.LOW, words))

    assert isinstance(began, IncidentBegan)
    assert began.evidence_bits == 0b110010000


def test_numbers_begin_again_before_they_leave_their_range() -> None:
    incidents = Incidents()
    incidents._last = MAX_INCIDENT
    began, _ = incidents.observe(Began(SPIKE, 10.0, 10.8, Confidence.LOW, (Evidence.LEVEL_RISE,)))

    assert isinstance(began, IncidentBegan)
    assert began.incident == 1


@given(st.floats(0, 1e12), st.floats(-500, 500), st.sampled_from([0, 1]))
def test_any_end_fits_a_record(duration_s: float, peak_db: float, stopped: int) -> None:
    incidents = Incidents()
    incidents.observe(Began(SPIKE, 1.0, 2.0, Confidence.LOW, (Evidence.LEVEL_RISE,)))
    ended, _ = incidents.observe(Ended(SPIKE, 3.0, duration_s, peak_db, stopped=bool(stopped)))

    assert encode(Record(1, 1, 0, ended))


@given(st.floats(0, 1e6), st.floats(0, 1e6))
def test_any_window_fits_a_record(opened_s: float, closed_s: float) -> None:
    window = Window(opened_s, 123.0, 1)
    window.see(opened_s)
    window.see(closed_s)

    assert encode(Record(1, 1, 0, window.close(closed_s)))
