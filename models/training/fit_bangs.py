"""Fits what the node makes of a bang, and writes it: `python -m models.training.fit_bangs --sounds DIR --work DIR`.

First whether it is a shot, an explosion or a firework, then which: two logistic regressions (`bang_judge`), on streets
of training seeds with recordings that the sound model learnt from, and with synthesis. No street judges itself: the
report and the least odds and shares that are told come of fits that had not heard its source. Streets are rendered once
and kept in the work folder (a second each, some 2 MB); with them a new sound model takes minutes.

A net is surer of recordings that it learnt from than it will be of a street's. So with `--folds DIR` each recording is
heard by the net that learnt without its fold (`net-0.onnx` and so on).
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rich.progress import track

from models.training.bang_looks import Nets, Row, heard
from models.training.bang_streets import SYNTHESIS, TEMPTS, BangStreets
from models.training.logistic import conditional, conditional_scores, multinomial, softmax
from node.config.settings import Settings
from node.config.sound_classes import SoundClass
from node.sense.audio import bang_judge
from node.sense.audio.bang_judge import FAMILY, HEARD_BEFORE, MOST
from node.sense.audio.odds import NEVER

STREETS = (range(174), range(450, 609), range(2000, 2031))
"""By number: what was rendered in the time there was."""

FOLDS = 6
TEMPTED = 0.02
"""The least odds of the family are those that so many of the bangs that only tempt pass, each street counted once."""

TAKEN_FOR_SHOTS = 0.08
"""The least share of a shot is the one that so many of the fireworks pass."""

PLURALITY = 0.5
_TENTH = 10.0
_FILE = Path(__file__).parents[2] / "node/sense/audio" / bang_judge.FILE
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Material:
    """Every bang as a row.

    Args:
        family: what the first regression takes: 1, the odds of the three together, tens of dB, glass; (n, 4).
        which: what the second takes: the margins of the three; (n, 3).
        before: the margin of fireworks before it, as far as it says anything; (n,).
        truth: 0 to 2 for the three of the family, 3 for glass, 4 for what only tempts; (n,).
        weight: 1 for each street; (n,).
        fold: which fold the source of a row is judged in; (n,).
        late: what followed has been heard; (n,).
    """

    family: Floats
    which: Floats
    before: Floats
    truth: NDArray[np.int64]
    weight: Floats
    fold: NDArray[np.int64]
    late: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Fitted:
    """The weights.

    Args:
        family: as `Material.family`, (4,).
        which: the slope, the weight of what was before, and the constants of the three: (5,).
    """

    family: Floats
    which: Floats

    def odds(self, material: Material) -> Floats:
        """The log odds of the family, (n,)."""
        return np.asarray(material.family @ self.family)

    def shares(self, material: Material) -> Floats:
        """Of each of the three, (n, 3)."""
        return softmax(conditional_scores(self.which, material.which, material.before))


def material(found: Sequence[Row]) -> Material:
    """The rows of all streets as arrays."""
    order = (*FAMILY, SoundClass.GLASS_BREAK, TEMPTS)
    truth = np.array([order.index(row.truth) for row in found])
    margins = np.array([[_held(row.look.margin(name)) for name in (*FAMILY, SoundClass.GLASS_BREAK)] for row in found])
    before = np.array([_held(row.look.before) for row in found])
    peaks_db = np.array([row.look.impulse.peak_over_l90_db for row in found])
    ones = np.ones(len(found))
    together = np.log(np.exp(margins[:, :3]).sum(axis=1))
    late = np.array([row.look.later > 0 for row in found])
    names = [row.source if row.source != SYNTHESIS else f"{SYNTHESIS} {row.street % FOLDS}" for row in found]
    kinds = sorted(set(names))
    fold_of = dict(
        zip(np.random.default_rng(0).permutation(kinds).tolist(), np.arange(len(kinds)) % FOLDS, strict=True)
    )
    _, place, count = np.unique([row.street for row in found], return_inverse=True, return_counts=True)
    return Material(
        family=np.column_stack((ones, together, peaks_db / _TENTH, margins[:, 3])),
        which=margins[:, :3],
        before=np.maximum(before, -HEARD_BEFORE),
        truth=truth,
        weight=1 / count[place],
        fold=np.array([fold_of[name] for name in names]),
        late=late,
    )


def fitted(of: Material, chosen: NDArray[np.bool_]) -> Fitted:
    """The weights for the chosen rows; each sort of bang counts as much as the next."""
    is_family = of.truth < len(FAMILY)
    weight = _balanced(of.truth, of.weight)
    sides = np.where(is_family, 1, 0)
    no, yes = multinomial(of.family[chosen], sides[chosen], 2, _balanced(sides, weight)[chosen]).T
    inside = chosen & is_family
    return Fitted(yes - no, conditional(of.which[inside], of.before[inside], of.truth[inside], weight[inside]))


def judged_by_others(of: Material) -> tuple[Floats, Floats]:
    """Odds (n,) and shares (n, 3) of every row by fits that had not heard its source."""
    odds, shares = np.zeros(len(of.truth)), np.zeros((len(of.truth), len(FAMILY)))
    for fold in range(FOLDS):
        here = of.fold == fold
        if here.any():
            others = fitted(of, ~here)
            odds[here], shares[here] = others.odds(of)[here], others.shares(of)[here]
    return odds, shares


def least(of: Material, odds: Floats, shares: Floats) -> tuple[float, float]:
    """The least odds of the family, and the least share of a shot, from which on a name is told."""
    tempts, rockets = of.truth == len(FAMILY) + 1, of.late & (of.truth == FAMILY.index(SoundClass.FIREWORKS))
    of_family = _passed(odds[tempts], of.weight[tempts], TEMPTED)
    of_shots = _passed(shares[rockets, 0], of.weight[rockets], TAKEN_FOR_SHOTS)
    return max(of_family, 0.0), min(max(of_shots, PLURALITY), 0.95)


def lines(found: Fitted, least_odds: float, least_share: float, model: str) -> Iterator[str]:
    """The file."""
    yield "# Fitted by `python -m models.training.fit_bangs`. Not written by hand."
    yield f"# For {model}. What the numbers mean: bang_judge.py beside this file."
    yield "[family]"
    scale = (1.0, 1.0, 1 / _TENTH, 1.0)
    for name, one in zip(("constant", "together", "peak_db", "glass_break"), found.family * scale, strict=True):
        yield f"{name} = {one:.4g}"
    yield f"least = {least_odds:.4g}"
    yield "\n[which]"
    for name, one in zip(("slope", "before", *FAMILY), found.which, strict=True):
        yield f"{name} = {one:.4g}"
    yield "\n[least]"
    yield f"gunshot = {least_share:.4g}"
    yield f"explosion = {PLURALITY}"
    yield f"fireworks = {PLURALITY}"


def report(of: Material, odds: Floats, shares: Floats, least_odds: float, least_share: float) -> str:
    """What others' fits make of each sort of bang, in shares of the streets: a line each."""
    told = np.where(odds >= least_odds, shares.argmax(axis=1), len(FAMILY))
    told = np.where((told == 0) & (shares[:, 0] < least_share), len(FAMILY), told)
    said = [f"{'':12s}" + "".join(f"{name:>12s}" for name in (*FAMILY, "no name")) + f"{'bangs':>8s}"]
    for place, name in enumerate((*FAMILY, SoundClass.GLASS_BREAK, TEMPTS)):
        here = of.late & (of.truth == place)
        if here.any():
            weight = of.weight[here] / of.weight[here].sum()
            shown = "".join(f"{weight[told[here] == one].sum():12.2f}" for one in range(len(FAMILY) + 1))
            said.append(f"{name:12s}{shown}{here.sum():8d}")
    return "\n".join(said)


def main() -> None:
    """Fits, reports and writes; with `--check` it compares with the committed file instead."""
    parser = argparse.ArgumentParser(prog="fit_bangs", description="Fits what the node makes of a bang.")
    parser.add_argument("--sounds", type=Path, required=True, help="the folder audio of the material")
    parser.add_argument("--work", type=Path, required=True, help="where rendered streets are kept")
    parser.add_argument("--model", default="polewatch-sounds-small", help="which sound model hears them")
    parser.add_argument("--check", action="store_true", help="compares with the committed file, and writes nothing")
    parser.add_argument("--folds", type=Path, help="nets that each learnt without one fold of the recordings")
    choice = parser.parse_args()
    choice.work.mkdir(parents=True, exist_ok=True)
    streets, folder = BangStreets(choice.sounds), Settings.model_validate({"node": {"id": "training"}}).sound_model.path
    nets = Nets.loaded(choice.model, folder, choice.folds, choice.sounds)
    numbers = [number for some in STREETS for number in some]
    found = [
        row
        for number in track(numbers, description="streets")
        for row in nets.rows(number, heard(choice.work, number, streets.street))
    ]
    of = material(found)
    odds, shares = judged_by_others(of)
    from_odds, from_share = least(of, odds, shares)
    text = "\n".join(lines(fitted(of, np.ones(len(of.truth), dtype=bool)), from_odds, from_share, choice.model)) + "\n"
    print(report(of, odds, shares, from_odds, from_share))
    if not choice.check:
        _FILE.write_text(text, encoding="utf-8")
    elif _FILE.read_text(encoding="utf-8") != text:
        raise SystemExit(f"{_FILE.name} is not what this fit gives")


def _held(margin: float) -> float:
    return min(max(margin, -MOST), MOST) if margin > NEVER else -MOST


def _balanced(sorts: NDArray[np.int64], weight: Floats) -> Floats:
    """Weights under which each sort counts as much as the next."""
    sums = np.bincount(sorts, weights=weight)
    return np.asarray(weight / sums[sorts])


def _passed(values: Floats, weight: Floats, share: float) -> float:
    """The value that this share of the weight lies above."""
    order = np.argsort(-values)
    above = np.cumsum(weight[order]) / weight.sum()
    return float(values[order][min(int(np.searchsorted(above, share, side="right")), values.size - 1)])


if __name__ == "__main__":
    main()
