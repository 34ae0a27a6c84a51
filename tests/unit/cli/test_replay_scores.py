"""`--scores`: what a line holds of the sound model."""

from __future__ import annotations

import json
from pathlib import Path

from node.config.settings import Settings
from node.config.sound_classes import SoundClass
from node.replay_scores import ScoreFile
from node.sense.pipeline import Observation

SETTINGS = Settings.model_validate({"node": {"id": "pole-1"}})


def line(tmp_path: Path, seen: Observation) -> dict[str, object]:
    with ScoreFile(tmp_path / "scores.jsonl", SETTINGS) as file:
        file.write(seen)
    found: dict[str, object] = json.loads((tmp_path / "scores.jsonl").read_text())
    return found


def test_each_class_has_its_probability_beside_the_rest(tmp_path: Path) -> None:
    scores = {SoundClass.SIREN: 0.91237, SoundClass.HORN_OR_ALARM: 0.25}
    seen = Observation(1.0, None, None, False, None, scores, (SoundClass.SIREN,))  # noqa: FBT003 - a record's field

    found = line(tmp_path, seen)

    assert found["scores"] == {
        "spike": 0.0,
        "foreground_share": None,
        "flow_energy": None,
        "siren": 0.9124,
        "horn_or_alarm": 0.25,
    }
    assert found["detected"] == ["siren"]


def test_while_the_model_sleeps_no_class_has_a_score(tmp_path: Path) -> None:
    found = line(tmp_path, Observation(1.0, None, None, spike=False, scene=None))

    assert found["scores"] == {"spike": 0.0, "foreground_share": None, "flow_energy": None}
    assert found["detected"] == []
