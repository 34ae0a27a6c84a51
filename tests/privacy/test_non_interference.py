"""Metamorphic law: other faces, clothes, people or words before the pole, and every byte that leaves stays the same."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from node.airlock import gate
from node.config.settings import Settings
from node.contract.envelope import encode
from node.contract.summary import Summary
from node.dry_run import DryRun
from node.sense.capture.ports import SAMPLE_RATE_HZ, AudioBlock, Camera, EndOfMedia, Frame, Microphone
from node.sense.pipeline import Pipeline
from node.sense.truth.camera import CameraState, CameraTruth
from simulator.sight.scene import Scene
from simulator.sound.library import example
from simulator.world.people import Looks, Pose
from simulator.world.sounding import SoundName
from simulator.world.street import Street, Traits

NODE = Settings.model_validate({"node": {"id": "pole-0042"}})
FULL_SCALE_PA = 20e-6 * 10 ** (NODE.microphone.full_scale_db / 20)
LENGTH_S, FPS, SIZE = 30, 1.0, (320, 180)
Usual = tuple[NDArray[np.float32], list[NDArray[np.uint8]], list[bytes]]
Change = Callable[[list[tuple[Pose, Looks]]], list[tuple[Pose, Looks]]]


class Crowd(Street):
    """A street whose people look otherwise: they walk as before."""

    def __init__(self, change: Change) -> None:
        super().__init__(11, length_s=float(LENGTH_S), traits=Traits())
        self._change = change

    def people(self, t_s: float) -> list[tuple[Pose, Looks]]:
        return self._change(super().people(t_s))


class Film(Camera):
    """Pictures in turn."""

    def __init__(self, pictures: list[NDArray[np.uint8]]) -> None:
        self._pictures = iter(enumerate(pictures))

    def read(self, timeout_s: float) -> Frame | None:  # noqa: ARG002 - a film does not wait
        for number, picture in self._pictures:
            return Frame(picture, number / FPS)
        raise EndOfMedia

    def close(self) -> None:
        """Nothing is open."""


class Tape(Microphone):
    """Samples in turn."""

    def __init__(self, samples: NDArray[np.float32]) -> None:
        self._samples, self._next = samples, 0

    def read(self, timeout_s: float) -> AudioBlock | None:  # noqa: ARG002 - a tape does not wait
        if self._next >= self._samples.size:
            raise EndOfMedia
        block = AudioBlock(self._samples[self._next : self._next + 4800], self._next / SAMPLE_RATE_HZ)
        self._next += 4800
        return block

    def close(self) -> None:
        """Nothing is open."""


def left(samples: NDArray[np.float32], pictures: list[NDArray[np.uint8]]) -> list[bytes]:
    """Every byte that leaves a node which hears and sees this."""
    told: list[bytes] = []
    DryRun(NODE, 1.7e9, 7, lambda message, _: told.append(encode(message))).run(Tape(samples), Film(pictures))
    return told


def heard(conversation: int) -> NDArray[np.float32]:
    """A street with people who talk beside the pole, 14 dB below it, and a shot.

    Words change a level by a tenth of a dB here. Levels leave in whole dB: the street's are not at the edge of one.
    """
    rng = np.random.default_rng(3)
    samples = rng.normal(0.0, 20e-6 * 10 ** (62.4 / 20), LENGTH_S * SAMPLE_RATE_HZ)
    talk = np.resize(example(SoundName.TALK, conversation, 15.0), samples.size)
    samples += talk * (20e-6 * 10 ** (48 / 20) / np.sqrt(np.mean(talk**2)))
    shot = example(SoundName.GUNSHOT_PISTOL, 1) / 30
    samples[20 * SAMPLE_RATE_HZ : 20 * SAMPLE_RATE_HZ + shot.size] += shot
    return (samples / FULL_SCALE_PA).astype(np.float32)


def seen(change: Change) -> list[NDArray[np.uint8]]:
    """What the camera sees of a crowd."""
    scene = Scene(Crowd(change), *SIZE)
    return [scene.picture(number / FPS) for number in range(round(LENGTH_S * FPS))]


def as_they_are(people: list[tuple[Pose, Looks]]) -> list[tuple[Pose, Looks]]:
    return people


def other_clothes_and_faces(people: list[tuple[Pose, Looks]]) -> list[tuple[Pose, Looks]]:
    """As tall as before, so that they fill as much of the picture; all else of them is somebody else's."""
    return [
        (pose, replace(looks, shirt=looks.shirt[::-1], trousers=looks.hair, skin=(60, 80, 120), hair=looks.trousers))
        for pose, looks in people
    ]


def others_in_their_place(people: list[tuple[Pose, Looks]]) -> list[tuple[Pose, Looks]]:
    """Everybody is where somebody else was: identities and their order change, the crowd does not."""
    poses, looks = [pose for pose, _ in people], [one for _, one in people]
    return list(zip(poses[::-1], looks, strict=True))[::-1]


@pytest.fixture(scope="module")
def usual() -> Usual:
    """What is heard and seen, and what leaves because of it."""
    samples, pictures = heard(1), seen(as_they_are)
    return samples, pictures, left(samples, pictures)


@pytest.fixture(scope="module")
def dressed_otherwise() -> list[NDArray[np.uint8]]:
    """The same crowd in other clothes, with other faces."""
    return seen(other_clothes_and_faces)


@pytest.mark.slow
@pytest.mark.parametrize("is_otherwise", ["dressed", "placed"])
def test_other_people_change_no_byte_that_leaves(
    usual: Usual,
    dressed_otherwise: list[NDArray[np.uint8]],
    is_otherwise: str,
) -> None:
    samples, pictures, told = usual
    others = dressed_otherwise if is_otherwise == "dressed" else seen(others_in_their_place)

    assert sum(bool(np.any(one != other)) for one, other in zip(pictures, others, strict=True)) > len(pictures) / 2
    assert left(samples, others) == told


@pytest.mark.slow
def test_other_words_change_no_byte_that_leaves(
    usual: Usual,
) -> None:
    samples, pictures, told = usual
    others = heard(2)

    assert float(np.mean(np.abs(others - samples) > 0)) > 0.5
    assert left(others, pictures) == told


@pytest.mark.slow
def test_this_law_judges_messages_about_an_incident(
    usual: Usual,
) -> None:
    told = usual[2]

    assert [b"phase" in message for message in told].count(True) >= 2
    assert b"people" in told[-1]


@pytest.mark.slow
def test_this_law_notices_a_build_that_lets_a_picture_through(
    usual: Usual,
    dressed_otherwise: list[NDArray[np.uint8]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def leaky(_: object, frame: Frame) -> CameraState:
        return CameraState.FROZEN if int(frame.pixels.sum()) % 2 else CameraState.OK

    monkeypatch.setattr(CameraTruth, "judge", leaky)
    samples, pictures, _ = usual

    assert left(samples, pictures) != left(samples, dressed_otherwise)


@pytest.mark.slow
def test_this_law_notices_a_build_that_lets_words_through(usual: Usual, monkeypatch: pytest.MonkeyPatch) -> None:
    heard_so_far: list[int] = []
    hear, summarise = Pipeline.hear, gate.summarise

    def leaky_hear(self: Pipeline, block: AudioBlock) -> None:
        heard_so_far.append(int(np.abs(block.samples).sum() * 1e6))
        hear(self, block)

    def leaky_summary(*facts: Any) -> Summary:
        return summarise(*facts).model_copy(update={"held_back": sum(heard_so_far) % 4})

    monkeypatch.setattr(Pipeline, "hear", leaky_hear)
    monkeypatch.setattr(gate, "summarise", leaky_summary)
    told = []
    for samples in (usual[0], heard(2)):
        heard_so_far.clear()
        told.append(left(samples, []))

    assert told[0] != told[1]
