"""The memory of the hours: kept over restarts, read by `sense`, empty whenever anything is wrong with it."""

import json
import logging
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from node.airlock.record import HourLearnt, ranges
from node.config import memory as format_of
from node.config.memory import HOURS, Hours, memory_folder, read_hours, read_memory
from node.config.settings import Settings
from node.uplink.memory import SAVE_EVERY_S, Memory

HOUR = HourLearnt(hour=27, l50_ddb=553, l90_ddb=-12, weeks=3)


def settings(folder: Path, **tables: Any) -> Settings:
    return Settings.model_validate({"node": {"id": "pole-1"}, "outbox": {"path": str(folder / "outbox.db")}, **tables})


def kept(folder: Path, *hours: HourLearnt) -> Path:
    memory = Memory(settings(folder))
    for hour in hours:
        memory.learn(hour)
    memory.flush()
    return folder / "memory" / "hours.json"


def test_what_was_learnt_is_read_by_the_next_run_of_sense(tmp_path: Path) -> None:
    kept(tmp_path, HOUR)

    assert read_memory(settings(tmp_path)) == {27: (55.3, -1.2, 3)}


def test_what_was_learnt_before_a_restart_of_uplink_is_still_there_after_it(tmp_path: Path) -> None:
    kept(tmp_path, HOUR)
    kept(tmp_path, HourLearnt(hour=28, l50_ddb=1, l90_ddb=0, weeks=1))

    assert set(read_memory(settings(tmp_path))) == {27, 28}


def test_an_hour_that_is_learnt_again_takes_the_place_of_the_old(tmp_path: Path) -> None:
    kept(tmp_path, HOUR, HourLearnt(hour=27, l50_ddb=560, l90_ddb=10, weeks=4))

    assert read_memory(settings(tmp_path)) == {27: (56.0, 1.0, 4)}


def test_another_calibration_empties_the_memory(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    kept(tmp_path, HOUR)

    assert read_memory(settings(tmp_path, microphone={"sensitivity_dbfs": -38.0})) == {}
    assert len(caplog.records) == 1


def test_without_a_file_the_memory_is_empty_without_a_word(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    assert read_memory(settings(tmp_path)) == {}
    assert not caplog.records


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff\xfe",
        b"[]",
        b"x" * 20_000,
        b'{"version":1,"full_scale_ddb":1230,"hours":[{"hour":168,"l50_ddb":0,"l90_ddb":0,"weeks":1}]}',
        b'{"version":1,"full_scale_ddb":1230,"hours":[{"hour":1,"l50_ddb":2001,"l90_ddb":0,"weeks":1}]}',
        b'{"version":1,"full_scale_ddb":1230,"hours":[{"hour":1,"l50_ddb":0.5,"l90_ddb":0,"weeks":1}]}',
        b'{"version":1,"full_scale_ddb":1230,"hours":[],"note":"a voice"}',
    ],
    ids=["empty", "bytes", "a list", "too large", "hour", "level", "decimals", "text"],
)
def test_what_is_no_memory_is_one_line_and_empty(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, content: bytes
) -> None:
    path = tmp_path / "hours.json"
    path.write_bytes(content)

    assert read_hours(path, 1230) == ()
    assert [record.levelno for record in caplog.records] == [logging.WARNING]


def test_an_hour_that_stands_twice_is_no_memory(tmp_path: Path) -> None:
    path = kept(tmp_path, HOUR)
    said = json.loads(path.read_text())
    path.write_text(json.dumps(said | {"hours": said["hours"] * 2}))

    assert read_memory(settings(tmp_path)) == {}


@given(st.binary(max_size=200))
def test_any_bytes_are_hours_within_range_or_none(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "any.json"
    path.write_bytes(content)

    assert all(0 <= hour.hour < HOURS for hour in read_hours(path, 0))


def test_the_card_is_written_at_most_every_ten_minutes(tmp_path: Path) -> None:
    memory, path = Memory(settings(tmp_path)), tmp_path / "memory" / "hours.json"
    memory.learn(HOUR)
    memory.save(1000.0)
    first = path.stat().st_ino
    memory.learn(HOUR)
    memory.save(1000.0 + SAVE_EVERY_S - 1)

    assert path.stat().st_ino == first
    memory.save(1000.0 + SAVE_EVERY_S)
    assert path.stat().st_ino != first


def test_a_week_of_hours_fits_into_what_sense_reads(tmp_path: Path) -> None:
    path = kept(tmp_path, *(HourLearnt(hour=hour, l50_ddb=-2000, l90_ddb=-2000, weeks=100) for hour in range(HOURS)))

    assert path.stat().st_size <= format_of.MAX_BYTES
    assert len(read_memory(settings(tmp_path))) == HOURS


def test_the_file_is_replaced_whole_and_can_be_read_by_the_group_alone(tmp_path: Path) -> None:
    before = os.umask(0o077)
    try:
        path = kept(tmp_path, HOUR)
    finally:
        os.umask(before)

    assert [entry.name for entry in path.parent.iterdir()] == ["hours.json"]
    assert (path.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o777) == (0o640, 0o750)


def test_a_card_that_takes_nothing_is_one_line_and_no_error(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "memory").write_text("a file where the folder should be")
    memory = Memory(settings(tmp_path))
    caplog.clear()
    memory.learn(HOUR)
    memory.flush()
    memory.flush()

    assert len(caplog.records) == 1


def test_the_file_has_the_ranges_of_the_record() -> None:
    allowed = ranges(HourLearnt)

    assert allowed["hour"].high == HOURS - 1
    assert (allowed["l50_ddb"].high, allowed["weeks"].high) == (format_of.MAX_LEVEL_DDB, format_of.MAX_WEEKS)
    assert list(Hours.model_fields) == ["version", "full_scale_ddb", "hours"]


def test_the_memory_lies_where_the_configuration_says(tmp_path: Path) -> None:
    assert memory_folder(settings(tmp_path, memory={"path": "/srv/hours"})) == Path("/srv/hours")
