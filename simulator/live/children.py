"""Child processes of a demo or a trial: their own session (Ctrl-C is not theirs), ended by their pid or with us."""

from __future__ import annotations

import subprocess
import threading
from collections import deque
from types import TracebackType
from typing import IO, Self

from node.errors import PolewatchError
from simulator.live.leash import leashed, let_go

_TERM_S = 5.0
_LINES_KEPT = 50


class Child:
    """One process. Use it as a context manager: leaving it ends the process.

    Args:
        name: what a person calls it.
        command: the program and its arguments.
    """

    def __init__(self, name: str, command: list[str]) -> None:
        self.name = name
        self._lines: deque[str] = deque(maxlen=_LINES_KEPT)
        self._process = subprocess.Popen(
            leashed(command),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        assert self._process.stdout is not None
        # A pipe, never a file: `sense` runs with a file size limit of 0.
        self._reader = threading.Thread(target=self._drain, args=(self._process.stdout,), daemon=True)
        self._reader.start()

    @property
    def pid(self) -> int:
        """The process."""
        return self._process.pid

    @property
    def last_line(self) -> str:
        """The last line that it said, or nothing."""
        return self._lines[-1] if self._lines else ""

    def check(self) -> None:
        """Does nothing while it lives.

        Raises:
            PolewatchError: it ended; the text has its exit code and its last line.
        """
        code = self._process.poll()
        if code is None:
            return
        self._hear_out()
        how = f"was killed by signal {-code}" if code < 0 else f"ended with code {code}"
        raise PolewatchError(f"{self.name} {how}: {self.last_line or 'it said nothing'}")

    def stop(self) -> None:
        """Asks it to end, and after 5 s ends it. Safe to call twice."""
        if self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(_TERM_S)
            except subprocess.TimeoutExpired:
                self._process.kill()
        self._process.wait()
        self._hear_out()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _hear_out(self) -> None:
        """Lets a process that has ended go, and waits for its last words."""
        let_go(self._process)
        self._reader.join(1.0)

    def _drain(self, said: IO[bytes]) -> None:
        with said:
            for line in said:
                text = line.decode(errors="replace").strip()
                if text:
                    self._lines.append(text)
