"""Seals a process: what it holds in memory can reach no file and no core dump."""

from __future__ import annotations

import logging
import os
import resource
import stat

log = logging.getLogger(__name__)


def seal() -> None:
    """From here on this process and its children write no file, and leave no core dump when they crash.

    The unit says the same (LimitFSIZE=0, LimitCORE=0); here it also holds for whoever starts the process by hand.
    Pipes, sockets, terminals and the journal still work.
    """
    if _is_file(2):
        log.warning("stderr is a file, and this process writes none: nothing more will appear here; use a pipe")
    for limit in (resource.RLIMIT_CORE, resource.RLIMIT_FSIZE):
        resource.setrlimit(limit, (0, 0))


def _is_file(descriptor: int) -> bool:
    """Whether a descriptor is a regular file."""
    try:
        return stat.S_ISREG(os.fstat(descriptor).st_mode)
    except OSError:
        return False
