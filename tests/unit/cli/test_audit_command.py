"""`polewatch audit verify`: whether the log holds, and since when the node is what it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from node.cli import main
from node.config.installed import install
from node.config.load import load
from node.ops.clock import FixedClock
from node.uplink.audit import Audit
from node.uplink.chain import What
from node.uplink.inventory import note_standing
from tests.unit.config.test_signed_policy import ROOT
from tests.unit.uplink.test_standing import another_model

CLOCK = FixedClock(1_767_268_800.0)


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "config.toml"
    path.write_text(
        f'[node]\nid = "pole-0042"\n[outbox]\npath = "{tmp_path}/outbox.db"\n'
        f'[sound_model]\nfolder = "{tmp_path}/models"\n[policy]\nroot_key = "{ROOT}"\n'
    )
    return path


def start(config: Path, policy: bytes = b"p" * 16, number: int = 0) -> None:
    """What a start of `uplink` writes."""
    log = Audit(config.parent / "audit", CLOCK)
    log.note(What.STARTED, 0.0, b"s" * 16)
    log.note(What.POLICY, 0.0, policy)
    note_standing(log, load(config).settings, number, 0.0)
    log.flush()


def verify(config: Path, capsys: pytest.CaptureFixture[str]) -> list[str]:
    assert main(["audit", "verify", "--config", str(config)]) == 0
    return [line.strip() for line in capsys.readouterr().out.splitlines()]


def test_a_node_that_is_what_its_log_says_is_as_here(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    start(config)
    said = verify(config, capsys)

    assert "models: as here since entry 3 (2026-01-01T12:00:00Z), changed 0 times" in said
    assert any(line.startswith("polewatch-sounds-small ") and "since entry 5" in line for line in said)
    assert "identity: as here since entry 6 (2026-01-01T12:00:00Z), changed 0 times" in said


def test_a_model_that_the_log_does_not_know_is_told(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    start(config)
    install(config.parent / "models", *another_model())
    said = verify(config, capsys)

    assert any(line.startswith("models: NOT as here") for line in said)
    assert any(line.startswith("another ") and line.endswith("NOT in the log") for line in said)


def test_another_node_id_than_the_log_has_is_told(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    start(config)
    config.write_text(config.read_text().replace("pole-0042", "pole-0043"))

    assert any(line.startswith("identity: NOT as here") for line in verify(config, capsys))


def test_a_change_of_identity_and_of_policy_is_counted_with_its_entry(
    config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    start(config)
    config.write_text(config.read_text().replace("pole-0042", "pole-0043"))
    start(config, policy=b"q" * 16, number=7)
    said = verify(config, capsys)

    assert "policy: in force since entry 8 (2026-01-01T12:00:00Z), changed 1 times" in said
    assert "identity: as here since entry 9 (2026-01-01T12:00:00Z), changed 1 times" in said
    assert "signed policy 7: accepted since entry 10 (2026-01-01T12:00:00Z); none with a lower number is" in said


def test_a_start_with_nothing_new_is_no_change(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    start(config)
    start(config)
    said = verify(config, capsys)

    assert "policy: in force since entry 2 (2026-01-01T12:00:00Z), changed 0 times" in said


def test_an_entry_that_was_edited_is_exit_1_and_one_line(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    start(config)
    path = next((config.parent / "audit").iterdir())
    content = bytearray(path.read_bytes())
    content[64 * 3 + 20] ^= 1
    path.write_bytes(content)
    code = main(["audit", "verify", "--config", str(config)])

    assert (code, capsys.readouterr().err.count("\n")) == (1, 1)


def test_no_log_is_unreadable_input(config: Path) -> None:
    assert main(["audit", "verify", "--config", str(config)]) == 66
