"""`polewatch devices`: cameras and microphones by their stable names, and how loud each microphone is now."""

from __future__ import annotations

import time

from node.errors import MicrophoneError
from node.sense.audio.level import Meter
from node.sense.audio.meter_class import meter_class
from node.sense.capture.hops import Hopper
from node.sense.capture.portaudio import list_microphones
from node.sense.capture.ports import EndOfMedia
from node.sense.capture.pyaudio_mic import PyAudioMicrophone
from node.sense.capture.v4l import list_cameras

_BLOCK_S = 0.5


def run_devices(*, listen_s: float) -> int:
    """Prints what is there, and gives the exit code. Nothing is opened but each microphone, for `listen_s`."""
    cameras = list_cameras()
    print("cameras:" if cameras else "cameras: none found (a USB camera appears as /dev/v4l/by-id/...)")
    for camera in cameras:
        print(f"  {camera.name:<28} source = {camera.source!r}")
    try:
        microphones = list_microphones()
    except MicrophoneError as error:
        print(f"microphones: {error}")
        return 0
    print("microphones:" if microphones else "microphones: none found ('arecord -l' shows what ALSA knows)")
    for microphone in microphones:
        source = microphone.stable_name or microphone.name
        level = f"  {_level(source, listen_s)}" if listen_s > 0 else ""
        print(f"  {microphone.name:<28} source = {source!r}{level}")
    return 0


def _level(source: str, listen_s: float) -> str:
    """How loud it is at a microphone, in dBFS because nobody has calibrated it yet, and what its rate is good for."""
    hopper, meter = Hopper(), Meter(full_scale_db=0.0)
    level, rate_hz = None, None
    try:
        microphone = PyAudioMicrophone(source)
    except MicrophoneError as error:
        return str(error)
    until = time.monotonic() + listen_s
    try:
        while (left_s := until - time.monotonic()) > 0:
            block = microphone.read(min(_BLOCK_S, left_s))
            rate_hz = microphone.rate_hz
            for hop in hopper.push(block) if block else ():
                level = meter.measure(hop)
    except MicrophoneError as error:
        return str(error)
    except EndOfMedia:
        pass
    finally:
        microphone.close()
    quality = f"; {meter_class(rate_hz)}" if rate_hz else ""
    return f"LAeq {level.laeq_1s_db:.0f} dBFS{quality}" if level else f"no sound came within {listen_s:.0f} s"
