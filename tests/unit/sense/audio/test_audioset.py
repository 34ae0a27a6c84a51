"""AudioSet's classes, read as ours."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from node.config.sound_classes import SoundClass
from node.sense.audio.audioset import NAMES, Groups

SIREN, POLICE, CROWD, MUSIC = "/m/03kmc9", "/m/04qvtq", "/m/03qtwd", "/m/04rlf"


def test_every_sound_of_ours_has_a_class_of_audioset() -> None:
    assert set(NAMES) == set(SoundClass)


def test_no_class_of_audioset_stands_for_two_sounds() -> None:
    mids = [mid for group in NAMES.values() for mid in group]

    assert len(set(mids)) == len(mids)


def test_a_sound_is_as_likely_as_the_likeliest_of_its_classes() -> None:
    groups = Groups([MUSIC, POLICE, SIREN, CROWD])

    read = groups.read(np.array([0.9, 0.4, 0.3, 0.2], dtype=np.float32))
    assert read == {SoundClass.SIREN: pytest.approx(0.4), SoundClass.CROWD: pytest.approx(0.2)}


@given(st.permutations([MUSIC, POLICE, SIREN, CROWD, "-"]))
def test_the_order_of_the_labels_makes_no_difference(labels: list[str]) -> None:
    likely = {MUSIC: 0.9, POLICE: 0.4, SIREN: 0.3, CROWD: 0.2, "-": 1.0}

    read = Groups(labels).read(np.array([likely[one] for one in labels], dtype=np.float32))
    assert read == {SoundClass.SIREN: pytest.approx(0.4), SoundClass.CROWD: pytest.approx(0.2)}


def test_labels_without_a_sound_of_ours_are_refused() -> None:
    with pytest.raises(ValueError, match="none of its labels"):
        Groups([MUSIC, "-"])
