from __future__ import annotations

import logging
import os
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from node.errors import CameraError
from node.ops import logs


def record(message: str, error: BaseException | None = None, level: int = logging.WARNING) -> logging.LogRecord:
    exc_info = (type(error), error, error.__traceback__) if error else None
    made = logging.LogRecord("node.x", level, "x.py", 1, message, None, exc_info)
    made.created = 1767225600.0
    return made


@given(st.text())
def test_any_text_becomes_one_printable_line(text):
    line = logs.JournalLine().format(record(text.replace("%", "%%")))

    assert len(line.splitlines()) == 1
    assert not [c for c in line if unicodedata.category(c).startswith("C")]


@given(st.text(min_size=2000, max_size=3000))
def test_no_line_is_longer_than_the_limit(text):
    assert len(logs.one_line(record(text))) == logs.LONGEST


@pytest.mark.parametrize(
    ("level", "start"),
    [(logging.CRITICAL, "<2>"), (logging.ERROR, "<3>"), (logging.WARNING, "<4>"), (logging.INFO, "<6>")],
)
def test_the_journal_reads_the_priority(level, start):
    assert logs.JournalLine().format(record("camera lost", level=level)) == f"{start}camera lost"


def test_a_person_reads_time_service_and_level():
    line = logs.PlainLine("sense").format(record("camera lost"))

    assert line == "2026-01-01T00:00:00Z sense warning: camera lost"


def test_our_own_error_is_said_in_words():
    line = logs.one_line(record("no picture", CameraError("camera 0 is gone: check its cable")))

    assert line == "no picture (CameraError: camera 0 is gone: check its cable)"


def test_the_text_of_a_foreign_error_is_not_said():
    with pytest.raises(ValueError, match="convert") as caught:
        float("samples 0.013")

    line = logs.one_line(record("block refused", caught.value))

    assert line.startswith("block refused (ValueError at test_logs.py:")
    assert "0.013" not in line


def test_stderr_is_the_journal_only_if_it_is_the_stream_that_systemd_names(monkeypatch):
    stderr = os.fstat(2)
    monkeypatch.setenv("JOURNAL_STREAM", f"{stderr.st_dev}:{stderr.st_ino}")
    named = logs.under_journal()
    monkeypatch.setenv("JOURNAL_STREAM", f"{stderr.st_dev}:{stderr.st_ino + 1}")
    other = logs.under_journal()

    assert (named, other) == (True, False)


def test_configuring_twice_writes_each_line_once(monkeypatch, capsys):
    root = logging.getLogger()
    monkeypatch.setattr(root, "handlers", [])
    monkeypatch.delenv("JOURNAL_STREAM", raising=False)
    level = root.level
    try:
        logs.configure("sense")
        logs.configure("sense")
        logging.getLogger("node.x").warning("once")
    finally:
        root.setLevel(level)
        logging.captureWarnings(capture=False)

    lines = capsys.readouterr().err.splitlines()
    assert [line.partition(" ")[2] for line in lines] == ["sense warning: once"]
