"""The street from above, in characters: who stands, walks, cheers and drives where."""

from __future__ import annotations

from rich.text import Text

from simulator.world.layout import FACADE_Y_M, LANES_Y_M, POLE_XY_M
from simulator.world.street import Street

_FROM_X_M, _TO_X_M = -10.0, 24.0
_ROWS_Y_M = (12.2, 11.3, 10.4, 9.5, LANES_Y_M[1], 6.0, LANES_Y_M[0], 2.0, 0.8)
"""The middle of each line, from the houses to the pole."""
_GROUND = {4: ("─", "grey37"), 5: ("╌", "grey46"), 6: ("─", "grey37")}


def street_map(street: Street, t_s: float, width: int) -> Text:
    """The map at `t_s`, `width` columns wide and eleven lines high."""
    cells = [[_GROUND.get(row, ("·", "grey27")) for _ in range(width)] for row in range(len(_ROWS_Y_M))]

    def column(x_m: float) -> int:
        return int((x_m - _FROM_X_M) / (_TO_X_M - _FROM_X_M) * width)

    for car in street.cars(t_s, t_s):
        row = 6 if car.lane == 0 else 4
        x_m, length_m = float(car.x_m(t_s)), car.size_m[0]
        begin, end = column(x_m - length_m / 2), column(x_m + length_m / 2)
        for at in range(begin, end + 1):
            if 0 <= at < width:
                cells[row][at] = ("▟" if at == begin else "▙" if at == end else "█", "cyan")
    for pose, _ in street.people(t_s):
        at = column(pose.x_m)
        row = min(range(len(_ROWS_Y_M)), key=lambda r: abs(_ROWS_Y_M[r] - pose.y_m))
        if 0 <= at < width and pose.y_m < FACADE_Y_M:
            cells[row][at] = ("●", "bold bright_yellow" if pose.cheer > 0.5 else "white")
    lines = [Text("▀" * width, style="orange4")]
    for line in cells:
        text = Text()
        for character, style in line:
            text.append(character, style=style)
        lines.append(text)
    pole = column(POLE_XY_M[0])
    lines.append(Text.assemble(("·" * pole, "grey27"), ("◉", "bold bright_blue"), ("·" * (width - pole - 1), "grey27")))
    return Text("\n").join(lines)
