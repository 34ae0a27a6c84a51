"""A process in place of `sense`: it tells of one incident after the other through the real airlock.

`python -m simulator.live.chaos_sender --socket FILE --seed N --every SECONDS`. SIGTERM ends it: it waits until `uplink`
has all of it on the card, says how many incidents there were, and ends.
"""

from __future__ import annotations

import argparse
import random
import signal
import sys
import threading
import time
from pathlib import Path

from node.airlock.record import IncidentBegan, IncidentEnded, Status
from node.airlock.ring import Ring
from node.airlock.sender import Sender
from node.ops.clock import boot_s
from simulator.live.chaos_plan import kind_code

_STATUS_EVERY_S = 5.0
_DRAINED_WITHIN_S = 120.0
_LONGEST_INCIDENT_S = 0.5


def run(socket: Path, seed: int, every_s: float) -> int:
    """Tells of incidents until it is told to stop; gives how many there were."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    chance = random.Random(f"sender {seed}")
    epoch = chance.randrange(1, 2**32)
    sender = Sender(socket, Ring(epoch), epoch)
    sender.start()
    told, status_s = 0, 0.0
    while not stop.is_set():
        if time.monotonic() - status_s > _STATUS_EVERY_S:
            status_s = time.monotonic()
            sender.offer(Status(1, 1, 0, 0, 0), _now_ms())
        told += 1
        sender.offer(IncidentBegan(kind_code(seed, told), told, 1, 1), _now_ms())
        time.sleep(chance.uniform(0.0, min(_LONGEST_INCIDENT_S, every_s)))
        sender.offer(IncidentEnded(told, 0, 3, 12), _now_ms())
        stop.wait(chance.uniform(0.0, every_s))
    drained = sender.drain(_DRAINED_WITHIN_S)
    sender.stop()
    if not drained or sender.dropped:
        raise TimeoutError("uplink did not take in all")
    return told


def _now_ms() -> int:
    return round(boot_s() * 1000)


def main(arguments: list[str] | None = None) -> int:
    """The entry of the process."""
    parser = argparse.ArgumentParser(prog="simulator.live.chaos_sender", description=__doc__)
    parser.add_argument("--socket", type=Path, required=True)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--every", type=float, required=True, metavar="SECONDS")
    chosen = parser.parse_args(arguments)
    try:
        told = run(chosen.socket, chosen.seed, chosen.every)
    except TimeoutError as error:
        print(f"chaos_sender: {error}", flush=True)  # noqa: T201 - a process says why it ends
        return 1
    print(f"told {told}", flush=True)  # noqa: T201 - what it is asked for
    return 0


if __name__ == "__main__":
    sys.exit(main())
