"""A whole sensing process with a street before it: the node's own `app`, with simulated ports."""

from __future__ import annotations

from pathlib import Path

from node.config.load import load
from node.ops.clock import boot_s
from node.ops.logs import configure
from node.sense import app
from simulator.pole.devices import Pace, StreetCamera, StreetMicrophone
from simulator.world.street import Street


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
    pace = Pace(boot_s() if began_s is None else began_s)
    size = (settings.camera.width, settings.camera.height)
    return app.run(
        settings,
        lambda: StreetCamera(street, pace, size=size, fps=settings.camera.fps),
        lambda: StreetMicrophone(street, pace),
    )
