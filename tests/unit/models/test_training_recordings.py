"""What a shipped model may learn from, and that nothing is on two sides of the split."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.training import bank
from models.training.labels import BACKGROUNDS, CLASSES, RECORDED, SYNTHESISED
from models.training.recordings import (
    FOLDS,
    Recording,
    classes_of,
    read_manifest,
    sound,
    split,
    to_learn_from,
    trimmed,
)
from node.errors import OperatorError, UnreadableInputError


def recording(
    source: str = "freesound:1", label: str = "gunshot", licence: str = "CC0 1.0", *, nc: str = "no", of: str = "cc"
) -> Recording:
    return Recording(Path(f"audio/{of}/{label}/{source}.flac"), label, source, "somebody", licence, nc, "0" * 64)


FREE = ("CC0 1.0", "CC BY 3.0", "CC BY 4.0", "CC-BY (pack: CC BY-SA 4.0)", "CC BY", "public domain", "Unlicense")
NOT_FREE = (
    "CC BY-NC 3.0", "CC BY-NC-SA 4.0", "CC BY-SA 4.0", "CC BY-ND 4.0", "CC-BY-NC 3.0",
    "repo Apache-2.0; clip licence not listed", "", "all rights reserved",
)  # fmt: skip


@pytest.mark.parametrize("licence", FREE)
def test_a_free_recording_may_be_learnt_from(licence: str) -> None:
    one = recording(licence=licence)

    assert to_learn_from([one]) == [one]


@pytest.mark.parametrize("licence", NOT_FREE)
def test_a_recording_of_another_licence_is_refused(licence: str) -> None:
    with pytest.raises(OperatorError, match="no shipped model may learn from it"):
        to_learn_from([recording(), recording(licence=licence)])


@pytest.mark.parametrize("nc", ["yes", "unknown", ""])
def test_a_recording_that_may_be_non_commercial_is_refused_whatever_its_licence_says(nc: str) -> None:
    with pytest.raises(OperatorError):
        to_learn_from([recording(nc=nc)])


def test_a_set_that_is_not_named_is_refused() -> None:
    assert split([recording(of="us8k_nc")]).refused == [recording(of="us8k_nc")]


@given(
    st.lists(
        st.tuples(st.integers(0, 30), st.sampled_from(["gunshot", "scream", "rain", "dog_bark"])),
        min_size=1, max_size=80,
    )
)  # fmt: skip
def test_no_source_is_in_two_folds(drawn: list[tuple[int, str]]) -> None:
    found = split([recording(f"freesound:{number}", label) for number, label in drawn])

    sources = [{one.source for one in fold} for fold in found.folds]
    assert sum(len(one) for one in sources) == len(set().union(*sources)) == len({number for number, _ in drawn})


@given(st.permutations(range(12)))
def test_the_split_does_not_depend_on_the_order_of_the_manifest(order: list[int]) -> None:
    found = split([recording(f"freesound:{number}") for number in order])

    wanted = split([recording(f"freesound:{number}") for number in range(12)])
    assert [{one.source for one in fold} for fold in found.folds] == [
        {one.source for one in fold} for fold in wanted.folds
    ]


@given(st.integers(2, 60))
def test_a_quarter_of_the_sources_of_a_kind_is_in_the_first_fold_and_the_others_have_alike_many(many: int) -> None:
    found = split([recording(f"freesound:{number}") for number in range(many)])

    sizes = [len(fold) for fold in found.folds]
    assert len(sizes) == FOLDS
    assert abs(sizes[0] - many / FOLDS) <= 0.5
    assert max(sizes[1:]) - min(sizes[1:]) <= 1


def test_a_source_knows_the_classes_of_all_its_clips() -> None:
    clips = [
        recording("freesound:1", "gunshot"),
        recording("freesound:1", "applause"),
        recording("freesound:2", "rain"),
    ]

    assert classes_of(clips) == {"freesound:1": {"gunshot", "crowd"}, "freesound:2": set()}


def test_only_a_bank_that_is_judged_by_alone_holds_what_was_refused() -> None:
    assert [plan.name for plan in bank.PLANS.values() if plan.non_commercial] == [bank.NON_COMMERCIAL]


def test_every_label_names_classes_that_there_are() -> None:
    for label in (*RECORDED.values(), *SYNTHESISED.values()):
        assert set(label.heard) | set(label.unknown) <= set(CLASSES)
        assert not set(label.heard) & set(label.unknown)


def test_no_background_is_an_example_of_a_class() -> None:
    assert not any(RECORDED[name].heard for name in BACKGROUNDS if name in RECORDED)


def test_a_folder_without_a_manifest_is_named(tmp_path: Path) -> None:
    with pytest.raises(OperatorError, match=r"no manifest\.csv"):
        read_manifest(tmp_path / "audio")


def test_a_manifest_of_something_else_is_named(tmp_path: Path) -> None:
    (tmp_path / "manifest.csv").write_text("a,b\n1,2\n")

    with pytest.raises(UnreadableInputError, match="is not the manifest"):
        read_manifest(tmp_path / "audio")


def test_a_file_that_is_not_the_one_of_the_manifest_is_refused(tmp_path: Path) -> None:
    (tmp_path / "one.flac").write_bytes(b"another")

    with pytest.raises(UnreadableInputError, match="sha256 differs"):
        sound(Recording(tmp_path / "one.flac", "gunshot", "x", "x", "CC0 1.0", "no", "0" * 64))


def test_a_trimmed_sound_has_a_peak_of_one_and_no_silence_before_it() -> None:
    quiet, loud = np.zeros(8000), 0.1 * np.sin(np.arange(8000) * 0.3)

    cut = trimmed(np.concatenate([quiet, loud, quiet]))

    assert float(np.abs(cut).max()) == pytest.approx(1.0)
    assert cut.size == pytest.approx(8000, abs=640)


@pytest.mark.realdata
def test_nothing_non_commercial_is_in_a_fold(shared_data: Path) -> None:
    learnt = [one for fold in split(read_manifest(shared_data / "audio")).folds for one in fold]

    assert len(to_learn_from(learnt)) > 400
    assert not any("us8k" in str(one.path) for one in learnt)


@pytest.mark.realdata
def test_every_class_has_sources_in_two_folds_or_more(shared_data: Path) -> None:
    found = split(read_manifest(shared_data / "audio"))

    for name in CLASSES:
        having = [fold for fold in found.folds if any(name in heard for heard in classes_of(fold).values())]
        assert len(having) >= 2, name


@pytest.mark.realdata
def test_what_is_only_judged_on_shares_no_source_with_what_is_learnt_from(shared_data: Path) -> None:
    sounds = shared_data / "audio"

    judged = {one.source for one in bank.recordings_of(bank.PLANS[bank.NON_COMMERCIAL], sounds)}
    learnt = {one.source for fold in split(read_manifest(sounds)).folds for one in fold}
    assert len(judged) > 100
    assert not judged & learnt
