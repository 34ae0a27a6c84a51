"""A small chart as SVG text: axes, lines, bands, marks. Colours are CSS classes of the page that it stands in."""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape

Range = tuple[float, float]
_LEFT, _RIGHT, _TOP, _BOTTOM = 42.0, 10.0, 16.0, 22.0


class Chart:
    """A chart with time or classes to the right and a number upwards.

    Args:
        size: width and height, in pixels of the page.
        x: what the left and the right edge stand for.
        y: what the lower and the upper edge stand for.
        label: what it shows, for those who cannot see it.
    """

    def __init__(self, size: tuple[int, int], x: Range, y: Range, label: str) -> None:
        self._width, self._height = size
        self._x, self._y = x, y
        self._label = label
        self._parts: list[str] = []

    def x(self, value: float) -> float:
        """Where a value stands to the right, in pixels; outside the range it stands at its edge."""
        share = (value - self._x[0]) / (self._x[1] - self._x[0])
        return _LEFT + min(1.0, max(0.0, share)) * (self._width - _LEFT - _RIGHT)

    def y(self, value: float) -> float:
        """Where a value stands from the top, in pixels; outside the range it stands at its edge."""
        share = (value - self._y[0]) / (self._y[1] - self._y[0])
        return self._height - _BOTTOM - min(1.0, max(0.0, share)) * (self._height - _TOP - _BOTTOM)

    def grid(self, *, x_unit: str, y_unit: str) -> None:
        """The lines of both axes with their numbers."""
        for value in ticks(*self._y):
            y = self.y(value)
            across = f'x1="{_LEFT:g}" x2="{self._width - _RIGHT:g}"'
            self._parts.append(f'<line class="grid" {across} y1="{y:.1f}" y2="{y:.1f}"/>')
            self.text((_LEFT - 5, y + 3.5), f"{value:g}", "axis end")
        for value in ticks(*self._x):
            self.text((self.x(value), self._height - 7), f"{value:g}", "axis middle")
        self.text((_LEFT - 12, self._height - 7), x_unit, "axis end unit")
        self.text((_LEFT + 2, _TOP - 5), y_unit, "axis unit")

    def line(self, values: Sequence[tuple[float, float]], css: str) -> None:
        """A line through points; it breaks where a value is NaN."""
        for part in _unbroken(values):
            points = " ".join(f"{self.x(x):.1f},{self.y(y):.1f}" for x, y in part)
            self._parts.append(f'<polyline class="{css}" points="{points}"/>')

    def area(self, values: Sequence[tuple[float, float]], css: str) -> None:
        """The area under points; it breaks where a value is NaN."""
        floor = self.y(self._y[0])
        for part in _unbroken(values):
            points = " ".join(f"{self.x(x):.1f},{self.y(y):.1f}" for x, y in part)
            ends = f"{self.x(part[0][0]):.1f},{floor:.1f}", f"{self.x(part[-1][0]):.1f},{floor:.1f}"
            self._parts.append(f'<polygon class="{css}" points="{ends[0]} {points} {ends[1]}"/>')

    def band(self, from_x: float, to_x: float, css: str, title: str) -> None:
        """A stretch from the lower to the upper edge, with words that come up under the mouse."""
        x = self.x(from_x)
        width = max(2.0, self.x(to_x) - x)
        height = self._height - _TOP - _BOTTOM
        self._parts.append(
            f'<rect class="{css}" x="{x:.1f}" y="{_TOP:g}" width="{width:.1f}" height="{height:.1f}">'
            f"<title>{escape(title)}</title></rect>"
        )

    def bar(self, from_x: float, to_x: float, from_y: float, to_y: float, css: str) -> None:
        """A rectangle."""
        x, y = self.x(from_x), self.y(to_y)
        self._parts.append(
            f'<rect class="{css}" x="{x:.1f}" y="{y:.1f}" width="{max(0.5, self.x(to_x) - x - 1):.1f}" '
            f'height="{max(0.0, self.y(from_y) - y):.1f}"/>'
        )

    def mark(self, x: float, css: str, title: str) -> None:
        """A needle with a head at the upper edge."""
        at = self.x(x)
        self._parts.append(
            f'<g class="{css}"><line x1="{at:.1f}" x2="{at:.1f}" y1="{_TOP:g}" y2="{self._height - _BOTTOM:g}"/>'
            f'<path d="M{at - 5:.1f} {_TOP - 8:g}h10l-5 9z"/><title>{escape(title)}</title></g>'
        )

    def text(self, place: tuple[float, float], words: str, css: str) -> None:
        """Words at a place in pixels."""
        self._parts.append(f'<text class="{css}" x="{place[0]:.1f}" y="{place[1]:.1f}">{escape(words)}</text>')

    def svg(self) -> str:
        """The whole chart."""
        return (
            f'<svg viewBox="0 0 {self._width} {self._height}" role="img" aria-label="{escape(self._label)}">'
            f"{''.join(self._parts)}</svg>"
        )


def ticks(low: float, high: float) -> list[float]:
    """About five round numbers from `low` to `high`."""
    step = _round_step((high - low) / 5)
    first = math.ceil(low / step - 1e-9)
    return [round(number * step, 6) for number in range(first, math.floor(high / step + 1e-9) + 1)]


def _round_step(step: float) -> float:
    size = 10.0 ** math.floor(math.log10(step))
    return next(size * round_one for round_one in (1, 2, 5, 10) if size * round_one >= step - 1e-12)


def _unbroken(values: Sequence[tuple[float, float]]) -> list[list[tuple[float, float]]]:
    """The stretches of at least two points without NaN."""
    parts: list[list[tuple[float, float]]] = [[]]
    for x, y in values:
        if math.isnan(y):
            parts.append([])
        else:
            parts[-1].append((x, y))
    return [part for part in parts if len(part) > 1]
