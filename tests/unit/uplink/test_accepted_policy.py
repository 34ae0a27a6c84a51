"""No signed policy that is older than one which a node has accepted is accepted after it, restarts or not."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from node.cli import main
from node.config.policy import Policy
from node.config.settings import Settings
from node.config.signed_policy import in_force
from node.ops.clock import FixedClock
from node.uplink.accepted import accepted, least_number
from node.uplink.app import Uplink
from node.uplink.chain import What
from node.uplink.rules import LOOK_EVERY_S, Rules
from tests.unit.config.test_signed_policy import KEY, NOW_S, OTHER, ROOT, payload, signed

FAR = {"not_after": "2999-01-01T00:00:00Z"}
OTHER_ROOT = OTHER.public_key().public_bytes_raw().hex()


def tables(folder: Path, root_key: str = ROOT) -> dict[str, dict[str, object]]:
    return {
        "node": {"id": "pole-0042"},
        "airlock": {"socket": str(folder / "airlock.sock")},
        "outbox": {"path": str(folder / "outbox.db")},
        "policy": {"file": str(folder / "policy.signed"), "root_key": root_key},
        "sound_model": {"folder": str(folder / "models")},
    }


@contextmanager
def running(folder: Path, root_key: str = ROOT) -> Iterator[Uplink]:
    """A real `uplink` up to its session, on the card of a pole."""
    uplink = Uplink(Settings.model_validate(tables(folder, root_key)), FixedClock(NOW_S))
    try:
        yield uplink
        uplink._audit.flush()
    finally:
        uplink._listener.close()
        uplink._books.store.close()
        for end in uplink._waking.ends:
            os.close(end)


def put(folder: Path, number: int, **more: object) -> None:
    (folder / "policy.signed").write_bytes(signed(payload(number=number, **more)))


def test_an_older_policy_is_refused_in_one_line_and_the_default_holds(tmp_path: Path) -> None:
    put(tmp_path, 6)
    wanted = Settings.model_validate(tables(tmp_path)).policy
    found = in_force(wanted, "pole-0042", NOW_S, 7)

    assert (found.policy, found.is_signed) == (Policy(), False)
    assert found.refusal.endswith(
        "policy 6 is older than policy 7, which this node has accepted: sign it anew as 8 or higher"
    )


@pytest.mark.parametrize("number", [7, 8])
def test_the_same_policy_and_a_newer_one_hold(tmp_path: Path, number: int) -> None:
    put(tmp_path, number)

    assert in_force(Settings.model_validate(tables(tmp_path)).policy, "pole-0042", NOW_S, 7).is_signed


def test_a_policy_that_was_put_back_while_uplink_runs_is_refused(tmp_path: Path) -> None:
    put(tmp_path, 7)
    rules = Rules(Settings.model_validate(tables(tmp_path)), FixedClock(NOW_S), 0.0)
    put(tmp_path, 6)
    rules.look(LOOK_EVERY_S)

    assert rules.is_refused
    assert not rules.is_signed


def test_a_policy_that_was_put_back_while_the_pole_was_off_is_refused_at_the_start(tmp_path: Path) -> None:
    put(tmp_path, 7)
    with running(tmp_path) as uplink:
        assert uplink._rules.is_signed
    put(tmp_path, 6)
    with running(tmp_path) as uplink:
        assert uplink._rules.is_refused
        assert uplink._intake.policy == Policy()


def test_a_policy_is_remembered_while_its_file_is_gone(tmp_path: Path) -> None:
    put(tmp_path, 7)
    with running(tmp_path):
        pass
    (tmp_path / "policy.signed").unlink()
    with running(tmp_path) as uplink:
        assert not uplink._rules.is_refused
    put(tmp_path, 6)
    with running(tmp_path) as uplink:
        assert uplink._rules.is_refused


def test_under_another_key_the_numbers_begin_anew(tmp_path: Path) -> None:
    put(tmp_path, 2**31 - 1)
    with running(tmp_path):
        pass
    (tmp_path / "policy.signed").write_bytes(signed(payload(number=1), OTHER))
    with running(tmp_path, OTHER_ROOT) as uplink:
        assert uplink._rules.is_signed


def test_a_policy_that_is_refused_for_another_reason_is_not_remembered(tmp_path: Path) -> None:
    put(tmp_path, 9, not_after="2025-01-01T00:00:00Z")
    with running(tmp_path):
        pass
    put(tmp_path, 7)
    with running(tmp_path) as uplink:
        assert uplink._rules.is_signed


def test_a_policy_with_other_windows_ends_uplink_so_that_it_is_started_anew(tmp_path: Path) -> None:
    put(tmp_path, 7)
    with running(tmp_path) as uplink:
        put(tmp_path, 8, policy={"least_window_s": 1800})
        uplink._rules._next_s = 0.0
        uplink._keep_time()

        assert uplink._stopping
    with running(tmp_path) as uplink:
        assert uplink._books.window_s == 1800


def test_a_policy_with_the_same_windows_ends_nothing(tmp_path: Path) -> None:
    put(tmp_path, 7)
    with running(tmp_path) as uplink:
        put(tmp_path, 8, policy={"k": 20})
        uplink._rules._next_s = 0.0
        uplink._keep_time()

        assert not uplink._stopping
        assert uplink._intake.policy.k == uplink._summaries.policy.k == 20


def test_the_log_says_the_number_with_the_key_that_it_counts_for() -> None:
    said = accepted(ROOT, 7)

    assert (least_number(said, ROOT), least_number(said, OTHER_ROOT)) == (7, 0)
    assert (least_number(said, ""), least_number(None, ROOT)) == (0, 0)
    assert KEY.public_key().public_bytes_raw().hex() == ROOT


def write(folder: Path) -> str:
    config = folder / "config.toml"
    sections = [
        f"[{name}]\n" + "".join(f'{key} = "{value}"\n' for key, value in keys.items())
        for name, keys in tables(folder).items()
    ]
    config.write_text("".join(sections))
    return str(config)


@pytest.mark.parametrize("command", [["privacy"], ["policy", "check"], ["doctor"]], ids=" ".join)
def test_every_command_refuses_the_policy_that_uplink_refuses(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], command: list[str]
) -> None:
    put(tmp_path, 7, **FAR)
    with running(tmp_path):
        pass
    put(tmp_path, 6, **FAR)
    file = [str(tmp_path / "policy.signed")] if command[0] == "policy" else []
    main([*command, "--config", write(tmp_path), *file])
    said = capsys.readouterr()

    assert "policy 6 is older than policy 7" in said.out + said.err


def test_the_command_says_when_a_policy_takes_effect_and_what_it_closes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "new.signed").write_bytes(signed(payload(policy={"least_window_s": 1800}, **FAR)))
    main(["policy", "check", "--config", write(tmp_path), str(tmp_path / "new.signed")])
    said = capsys.readouterr().out

    assert "Summaries are of 1800 s then" in said
    assert "within 60 minutes" in said
    assert "no policy with a lower number" in said


def test_a_policy_that_comes_while_uplink_runs_is_in_the_log_at_once(tmp_path: Path) -> None:
    with running(tmp_path) as uplink:
        uplink._next_forget_s = float("inf")
        put(tmp_path, 7)
        uplink._rules._next_s = 0.0
        uplink._keep_time()

        assert uplink._audit.standing(What.ACCEPTED) == accepted(ROOT, 7)
