"""A whole sensing process with a street before it: the node's own `app`, with simulated ports."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from node.config.load import load
from node.config.settings import Settings
from node.ops.clock import WallClock, boot_s
from node.ops.logs import configure
from node.sense import app
from node.sense.capture.ports import Camera, Microphone
from simulator.pole.devices import Pace, StreetCamera, StreetMicrophone
from simulator.pole.faults import Fault, FaultyCamera, FaultyMicrophone
from simulator.world.street import Street


@dataclass(frozen=True, slots=True)
class StreetDevices:
    """Opens a street's devices in real time.

    Args:
        settings: of the node; the camera's size and rate are taken from them.
        street: what is seen and heard.
        pace: which instant is its second 0.
        faults: what befalls the devices.
    """

    settings: Settings
    street: Street
    pace: Pace
    faults: Sequence[Fault] = ()

    def camera(self) -> Camera:
        """The camera."""
        settings = self.settings.camera
        size = (settings.width, settings.height)
        camera = StreetCamera(self.street, self.pace, size=size, fps=settings.fps)
        if not self.faults:
            return camera
        return FaultyCamera(camera, self.faults, seed=self.street.seed, origin_s=self.pace.began_s)

    def microphone(self) -> Microphone:
        """The microphone."""
        microphone = StreetMicrophone(self.street, self.pace)
        if not self.faults:
            return microphone
        return FaultyMicrophone(microphone, self.faults, seed=self.street.seed, origin_s=self.pace.began_s)


def run(config: Path | None, seed: int, seconds: float | None, began_s: float | None) -> int:
    """Senses a street in real time until it is told to stop, or until the street ends.

    Args:
        config: the node's configuration file, or None for the system's.
        seed: of the street.
        seconds: how long the street lasts, or None for ever.
        began_s: the instant of CLOCK_BOOTTIME at which the street's second 0 is; None takes this instant.

    Returns:
        The exit code.

    Raises:
        ConfigError: the configuration does not hold.
        OperatorError: there is no such street.
    """
    configure("sense")
    settings = load(config).settings
    street = Street(seed, seconds)
    devices = StreetDevices(settings, street, Pace(boot_s() if began_s is None else began_s))
    return app.run(settings, devices.camera, devices.microphone)


def sense(devices: StreetDevices, microphone: Microphone, clock: WallClock, *, sight: bool) -> int:
    """Senses with a microphone and a clock of the caller's, until it is told to stop.

    Args:
        devices: the street's; the camera is opened in a process of its own.
        microphone: what is heard.
        clock: dates the windows.
        sight: whether there is a camera at all.

    Returns:
        The exit code.
    """
    return app.run(devices.settings, devices.camera if sight else None, lambda: microphone, clock)
