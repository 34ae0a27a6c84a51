"""A process that ends with the one that started it, however that one ends: by SIGKILL, too.

Beside it runs a shell that reads from a pipe whose other end nobody holds but the process that started both. When that
one is gone, the kernel closes the pipe, and the shell ends the process: PR_SET_PDEATHSIG would be forgotten by a
program that changes its user, as a mosquitto started by root does, or that enters a user namespace.
"""

from __future__ import annotations

import contextlib
import subprocess
from collections.abc import Sequence

_LEASH = 'exec 3<&0; (read -r _ <&3; kill "$$" && sleep 5 && kill -9 "$$") 2>&- & exec "$@" 3<&- </dev/null'
"""The shell becomes the process, under the same number. It is that of their session, too: so it is nobody else's until
the child is gone as well."""


def leashed(command: Sequence[str]) -> list[str]:
    """The command that runs another one on a leash: start it in a session of its own, with a pipe for its input."""
    return ["sh", "-c", _LEASH, "sh", *command]


def let_go(process: subprocess.Popen[bytes]) -> None:
    """Ends what is beside a process that was waited for. Safe to call twice."""
    if process.stdin is not None:
        with contextlib.suppress(OSError):
            process.stdin.close()
