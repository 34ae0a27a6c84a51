"""`polewatch policy check` and `polewatch privacy`: what a policy allows here, and where it comes from."""

import json
from pathlib import Path

import pytest

from node.cli import main
from tests.unit.config.test_signed_policy import ROOT, payload, signed


def write(folder: Path, extra: str = "") -> str:
    config = folder / "config.toml"
    config.write_text(
        f'[node]\nid = "pole-0042"\n[policy]\nfile = "{folder}/policy.signed"\nroot_key = "{ROOT}"\n{extra}'
    )
    return str(config)


FAR = {"not_after": "2999-01-01T00:00:00Z"}


def test_a_policy_that_would_hold_is_printed_value_by_value(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "new.signed").write_bytes(signed(payload(**FAR)))
    code = main(["policy", "check", "--config", write(tmp_path), str(tmp_path / "new.signed")])
    said = capsys.readouterr().out

    assert code == 0
    assert "policy 7, signed by" in said
    assert "k = 5" in said
    assert "arrival_ms = true" in said


def test_a_policy_that_would_be_refused_is_one_line_and_exit_1(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "new.signed").write_bytes(signed(payload(policy={"k": 1}, **FAR)))
    code = main(["policy", "check", "--config", write(tmp_path), str(tmp_path / "new.signed")])

    assert (code, capsys.readouterr().err.count("\n")) == (1, 1)


def test_a_policy_that_is_not_there_is_unreadable_input(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["policy", "check", "--config", write(tmp_path), str(tmp_path / "nothing")]) == 66
    assert "there is no such file" in capsys.readouterr().err


def test_privacy_says_by_whom_the_policy_is_signed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "policy.signed").write_bytes(signed(payload(**FAR)))
    main(["privacy", "--config", write(tmp_path, "k = 30\n"), "--json"])
    said = json.loads(capsys.readouterr().out)

    assert said["policy"]["origin"].startswith("policy 7, signed by ")
    assert said["occupancy"] == {"epsilon": 1.0, "k": 30, "window_s": 900, "counted": False}


def test_privacy_says_why_a_policy_is_not_used(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "policy.signed").write_text("{}")
    code = main(["privacy", "--config", write(tmp_path)])
    said = capsys.readouterr().out

    assert code == 0
    assert "Where the policy comes from: default." in said
    assert "NOT used" in said


def test_the_doctor_says_that_a_quarantine_or_a_broken_policy_is_to_be_mended(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "policy.signed").write_text("{}")
    (tmp_path / "quarantine").touch()
    config = write(tmp_path, f'[quarantine]\nfile = "{tmp_path}/quarantine"\n[microphone]\nsource = "none"\n')
    main(["doctor", "--config", config])
    said = capsys.readouterr().out

    assert "MEND  quarantine: " in said
    assert f"MEND  {tmp_path}/policy.signed: is no signed policy" in said


def test_the_doctor_finds_nothing_wrong_without_either(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config = write(tmp_path, f'[quarantine]\nfile = "{tmp_path}/quarantine"\n[microphone]\nsource = "none"\n')
    main(["doctor", "--config", config])

    assert "ok    policy: default" in capsys.readouterr().out
