"""What PortAudio knows of the machine's microphones: listing them, finding one by name, opening it."""

from __future__ import annotations

import os
import re
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from node.errors import MicrophoneError
from node.sense.capture.resample import HIGHEST_HZ, LOWEST_HZ

if TYPE_CHECKING:
    from collections.abc import Iterator

RATES_HZ: Final = (48_000, 44_100, 32_000, 16_000)
HARDWARE: Final = re.compile(r"\((hw:(\d+),(\d+))\)$")
CARDS: Final = Path("/proc/asound")
INSTALL: Final = "PyAudio is missing: apt install portaudio19-dev, then pip install polewatch[sense]"


@dataclass(frozen=True, slots=True)
class MicrophoneInfo:
    """A device that can record.

    Args:
        index: PyAudio's number for it now; it changes with what is plugged in.
        name: PyAudio's name for it.
        stable_name: a name that stays (an ALSA card id, or a device of the ALSA configuration), or None.
        channels: how many channels it has.
        default_rate_hz: the rate that it offers first.
    """

    index: int
    name: str
    stable_name: str | None
    channels: int
    default_rate_hz: int

    def answers_to(self, source: str) -> bool:
        """True when `source` is one of its names in full."""
        hardware = HARDWARE.search(self.name)
        return source in {self.name, self.stable_name, hardware and hardware.group(1)}


def list_microphones() -> list[MicrophoneInfo]:
    """Every device that can record, in PyAudio's order.

    Raises:
        MicrophoneError: PyAudio is not installed, or cannot look at the devices.
    """
    with portaudio() as audio:
        return _inputs(audio)


@contextmanager
def portaudio() -> Iterator[Any]:
    """A PyAudio instance that looked at the devices just now; let go at the end.

    Raises:
        MicrophoneError: PyAudio is not installed, or cannot look at the devices.
    """
    try:
        import pyaudio  # noqa: PLC0415 - a node without a microphone runs without it
    except (ImportError, OSError) as error:
        raise MicrophoneError(INSTALL) from error
    try:
        with _quiet():
            audio = pyaudio.PyAudio()
    except OSError as error:
        raise say_lost("", error) from error
    try:
        yield audio
    finally:
        audio.terminate()


def find_microphone(audio: Any, source: str) -> MicrophoneInfo:
    """The device with this name, or the only one whose name holds it; "" and "default" are the default one.

    Raises:
        MicrophoneError: there is none, or there are several.
    """
    inputs = _inputs(audio)
    if source in {"", "default"}:
        try:
            index = int(audio.get_default_input_device_info()["index"])
        except OSError as error:
            raise MicrophoneError("no microphone found; plug one in, or name one of `polewatch devices`") from error
        return next(info for info in inputs if info.index == index)
    found = [info for info in inputs if info.answers_to(source)]
    found = found or [info for info in inputs if source.lower() in info.name.lower()]
    if len(found) == 1:
        return found[0]
    reason = "fits several devices" if found else "not found"
    raise MicrophoneError(f"microphone '{source}': {reason}; name one of `polewatch devices`")


def open_stream(audio: Any, info: MicrophoneInfo) -> tuple[Any, int, int]:
    """A running stream of 16-bit samples, its rate in Hz, and its channels: the best that the device takes.

    Raises:
        MicrophoneError: the device takes none of what we can use, or is in use.
    """
    import pyaudio  # noqa: PLC0415 - loaded by `portaudio` already

    rates = RATES_HZ + ((info.default_rate_hz,) if LOWEST_HZ <= info.default_rate_hz <= HIGHEST_HZ else ())
    reason: Exception | None = None
    for rate_hz in dict.fromkeys(rates):
        for channels in (1, 2) if info.channels > 1 else (1,):
            try:
                with _quiet():
                    stream = audio.open(
                        rate=rate_hz,
                        channels=channels,
                        format=pyaudio.paInt16,
                        input=True,
                        input_device_index=info.index,
                        frames_per_buffer=rate_hz // 40,
                    )
            except (OSError, ValueError) as error:
                reason = error
            else:
                return stream, rate_hz, channels
    raise say_lost(info.stable_name or info.name, reason)


def say_lost(source: str, error: Exception | None) -> MicrophoneError:
    """Our error for whatever PortAudio said, in one line."""
    said = " ".join(str(part) for part in error.args) if error else "no reason given"
    return MicrophoneError(f"microphone '{source or 'default'}' is lost or in use ({said}); check its cable")


def _inputs(audio: Any) -> list[MicrophoneInfo]:
    found = (audio.get_device_info_by_index(index) for index in range(audio.get_device_count()))
    return [
        MicrophoneInfo(
            int(info["index"]),
            str(info["name"]),
            _stable_name(str(info["name"])),
            int(info["maxInputChannels"]),
            int(info["defaultSampleRate"]),
        )
        for info in found
        if int(info["maxInputChannels"]) > 0
    ]


def _stable_name(name: str) -> str | None:
    """A card's number depends on the order of plugging; its id does not."""
    hardware = HARDWARE.search(name)
    if hardware is None:
        return name
    try:
        card_id = (CARDS / f"card{hardware.group(2)}" / "id").read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):
        return None
    return f"hw:CARD={card_id},DEV={hardware.group(3)}"


@contextmanager
def _quiet() -> Iterator[None]:
    """ALSA and JACK write to file descriptor 2 while they look around: it leads to nowhere meanwhile."""
    kept, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)
