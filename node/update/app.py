"""The third service: it will install signed models and policy. It knows no job yet, says so, and waits."""

from __future__ import annotations

import logging
import signal

from node.ops import logs
from node.ops.sd_notify import notify, watchdog_s

log = logging.getLogger(__name__)

STOPS = {signal.SIGTERM, signal.SIGINT}


def run() -> int:
    """Wait until SIGTERM or SIGINT, telling the service manager that this process lives.

    The signals are blocked and waited for, so that none is lost between two pings.

    Returns:
        0, the exit code.
    """
    logs.configure("update")
    before = signal.pthread_sigmask(signal.SIG_BLOCK, STOPS)
    try:
        log.info("nothing to do: this version installs no updates; waiting")
        notify("READY=1", "STATUS=nothing to do: this version installs no updates")
        wait_for_stop(watchdog_s())
        notify("STOPPING=1", "STATUS=stopping")
        log.info("stopped")
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
    return 0


def wait_for_stop(ping_every_s: float | None) -> None:
    """Return when a stop signal has come; in between send WATCHDOG=1 every `ping_every_s` seconds, if asked."""
    if ping_every_s is None:
        signal.sigwait(STOPS)
        return
    while signal.sigtimedwait(STOPS, ping_every_s) is None:
        notify("WATCHDOG=1")
