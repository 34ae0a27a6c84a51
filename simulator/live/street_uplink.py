"""A whole `uplink` whose time of day may jump: the node's own `app` with a clock of the street's.

`python -m simulator.live.street_uplink --config FILE --began SECONDS --fault clock.back:20:40`
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from node.config.load import load
from node.errors import OperatorError, PolewatchError
from node.ops.logs import configure
from node.uplink import app
from simulator.live.jumping_clock import JumpingClock
from simulator.pole.faults import Fault


def run(config: Path, began_s: float, faults: list[Fault]) -> int:
    """Runs `uplink` until it is told to stop, and gives the exit code.

    Args:
        config: the node's configuration file.
        began_s: the instant of CLOCK_BOOTTIME at which the street's second 0 is.
        faults: what befalls the clock.

    Raises:
        ConfigError: the configuration does not hold.
    """
    configure("uplink")
    return app.run(load(config).settings, JumpingClock(faults, began_s))


def argument(fault: Fault) -> str:
    """A fault as a word of a command line."""
    return f"{fault.name}:{fault.from_s!r}:{fault.to_s!r}"


def fault_of(text: str) -> Fault:
    """A fault from a word of a command line.

    Raises:
        OperatorError: it is none.
    """
    name, _, times = text.partition(":")
    try:
        from_s, to_s = (float(part) for part in times.split(":"))
    except ValueError:
        raise OperatorError(f"--fault {text!r}: write NAME:FROM:TO, the times in street seconds") from None
    return Fault(name, from_s, to_s)


def main(arguments: list[str] | None = None) -> int:
    """The entry of the process: an error of ours is one line and its exit code."""
    parser = argparse.ArgumentParser(prog="simulator.live.street_uplink", description=__doc__)
    parser.add_argument("--config", type=Path, required=True, metavar="FILE")
    parser.add_argument("--began", type=float, required=True, metavar="SECONDS")
    parser.add_argument("--fault", action="append", default=[], metavar="NAME:FROM:TO")
    chosen = parser.parse_args(arguments)
    try:
        return run(chosen.config, chosen.began, [fault_of(text) for text in chosen.fault])
    except PolewatchError as error:
        print(f"street_uplink: {error}", file=sys.stderr)  # noqa: T201 - a process says why it ends
        return error.exit_code


if __name__ == "__main__":
    sys.exit(main())
