"""The cards hold the numbers of the results, the manifest those of the models, and nothing else."""

from __future__ import annotations

import hashlib
import json
import tomllib
from pathlib import Path
from typing import Any

import pytest

from models.training import card, card_events
from models.training.entry import Entry, placed
from models.training.labels import CLASSES
from node.errors import OperatorError

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
    return Entry(name, f"{name}.onnx", "0" * 64, (seed,), None, dict.fromkeys(CLASSES, 0.5), [0.25] * 8)


@pytest.mark.parametrize("name", NAMES)
def test_a_card_is_what_its_results_give(name: str) -> None:
    facts = facts_of(name)

    assert (MODELS / "cards" / f"{name}.md").read_text() == card.write(facts, card_events.read(MODELS / "cards"))
    assert (MODELS / "cards" / f"{name}-sources.md").read_text() == card.write_sources(facts)


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
def test_every_source_of_a_class_was_held_out_once_and_three_nets_or_more_were_judged(name: str) -> None:
    facts = facts_of(name)

    judged = facts["precision"]["held-out"]
    assert len(judged) >= 3
    for one in CLASSES:
        having = [row for row in judged if row[one] is not None]
        assert facts["precision_mean_and_spread"]["held-out"][one][2] == len(having) >= 2


@pytest.mark.parametrize("name", NAMES)
def test_a_card_says_which_class_is_over_three_times_its_nominal_rate(name: str) -> None:
    facts = facts_of(name)

    text = (MODELS / "cards" / f"{name}.md").read_text()
    over = [one for one in CLASSES if sum(facts["false_windows_elsewhere"][one]) > 3 * facts["false_windows_allowed"]]
    wanted = f"More than three times nominal: {', '.join(over)}." if over else "No class is over three times nominal."
    assert wanted in text


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
    assert "seeds 7" in entries[1]["source"]


def test_what_is_written_around_the_entries_stays() -> None:
    text = placed(placed("# told to people\nversion = 1\n", made()), made(seed=2))

    assert text.startswith("# told to people\nversion = 1\n")


def test_a_card_without_measured_events_says_so() -> None:
    text = card_events.section(card_events.Events())

    assert text.count("not measured") == 2


def test_a_card_gives_false_alarms_by_the_week_and_shots_by_source_of_fireworks() -> None:
    scream = {"false": 3, "plain_false": 1, "per_node_day": 1.5, "per_node_week": 10.5}
    alarms = {"days": 2, "acts": 40, "plain_heard_s": 7200, "kinds": {"sound.scream": scream}}
    fires = {"mixes": 20, "gunshot_share": 0.05, "by_source": {"one": {"mixes": 20, "told": {"sound.gunshot": 1}}}}

    text = card_events.section(card_events.Events(fires, alarms))

    assert "| sound.scream | 3 | 1 | 1.50 | 10.50 |" in text
    assert "5.0%" in text
    assert "| one | 20 | 1 |" in text


def test_events_that_are_no_json_are_named(tmp_path: Path) -> None:
    (tmp_path / card_events.FIREWORKS).write_text("{")

    with pytest.raises(OperatorError, match="events-fireworks"):
        card_events.read(tmp_path)


def test_a_folder_without_results_is_named(tmp_path: Path) -> None:
    with pytest.raises(OperatorError, match=r"polewatch-sounds-small\.json"):
        card.write_all(tmp_path)
