"""The policy in force while `uplink` runs: read anew each hour, said once, and the default whenever in doubt."""

from pathlib import Path

import pytest

from node.config.settings import Settings
from node.ops.clock import FixedClock
from node.uplink.rules import LOOK_EVERY_S, Rules
from tests.unit.config.test_signed_policy import NOW_S, ROOT, payload, signed


def rules(folder: Path, window_s: int = 900) -> Rules:
    settings = Settings.model_validate(
        {
            "node": {"id": "pole-0042"},
            "policy": {"file": str(folder / "policy.signed"), "root_key": ROOT},
            "summary": {"window_s": window_s},
        }
    )
    return Rules(settings, FixedClock(NOW_S), 0.0)


def test_a_policy_that_comes_while_uplink_runs_holds_within_the_hour(tmp_path: Path) -> None:
    running = rules(tmp_path)
    (tmp_path / "policy.signed").write_bytes(signed(payload()))

    assert not running.look(LOOK_EVERY_S - 1)
    assert running.look(LOOK_EVERY_S)
    assert (running.is_signed, running.policy.k) == (True, 5)


def test_a_policy_that_runs_out_gives_way_to_the_default(tmp_path: Path) -> None:
    (tmp_path / "policy.signed").write_bytes(signed(payload(not_after="2026-01-01T12:30:00Z")))
    running = rules(tmp_path)
    before = running.is_signed

    assert running.look(LOOK_EVERY_S)
    assert (before, running.is_signed, running.is_refused, running.policy.k) == (True, False, True, 10)


def test_a_broken_policy_is_said_once(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "policy.signed").write_text("no policy")
    running = rules(tmp_path)
    running.look(LOOK_EVERY_S)

    assert len(caplog.records) == 1


def test_each_policy_has_its_own_digest(tmp_path: Path) -> None:
    running = rules(tmp_path)
    before = running.digest
    (tmp_path / "policy.signed").write_bytes(signed(payload()))
    running.look(LOOK_EVERY_S)

    assert running.digest != before


def test_windows_are_as_long_as_the_policy_has_them(tmp_path: Path) -> None:
    (tmp_path / "policy.signed").write_bytes(signed(payload(policy={"least_window_s": 1800})))

    assert [rules(tmp_path, window_s).settings.summary.window_s for window_s in (900, 3600)] == [1800, 3600]


def test_a_demonstration_says_that_the_bound_does_not_hold(caplog: pytest.LogCaptureFixture) -> None:
    settings = Settings.model_validate(
        {"node": {"id": "demo"}, "summary": {"window_s": 60, "demonstration": True}, "policy": {"file": "/nowhere"}}
    )
    running = Rules(settings, FixedClock(NOW_S), 0.0)

    assert running.settings.summary.window_s == 60
    assert "0.5 bit/s does not hold" in caplog.text
