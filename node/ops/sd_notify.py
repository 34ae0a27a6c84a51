"""Talks to the service manager: ready, alive, stopping (sd_notify(3), without a library)."""

from __future__ import annotations

import os
import socket


def notify(*assignments: str) -> bool:
    """Tell the service manager, for example `notify("READY=1", "STATUS=listening")`.

    Args:
        assignments: `NAME=value` each; a line break in a value becomes a space.

    Returns:
        True if the message was handed over; False if no service manager listens.
    """
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address:
        return False
    if address.startswith("@"):  # an abstract socket is written with @, and addressed with a zero byte
        address = "\0" + address[1:]
    message = "\n".join(" ".join(one.splitlines()) for one in assignments)
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as channel:
        channel.settimeout(0)  # a service manager that does not read must not stop us from sensing
        try:
            channel.sendto(message.encode(), address)
        except OSError:
            return False  # a lost ping is answered by the service manager itself: it restarts us
    return True


def watchdog_s() -> float | None:
    """Seconds between two `notify("WATCHDOG=1")`: half of what the service manager allows.

    Returns:
        The interval in seconds, or None if no watchdog asks this process.
    """
    allowed_us = os.environ.get("WATCHDOG_USEC", "")
    asked_pid = os.environ.get("WATCHDOG_PID", "")
    if not (allowed_us.isascii() and allowed_us.isdigit()) or int(allowed_us) == 0:
        return None
    if asked_pid and asked_pid != str(os.getpid()):
        return None
    return int(allowed_us) / 2_000_000
