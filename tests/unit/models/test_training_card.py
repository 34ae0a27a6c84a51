"""The cards hold the numbers of the results, the manifest those of the models, and nothing else."""

from __future__ import annotations

import hashlib
import json
import tomllib
from pathlib import Path
from typing import Any

import pytest

from models.training import card
from models.training.entry import Entry, placed
from models.training.labels import CLASSES

MODELS = Path(__file__).parents[3] / "models"
NAMES = ("polewatch-sounds-small", "polewatch-sounds-large")
MEGABYTE = 1_000_000


def facts_of(name: str) -> dict[str, Any]:
    facts: dict[str, Any] = json.loads((MODELS / "cards" / f"{name}.json").read_text())
    return facts


def entry_of(name: str) -> dict[str, Any]:
    entries = tomllib.loads((MODELS / "manifest.toml").read_text())["model"]
    return next(one for one in entries if one["name"] == name)


def made(name: str = "one", seed: int = 1) -> Entry:
    return Entry(name, f"{name}.onnx", "0" * 64, seed, None, dict.fromkeys(CLASSES, 0.5), [0.25] * 8)


@pytest.mark.parametrize("name", NAMES)
def test_a_card_is_what_its_results_give(name: str) -> None:
    assert (MODELS / "cards" / f"{name}.md").read_text() == card.write(facts_of(name))


@pytest.mark.parametrize("name", NAMES)
def test_the_manifest_has_the_thresholds_of_the_results(name: str) -> None:
    assert entry_of(name)["audio"]["thresholds"] == facts_of(name)["thresholds"]


@pytest.mark.parametrize("name", NAMES)
def test_the_manifest_names_the_file_that_is_there(name: str) -> None:
    entry = entry_of(name)

    content = (MODELS / entry["file"]).read_bytes()
    assert hashlib.sha256(content).hexdigest() == entry["sha256"]
    assert len(content) == facts_of(name)["bytes"]


def test_the_shipped_models_are_small() -> None:
    assert facts_of("polewatch-sounds-small")["bytes"] <= 1.5 * MEGABYTE
    assert facts_of("polewatch-sounds-large")["bytes"] <= 0.3 * MEGABYTE


@pytest.mark.parametrize("name", NAMES)
def test_every_seed_is_told_and_the_chosen_one_did_best_on_the_validation(name: str) -> None:
    facts = facts_of(name)

    validation = {seed: found["validation"]["mean"] for seed, found in facts["precision"].items()}
    assert len(validation) >= 3
    assert validation[str(facts["chosen_seed"])] == max(validation.values())


@pytest.mark.parametrize("name", NAMES)
def test_every_recording_that_was_used_is_credited_and_free(name: str) -> None:
    for one in facts_of(name)["sources"]:
        assert one["author"]
        assert one["licence"].startswith(("CC0", "CC BY", "CC-BY", "public domain", "Unlicense"))
        assert "NC" not in one["licence"]


def test_an_entry_takes_the_place_of_an_empty_list() -> None:
    text = placed("version = 1\nmodel = []\n", made())

    assert [one["name"] for one in tomllib.loads(text)["model"]] == ["one"]


def test_an_entry_takes_the_place_of_the_one_of_its_name_and_leaves_the_others() -> None:
    text = "version = 1\n"
    for entry in (made("one"), made("two"), made("three"), made("two", seed=7)):
        text = placed(text, entry)

    entries = tomllib.loads(text)["model"]
    assert [one["name"] for one in entries] == ["one", "two", "three"]
    assert "seed 7" in entries[1]["source"]


def test_what_is_written_around_the_entries_stays() -> None:
    text = placed(placed("# told to people\nversion = 1\n", made()), made(seed=2))

    assert text.startswith("# told to people\nversion = 1\n")
