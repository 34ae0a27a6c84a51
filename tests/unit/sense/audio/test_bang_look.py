"""A bang that is looked at: which windows count, and what it is named by."""

from __future__ import annotations

from dataclasses import replace

import pytest

from node.config.sound_classes import SoundClass
from node.sense.audio.bang_judge import BangJudge
from node.sense.audio.bang_look import Look
from node.sense.audio.impulse import Impulse

BANG = Impulse(10.0, 2, 25, 9.0, 60.0, 40.0, 12.0, overload=False)
JUDGE = BangJudge.shipped()


def nothing_but(**margins: float) -> dict[SoundClass, float]:
    return dict.fromkeys(SoundClass, -6.0) | {SoundClass(name): margin for name, margin in margins.items()}


@pytest.mark.parametrize(("after_s", "windows"), [(0.2, 0), (0.5, 1), (0.875, 1), (1.2, 0)])
def test_a_window_holds_a_bang_that_it_has_heard_enough_of(after_s: float, windows: int) -> None:
    look = Look(BANG)
    look.see(10.0 + after_s, nothing_but())

    assert look.windows == windows


def test_of_two_windows_the_greater_margin_counts() -> None:
    look = Look(BANG)
    look.see(10.5, nothing_but(explosion=2.0))
    look.see(10.75, nothing_but(explosion=1.0))

    assert look.margin(SoundClass.EXPLOSION) == 2.0


def test_of_what_follows_only_fireworks_count() -> None:
    look = Look(BANG)
    look.see(10.5, nothing_but(gunshot=1.0))
    look.see(11.3, nothing_but(gunshot=5.0, fireworks=2.0))

    assert look.later == 1
    assert look.margin(SoundClass.GUNSHOT) == 1.0
    assert look.margin(SoundClass.FIREWORKS) == 2.0


def test_a_bang_of_which_nothing_was_heard_has_no_name() -> None:
    assert Look(BANG).name(JUDGE) is None


def test_a_model_that_knows_none_of_the_family_gives_no_verdict() -> None:
    look = Look(BANG)
    look.see(10.5, {SoundClass.SIREN: 3.0})

    assert look.verdict(JUDGE) is None
    assert not look.is_likely(JUDGE)


def test_a_pane_is_named_where_it_is_sure_and_likelier_than_a_blast() -> None:
    look = Look(BANG)
    look.see(10.5, nothing_but(glass_break=2.0, gunshot=1.0))

    assert look.name(JUDGE) is SoundClass.GLASS_BREAK


def test_what_overloads_the_microphone_is_no_pane() -> None:
    look = Look(replace(BANG, overload=True))
    look.see(10.5, nothing_but(glass_break=2.0))

    assert look.name(JUDGE) is None
