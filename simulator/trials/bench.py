"""What the node's hearing costs and how soon it tells, in one run on this machine."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table

from node.sense.capture.ports import SAMPLE_RATE_HZ
from simulator.pole.devices import BLOCK
from simulator.trials import bench_latency, bench_memory, bench_speed
from simulator.trials.bench_latency import Latency
from simulator.trials.bench_speed import Speed

TIMED_S = 48
STEPS = TIMED_S + len(bench_latency.STREETS) * len(bench_latency.SEEDS)
"""How far the progress goes."""

Progress = Callable[[float], None]


@dataclass(frozen=True, slots=True)
class AudioBench:
    """The figures of hearing.

    Args:
        speed: what the meter and the line cost.
        latency: from onset to message, by kind.
        rss_mb: the resident memory of a node that only hears, in MB of 10^6 bytes.
    """

    speed: Speed
    latency: dict[str, Latency]
    rss_mb: float

    def as_json(self) -> dict[str, object]:
        """The same as JSON has it."""
        speed = self.speed
        return {
            "scipy_ms_per_s": round(speed.scipy_ms_per_s, 3),
            "meter_ms_per_s": round(speed.meter_ms_per_s, 3),
            "meter_vs_scipy": round(speed.meter_vs_scipy, 2),
            "pipeline_ms_per_s_quiet": round(speed.quiet_ms_per_s, 2),
            "pipeline_ms_per_s_busy": round(speed.busy_ms_per_s, 2),
            "latency_ms": {kind: latency.as_json() for kind, latency in self.latency.items()},
            "rss_mb": round(self.rss_mb, 1),
        }


def run(progress: Progress) -> AudioBench:
    """Measures all of it.

    Raises:
        OperatorError: scipy is not installed, or this system does not say how much memory a process takes.
    """
    speed = bench_speed.measure(TIMED_S, lambda done: progress(max(done, 0)))
    rss_mb = bench_memory.resident_mb()
    processing_ms = speed.busy_ms_per_s * BLOCK / SAMPLE_RATE_HZ
    latency = bench_latency.measure(processing_ms, lambda done: progress(TIMED_S + done))
    return AudioBench(speed, latency, rss_mb)


def tell(console: Console, found: AudioBench) -> None:
    """The figures as a table."""
    speed = found.speed
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column(overflow="fold")
    table.add_column(justify="right")
    table.add_row("the unit: A and LAeq by scipy, a second of sound", f"{speed.scipy_ms_per_s:.2f} ms")
    table.add_row(
        "the meter: A, C, Z, Fast, Slow, peak, voice",
        f"{speed.meter_ms_per_s:.2f} ms, {speed.meter_vs_scipy:.1f} units",
    )
    for street, ms in (("quiet", speed.quiet_ms_per_s), ("busy", speed.busy_ms_per_s)):
        table.add_row(f"all of hearing on a {street} street", f"{ms:.2f} ms, {ms / 10:.2f} % of a core")
    table.add_row("resident memory of a node that only hears", f"{found.rss_mb:.0f} MB")
    for kind, latency in found.latency.items():
        told = f"p50 {latency.p50} ms, p95 {latency.p95} ms, of {latency.count}"
        table.add_row(f"{kind}, from onset to message", told)
    console.print(table)
