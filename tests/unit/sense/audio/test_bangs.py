"""Which kind a bang is told as: one test a rule."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from node.config.sound_classes import SoundClass
from node.config.sound_events import ImpulseSettings
from node.contract.words import Evidence, Kind
from node.sense.audio.bang_judge import BangJudge
from node.sense.audio.bangs import Bang, Bangs
from node.sense.audio.heard import Confidence
from node.sense.audio.impulse import Impulse
from node.sense.audio.odds import Thresholds
from node.sense.audio.tagger import Scores

SHOT = Impulse(10.0, 2, 25, 9.0, 60.0, 40.0, 12.0, overload=False)
MODEL = dict.fromkeys(SoundClass, 0.5)
HOP_S = 0.125
JUDGE = BangJudge(
    {
        "family": {"constant": 0.0, "together": 1.0, "peak_db": 0.0, "glass_break": 0.0, "least": 0.0},
        "which": {"slope": 1.0, "before": 1.0, "gunshot": 0.0, "explosion": 0.0, "fireworks": 4.0},
        "least": {"gunshot": 0.7, "explosion": 0.6, "fireworks": 0.6},
    }
)
"""A judge that adds the odds of the three and takes the greatest, a shot only where no fireworks were heard before:
what is fitted is tested elsewhere."""

Windows = dict[float, dict[SoundClass, float]]


def judge(
    *impulses: Impulse,
    windows: Windows | None = None,
    model: dict[SoundClass, float] | None = None,
    to_s: float = 3.0,
    over_db: float = 0.0,
) -> list[tuple[float, Bang]]:
    """What is told and when, after the first impulse; windows by their end after it, other classes at 0.01.

    The street goes on this far over its background.
    """
    bangs = Bangs(ImpulseSettings(), Thresholds(MODEL if model is None else model), JUDGE)
    told, begun_s = [], impulses[0].onset_s
    for hop in range(-8, round(to_s / HOP_S)):
        now_s = begun_s + HOP_S * hop
        for impulse in impulses:
            if now_s - HOP_S < impulse.onset_s + 0.15 <= now_s:
                bangs.hear(impulse)
        for end_s, scores in (windows or {}).items():
            if now_s - HOP_S < begun_s + end_s <= now_s:
                bangs.see(Scores(now_s, dict.fromkeys(SoundClass, 0.01) | scores))
        told += [(now_s - begun_s, bang) for bang in bangs.decide(now_s, over_db=over_db)]
    return told


def kinds(told: list[tuple[float, Bang]]) -> list[Kind]:
    return [bang.kind for _, bang in told]


def sure(*names: SoundClass) -> dict[SoundClass, float]:
    return dict.fromkeys(names, 0.95)


def test_a_bang_that_no_class_is_likely_for_is_an_impulse_within_700_ms() -> None:
    [(after_s, bang)] = judge(SHOT, windows={0.5: {}})

    assert bang.kind is Kind.SOUND_IMPULSE
    assert after_s <= 0.7


def test_without_a_model_a_bang_is_told_at_once() -> None:
    [(after_s, bang)] = judge(SHOT, model={})

    assert bang.kind is Kind.SOUND_IMPULSE
    assert after_s <= 0.3


def test_where_no_window_comes_a_bang_is_an_impulse_within_a_second() -> None:
    [(after_s, bang)] = judge(SHOT)

    assert bang.kind is Kind.SOUND_IMPULSE
    assert after_s < 1.0


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        (SoundClass.EXPLOSION, Kind.SOUND_EXPLOSION),
        (SoundClass.FIREWORKS, Kind.SOUND_FIREWORKS),
        (SoundClass.GLASS_BREAK, Kind.SOUND_GLASS_BREAK),
    ],
)
def test_a_class_that_is_sure_gives_its_name_with_the_first_window(name: SoundClass, kind: Kind) -> None:
    [(after_s, bang)] = judge(SHOT, windows={0.5: sure(name)})

    assert bang.kind is kind
    assert after_s == 0.5


def test_a_shot_is_told_after_a_second_look_within_1750_ms() -> None:
    [(after_s, bang)] = judge(SHOT, windows={0.5: sure(SoundClass.GUNSHOT), 1.0: {}})

    assert bang.kind is Kind.SOUND_GUNSHOT
    assert 1.0 <= after_s <= 1.5


def test_what_crackles_after_its_bang_is_no_shot() -> None:
    told = judge(SHOT, windows={0.5: sure(SoundClass.GUNSHOT), 1.0: sure(SoundClass.FIREWORKS)})

    assert Kind.SOUND_GUNSHOT not in kinds(told)


def test_a_bang_that_may_be_a_shot_and_a_firework_has_no_name() -> None:
    both = sure(SoundClass.GUNSHOT, SoundClass.FIREWORKS)

    assert kinds(judge(SHOT, windows={0.5: both, 1.0: {}})) == [Kind.SOUND_IMPULSE]


def test_a_salvo_before_it_speaks_against_a_shot() -> None:
    windows = {-1.0: {SoundClass.FIREWORKS: 0.8}, 0.5: sure(SoundClass.GUNSHOT), 1.0: {SoundClass.FIREWORKS: 0.8}}

    assert Kind.SOUND_GUNSHOT not in kinds(judge(SHOT, windows=windows))


def test_after_a_whistling_rocket_no_bang_is_a_shot() -> None:
    windows = {-0.5: sure(SoundClass.FIREWORKS), 0.5: sure(SoundClass.GUNSHOT), 1.0: {}}

    assert kinds(judge(SHOT, windows=windows)) == [Kind.SOUND_IMPULSE]


def test_a_window_without_the_bang_gives_it_no_name() -> None:
    assert kinds(judge(SHOT, windows={-0.25: sure(SoundClass.EXPLOSION), 0.5: {}})) == [Kind.SOUND_IMPULSE]


def test_a_class_that_is_only_likely_is_waited_for_until_the_second_window_and_no_longer() -> None:
    likely = {SoundClass.EXPLOSION: 0.4}
    [(after_s, bang)] = judge(SHOT, windows={0.5: likely, 0.75: likely})

    assert bang.kind is Kind.SOUND_IMPULSE
    assert after_s == 0.75


def test_a_class_that_is_likely_at_first_and_sure_then_gives_its_name() -> None:
    told = judge(SHOT, windows={0.5: {SoundClass.FIREWORKS: 0.4}, 0.75: sure(SoundClass.FIREWORKS)})

    assert kinds(told) == [Kind.SOUND_FIREWORKS]


def test_three_classes_of_the_family_that_are_likely_together_are_a_bang_of_it() -> None:
    scores = {SoundClass.EXPLOSION: 0.49, SoundClass.GUNSHOT: 0.15, SoundClass.FIREWORKS: 0.15}

    assert kinds(judge(SHOT, windows={0.5: scores, 0.75: scores})) == [Kind.SOUND_EXPLOSION]


def test_what_is_told_without_a_name_is_told_within_a_second_whatever_the_model_says() -> None:
    both = sure(SoundClass.GUNSHOT, SoundClass.FIREWORKS)
    [(after_s, _)] = judge(SHOT, windows={0.625: both, 0.875: both, 1.375: {}})

    assert after_s <= 0.875


def test_a_class_without_a_threshold_is_never_sure() -> None:
    model = {SoundClass.SIREN: 0.5}

    assert kinds(judge(SHOT, windows={0.5: sure(SoundClass.EXPLOSION)}, model=model)) == [Kind.SOUND_IMPULSE]


def test_what_overloads_the_microphone_is_no_glass() -> None:
    told = judge(replace(SHOT, overload=True), windows={0.5: sure(SoundClass.GLASS_BREAK)})

    assert kinds(told) == [Kind.SOUND_IMPULSE]


@pytest.mark.parametrize(
    "impulse",
    [
        replace(SHOT, level_over_l50_db=15.0),
        replace(SHOT, peak_over_l90_db=30.0),
        replace(SHOT, prominence=7.0),
        replace(SHOT, rise_ms=30),
        replace(SHOT, decay_ms=100, kurtosis=3.1),
    ],
    ids=["weak", "without a peak", "slow", "swelling", "steady like a horn"],
)
def test_without_a_name_a_bang_has_to_be_loud_sudden_and_short(impulse: Impulse) -> None:
    assert judge(impulse, model={}) == []


def test_the_shock_of_a_bullet_before_its_muzzle_blast_makes_it_no_slower() -> None:
    assert kinds(judge(replace(SHOT, rise_ms=20, overload=True), model={})) == [Kind.SOUND_IMPULSE]


def test_a_long_bang_that_overloads_the_microphone_is_told() -> None:
    assert kinds(judge(replace(SHOT, decay_ms=100, kurtosis=2.0, overload=True), model={})) == [Kind.SOUND_IMPULSE]


@pytest.mark.parametrize("impulse", [replace(SHOT, rise_ms=30), replace(SHOT, peak_over_l90_db=20.0)])
def test_a_shape_that_does_not_agree_takes_the_name_away(impulse: Impulse) -> None:
    assert judge(impulse, windows={0.5: sure(SoundClass.EXPLOSION)}) == []


def train(every_s: float, count: int, *, overload: bool = False) -> list[Impulse]:
    return [replace(SHOT, onset_s=10.0 + every_s * n, overload=overload) for n in range(count)]


def test_a_regular_train_that_the_model_has_no_name_for_is_a_machine() -> None:
    assert judge(*train(0.06, 30), windows={0.5: {}, 1.0: {}, 1.5: {}, 2.0: {}}) == []


def test_a_regular_train_that_the_model_calls_shots_is_told_as_regular_shots() -> None:
    shots = sure(SoundClass.GUNSHOT)
    told = judge(*train(0.1, 8), windows={0.5: shots, 1.0: shots, 1.5: {}})

    assert set(kinds(told)) == {Kind.SOUND_GUNSHOT}
    assert told[0][1].evidence == (Evidence.CLASSIFIER, Evidence.REGULAR, Evidence.IMPULSE_SHAPE)


@pytest.mark.parametrize("model", [{}, {SoundClass.SIREN: 0.5}], ids=["no model", "a model of sirens"])
def test_a_regular_train_that_no_model_can_deny_is_told_as_its_first_bang(model: dict[SoundClass, float]) -> None:
    told = judge(*train(0.1, 8), windows={0.5: {}, 1.0: {}, 1.5: {}}, model=model)

    assert told[0][1].onset_s == 10.0


def test_a_regular_train_that_a_window_finds_likely_to_be_shots_is_told_as_its_first_bang() -> None:
    told = judge(*train(0.1, 8), windows={0.5: {SoundClass.GUNSHOT: 0.3}, 1.0: {}, 1.5: {}})

    assert [(bang.kind, bang.onset_s) for _, bang in told] == [(Kind.SOUND_IMPULSE, 10.0)]


def test_a_regular_train_of_which_the_model_heard_nothing_is_told_as_its_first_bang() -> None:
    assert [bang.onset_s for _, bang in judge(*train(0.1, 8))] == [10.0]


def test_a_regular_train_at_the_rail_is_told_without_a_name() -> None:
    assert Kind.SOUND_IMPULSE in kinds(judge(*train(0.1, 8, overload=True), windows={0.5: {}}))


def test_what_goes_on_for_five_seconds_is_a_machine_without_a_model_too() -> None:
    told = judge(*train(0.5, 30), model={}, to_s=20.0)

    assert max(after_s for after_s, _ in told) < 5.5


@pytest.mark.parametrize(
    ("windows", "kind"),
    [({0.25: {}}, Kind.SOUND_IMPULSE), ({0.5: sure(SoundClass.EXPLOSION)}, Kind.SOUND_EXPLOSION)],
)
def test_at_the_last_each_bang_is_told_by_what_is_known_of_it(windows: Windows, kind: Kind) -> None:
    bangs = Bangs(ImpulseSettings(), Thresholds(MODEL), JUDGE)
    bangs.hear(SHOT)
    for end_s, scores in windows.items():
        bangs.see(Scores(SHOT.onset_s + end_s, scores))

    told = bangs.decide(SHOT.onset_s + 0.5, last=True)

    assert [bang.kind for bang in told] == [kind]
    assert not bangs.expects


def test_at_the_last_a_shot_without_its_second_look_has_no_name() -> None:
    bangs = Bangs(ImpulseSettings(), Thresholds(MODEL), JUDGE)
    bangs.hear(SHOT)
    bangs.see(Scores(SHOT.onset_s + 0.5, sure(SoundClass.GUNSHOT)))

    assert [bang.kind for bang in bangs.decide(SHOT.onset_s + 0.6, last=True)] == [Kind.SOUND_IMPULSE]


def test_an_echo_is_no_bang_of_its_own() -> None:
    echo = replace(SHOT, onset_s=10.2, peak_over_l90_db=52.0)

    assert len(judge(SHOT, echo, model={})) == 1


def test_what_bangs_as_loudly_every_hour_is_told_three_times_a_day() -> None:
    bangs = Bangs(ImpulseSettings(), Thresholds({}), JUDGE)
    told = []
    for hour in range(20):
        bangs.hear(replace(SHOT, onset_s=3600.0 * hour))
        told += bangs.decide(3600.0 * hour + 0.2)

    assert len(told) == 3


def test_in_a_street_that_bangs_every_hour_a_louder_bang_is_told() -> None:
    bangs = Bangs(ImpulseSettings(), Thresholds({}), JUDGE)
    for hour in range(20):
        bangs.hear(replace(SHOT, onset_s=3600.0 * hour))
        bangs.decide(3600.0 * hour + 0.2)
    bangs.hear(replace(SHOT, onset_s=80_000.0, level_over_l50_db=50.0))

    assert len(bangs.decide(80_000.2)) == 1


def test_the_evidence_of_a_bang_at_the_rail_names_the_overload() -> None:
    [(_, bang)] = judge(replace(SHOT, overload=True), model={})

    assert bang.evidence == (Evidence.OVERLOAD, Evidence.IMPULSE_SHAPE)


def test_no_confidence_is_high_as_long_as_no_card_shows_it() -> None:
    [(_, bang)] = judge(replace(SHOT, overload=True), windows={0.5: {SoundClass.EXPLOSION: 1.0}})

    assert bang.confidence is Confidence.MEDIUM


@given(st.dictionaries(st.sampled_from(SoundClass), st.floats(0.0, 1.0)), st.floats(0.3, 2.0))
def test_whatever_the_model_says_one_bang_is_told_once_at_most(scores: dict[SoundClass, float], end_s: float) -> None:
    assert len(judge(SHOT, windows={end_s: scores})) <= 1


@given(st.integers(1, 50), st.integers(0, 100), st.floats(0, 200), st.floats(-20, 100), st.floats(-20, 100))
def test_no_shape_breaks_it(rise_ms: int, decay_ms: int, kurtosis: float, peak_db: float, level_db: float) -> None:
    impulse = Impulse(10.0, rise_ms, decay_ms, kurtosis, peak_db, level_db, 9.0, overload=False)

    assert len(judge(impulse, windows={0.5: sure(SoundClass.GUNSHOT), 1.0: {}})) <= 1


def test_what_stays_as_loud_as_its_bang_is_told_only_when_a_jumped_gain_would_be_known() -> None:
    windows = {0.5: sure(SoundClass.EXPLOSION), 0.75: sure(SoundClass.EXPLOSION)}
    [(fading_s, _)] = judge(SHOT, windows=windows)
    [(staying_s, _)] = judge(SHOT, windows=windows, over_db=SHOT.level_over_l50_db - 1.0)

    assert fading_s <= 0.75
    assert 1.25 <= staying_s <= 1.4


def test_a_bang_between_the_windows_of_the_one_before_it_is_not_told_before_its_own() -> None:
    shots = [SHOT, replace(SHOT, onset_s=SHOT.onset_s + 0.5)]
    shot = sure(SoundClass.GUNSHOT)
    told = judge(*shots, windows={0.5: shot, 0.75: shot, 1.25: shot, 1.75: shot, 2.25: shot})

    assert Kind.SOUND_IMPULSE not in kinds(told)
