"""Fitting: it goes on where it was stopped, hears as the node hears, and what is exported is what was fitted."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

torch = pytest.importorskip("torch", reason="torch is for training alone: models/training/requirements.txt")

from models.training import augment, export, fit  # noqa: E402 - they need torch
from models.training.bank import FIRST_FRAMES, Bank  # noqa: E402 - same
from models.training.directions import Directions  # noqa: E402 - same
from models.training.net import Average, Head, Shape, SmallNet  # noqa: E402 - same
from models.training.scenes import FRAMES  # noqa: E402 - same
from models.training.teacher import SHARE, Large, Lesson, fit_head, soft_labels  # noqa: E402 - same
from node.sense.audio import logmel  # noqa: E402 - same
from node.sense.audio.network import Network  # noqa: E402 - same

torch.set_num_threads(1)
DIRECTIONS = Directions(
    np.random.default_rng(3).normal(0, 0.1, (9, 1024)).astype(np.float32), np.linspace(-1, 1, 9, dtype=np.float32),
    ((0, 8), (1,), (2,), (3,), (4,), (5,), (6,), (7,)),
)  # fmt: skip
SHAPE = Shape(drop_in=0.1, drop=0.1)
COURSE = fit.Course(steps=4, batch=8, every=2)


def small_bank(seed: int = 1, scenes: int = 12) -> Bank:
    """Noise, in which a louder half of the bands is a fact of the first class."""
    rng = np.random.default_rng(seed)
    levels = rng.normal(-40.0, 3.0, (scenes, FRAMES, logmel.BANDS))
    fact = np.zeros((scenes, FRAMES), dtype=np.uint8)
    levels[::2, 60:120, :32] += 30.0
    fact[::2, 60:120] = 1
    embeddings = rng.gamma(0.5, 1.0, (scenes, len(FIRST_FRAMES), 1024)).astype(np.float16)
    sources = [f"freesound:{number}" for number in range(scenes)]
    return Bank(levels.astype(np.float16), fact, np.zeros_like(fact), embeddings, sources)


def soft(bank: Bank) -> NDArray[np.float32]:
    return np.zeros((len(bank.fact), len(FIRST_FRAMES), 8), dtype=np.float32)


def even(bank: Bank) -> NDArray[np.float32]:
    return np.full(len(bank.fact) * len(FIRST_FRAMES), 1.0, dtype=np.float32)


def fitted(checkpoint: Path, course: fit.Course = COURSE, seed: int = 3) -> fit.Run:
    bank = small_bank()
    run = fit.Run(bank, soft(bank), even(bank), course, seed)
    run.go(checkpoint, small_bank(2), lambda *_: None)
    return run


def weights(run: fit.Run) -> list[bytes]:
    return [one.numpy().tobytes() for one in run.average.net.state_dict().values()]


def test_windows_are_as_free_of_gain_as_on_the_node() -> None:
    sound = (np.random.default_rng(1).standard_normal(logmel.WINDOW) * 0.1).astype(np.float32)

    ours = augment.gain_free(torch.from_numpy(logmel.levels_db(sound))[None])[0].numpy()

    assert np.allclose(ours, logmel.windows(sound[None])[0], atol=1e-4)


def test_the_same_seed_gives_the_same_weights(tmp_path: Path) -> None:
    assert weights(fitted(tmp_path / "one.pt")) == weights(fitted(tmp_path / "two.pt"))


def test_a_run_that_was_stopped_goes_on_as_if_it_had_not_been(tmp_path: Path) -> None:
    class StoppedError(Exception):
        """The machine is switched off."""

    def stop(step: int, *_: float) -> None:
        if step == 2:
            raise StoppedError

    bank = small_bank()
    with pytest.raises(StoppedError):
        fit.Run(bank, soft(bank), even(bank), COURSE, seed=3).go(tmp_path / "stopped.pt", small_bank(2), stop)

    assert weights(fitted(tmp_path / "stopped.pt")) == weights(fitted(tmp_path / "whole.pt"))


def test_a_run_is_finished_when_it_has_made_all_its_steps(tmp_path: Path) -> None:
    run = fitted(tmp_path / "one.pt")

    found = fit.finished(tmp_path / "one.pt", COURSE)

    assert found is not None
    assert [one.numpy().tobytes() for one in found.state_dict().values()] == weights(run)
    assert fit.finished(tmp_path / "one.pt", fit.Course(steps=5, batch=8, every=2)) is None
    assert fit.finished(tmp_path / "none.pt", COURSE) is None


def test_what_is_no_fact_has_no_part_in_the_loss() -> None:
    logits = torch.tensor([[5.0, -5.0]])
    other = torch.tensor([[-5.0, -5.0]])
    batch = augment.Batch(torch.zeros(1), torch.tensor([[-1.0, 0.0]]), torch.tensor([[-1.0, -1.0]]))

    assert float(fit.loss_of(logits, batch, 0.5)) == float(fit.loss_of(other, batch, 0.5))


def test_an_average_follows_slowly() -> None:
    net = SmallNet()
    average = Average(net, keeps=0.9)
    before = average.net.last.bias.clone()
    with torch.no_grad():
        net.last.bias += 1.0

    average.follow(net, step=10_000)

    assert torch.allclose(average.net.last.bias - before, torch.full((8,), 0.1), atol=1e-6)


def test_augmented_windows_stay_finite_and_know_no_new_facts() -> None:
    rng = torch.Generator().manual_seed(1)
    batch = augment.Batch(torch.randn(64, 98, 64) * 10 - 40, torch.zeros(64, 8), torch.zeros(64, 8))

    found = augment.augmented(batch, rng)

    assert bool(torch.isfinite(found.levels_db).all())
    assert float(found.targets.max()) == 0.0


def run_onnx(file: Path, values: NDArray[np.float32]) -> NDArray[np.float32]:
    return Network("exported", file.read_bytes()).run(values, ["probs"])[0]


@pytest.mark.parametrize("many", [1, 3])
def test_the_exported_networks_give_the_mean_of_what_the_fitted_ones_give(tmp_path: Path, many: int) -> None:
    nets = [fitted(tmp_path / f"{seed}.pt", seed=seed).average.net for seed in range(many)]
    slopes = np.stack([np.linspace(0.5, 2, 8), np.linspace(-1, 1, 8)], axis=1).astype(np.float32)
    windows = (np.random.default_rng(5).standard_normal((3, logmel.FRAMES, logmel.BANDS)) * 10).astype(np.float32)

    export.write_small(nets, slopes, tmp_path / "net.onnx")

    with torch.inference_mode():
        logits = np.mean([net(torch.from_numpy(windows)).numpy() for net in nets], axis=0)
    wanted = 1 / (1 + np.exp(-(logits * slopes[:, 0] + slopes[:, 1])))
    # Its weights have 16 bits: eleven binary digits.
    assert np.allclose(run_onnx(tmp_path / "net.onnx", windows), wanted, atol=2e-3)


def test_the_exported_head_gives_what_the_fitted_one_gives(tmp_path: Path) -> None:
    heads = [Head(SHAPE, torch.rand(50, 1024, generator=torch.Generator().manual_seed(n))).eval() for n in (1, 2)]
    slopes = np.stack([np.linspace(0.5, 2, 8), np.linspace(-1, 1, 8)], axis=1).astype(np.float32)
    bank, model = small_bank(), Large(heads, DIRECTIONS)

    export.write_large(model, slopes, tmp_path / "head.onnx")

    wanted = 1 / (1 + np.exp(-(model.logits(bank) * slopes[:, 0] + slopes[:, 1])))
    embeddings = bank.embeddings.reshape(-1, 1024).astype(np.float32)
    assert np.allclose(run_onnx(tmp_path / "head.onnx", embeddings), wanted, atol=2e-3)


def test_a_large_model_adds_the_likeliest_direction_to_the_mean_of_its_heads() -> None:
    heads = [Head(SHAPE, torch.rand(50, 1024, generator=torch.Generator().manual_seed(n))).eval() for n in (1, 2)]
    bank = small_bank(scenes=2)
    rows = bank.embeddings.reshape(-1, 1024).astype(np.float32)

    found = Large(heads, DIRECTIONS).logits(bank)

    own = rows @ DIRECTIONS.weights.T + DIRECTIONS.offsets
    with torch.inference_mode():
        fitted_ones = [head(torch.from_numpy(rows)).numpy() for head in heads]
    wanted = (fitted_ones[0] + fitted_ones[1]) / 2
    assert np.allclose(found[:, 0], wanted[:, 0] + SHARE * np.maximum(own[:, 0], own[:, 8]), atol=1e-4)
    assert np.allclose(found[:, 1:], wanted[:, 1:] + SHARE * own[:, 1:8], atol=1e-4)


def test_the_same_seed_gives_the_same_head() -> None:
    lesson = Lesson(SHAPE, steps=20, batch=8, rate=1e-3, decay=0.1)

    one, other = (fit_head([small_bank()], 5, lesson).first.weight.detach().numpy() for _ in range(2))

    assert one.tobytes() == other.tobytes()


def test_soft_labels_are_probabilities_of_every_window() -> None:
    bank = small_bank()

    found = soft_labels(Large([Head(SHAPE, torch.rand(50, 1024)).eval()], DIRECTIONS), bank)

    assert found.shape == (len(bank.fact), len(FIRST_FRAMES), 8)
    assert float(found.min()) >= 0.0
    assert float(found.max()) <= 1.0
