from __future__ import annotations

import io
import json
import sys

import pytest
from rich.console import Console

from node.errors import OperatorError
from simulator.trials import bench, bench_latency, bench_memory, bench_speed
from simulator.trials.bench import AudioBench
from simulator.trials.bench_latency import Latency
from simulator.trials.bench_speed import Speed

FOUND = AudioBench(Speed(0.4, 1.2, 3.04, 4.5, 9.25), {"noise.spike": Latency(900, 1400, 3)}, 83.26)


def test_the_figures_are_one_json_object_with_the_names_that_scripts_rely_on():
    assert json.loads(json.dumps(FOUND.as_json())) == {
        "scipy_ms_per_s": 0.4,
        "meter_ms_per_s": 1.2,
        "meter_vs_scipy": 3.04,
        "pipeline_ms_per_s_quiet": 4.5,
        "pipeline_ms_per_s_busy": 9.25,
        "latency_ms": {"noise.spike": {"p50": 900, "p95": 1400, "count": 3}},
        "rss_mb": 83.3,
    }


def test_a_person_reads_every_figure_with_its_unit():
    screen = io.StringIO()

    bench.tell(Console(width=120, file=screen), FOUND)

    said = screen.getvalue()
    assert all(words in said for words in ("3.0 units", "0.45 % of a core", "0.93 % of a core", "83 MB", "p95 1400 ms"))


@pytest.mark.slow
def test_every_part_takes_its_time_on_a_second_of_sound():
    told: list[float] = []

    speed = bench_speed.measure(1, told.append)

    assert min(speed.scipy_ms_per_s, speed.meter_ms_per_s, speed.quiet_ms_per_s, speed.busy_ms_per_s) > 0
    assert speed.meter_vs_scipy == pytest.approx(speed.meter_ms_per_s / speed.scipy_ms_per_s)
    assert told[-1] == 1


def test_a_machine_without_scipy_is_told_what_is_missing(monkeypatch):
    monkeypatch.setitem(sys.modules, "scipy.signal", None)

    with pytest.raises(OperatorError, match="scipy, which is not installed"):
        bench_speed.measure(1, lambda _done: None)


@pytest.mark.slow
def test_a_node_that_only_hears_has_the_memory_of_a_process_with_numpy_and_opencv():
    assert 40 < bench_memory.resident_mb() < 400


def test_the_process_whose_memory_is_measured_fails_in_one_line(monkeypatch):
    monkeypatch.setattr(sys, "executable", "/bin/false")

    with pytest.raises(OperatorError, match="whose memory is measured failed"):
        bench_memory.resident_mb()


@pytest.mark.slow
def test_no_kind_is_told_sooner_than_computing_takes(monkeypatch):
    monkeypatch.setattr(bench_latency, "STREETS", ("explosion",))
    done: list[float] = []

    found = bench_latency.measure(7.0, done.append, (3001,))

    assert found
    assert all(7 <= latency.p50 <= latency.p95 for latency in found.values())
    assert done == [1]
