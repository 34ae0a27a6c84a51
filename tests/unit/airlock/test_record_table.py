"""The record's specification as a table: every type, field and range, written down a second time by hand.

A range that grows lets more through the wall: it must not change by a slip of one line.
"""

import struct
import zlib

import pytest

from node.airlock.record import (
    BODIES,
    IncidentBegan,
    IncidentEnded,
    Record,
    SensorState,
    Status,
    decode,
    encode,
    ranges,
)
from node.errors import RecordError

TABLE = {
    1: {"kind_code": (1, 11), "incident": (1, 2_147_483_647), "confidence": (0, 2), "evidence_bits": (0, 4095)},
    2: {
        "incident": (1, 2_147_483_647),
        "reason": (0, 1),
        "duration_s": (0, 2_147_483_647),
        "peak_over_background_db": (0, 200),
    },
    3: {
        "span_s": (1, 3600),
        "sound_exposure_s": (0, 3600),
        "sight_exposure_s": (0, 3600),
        "calibration": (0, 2),
        "laeq_ddb": (-2000, 2000),
        "lafmax_ddb": (-2000, 2000),
        "l10_ddb": (-2000, 2000),
        "l50_ddb": (-2000, 2000),
        "l90_ddb": (-2000, 2000),
    },
    4: {
        "microphone": (0, 15),
        "camera": (0, 15),
        "lost_audio_ms": (0, 65_535),
        "dropped_frames": (0, 65_535),
        "lost_records": (0, 65_535),
    },
    5: {"hour": (0, 167), "l50_ddb": (-2000, 2000), "l90_ddb": (-2000, 2000), "weeks": (1, 100)},
    6: {"span_s": (1, 3600), "pictures": (1, 36_000), "people": (0, 4_572_000)},
}


def test_every_type_has_the_fields_and_ranges_of_the_table() -> None:
    built = {code: {name: (r.low, r.high) for name, r in ranges(body).items()} for code, body in BODIES.items()}

    assert built == TABLE


def test_the_states_of_a_sensor_have_these_codes() -> None:
    codes = {name: value for name, value in vars(SensorState).items() if name.isupper()}

    assert codes == {"OFF": 0, "OK": 1, "ABSENT": 2, "SILENT_OR_FROZEN": 3, "FAULTY": 4, "QUARANTINED": 5}


def test_a_record_has_this_layout() -> None:
    content = encode(Record(7, 9, 11, IncidentEnded(incident=13, reason=1, duration_s=17, peak_over_background_db=19)))
    head = bytes([1, 2, 0, 0]) + struct.pack("<IQQ", 7, 9, 11) + struct.pack("<9i", 13, 1, 17, 19, 0, 0, 0, 0, 0)

    assert content == head + struct.pack("<I", zlib.crc32(head))


@pytest.mark.parametrize(
    ("epoch", "sequence", "instant_ms"),
    [
        (0, 1, 0),
        (2**32, 1, 0),
        (1, 0, 0),
        (1, 2**48, 0),
        (1, 1, 2**48),
        (1, 1, -1),
    ],
)
def test_a_head_just_outside_its_range_cannot_be_written(epoch: int, sequence: int, instant_ms: int) -> None:
    with pytest.raises(RecordError, match="out of range"):
        encode(Record(epoch, sequence, instant_ms, IncidentBegan(1, 1, 0, 0)))


@pytest.mark.parametrize(
    ("epoch", "sequence", "instant_ms"), [(1, 1, 0), (2**32 - 1, 1, 0), (1, 2**48 - 1, 0), (1, 1, 2**48 - 1)]
)
def test_a_head_at_the_edge_of_its_range_passes(epoch: int, sequence: int, instant_ms: int) -> None:
    record = Record(epoch, sequence, instant_ms, IncidentBegan(1, 1, 0, 0))

    assert decode(encode(record)) == record


@pytest.mark.parametrize("sequence", [1, 5, 2**48])
def test_a_status_has_no_sequence(sequence: int) -> None:
    with pytest.raises(RecordError, match="sequence is out of range"):
        encode(Record(1, sequence, 0, Status(1, 1, 0, 0, 0)))


@pytest.mark.parametrize(("version", "zero"), [(0, 0), (2, 0), (1, 1), (1, 0x8000)])
def test_another_version_is_refused(version: int, zero: int) -> None:
    head = struct.pack("<BBHIQQ9i", version, 2, zero, 7, 9, 11, 13, 1, 17, 19, 0, 0, 0, 0, 0)

    with pytest.raises(RecordError, match="of another version"):
        decode(head + struct.pack("<I", zlib.crc32(head)))
