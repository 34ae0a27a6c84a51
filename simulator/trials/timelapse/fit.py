"""Measures every signature on the renderer and writes `signatures.toml`: `python -m simulator.trials.timelapse.fit`.

To be run again whenever the sound of the simulator changes: a test compares hours through both paths.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Annotated

import numpy as np
import typer

from simulator.trials.timelapse import fit_hearing, fit_sight
from simulator.trials.timelapse.fit_hearing import Seeds
from simulator.trials.timelapse.fit_sound import of_sound
from simulator.trials.timelapse.pool import Pool
from simulator.trials.timelapse.signature import Course, Signature
from simulator.trials.timelapse.table import FILE, TAKES_FILE, SightTable, course_name
from simulator.world.act import PlayName
from simulator.world.sounding import SoundName
from simulator.world.street import Light
from simulator.world.traffic import Body

RAIN_MM_PER_H = (1.0, 4.0, 16.0)
WIND_MPS = (2.0, 4.0, 7.0, 14.0)
_HEAD = """# Measured on rendered sound and pictures by `python -m simulator.trials.timelapse.fit`. Not written by hand.
# What the names mean: signature.py and table.py beside this file. Columns: A-weighted below 250 Hz, 250-4000 Hz, above;
# C-weighted; voice band; C-weighted peak; octaves 125 Hz to 8 kHz; lines; four steps of the voice band's envelope.
"""
_HERE = Path(__file__).parent
Measure = Callable[[Seeds], Pool]


def measures() -> dict[str, Measure]:
    """What is measured, by the name of its signature."""
    found: dict[str, Measure] = {
        "city": fit_hearing.of_city,
        "self": fit_hearing.of_self_noise,
        "vehicle.car": fit_hearing.of_traffic,
        "vehicle.truck": partial(_vehicle, Body.TRUCK),
        "vehicle.ambulance": partial(_vehicle, Body.AMBULANCE),
        "talk.words": partial(fit_hearing.of_words, loud=False),
        "roar": partial(fit_hearing.of_words, loud=True),
    }
    found |= {str(name): partial(of_sound, name) for name in SoundName}
    found |= {f"rain.{strength}": partial(fit_hearing.of_rain, strength) for strength in RAIN_MM_PER_H}
    return found | {f"wind.{strength}": partial(fit_hearing.of_wind, strength) for strength in WIND_MPS}


def _vehicle(body: Body, seeds: Seeds) -> Pool:
    """A lorry's or an ambulance's; a car's where the plays bring none by itself."""
    play = PlayName.TRUCK_PASSES if body is Body.TRUCK else PlayName.EMERGENCY_VEHICLE
    pool = fit_hearing.of_vehicle(play, body, seeds)
    return pool if pool.nominal else fit_hearing.of_traffic(seeds)


def lines(name: str, signature: Signature) -> Iterator[str]:
    """A signature as TOML; its takes are in a file of their own."""
    group, _, strength = name.partition(".")
    if group in {"rain", "wind"}:
        yield f"\n[[{group}]]"
        yield f"strength = {strength}"
    else:
        yield f'\n[source."{name}"]'
    yield f"gain_db = {_text(signature.gain_db)}"
    yield f"loss_db_per_100m = {_text(signature.loss_db_per_100m)}"
    yield f"shape_db = {_text(signature.shape_db)}"
    yield f"tail_db = {signature.tail_db:.3f}"
    yield f"tail_db_per_s = {signature.tail_db_per_s:.3f}"
    yield f"takes_m = {_text(signature.takes.distance_m)}"
    yield f"scoring_takes_m = {_text(signature.sealed.distance_m)}"


def courses(name: str, signature: Signature) -> Iterator[tuple[str, Course]]:
    """The takes of a signature, by the names they have in their file."""
    for sealed, takes in ((False, signature.takes), (True, signature.sealed)):
        for number, course in enumerate(takes.courses):
            yield course_name(name, number, sealed=sealed), course


def sight_lines(light: Light, found: SightTable) -> Iterator[str]:
    """What a light makes of bodies, as TOML."""
    yield f"\n[sight.{light}]"
    for key in SightTable.__slots__:
        yield f"{key} = {getattr(found, key):.3g}"


def _text(row: Iterable[float]) -> str:
    return "[" + ", ".join(f"{one:.1f}".replace("-0.0", "0.0") if one != 0 else "0.0" for one in row) + "]"


def _run(item: tuple[str, Measure]) -> tuple[str, Signature]:
    name, measure = item
    training = measure(fit_hearing.training_seeds(fit_hearing.RENDERS))
    return name, training.signature(measure(fit_hearing.scoring_seeds(fit_hearing.RENDERS)))


def main(
    out: Annotated[Path, typer.Option(help="the folder where the table goes")] = _HERE,
    jobs: Annotated[int, typer.Option(help="how many processes", min=1)] = 2,
) -> None:
    """Measures everything anew; some minutes."""
    written, taken = [_HEAD.rstrip("\n")], dict[str, Course]()
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
        for name, signature in pool.map(_run, measures().items()):
            sys.stderr.write(f"{name}\n")
            written += lines(name, signature)
            taken |= dict(courses(name, signature))
        for light, found in zip(Light, pool.map(fit_sight.of_light, Light), strict=True):
            sys.stderr.write(f"sight.{light}\n")
            written += sight_lines(light, found)
    (out / FILE).write_text("\n".join(written) + "\n", encoding="utf-8")
    np.savez_compressed(out / TAKES_FILE, allow_pickle=False, **taken)


if __name__ == "__main__":
    typer.run(main)
