"""The documents tell the truth: links lead somewhere, commands run, codes are explained."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from node.contract.words import KINDS, HealthCode
from simulator.pole.catalogue import FaultName
from simulator.trials.scenario import parse

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
BIN = Path(sys.executable).parent


def blocks(page: Path) -> list[str]:
    """The lines of every shell block of a page, without comments."""
    text = "\n".join(re.findall(r"```(?:sh)?\n(.*?)```", page.read_text(), re.DOTALL))
    return [line.split("#")[0].strip() for line in text.splitlines() if line.split("#")[0].strip()]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_to_a_file(page: Path) -> None:
    links = re.findall(r"\]\(([^)#]+?)(?:#[^)]*)?\)", page.read_text())
    missing = [link for link in links if not link.startswith("http") and not (page.parent / link).exists()]

    assert missing == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_file_that_is_named_is_there(page: Path) -> None:
    named = re.findall(
        r"`((?:node|tests|systemd|firmware_config|models|simulator|docs)/[\w./-]*\w/?)`", page.read_text()
    )
    missing = [name for name in named if not (ROOT / name).exists()]

    assert missing == []


def test_the_readme_has_exactly_two_commands_and_both_are_targets() -> None:
    commands = blocks(ROOT / "README.md")

    assert commands == ["make demo", "make test"]
    for command in commands:
        dry = subprocess.run([*command.split(), "-n"], cwd=ROOT, capture_output=True, text=True, check=True)
        assert dry.stdout


def test_every_make_target_of_the_documents_exists() -> None:
    targets = {target for page in PAGES for target in re.findall(r"`?make ([a-z-]+)", page.read_text())}
    known = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))

    assert targets - known - {"up", "sure"} == set()


@pytest.mark.slow
def test_every_polewatch_command_of_the_documents_runs(tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    example = subprocess.run([BIN / "polewatch", "config", "example"], capture_output=True, text=True, check=True)
    config.write_text(example.stdout)
    commands = {
        line.partition(">")[0].removeprefix("/opt/polewatch/venv/bin/").strip()
        for page in PAGES
        for line in blocks(page)
        if re.match(r"(/opt/polewatch/venv/bin/)?polewatch(-sim)? ", line)
    }

    assert commands
    for command in commands:
        program, *arguments = shlex.split(command)
        takes_config = arguments[0] == "doctor" or arguments[:2] in (["config", "check"], ["config", "show"])
        extra = ["--config", str(config)] if takes_config else []
        done = subprocess.run(
            [BIN / program, *arguments, *extra],
            capture_output=True,
            text=True,
            check=False,
            env=os.environ,
            cwd=tmp_path,  # a command's own files, as forecaster.db, belong to the test
        )
        assert done.returncode in ({0, 1} if arguments[0] == "doctor" else {0}), f"{command}: {done.stderr}"
        assert "Traceback" not in done.stderr


def test_every_health_code_is_explained_to_city_it() -> None:
    explained = set(re.findall(r"^\| `([a-z_]+)` \|", (ROOT / "docs/operations.md").read_text(), re.MULTILINE))

    assert {code.value for code in HealthCode} <= explained


def test_every_kind_of_event_is_explained_to_a_forecaster_with_its_category_and_severity() -> None:
    rows = re.findall(r"^\| `([a-z_.]+)` \| `([a-z_]+)` \| (\w+) \|", (ROOT / "docs/wire.md").read_text(), re.MULTILINE)

    assert {tuple(row) for row in rows} == {(kind, facts.category, facts.severity) for kind, facts in KINDS.items()}


def test_no_page_names_a_place_of_one_machine() -> None:
    for page in PAGES:
        assert not re.search(r"/(home|root|Users)/", page.read_text()), page


def test_every_fault_of_the_simulator_is_named_to_developers() -> None:
    page = (ROOT / "docs/simulator.md").read_text()

    assert [fault for fault in FaultName if f".{fault.partition('.')[2]}`" not in page] == []


def test_the_scenario_in_the_documents_holds() -> None:
    [example] = re.findall(r"```toml\n(.*?)```", (ROOT / "docs/simulator.md").read_text(), re.DOTALL)

    assert parse(example.encode(), "example").hard_negative
