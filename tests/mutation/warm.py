"""A warm pytest for mutants: what no mutant can change is loaded once, and each run is a fork that loads the rest anew.

    python warm.py SOCKET MODULE [pytest's arguments]     waits at the socket; each caller is a run

A caller says nothing. It reads one byte: 0 where all tests passed, 2 where the run came to no end, else 1.
"""

from __future__ import annotations

import gc
import os
import resource
import socket
import sys

import pytest
import scipy.stats  # noqa: F401 - loaded to be there in every fork
from hypothesis import given
from hypothesis import strategies as st

# The layers below every module that is changed.
import node.config.settings
import node.contract.envelope  # noqa: F401 - likewise

OF_PROCESSOR_S = 6
"""Twice and more what the tests of a module take: what runs so long would run for ever, however busy the machine is."""


def main(path: str, module: str, *arguments: str) -> None:
    """Serves callers, one after the other, until it is ended."""
    if module.removesuffix(".py").replace("/", ".") in sys.modules:
        raise SystemExit(f"{module}: loaded already, so no mutant of it would be seen")
    _first_example()
    # Nothing that is here now is ever looked at again for garbage, in no fork.
    gc.collect()
    gc.freeze()
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(path)
        listening.listen()
        while True:
            caller, _ = listening.accept()
            with caller:
                _serve(caller, arguments)


@given(st.integers())
def _first_example(_: int) -> None:
    """Hypothesis reads all modules at its first example."""


def _serve(caller: socket.socket, arguments: tuple[str, ...]) -> None:
    run = os.fork()
    if run == 0:
        resource.setrlimit(resource.RLIMIT_CPU, (OF_PROCESSOR_S, OF_PROCESSOR_S))
        status = 1
        try:
            status = int(pytest.main(list(arguments)))
        finally:
            os._exit(1 if status else 0)
    status = os.waitstatus_to_exitcode(os.waitpid(run, 0)[1])
    caller.sendall(bytes([2 if status < 0 else status]))


if __name__ == "__main__":
    main(*sys.argv[1:])
