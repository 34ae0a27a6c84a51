"""`polewatch doctor`: what works on this machine, and one line for each thing to mend."""

from __future__ import annotations

import os
import platform
import socket
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from node.config import manifest
from node.config.load import load
from node.config.settings import Settings
from node.contract.words import ClockQuality
from node.errors import ConfigError, MicrophoneError, ModelError, PolewatchError
from node.ops.clock import SystemClock
from node.ops.quarantine import Quarantine
from node.uplink.accepted import policy_here

_CONNECT_S = 3.0
_SIXTY_FOUR = ("x86_64", "aarch64")


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at.

    Args:
        ok: True it works, False it is to be mended, None it is as chosen but less than there could be.
        text: what, and what to do.
    """

    ok: bool | None
    text: str


def run_doctor(path: Path | None) -> int:
    """Prints what it finds; 0 when there is nothing to mend, else 1."""
    mark = {True: "ok  ", False: "MEND", None: "note"}
    sick = False
    for finding in _look(path):
        print(f"{mark[finding.ok]}  {finding.text}")
        sick |= finding.ok is False
    return 1 if sick else 0


def _look(path: Path | None) -> Iterator[Finding]:
    """Looks at everything, in the order in which a node starts."""
    machine = platform.machine()
    yield Finding(machine in _SIXTY_FOUR, f"Python {platform.python_version()} on {machine}")
    try:
        settings = load(path).settings
    except ConfigError as error:
        yield Finding(ok=False, text=str(error))
        return
    yield Finding(ok=True, text=f"configuration of node {settings.node.id}")
    looks: tuple[Callable[[Settings], Finding], ...] = (
        _quarantine,
        _policy,
        _camera,
        _microphone,
        _sound_model,
        _models,
        _outbox,
        _broker,
        _clock,
    )
    for look in looks:
        try:
            yield look(settings)
        except PolewatchError as error:
            yield Finding(ok=False, text=str(error))
        except ModuleNotFoundError as error:
            yield Finding(ok=False, text=f"{error.name} is not installed; 'pip install polewatch[sense]' brings it")


def _quarantine(settings: Settings) -> Finding:
    """Whether the operator's file stops all sensing."""
    file = settings.quarantine.file
    if Quarantine(Path(file)).is_on(0.0):
        return Finding(ok=False, text=f"quarantine: {file} is there, so nothing is sensed; remove it to sense again")
    return Finding(ok=True, text=f"no quarantine ({file})")


def _policy(settings: Settings) -> Finding:
    """Which policy holds, and whether there is a file that cannot be used."""
    rules = policy_here(settings, time.time())
    if rules.refusal:
        return Finding(ok=False, text=f"{rules.refusal}; the default policy holds")
    return Finding(ok=True, text=f"policy: {rules.origin}")


def _camera(settings: Settings) -> Finding:
    """Whether the camera is there. It is not opened: a service may hold it."""
    source = settings.camera.source
    if not source:
        return Finding(ok=None, text="no camera is configured (camera.source): this node only hears")
    there = Path(source).exists()
    return Finding(there, f"camera {source}" + ("" if there else " is not there; 'polewatch devices' lists cameras"))


def _microphone(settings: Settings) -> Finding:
    """Whether a microphone is there."""
    if not settings.microphone.enabled:
        return Finding(ok=None, text="no microphone is configured (microphone.source): this node only sees")
    from node.sense.capture.portaudio import list_microphones  # noqa: PLC0415 - needs PortAudio, which may be missing

    try:
        found = list_microphones()
    except MicrophoneError as error:
        return Finding(ok=False, text=str(error))
    if not found:
        return Finding(ok=False, text="no microphone was found; 'arecord -l' shows what ALSA knows")
    return Finding(ok=True, text=f"{len(found)} microphone(s); levels rest on: {settings.microphone.calibration}")


def _sound_model(settings: Settings) -> Finding:
    """Which model tells sounds apart, loaded as `sense` loads it; or why none does."""
    sound = settings.sound_model
    if not sound.enabled:
        return Finding(ok=None, text='no sound model, as configured (sound_model.name = "none"): only level and shape')
    from node.sense.audio.load import load_classifier, wanted  # noqa: PLC0415 - needs numpy, which may be missing

    faults: list[str] = []
    for name in wanted(sound):
        try:
            told = f"{len(load_classifier(name, sound.path).classes)} sounds are told apart by {name}"
        except ModelError as error:
            faults.append(str(error))
            continue
        return Finding(not faults, "; ".join([*faults, told]))
    ok = False if faults else None
    return Finding(ok, "; ".join([*faults, "no sound model: sound is judged by level and shape only"]))


def _models(_settings: Settings) -> Finding:
    """Whether the models of the manifest are whole, and what is missing without them."""
    listed = manifest.shipped()
    for model in listed.model:
        manifest.verify(model)
    if listed.for_task(manifest.Task.PERSON_DETECT) is None:
        return Finding(ok=None, text="no person detector is installed: people are not counted; all else works")
    return Finding(ok=True, text=f"{len(listed.model)} model(s), as the manifest says")


def _outbox(settings: Settings) -> Finding:
    """Whether the outbox's folder can be written by this user."""
    folder = Path(settings.outbox.path).parent
    writable = folder.is_dir() and os.access(folder, os.W_OK)
    return Finding(writable, f"outbox in {folder}" + ("" if writable else " cannot be written by this user"))


def _broker(settings: Settings) -> Finding:
    """Whether something answers where the broker should be."""
    broker = settings.broker
    place = f"broker {broker.host}:{broker.port}" + (" with TLS" if broker.tls else " (no TLS: this machine only)")
    try:
        socket.create_connection((broker.host, broker.port), timeout=_CONNECT_S).close()
    except OSError as error:
        return Finding(ok=False, text=f"{place} does not answer ({error.strerror or error})")
    return Finding(ok=True, text=place)


def _clock(_settings: Settings) -> Finding:
    """Whether the clock can be trusted."""
    synced = SystemClock().quality() is ClockQuality.SYNCED
    return Finding(True if synced else None, "clock" if synced else "clock is not synchronised: events say so")
