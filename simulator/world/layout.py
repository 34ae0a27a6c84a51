"""Where things are in the street, in metres: x along it, y across it away from the pole, z up.

The pole stands on the near side. It looks along and across the street to the far pavement and its houses.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

POLE_XY_M = (-7.0, -2.0)
CAMERA_HEIGHT_M = 5.5
MICROPHONE_HEIGHT_M = 4.0
LOOKS_AT_M = (3.0, 6.5, 0.8)

STREET_X_M = (-26.0, 72.0)
"""Where walkers come from and go to: the left end is out of sight, the right end is a few pixels high."""
ROAD_X_M = (-60.0, 100.0)
"""Where cars come from and go to: farther, because they are heard before they are seen."""

NEAR_PAVEMENT_Y_M = (-4.0, 2.8)
FAR_PAVEMENT_Y_M = (9.2, 13.0)
FACADE_Y_M = 13.0
FACADE_HEIGHT_M = 10.0
NEAR_WALK_Y_M = (0.3, 2.3)
FAR_WALK_Y_M = (9.7, 10.9)
LANES_Y_M = (4.5, 7.6)
"""The middle of the two lanes; cars drive to the right on the near one and to the left on the far one."""

DOORS_X_M = (1.5, 6.5, 12.0, 19.0, 27.0, 38.0, 52.0)
GATHERING_XY_M = (4.2, 11.2)
"""The middle of the place before the bar where people gather."""

SPEED_OF_SOUND_MPS = 343.0


def distance_to_microphone_m(x_m: Floats | float, y_m: float, z_m: float) -> Floats:
    """How far a point is from the microphone on the pole, in metres; as many as there are `x_m`."""
    across = y_m - POLE_XY_M[1]
    up = z_m - MICROPHONE_HEIGHT_M
    along = np.asarray(x_m, dtype=np.float64) - POLE_XY_M[0]
    return np.asarray(np.sqrt(along * along + across * across + up * up), dtype=np.float64)
