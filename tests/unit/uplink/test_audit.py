"""The audit log: every edit, loss, swap and cut is found, and a power cut is no edit."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from node.errors import StorageError
from node.ops.clock import FixedClock
from node.uplink import audit as module
from node.uplink import chain
from node.uplink.audit import Audit
from node.uplink.chain import NO_LINK, SIZE, ChainError, What, digest_of

CLOCK = FixedClock(1_767_268_800.0)


def written(folder: Path, count: int, start: int = 0) -> Audit:
    log = Audit(folder, CLOCK)
    for number in range(start, start + count):
        log.note(What.LEFT, float(number), digest_of(str(number).encode()))
    log.flush()
    return log


def chained(count: int) -> bytes:
    link, content = NO_LINK, chain.encode(chain.anchor(None))
    for number in range(1, count + 1):
        entry = chain.entry_after(link, number, What.LEFT, number, digest_of(str(number).encode()))
        content, link = content + chain.encode(entry), entry.link
    return content


def test_a_log_that_nobody_touched_holds(tmp_path: Path) -> None:
    log = written(tmp_path / "audit", 20)

    found = chain.verify(tmp_path / "audit")
    assert found is not None
    assert (found[0].number, found[1].number, found[1].link[:16].hex()) == (1, 20, log.head)


def test_a_log_goes_on_where_the_last_run_ended(tmp_path: Path) -> None:
    written(tmp_path / "audit", 5)
    written(tmp_path / "audit", 5, start=5)

    found = chain.verify(tmp_path / "audit")
    assert found is not None
    assert found[1].number == 10


def test_the_same_messages_make_the_same_head(tmp_path: Path) -> None:
    assert written(tmp_path / "a", 9).head == written(tmp_path / "b", 9).head


@given(st.integers(0, 11 * SIZE - 1), st.integers(1, 255))
def test_any_byte_that_was_changed_is_found(tmp_path_factory: pytest.TempPathFactory, at: int, by: int) -> None:
    content = bytearray(chained(10))
    content[at] ^= by
    path = tmp_path_factory.mktemp("log") / f"{1:015d}.audit"
    path.write_bytes(content)

    with pytest.raises(ChainError):
        chain.verify(path.parent)


@given(st.permutations(range(6)))
def test_entries_in_another_order_are_found(tmp_path_factory: pytest.TempPathFactory, order: list[int]) -> None:
    whole = chained(6)
    entries = [whole[n * SIZE : (n + 1) * SIZE] for n in range(1, 7)]
    path = tmp_path_factory.mktemp("log") / f"{1:015d}.audit"
    path.write_bytes(whole[:SIZE] + b"".join(entries[n] for n in order))

    if order == sorted(order):
        assert chain.verify(path.parent) is not None
    else:
        with pytest.raises(ChainError):
            chain.verify(path.parent)


@pytest.mark.parametrize("dropped", [0, 1, 3, 8])
def test_an_entry_that_was_taken_out_is_found(tmp_path: Path, dropped: int) -> None:
    whole = chained(10)
    (tmp_path / f"{1:015d}.audit").write_bytes(whole[: dropped * SIZE] + whole[(dropped + 1) * SIZE :])

    with pytest.raises(ChainError):
        chain.verify(tmp_path)


def test_an_end_that_was_cut_off_is_found_by_the_head_that_left(tmp_path: Path) -> None:
    head = written(tmp_path / "audit", 10).head
    path = tmp_path / "audit" / f"{1:015d}.audit"
    os.truncate(path, 10 * SIZE)

    assert chain.verify(tmp_path / "audit") is not None
    with pytest.raises(ChainError, match="cut off"):
        chain.find(tmp_path / "audit", head)


@given(st.binary(max_size=300))
def test_any_bytes_in_place_of_a_log_are_a_clear_error_or_a_log(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    folder = tmp_path_factory.mktemp("log")
    (folder / f"{1:015d}.audit").write_bytes(content)

    if content:
        with pytest.raises(ChainError, match=r"\.audit"):
            chain.verify(folder)
    else:
        assert chain.verify(folder) is None


@pytest.mark.parametrize("over", [1, 32, 63])
def test_half_an_entry_after_a_power_cut_is_cut_off_and_the_log_goes_on(tmp_path: Path, over: int) -> None:
    written(tmp_path / "audit", 3)
    path = tmp_path / "audit" / f"{1:015d}.audit"
    with path.open("ab") as file:
        file.write(b"\x01" * over)
    written(tmp_path / "audit", 1, start=3)

    found = chain.verify(tmp_path / "audit")
    assert found is not None
    assert found[1].number == 4


def test_a_file_of_which_a_power_cut_left_the_anchor_alone_goes_on(tmp_path: Path) -> None:
    written(tmp_path / "audit", 1)
    os.truncate(tmp_path / "audit" / f"{1:015d}.audit", SIZE)
    written(tmp_path / "audit", 2)

    found = chain.verify(tmp_path / "audit")
    assert found is not None
    assert found[1].number == 2


def test_a_broken_log_is_put_aside_and_the_new_one_says_so(tmp_path: Path) -> None:
    written(tmp_path / "audit", 3)
    (tmp_path / "audit" / f"{1:015d}.audit").write_bytes(b"x" * SIZE)
    written(tmp_path / "audit", 1)

    entries = list(chain.entries_of(tmp_path / "audit" / f"{1:015d}.audit"))
    assert [entry.what for entry in entries] == [What.ANCHOR, What.PUT_ASIDE, What.LEFT]
    assert (tmp_path / "audit.broken").is_dir()


def test_a_card_that_does_not_sync_keeps_the_entries_for_later(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log = written(tmp_path / "audit", 2)
    log.note(What.LEFT, 3.0, digest_of(b"3"))

    def refuse(_file: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as full:
        full.setattr(os, "fsync", refuse)
        with pytest.raises(StorageError):
            log.flush()
    assert log.number == 2
    log.flush()

    found = chain.verify(tmp_path / "audit")
    assert found is not None
    assert found[1].number == 3


def test_what_was_missed_for_want_of_room_is_an_entry(tmp_path: Path) -> None:
    log = Audit(tmp_path / "audit", CLOCK)
    for number in range(module._MAX_GATHERED + 7):
        log.note(What.LEFT, float(number), digest_of(b""))
    log.flush()

    last = list(chain.entries_of(tmp_path / "audit" / f"{1:015d}.audit"))[-1]
    assert (last.what, last.digest) == (What.MISSED, digest_of((7).to_bytes(8, "big")))


def test_the_log_is_bounded_and_what_is_left_holds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "ENTRIES_A_FILE", 4)
    monkeypatch.setattr(module, "_MAX_FILES", 3)
    log = Audit(tmp_path / "audit", CLOCK)
    for number in range(50):
        log.note(What.LEFT, float(number), digest_of(str(number).encode()))
        log.flush()

    found = chain.verify(tmp_path / "audit")
    assert found is not None
    assert (found[0].number, found[1].number) == (41, 50)
    assert len(chain.files_of(tmp_path / "audit")) == 3


def test_a_first_entry_that_was_changed_is_found_in_a_log_whose_begin_was_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "ENTRIES_A_FILE", 4)
    monkeypatch.setattr(module, "_MAX_FILES", 1)
    written(tmp_path / "audit", 7)
    [path] = chain.files_of(tmp_path / "audit")
    content = bytearray(path.read_bytes())
    content[SIZE + 20] ^= 1
    path.write_bytes(content)

    with pytest.raises(ChainError):
        chain.verify(tmp_path / "audit")


def test_a_file_that_was_taken_out_of_the_middle_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "ENTRIES_A_FILE", 4)
    written(tmp_path / "audit", 14)
    chain.files_of(tmp_path / "audit")[1].unlink()

    with pytest.raises(ChainError, match="does not follow"):
        chain.verify(tmp_path / "audit")


def test_a_year_of_600_messages_a_day_fits_into_the_bound() -> None:
    assert 365 * 600 * SIZE <= module.MAX_BYTES
