"""All of hearing, hop by hop, with a real network of a few numbers: what is loud for a while is a siren to it."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping

import numpy as np
import pytest
from numpy.typing import NDArray

from node.contract.words import Kind
from node.sense.audio.classifier import Classifier
from node.sense.audio.heard import Began, Ended
from node.sense.audio.tagger import Tagger
from node.sense.capture.hops import HOP, HOP_S
from node.sense.capture.ports import AudioBlock
from node.sense.ears import Ears, Heard
from node.sense.truth.microphone import MicrophoneState
from tests.unit.sense.audio.banging_street import RATE_HZ, SETTINGS, at, bang, hum
from tests.unit.sense.audio.tiny_models import entry, mean_size

LOUD_S = (12.0, 18.0)
Samples = NDArray[np.float32]


def tagger() -> Tagger:
    """Gives a siren a fifth of its mean size over its peak as its probability: a tone 0.13, noise 0.04."""
    content = mean_size()
    return Tagger(Classifier(entry(content, audio={"thresholds": {"siren": 0.06}}), content))


@pytest.fixture(scope="module")
def street() -> Samples:
    """Quiet, six seconds of a loud tone that wails, quiet."""
    t_s = np.arange(round((LOUD_S[1] - LOUD_S[0]) * RATE_HZ)) / RATE_HZ
    wail = 0.4 * np.sin(2 * np.pi * 700 * t_s + 600 * np.sin(np.pi * t_s))
    return at(hum(26.0), wail.astype(np.float32), LOUD_S[0])


def listened(ears: Ears, samples: Samples) -> list[Heard]:
    return [
        ears.hear(AudioBlock(samples[first : first + HOP], first / RATE_HZ))
        for first in range(0, samples.size - HOP + 1, HOP)
    ]


def told(heard: Iterable[Heard], kind: Kind) -> list[Began | Ended]:
    return [change for one in heard for change in one.changes if change.kind is kind]


def test_what_the_model_hears_is_one_incident_from_its_beginning_to_its_end(street: Samples) -> None:
    found = told(listened(Ears(SETTINGS, tagger()), street), Kind.SOUND_SIREN)

    began, ended = found
    assert isinstance(began, Began)
    assert isinstance(ended, Ended)
    assert began.began_s == pytest.approx(LOUD_S[0], abs=1.0)
    assert ended.ended_s == pytest.approx(LOUD_S[1], abs=2.5)  # Fast needs 1.4 s to fall from 111 dB to the street


def test_without_a_model_nothing_has_a_name(street: Samples) -> None:
    heard = listened(Ears(SETTINGS), street)

    assert {change.kind for one in heard for change in one.changes} <= {Kind.NOISE_SPIKE, Kind.SOUND_IMPULSE}
    assert all(one.scores is None for one in heard)


def test_in_a_quiet_street_the_model_sleeps_once_the_street_is_known() -> None:
    heard = listened(Ears(SETTINGS, tagger()), hum(20.0, seed=8))

    assert all(one.scores is None for one in heard[round(15 / HOP_S) :])


def test_scores_are_kept_for_the_hops_between_two_windows(street: Samples) -> None:
    heard = listened(Ears(SETTINGS, tagger()), street)
    loud = heard[round((LOUD_S[0] + 1) / HOP_S) : round(LOUD_S[1] / HOP_S)]

    assert all(one.scores is not None and one.level.t_s - one.scores.t_s < 1.0 for one in loud)


def test_a_bang_without_a_model_is_told_within_half_a_second() -> None:
    sound = at(hum(14.0), bang(), 12.34)

    [began] = [one for one in told(listened(Ears(SETTINGS), sound), Kind.SOUND_IMPULSE) if isinstance(one, Began)]

    assert began.began_s == pytest.approx(12.34, abs=0.001)
    assert began.sure_s - began.began_s <= 0.5


def test_a_bang_with_a_model_that_does_not_know_it_is_told_within_750_ms() -> None:
    sound = at(hum(15.0), bang(strength=0.3), 12.34)

    found = told(listened(Ears(SETTINGS, tagger()), sound), Kind.SOUND_IMPULSE)

    began = found[0]
    assert isinstance(began, Began)
    assert began.sure_s - began.began_s <= 0.75


@pytest.mark.parametrize("lost", [1, 600])
def test_a_bang_in_a_hop_after_lost_samples_is_not_told(lost: int) -> None:
    ears, sound = Ears(SETTINGS), at(hum(14.0), bang(), 12.05)
    changes: list[Began | Ended] = []
    for first in range(0, sound.size - HOP + 1, HOP):
        gapped = lost if first == 12 * RATE_HZ else 0
        changes += ears.hear(AudioBlock(sound[first : first + HOP], first / RATE_HZ, lost_samples=gapped)).changes

    assert changes == []


def arrays(thing: object, path: str = "") -> Iterator[tuple[str, NDArray[np.generic]]]:
    """Every array that can be reached from a part of the node, with the way to it."""
    if isinstance(thing, np.ndarray):
        yield path, thing
        return
    inside: dict[str, object] = {}
    if isinstance(thing, Mapping):
        inside = {str(name): one for name, one in thing.items()}
    elif isinstance(thing, list | tuple | deque):
        inside = {str(n): one for n, one in enumerate(thing)}
    elif type(thing).__module__.startswith("node."):
        inside = dict(vars(thing)) if hasattr(thing, "__dict__") else {}
        inside |= {name: getattr(thing, name) for name in getattr(thing, "__slots__", ()) if hasattr(thing, name)}
    for name, one in inside.items():
        yield from arrays(one, f"{path}.{name}")


def test_after_forgetting_no_array_holds_a_millisecond_of_what_was_heard(street: Samples) -> None:
    ears, deaf = Ears(SETTINGS, tagger()), Ears(SETTINGS, tagger())
    listened(ears, street[: round(14.05 * RATE_HZ)])
    heard = sum(one.size for _, one in arrays(ears))

    ears.forget()

    deaf.forget()  # an array that was never written holds anything
    new = dict(arrays(deaf))
    assert heard > RATE_HZ
    for path, one in arrays(ears):
        # What is shorter than 1 ms of samples is the state of a filter or the level of an octave.
        assert one.size < RATE_HZ // 1000 or np.array_equal(one, new[path]), path


def test_while_a_sound_is_an_incident_its_level_does_not_become_the_background() -> None:
    t_s = np.arange(60 * RATE_HZ) / RATE_HZ
    wail = (0.02 * np.sin(2 * np.pi * 700 * t_s + 600 * np.sin(np.pi * t_s))).astype(np.float32)
    heard = listened(Ears(SETTINGS, tagger()), at(hum(90.0), wail, 20.0))
    before_db, after_db = heard[round(19 / HOP_S)].background_db, heard[-1].background_db

    assert [type(one) for one in told(heard, Kind.SOUND_SIREN)] == [Began, Ended]
    assert after_db is not None
    assert after_db == pytest.approx(before_db, abs=1.0)


def test_a_step_of_gain_that_stays_under_the_rail_tells_nothing() -> None:
    sound = hum(20.0)
    sound[round(13.7 * RATE_HZ) :] *= 30

    heard = listened(Ears(SETTINGS), sound)

    assert [change for one in heard for change in one.changes] == []
    assert heard[-1].state is MicrophoneState.GAIN_STUCK


def test_what_was_forgotten_is_heard_no_more(street: Samples) -> None:
    ears = Ears(SETTINGS, tagger())
    listened(ears, street[: round(14 * RATE_HZ)])

    ears.forget()

    hop = AudioBlock(street[14 * RATE_HZ : 14 * RATE_HZ + HOP], 14.0)
    assert ears.hear(hop).scores is None


def test_where_listening_stops_an_open_siren_is_stopped(street: Samples) -> None:
    ears = Ears(SETTINGS, tagger())
    listened(ears, street[: 16 * RATE_HZ])

    ended = [one for one in ears.finish(16.0) if isinstance(one, Ended) and one.kind is Kind.SOUND_SIREN]

    assert [one.stopped for one in ended] == [True]
