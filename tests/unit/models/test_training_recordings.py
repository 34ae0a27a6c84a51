"""What a shipped model may learn from, and that nothing is on two sides of the split."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.training import bank
from models.training.labels import BACKGROUNDS, CLASSES, RECORDED, SYNTHESISED
from models.training.recordings import Part, Recording, read_manifest, sound, split, to_learn_from, trimmed
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
    assert split([recording(of="us8k_nc")])[Part.REFUSED] == [recording(of="us8k_nc")]


@given(
    st.lists(
        st.tuples(st.integers(0, 30), st.sampled_from(["gunshot", "scream", "rain", "dog_bark"])),
        min_size=1, max_size=80,
    )
)  # fmt: skip
def test_no_source_is_in_two_parts(drawn: list[tuple[int, str]]) -> None:
    parts = split([recording(f"freesound:{number}", label) for number, label in drawn])

    sources = [{one.source for one in parts[part]} for part in (Part.TRAIN, Part.VALIDATION, Part.TEST)]
    assert sum(len(one) for one in sources) == len(set().union(*sources))


@given(st.permutations(range(12)))
def test_the_split_does_not_depend_on_the_order_of_the_manifest(order: list[int]) -> None:
    parts = split([recording(f"freesound:{number}") for number in order])

    assert {one.source for one in parts[Part.TEST]} == {
        one.source for one in split([recording(f"freesound:{number}") for number in range(12)])[Part.TEST]
    }


@given(st.integers(2, 60))
def test_about_a_quarter_of_the_sources_of_a_kind_is_kept_for_the_test(many: int) -> None:
    parts = split([recording(f"freesound:{number}") for number in range(many)])

    assert abs(len(parts[Part.TEST]) - many / 4) <= 0.5
    assert parts[Part.TRAIN]


def test_a_bank_to_learn_from_cannot_be_drawn_from_what_was_refused() -> None:
    assert [bank.PLANS[name].recordings for name in bank.LEARNT_FROM] == [Part.TRAIN, Part.VALIDATION, Part.VALIDATION]


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
def test_nothing_non_commercial_is_in_a_part_to_learn_from(shared_data: Path) -> None:
    parts = split(read_manifest(shared_data / "audio"))

    learnt = [*parts[Part.TRAIN], *parts[Part.VALIDATION]]
    assert len(to_learn_from(learnt)) > 300
    assert not any("us8k" in str(one.path) for one in learnt)


@pytest.mark.realdata
def test_every_class_has_sources_to_learn_from_and_sources_to_be_judged_on(shared_data: Path) -> None:
    parts = split(read_manifest(shared_data / "audio"))

    for name in CLASSES:
        for part in (Part.TRAIN, Part.TEST):
            assert any(name in RECORDED[one.label].heard for one in parts[part] if one.label in RECORDED), (name, part)
