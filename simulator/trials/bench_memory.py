"""How much memory a node takes that only hears: measured in a process of its own, as the kernel counts it.

python -m simulator.trials.bench_memory     prints the resident megabytes of such a process
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from node.errors import OperatorError

HEARD_S = 15
"""Long enough for every stage to have run, and for the sound model to have been asked."""

_STATUS = Path("/proc/self/status")
_PATIENCE_S = 120.0


def resident_mb() -> float:
    """The resident memory of a sound-only `sense` that has heard for a while, in MB of 10^6 bytes.

    Raises:
        OperatorError: this system does not say, or the process failed.
    """
    if not _STATUS.exists():
        raise OperatorError(f"{_STATUS}: this system does not say how much memory a process takes; run it on Linux")
    command = [sys.executable, "-m", __name__]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=_PATIENCE_S, check=True)
        return float(done.stdout)
    except (subprocess.SubprocessError, ValueError, OSError) as error:
        raise OperatorError(f"the process whose memory is measured failed: {error}") from error


def main() -> int:
    """Hears noise with bangs in it, as `sense` does without a camera, and prints what this process takes."""
    import numpy as np  # noqa: PLC0415 - the parent needs none of these, and its memory is not the question

    from node.config.settings import Settings  # noqa: PLC0415 - same
    from node.ops.clock import FixedClock  # noqa: PLC0415 - same
    from node.sense.audio.load import load_tagger  # noqa: PLC0415 - same
    from node.sense.capture.ports import SAMPLE_RATE_HZ, AudioBlock  # noqa: PLC0415 - same
    from node.sense.pipeline import Pipeline  # noqa: PLC0415 - same

    settings = Settings.model_validate({"node": {"id": "bench"}})
    line = Pipeline(settings, FixedClock(0.0), lambda _body, _at_s: None, tagger=load_tagger(settings.sound_model))
    chance, block = np.random.default_rng(1), SAMPLE_RATE_HZ // 10
    for n in range(10 * HEARD_S):
        noise = chance.normal(0, 0.3 if n % 50 > 45 else 0.001, block)
        line.hear(AudioBlock(np.clip(noise, -1, 1).astype(np.float32), n * block / SAMPLE_RATE_HZ))
    kilobytes = next(line.split()[1] for line in _STATUS.read_text().splitlines() if line.startswith("VmRSS:"))
    print(int(kilobytes) * 1024 / 1e6)  # noqa: T201 - this line is what the parent reads
    return 0


if __name__ == "__main__":
    sys.exit(main())
