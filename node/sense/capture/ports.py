"""What the rest of `sense` knows of a camera and of a microphone: one method each, and what it gives.

A `Frame` and an `AudioBlock` have no exits: they cannot be pickled, copied into a message, or printed.
They live inside one turn of the pipeline and nothing keeps them.

Instants (`captured_s`) are seconds of one clock that never steps: CLOCK_BOOTTIME on a device, the time
since the beginning of the file for a file, the street's own time in the simulator.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from typing import SupportsIndex

SAMPLE_RATE_HZ = 48_000
"""The one rate that the line works at. Adapters resample what comes at another rate."""

RAIL = 0.99
"""A sample from here to full scale may stand at the rail: a resampler rounds off what was cut."""


class _NoExit:
    """Raw sensor data: refuses every road that leads out of the process."""

    __slots__ = ()

    def __reduce_ex__(self, protocol: SupportsIndex, /) -> NoReturn:
        raise TypeError(f"{type(self).__name__} holds raw sensor data and cannot be pickled or copied")

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"

    __str__ = __repr__

    def __format__(self, spec: str, /) -> str:
        return repr(self)


class Frame(_NoExit):
    """One picture.

    Args:
        pixels: uint8, shape (height, width, 3), order blue-green-red, 0..255.
        captured_s: when it was taken, in seconds (see the module).

    Raises:
        ValueError: the array is not such a picture, or is empty.
    """

    __slots__ = ("captured_s", "pixels")

    def __init__(self, pixels: NDArray[np.uint8], captured_s: float) -> None:
        if pixels.dtype != np.uint8 or pixels.ndim != 3 or pixels.shape[2] != 3 or pixels.size == 0:
            raise ValueError(f"a frame is uint8 (height, width, 3), not {pixels.dtype} {pixels.shape}")
        self.pixels = pixels
        self.captured_s = captured_s


class AudioBlock(_NoExit):
    """A stretch of sound, one channel, at `SAMPLE_RATE_HZ`.

    Args:
        samples: float32, shape (n,), full scale is -1..1; n may be 0. Values that are not finite stand for
            broken samples: the stage that reads them treats them as lost.
        captured_s: when its first sample was taken, in seconds (see the module).
        lost_samples: how many samples were lost just before it (an overflow, a gap), 0 or more.
        clipped_samples: how many of its samples stood at the rail of the converter, 0..n.

    Raises:
        ValueError: the array is not such a block.
    """

    __slots__ = ("captured_s", "clipped_samples", "lost_samples", "samples")

    def __init__(
        self,
        samples: NDArray[np.float32],
        captured_s: float,
        *,
        lost_samples: int = 0,
        clipped_samples: int = 0,
    ) -> None:
        if samples.dtype != np.float32 or samples.ndim != 1:
            raise ValueError(f"a block is float32 (n,), not {samples.dtype} {samples.shape}")
        if lost_samples < 0 or not 0 <= clipped_samples <= samples.size:
            raise ValueError("lost_samples and clipped_samples count samples")
        self.samples = samples
        self.captured_s = captured_s
        self.lost_samples = lost_samples
        self.clipped_samples = clipped_samples

    @property
    def duration_s(self) -> float:
        """How long it lasts, in seconds."""
        return self.samples.size / SAMPLE_RATE_HZ


@runtime_checkable
class Camera(Protocol):
    """A source of frames."""

    def read(self, timeout_s: float) -> Frame | None:
        """The newest frame that was not given before, or None when none came within `timeout_s`.

        Raises:
            CameraError: the camera was lost; a later call may find it again.
            EndOfMedia: a file or a street has come to its end.
        """

    def close(self) -> None:
        """Lets go of the device. Safe to call twice."""


@runtime_checkable
class Microphone(Protocol):
    """A source of sound."""

    def read(self, timeout_s: float) -> AudioBlock | None:
        """The next block, in order, or None when none came within `timeout_s`.

        Raises:
            MicrophoneError: the microphone was lost; a later call may find it again.
            EndOfMedia: a file or a street has come to its end.
        """

    def close(self) -> None:
        """Lets go of the device. Safe to call twice."""


class EndOfMedia(Exception):  # noqa: N818 - the regular end of a file is no error
    """A file or a street has come to its end: nothing more will come."""
