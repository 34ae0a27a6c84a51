"""The command for what the node costs on this machine."""

from __future__ import annotations

import json
import os

from rich.console import Console

from simulator.commands.options import AsJson, progress_bar


def bench(as_json: AsJson = False) -> None:
    """Measures on this machine what hearing costs, beside scipy, and how soon the node tells."""
    # As `polewatch` does on a pole, and before numpy is loaded: a second thread would be counted, and gains nothing.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    from simulator.trials import bench as trials  # noqa: PLC0415 - `--help` answers without loading OpenCV

    with progress_bar("bench", trials.STEPS, shown=not as_json) as progress:
        found = trials.run(progress)
    if as_json:
        print(json.dumps({"audio": found.as_json()}))
    else:
        trials.tell(Console(), found)
