"""The whole node in one process, without a broker: pipeline, records, gate and outbox, as fast as its input comes.

`polewatch replay` runs it on files, `polewatch-sim run` on a street. Nothing in it is simpler than on a pole, but for
the network: the same `Pipeline`, the same 64-byte records, taken in on the same ticks, the same gate, and an outbox in
memory.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable

from node.airlock.gate import TICK_S
from node.airlock.record import Body, Record, encode
from node.config.policy import Policy, tighten
from node.config.settings import Settings
from node.contract.envelope import Numbered
from node.contract.words import Evidence
from node.errors import UnreadableInputError
from node.ops.clock import FixedClock
from node.sense.audio.load import load_tagger
from node.sense.capture.ports import AudioBlock, Camera, EndOfMedia, Frame, Microphone
from node.sense.pipeline import Observation, Pipeline
from node.uplink.books import open_books
from node.uplink.intake import Intake
from node.uplink.store import IN_MEMORY
from node.uplink.summaries import LATE_S, Summaries

_PATIENCE_S = 30.0
Tell = Callable[[Numbered, float], None]
"""Takes a message that would leave, and the instant at which it would, in seconds of the input."""


class DryRun:
    """One run.

    Args:
        settings: the node's.
        start_wall_s: the time of the first sample and frame, in seconds since 1970.
        epoch: of the ids, 0..2^32-1.
        tell: takes what would leave.
        observe: takes what the line knows after each hop, or None.
    """

    def __init__(
        self,
        settings: Settings,
        start_wall_s: float,
        epoch: int,
        tell: Tell,
        observe: Callable[[Observation], None] | None = None,
    ) -> None:
        clock = FixedClock(start_wall_s)
        chance = random.Random(epoch).randrange  # noqa: S311 - a rehearsal's noise hides nobody, and can be repeated
        books = open_books(settings, clock, IN_MEMORY, epoch=epoch, below=chance)
        policy = tighten(Policy(), settings.policy)
        self._summaries = Summaries(books, policy)
        self._summaries.adopt(0.0)
        self._intake = Intake(books, self._summaries, policy)
        self._pipeline = Pipeline(settings, clock, self._emit, observe, load_tagger(settings.sound_model))
        self._tell = tell
        self._sequence = 0
        self._waiting: list[bytes] = []
        self._due_s = math.inf
        self.now_s = 0.0
        """How far the input has been fed, in its own seconds."""

    def run(self, microphone: Microphone | None, camera: Camera | None) -> None:
        """Feeds the line in the order of time, to the end; then ends what is open.

        Raises:
            UnreadableInputError: an input broke off. All that came before it, and all of the other, was told.
        """
        sound, sight = _Reader(microphone), _Reader(camera)
        while sound.next is not None or sight.next is not None:
            self._step(sound, sight)
        self._pipeline.finish(self.now_s)
        self._take_in()
        self._tell_all(self._summaries.close(self.now_s - LATE_S, self.now_s))
        self._tell_all(self._summaries.finish(self.now_s))
        if (broken := sound.broken or sight.broken) is not None:
            raise broken

    def _step(self, sound: _Reader, sight: _Reader) -> None:
        """Feeds whatever comes first. Where one input breaks off, the other goes on."""
        reader = sight if sight.at_s < sound.at_s else sound
        item = reader.next
        if isinstance(item, AudioBlock):
            self.now_s = max(self.now_s, item.captured_s + item.duration_s)
            self._pipeline.hear(item)
        elif isinstance(item, Frame):
            self.now_s = max(self.now_s, item.captured_s)
            self._pipeline.look(item)
        if self.now_s >= self._due_s:
            self._take_in()
        if not self._waiting:  # what was sensed of a window is in before it is told
            self._tell_all(self._summaries.close(self.now_s - LATE_S, self.now_s))
        reader.advance()
        if reader.next is None:
            self._pipeline.end(Evidence.CAMERA if reader is sight else Evidence.MICROPHONE, self.now_s)

    def _emit(self, body: Body, at_s: float) -> None:
        """Into the airlock: 64 bytes, which wait for the next tick as they do on a pole (P6)."""
        self._sequence += 1
        if not self._waiting:
            self._due_s = (math.floor(self.now_s / TICK_S) + 1) * TICK_S
        self._waiting.append(encode(Record(1, self._sequence, max(0, round(at_s * 1000)), body)))

    def _take_in(self) -> None:
        """Out of the airlock, and through the gate."""
        waiting, self._waiting, self._due_s = self._waiting, [], math.inf
        for content in waiting:
            self._tell_all(list(self._intake.take(content, self.now_s).released))

    def _tell_all(self, messages: list[Numbered]) -> None:
        """Hands on what would leave."""
        for message in messages:
            self._tell(message, self.now_s)


class _Reader:
    """One item ahead of a file, so that two files can be fed in the order of time."""

    def __init__(self, source: Microphone | Camera | None) -> None:
        self._source = source
        self.next: AudioBlock | Frame | None = None
        self.broken: UnreadableInputError | None = None
        self.advance()

    @property
    def at_s(self) -> float:
        """When the next item was captured; infinity when there is none."""
        return self.next.captured_s if self.next is not None else math.inf

    def advance(self) -> None:
        """Reads on."""
        self.next = None
        if self._source is None:
            return
        try:
            self.next = self._source.read(_PATIENCE_S)
        except EndOfMedia:
            self._source = None
        except UnreadableInputError as error:
            self._source = None
            self.broken = error
