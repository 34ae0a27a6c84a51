"""What hearing costs: the meter and the whole line of sound, interleaved second by second with scipy on the same sound.

A second of scipy's `sosfilt` with the A weighting, and its LAeq, is the unit: so a figure means the same on a slow core
and on a fast one. Everything runs in this one process; each of the four takes its turn on every second. Time is the
processor's, of every thread of this process: what else the machine does meanwhile does not count.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median
from typing import Any

import numpy as np
from numpy.typing import NDArray

from node.config.settings import Settings
from node.errors import OperatorError
from node.ops.clock import FixedClock
from node.sense.audio.level import Meter
from node.sense.audio.load import load_tagger
from node.sense.audio.weighting import A_WEIGHTING_SOS
from node.sense.capture.hops import HOP
from node.sense.capture.ports import SAMPLE_RATE_HZ, AudioBlock
from node.sense.pipeline import Pipeline
from simulator.pole.devices import BLOCK, StreetMicrophone
from simulator.trials import scenario

QUIET, BUSY = "quiet-night", "lively-evening"
WARM_UP_S = 12
"""Seconds before the first that is timed: the background is learnt by then, and a spike may open."""

Progress = Callable[[float], None]
Samples = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Speed:
    """Medians over the timed seconds, and the median of each second's ratio.

    Args:
        scipy_ms_per_s: the unit: A weighting by `sosfilt` and its LAeq, per second of sound.
        meter_ms_per_s: A, C, Z, Fast, Slow, peak and voice band.
        meter_vs_scipy: the meter in units.
        quiet_ms_per_s: the whole line on a quiet street.
        busy_ms_per_s: the whole line on a busy one.
    """

    scipy_ms_per_s: float
    meter_ms_per_s: float
    meter_vs_scipy: float
    quiet_ms_per_s: float
    busy_ms_per_s: float


def measure(seconds: int, progress: Progress) -> Speed:
    """Times so many seconds of sound, 1 or more.

    Args:
        seconds: how many.
        progress: told how many are done.

    Raises:
        OperatorError: scipy is not installed.
    """
    reference = _reference()
    quiet, busy = _heard(QUIET, WARM_UP_S + seconds), _heard(BUSY, WARM_UP_S + seconds)
    meter = Meter(Settings.model_validate({"node": {"id": "bench"}}).microphone.full_scale_db)
    calm, lively = _line(), _line()
    took_ms = []
    for second, (quiet_sound, busy_sound) in enumerate(zip(quiet, busy, strict=True)):
        turn = (
            _time_ms(reference, busy_sound),
            _time_ms(_meter, meter, busy_sound),
            _time_ms(_feed, calm, quiet_sound, second),
            _time_ms(_feed, lively, busy_sound, second),
        )
        took_ms.append(turn)
        progress(second + 1 - WARM_UP_S)
    timed = took_ms[WARM_UP_S:]
    scipy_ms, meter_ms, quiet_ms, busy_ms = (median(column) for column in zip(*timed, strict=True))
    ratio = median(turn[1] / turn[0] for turn in timed)
    return Speed(scipy_ms, meter_ms, ratio, quiet_ms, busy_ms)


def _reference() -> Callable[[Samples], Any]:
    """A weighting by scipy, section by section and sample by sample in C, and the level.

    Raises:
        OperatorError: scipy is not installed.
    """
    try:
        from scipy.signal import sosfilt  # noqa: PLC0415 - a development dependency: nothing else here needs it
    except ImportError as error:
        raise OperatorError("bench compares with scipy, which is not installed: pip install polewatch[dev]") from error
    sos = A_WEIGHTING_SOS.copy()
    return lambda sound: 10 * np.log10(np.mean(np.square(sosfilt(sos, sound))))


def _heard(name: str, seconds: int) -> list[Samples]:
    """The first seconds of what a scenario's microphone hears, one by one."""
    _, chosen = scenario.load(name)
    microphone = StreetMicrophone(chosen.make_street(chosen.seed), block=SAMPLE_RATE_HZ)
    blocks = (microphone.read(0.0) for _ in range(seconds))
    try:
        return [block.samples for block in blocks if block is not None]
    finally:
        microphone.close()


def _line() -> Pipeline:
    """The line of a node that only hears, with the sound model that ships."""
    settings = Settings.model_validate({"node": {"id": "bench"}})
    return Pipeline(settings, FixedClock(0.0), lambda _body, _at_s: None, tagger=load_tagger(settings.sound_model))


def _meter(meter: Meter, sound: Samples) -> None:
    for begin in range(0, SAMPLE_RATE_HZ, HOP):
        meter.measure(AudioBlock(sound[begin : begin + HOP], 0.0))


def _feed(line: Pipeline, sound: Samples, second: int) -> None:
    for begin in range(0, SAMPLE_RATE_HZ, BLOCK):
        line.hear(AudioBlock(sound[begin : begin + BLOCK], second + begin / SAMPLE_RATE_HZ))


def _time_ms(work: Callable[..., Any], *arguments: Any) -> float:
    began = time.process_time()
    work(*arguments)
    return 1000 * (time.process_time() - began)
