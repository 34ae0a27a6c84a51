"""The sensing process of a live trial: a scenario's street, its devices with their faults, and a clock that may jump.

`python -m simulator.trials.live_sense --config FILE --scenario FILE --seed N --began SECONDS [--sound-only]`
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

from node.config.load import load
from node.errors import PolewatchError
from node.ops.logs import configure
from node.sense.capture.ports import AudioBlock, EndOfMedia, Microphone
from simulator.live.jumping_clock import JumpingClock
from simulator.live.street_node import StreetDevices, sense
from simulator.pole.devices import Pace
from simulator.trials.scenario import Scenario


class LingeringMicrophone(Microphone):
    """A microphone that falls silent when its street ends, where a file would be over.

    `sense` lives on and closes its windows in time, so that the last summary can be waited for.
    """

    def __init__(self, inner: Microphone) -> None:
        self._inner = inner

    def read(self, timeout_s: float) -> AudioBlock | None:
        """The next block, in order, or None when none comes within `timeout_s`."""
        try:
            return self._inner.read(timeout_s)
        except EndOfMedia:
            time.sleep(timeout_s)
            return None

    def close(self) -> None:
        """Lets go of it."""
        self._inner.close()


def main(arguments: list[str] | None = None) -> int:
    """The entry of the process: an error of ours is one line and its exit code."""
    parser = argparse.ArgumentParser(prog="simulator.trials.live_sense", description=__doc__)
    parser.add_argument("--config", type=Path, required=True, metavar="FILE")
    parser.add_argument("--scenario", type=Path, required=True, metavar="FILE", help="as JSON")
    parser.add_argument("--seed", type=int, required=True, metavar="N")
    parser.add_argument("--began", type=float, required=True, metavar="SECONDS")
    parser.add_argument("--sound-only", action="store_true")
    chosen = parser.parse_args(arguments)
    configure("sense")
    try:
        scenario = Scenario.model_validate_json(chosen.scenario.read_bytes())
        faults = scenario.faults()
        street = scenario.make_street(chosen.seed)
        devices = StreetDevices(load(chosen.config).settings, street, Pace(chosen.began), faults)
        clock = JumpingClock(faults, chosen.began)
        return sense(devices, LingeringMicrophone(devices.microphone()), clock, sight=not chosen.sound_only)
    except PolewatchError as error:
        print(f"live_sense: {error}", file=sys.stderr)  # noqa: T201 - a process says why it ends
        return error.exit_code


if __name__ == "__main__":
    sys.exit(main())
