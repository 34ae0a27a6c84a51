"""Measures every signature on the renderer and writes `signatures.toml`: `python -m simulator.trials.timelapse.fit`.

To be run again whenever the sound of the simulator changes: a test compares hours through both paths.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Annotated

import numpy as np
import typer

from simulator.trials.timelapse import fit_hearing, fit_sight
from simulator.trials.timelapse.fit_sound import of_sound
from simulator.trials.timelapse.signature import Signature
from simulator.trials.timelapse.table import FILE, SightTable
from simulator.world.act import PlayName
from simulator.world.sounding import SoundName
from simulator.world.street import Light
from simulator.world.traffic import Body

RAIN_MM_PER_H = (1.0, 4.0, 16.0)
WIND_MPS = (2.0, 4.0, 7.0, 14.0)
_HEAD = """# Measured on rendered sound and pictures by `python -m simulator.trials.timelapse.fit`. Not written by hand.
# What the names mean: signature.py and table.py beside this file. Bands: below 250 Hz, 250-4000 Hz, above.
"""
_HERE = Path(__file__).with_name(FILE)
Measure = Callable[[], Signature]


def measures() -> dict[str, Measure]:
    """What is measured, by the heading of its table."""
    found: dict[str, Measure] = {
        "source.city": fit_hearing.of_city,
        "source.self": fit_hearing.of_self_noise,
        'source."vehicle.car"': fit_hearing.of_traffic,
        'source."vehicle.truck"': partial(_vehicle, Body.TRUCK),
        'source."vehicle.ambulance"': partial(_vehicle, Body.AMBULANCE),
        'source."talk.words"': partial(fit_hearing.of_words, loud=False),
        "source.roar": partial(fit_hearing.of_words, loud=True),
    }
    found |= {f'source."{name}"': partial(of_sound, name) for name in SoundName}
    found |= {f"rain.{strength}": partial(fit_hearing.of_rain, strength) for strength in RAIN_MM_PER_H}
    return found | {f"wind.{strength}": partial(fit_hearing.of_wind, strength) for strength in WIND_MPS}


def _vehicle(body: Body) -> Signature:
    """A lorry's or an ambulance's; a car's where the plays bring none by itself."""
    play = PlayName.TRUCK_PASSES if body is Body.TRUCK else PlayName.EMERGENCY_VEHICLE
    return fit_hearing.of_vehicle(play, body) or fit_hearing.of_traffic()


def lines(name: str, signature: Signature) -> Iterator[str]:
    """A signature as TOML."""
    group, _, strength = name.partition(".")
    if group == "source":
        yield f"\n[{name}]"
    else:
        yield f"\n[[{group}]]"
        yield f"strength = {strength}"
    for key in Signature.__slots__:
        yield f"{key} = {_text(getattr(signature, key))}"


def sight_lines(light: Light, found: SightTable) -> Iterator[str]:
    """What a light makes of bodies, as TOML."""
    yield f"\n[sight.{light}]"
    for key in SightTable.__slots__:
        yield f"{key} = {getattr(found, key):.3g}"


def _text(value: object) -> str:
    array = np.asarray(value, dtype=np.float64)
    if array.ndim == 0:
        return f"{float(array):.3f}".replace("-0.000", "0.000")
    if array.ndim == 2:
        return "[\n" + "".join(f"    {_text(row)},\n" for row in array) + "]"
    return "[" + ", ".join(f"{one:.1f}".replace("-0.0", "0.0") if one != 0 else "0.0" for one in array) + "]"


def _run(item: tuple[str, Measure]) -> tuple[str, Signature]:
    return item[0], item[1]()


def main(
    out: Annotated[Path, typer.Option(help="where the table goes")] = _HERE,
    jobs: Annotated[int, typer.Option(help="how many processes", min=1)] = 2,
) -> None:
    """Measures everything anew; some minutes."""
    written = [_HEAD.rstrip("\n")]
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
        for name, signature in pool.map(_run, measures().items()):
            sys.stderr.write(f"{name}\n")
            written += lines(name, signature)
        for light, found in zip(Light, pool.map(fit_sight.of_light, Light), strict=True):
            sys.stderr.write(f"sight.{light}\n")
            written += sight_lines(light, found)
    out.write_text("\n".join(written) + "\n", encoding="utf-8")


if __name__ == "__main__":
    typer.run(main)
