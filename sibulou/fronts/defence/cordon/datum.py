"""WGS-84, which satellites give, and GCJ-02, which maps of the mainland show: up to seven hundred metres apart.

The shift is the published approximation on the ellipsoid of Krasovsky. It goes one way only; back it is found by
turning the error around until less than a millimetre is left.
"""

from __future__ import annotations

from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float64]
"""Positions, shape (n, 2): longitude and latitude in degrees."""

_RADIUS = 6_378_245.0  # metres, half the long axis of Krasovsky 1940
_FLATNESS = 0.006_693_421_622_965_943  # its eccentricity squared
_WEST, _EAST, _SOUTH, _NORTH = 72.004, 137.8347, 0.8293, 55.8271  # outside of these the shift is nought
_ROUNDS = 8


class Datum(StrEnum):
    """What the degrees of a file mean."""

    WGS84 = "wgs84"
    GCJ02 = "gcj02"


def to_wgs84(points: Points, datum: Datum) -> Points:
    """Positions in WGS-84; the error of the way back from GCJ-02 stays below a millimetre."""
    if datum is Datum.WGS84 or not len(points):
        return points
    found = points - _shift(points)
    for _ in range(_ROUNDS):
        found += points - to_gcj02(found)
    return found


def to_gcj02(points: Points) -> Points:
    """Positions in WGS-84 as maps of the mainland show them."""
    return points + _shift(points)


def _shift(points: Points) -> Points:
    """How far a map moves each point, in degrees."""
    x, y = points[:, 0] - 105.0, points[:, 1] - 35.0
    root = np.sqrt(np.abs(x))
    waves = (20.0 * np.sin(6.0 * np.pi * x) + 20.0 * np.sin(2.0 * np.pi * x)) * 2.0 / 3.0
    north = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root + waves
    north += _waves(y, 20.0, 40.0, 160.0, 320.0)
    east = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root + waves
    east += _waves(x, 20.0, 40.0, 150.0, 300.0)
    latitude = np.radians(points[:, 1])
    bend = 1.0 - _FLATNESS * np.sin(latitude) ** 2
    along = _RADIUS * (1.0 - _FLATNESS) / (bend * np.sqrt(bend))
    across = _RADIUS / np.sqrt(bend) * np.cos(latitude)
    moved = np.degrees(np.column_stack((east / across, north / along)))
    moved[~_on_the_mainland(points)] = 0.0
    return moved


def _waves(at: NDArray[np.float64], one: float, third: float, twelfth: float, thirtieth: float) -> NDArray[np.float64]:
    short = one * np.sin(np.pi * at) + third * np.sin(np.pi * at / 3.0)
    long = twelfth * np.sin(np.pi * at / 12.0) + thirtieth * np.sin(np.pi * at / 30.0)
    return np.asarray((short + long) * 2.0 / 3.0)


def _on_the_mainland(points: Points) -> NDArray[np.bool_]:
    longitude, latitude = points[:, 0], points[:, 1]
    return np.asarray((longitude > _WEST) & (longitude < _EAST) & (latitude > _SOUTH) & (latitude < _NORTH))
