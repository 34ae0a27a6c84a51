from __future__ import annotations

import tomllib
from dataclasses import replace
from importlib import resources
from pathlib import Path

import numpy as np
import pytest
import soundfile

from node.errors import OperatorError
from node.sense.audio.crowd_score import FILE, OUTSIDE, CrowdScore
from node.sense.audio.likeness import FEATURES
from node.sense.audio.tail import Pareto
from node.sense.capture.hops import HOP
from simulator.trials.seeds import SCORING_FROM
from simulator.trials.timelapse import risings as weeks_rises
from simulator.trials.timelapse.fit_score import fitted_on, lines, report
from simulator.trials.timelapse.lapse import hour_heard
from simulator.trials.timelapse.real_rises import clips, of_clips
from simulator.trials.timelapse.regression import fitted, highest
from simulator.trials.timelapse.risings import Risings, of_half_day, of_hops, of_weeks

COUNT = len(FEATURES)


def risings(seed: int, rises: int, seconds_each: int = 3) -> Risings:
    """Rises whose lines tell what they are, crowds and none by turns."""
    chance = np.random.default_rng(seed)
    crowd = np.repeat(np.arange(rises) % 2, seconds_each)
    features = chance.normal(0.0, 1.0, (crowd.size, COUNT))
    features[:, FEATURES.index("lines")] -= 4.0 * crowd
    return Risings(
        features,
        np.repeat(np.arange(rises), seconds_each),
        crowd,
        np.repeat(60.0 * np.arange(rises, dtype=np.float64), seconds_each),
        1.0,
    )


def test_what_tells_crowds_apart_gets_the_weight() -> None:
    found = fitted(risings(1, 400), risings(2, 40))
    unseen = risings(3, 200)

    scores = found.scores(unseen.features)

    assert np.mean(highest(scores, unseen, 1) > 0) > 0.9
    assert np.mean(scores[unseen.crowd == 0] > 0) < 0.1


def test_what_no_crowd_was_like_is_none() -> None:
    found = fitted(risings(1, 400), risings(2, 40))
    odd = np.zeros((1, COUNT))
    odd[0, FEATURES.index("lines")] = -40.0

    assert found.scores(odd).tolist() == [OUTSIDE]


def test_what_is_written_scores_as_what_was_fitted() -> None:
    found = fitted(risings(1, 100), risings(2, 20))
    text = "\n".join(lines(found, -2.0, Pareto(0.1, 0.7), 9.5, {"seeds": [300], "sounds_sha256": "0f"}))
    features = risings(4, 20).features

    score = CrowdScore(tomllib.loads(text))

    assert [score.of(tuple(row)) for row in features.tolist()] == pytest.approx(found.scores(features), abs=2e-3)
    assert score.threshold(9.5) == -2.0
    assert tomllib.loads(text)["fitted_on"] == {"seeds": [300], "sounds_sha256": "0f"}


def test_the_same_rises_give_the_same_file_byte_for_byte() -> None:
    def written() -> str:
        return report([risings(1, 400), risings(5, 400)], [risings(2, 40), risings(6, 40)], {"seeds": [1, 5]})

    assert written() == written()


def shipped() -> dict[str, object]:
    """What the shipped score says that it was fitted on."""
    text = resources.files("node.sense.audio").joinpath(FILE).read_text("utf-8")
    found: dict[str, object] = tomllib.loads(text)["fitted_on"]
    return found


def test_the_shipped_score_was_fitted_on_the_signatures_and_with_the_numbers_of_the_command() -> None:
    now = fitted_on([])

    sounds = {"sounds", "sounds_sha256"}
    assert {name: one for name, one in shipped().items() if name not in sounds} == {
        name: one for name, one in now.items() if name not in sounds
    }


@pytest.mark.realdata
def test_the_shipped_score_was_fitted_on_the_real_sounds_of_the_manifest(shared_data: Path) -> None:
    now = fitted_on(clips(shared_data / "manifest.csv"))

    assert (shipped()["sounds"], shipped()["sounds_sha256"]) == (now["sounds"], now["sounds_sha256"])


def test_the_highest_mean_of_three_seconds_of_each_rise_is_taken() -> None:
    three = replace(risings(0, 3, 4), crowd=np.repeat([1, 0, 1], 4))

    found = highest(np.array([1.0, 2.0, 3.0, 7.0, 90.0, 90.0, 90.0, 90.0, 5.0, 4.0, 3.0, 2.0]), three, 1)

    assert found == pytest.approx([4.0, 4.0])


def test_a_rise_of_two_seconds_has_no_score() -> None:
    assert highest(np.array([9.0, 9.0, 9.0, 9.0]), risings(0, 2, 2), 1).tolist() == [-np.inf]


def test_joined_rises_keep_apart() -> None:
    both = Risings.joined((risings(1, 3), risings(2, 2)))

    assert len(np.unique(both.rise)) == 5
    assert both.days == 2.0


def test_a_rise_is_a_crowd_near_the_begin_of_one_and_nothing_near_the_rest_of_it() -> None:
    heard = hour_heard(300, 20)
    all_of_it = of_hops(heard, [], None)
    began_s = float(all_of_it.began_s[0])

    labelled = of_hops(heard, [(began_s + 1.5, began_s + 20.0)], None)

    assert set(all_of_it.crowd.tolist()) == {0}
    assert set(labelled.crowd[labelled.began_s == began_s].tolist()) == {1}
    assert (labelled.crowd == 0).sum() < all_of_it.crowd.size


def test_a_half_day_that_is_kept_is_not_heard_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(weeks_rises, "HALF_DAY_HOURS", 1)
    once = of_half_day(300, 20, tmp_path)
    monkeypatch.setattr(weeks_rises, "HALF_DAY_HOURS", 0)  # with nothing to hear, to hear anew would fail

    again = of_half_day(300, 20, tmp_path)

    assert again.days == once.days == 1 / 24
    assert all(np.array_equal(getattr(again, name), getattr(once, name)) for name in ("features", "rise", "crowd"))


def test_no_scoring_week_is_learnt_from() -> None:
    with pytest.raises(OperatorError, match="scoring"):
        next(of_weeks([SCORING_FROM], 1))


def manifest(folder: Path, rows: list[tuple[str, str, str, str]]) -> Path:
    """A manifest of clips of noise: file, label, whether non-commercial, source."""
    text = ["path,media,label,non_commercial,source_id"]
    for name, label, non_commercial, source in rows:
        noise = 0.1 * np.random.default_rng(len(name)).standard_normal(20 * HOP)
        soundfile.write(folder / name, noise, 48_000)
        text.append(f"{name},audio,{label},{non_commercial},{source}")
    path = folder / "manifest.csv"
    path.write_text("\n".join(text) + "\n", encoding="utf-8")
    return path


def test_a_sound_that_is_not_free_is_never_learnt_from(tmp_path: Path) -> None:
    path = manifest(
        tmp_path, [("a.wav", "rain", "no", "1"), ("b.wav", "rain", "yes", "2"), ("c.wav", "rain", "unknown", "3")]
    )

    assert [clip.path.name for clip in clips(path)] == ["a.wav"]


def test_two_clips_of_one_source_are_on_one_side(tmp_path: Path) -> None:
    names = [f"{n}.wav" for n in range(12)]
    path = manifest(tmp_path, [(name, "applause", "no", str(n // 2)) for n, name in enumerate(names)])

    found = clips(path)

    assert [one.held_out for one in found[::2]] == [one.held_out for one in found[1::2]]
    assert {one.held_out for one in found} == {True, False}
    assert all(one.crowd for one in found)


def test_a_real_sound_in_a_street_is_a_rise_of_its_sort(tmp_path: Path) -> None:
    path = manifest(tmp_path, [("a.wav", "applause", "no", "1"), ("b.wav", "rain", "no", "2")])

    found = of_clips(clips(path))

    assert {0, 1} <= set(found.crowd.tolist())
