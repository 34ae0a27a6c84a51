"""A logistic regression of several classes, with weights and a small ridge."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import optimize

RIDGE = 0.01
"""On every term but the first, which is the constant."""

Floats = NDArray[np.float64]


def softmax(scores: Floats) -> Floats:
    """The shares of classes, (n, classes), of their scores."""
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True))


def multinomial(x: Floats, y: NDArray[np.int64], classes: int, weight: Floats) -> Floats:
    """The weights under which `softmax(x @ weights)` tells the classes best.

    Args:
        x: (n, terms), the first of which is 1.
        y: the class of each, 0 to `classes` - 1: (n,).
        classes: how many there are.
        weight: how much each counts, 0 or more: (n,).

    Returns:
        (terms, classes).
    """
    weight, shape = weight / weight.sum(), (x.shape[1], classes)
    truth = np.eye(classes)[y]

    def loss(flat: Floats) -> tuple[float, Floats]:
        a = flat.reshape(shape)
        shares = softmax(x @ a)
        cost = float(-(weight @ np.log(shares[np.arange(y.size), y] + 1e-12)))
        slope = x.T @ ((shares - truth) * weight[:, None])
        slope[1:] += 2 * RIDGE * a[1:]
        return cost + RIDGE * float(np.square(a[1:]).sum()), slope.reshape(-1)

    found = optimize.minimize(loss, np.zeros(shape[0] * shape[1]), jac=True, method="L-BFGS-B")
    return np.asarray(found.x.reshape(shape))


def conditional(margins: Floats, extra: Floats, y: NDArray[np.int64], weight: Floats) -> Floats:
    """The same where every class has a margin of its own: scores of a constant each and one slope for all margins.

    Args:
        margins: of each class, (n, classes).
        extra: what speaks for the last class besides, (n,).
        y: the class of each: (n,).
        weight: how much each counts: (n,).

    Returns:
        The slope, the weight of what is extra, and the constants: (2 + classes,). The constants sum to 0.
    """
    weight, classes = weight / weight.sum(), margins.shape[1]
    truth = np.eye(classes)[y]

    def loss(a: Floats) -> tuple[float, Floats]:
        shares = softmax(conditional_scores(a, margins, extra))
        off = (shares - truth) * weight[:, None]
        cost = float(-(weight @ np.log(shares[np.arange(y.size), y] + 1e-12)))
        slope = np.concatenate([[np.sum(off * margins), off[:, -1] @ extra], off.sum(axis=0)])
        slope[:2] += 2 * RIDGE * a[:2]
        return cost + RIDGE * float(np.square(a[:2]).sum()), slope

    found = optimize.minimize(loss, np.concatenate([[1.0, 0.0], np.zeros(classes)]), jac=True, method="L-BFGS-B").x
    found[2:] -= found[2:].mean()
    return np.asarray(found)


def conditional_scores(a: Floats, margins: Floats, extra: Floats) -> Floats:
    """The scores of classes, (n, classes), with what `conditional` gave."""
    scores = a[2:] + a[0] * margins
    scores[:, -1] += a[1] * extra
    return np.asarray(scores)
