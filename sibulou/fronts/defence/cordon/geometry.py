"""Lengths on the ground, what lies within a boundary, and what crosses it. Positions are degrees of WGS-84."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from sibulou.fronts.defence.cordon.datum import Points

Polygons = list[list[Points]]
"""Polygons of a boundary, each a list of closed rings: the outer one, then its holes."""

EARTH = 6_371_008.8  # metres, its mean radius
_DEGREE = EARTH * np.pi / 180.0
_CHUNK = 4_000_000  # comparisons made at a time


def lengths(one: Points, other: Points) -> NDArray[np.float64]:
    """Metres between points, pair by pair, along the great circle."""
    a, b = np.radians(one), np.radians(other)
    half = (b - a) / 2.0
    chord = np.sin(half[:, 1]) ** 2 + np.cos(a[:, 1]) * np.cos(b[:, 1]) * np.sin(half[:, 0]) ** 2
    return np.asarray(2.0 * EARTH * np.arcsin(np.sqrt(np.minimum(1.0, chord))))


def along(line: Points) -> NDArray[np.float64]:
    """How far along its line each point lies, in metres; the first at nought."""
    return np.concatenate(([0.0], np.cumsum(lengths(line[:-1], line[1:]))))


def flat(points: Points, latitude: float) -> Points:
    """Degrees as metres on a plane that touches the earth at `latitude`: good to a few parts in a thousand near it."""
    return points * (_DEGREE * np.cos(np.radians(latitude)), _DEGREE)


def within(points: Points, boundary: Polygons) -> NDArray[np.bool_]:
    """Whether each point lies within the boundary: inside of an outer ring and of none of its holes."""
    found = np.zeros(len(points), dtype=bool)
    for rings in boundary:
        inside = np.zeros(len(points), dtype=bool)
        for ring in rings:
            inside ^= _winds(points, ring)
        found |= inside
    return found


def _winds(points: Points, ring: Points) -> NDArray[np.bool_]:
    """Whether a line from each point to the east crosses the ring an odd number of times."""
    found = np.zeros(len(points), dtype=bool)
    low, high = ring.min(axis=0), ring.max(axis=0)
    near = np.flatnonzero(np.all((points >= low) & (points <= high), axis=1))
    one, other = ring[:-1], ring[1:]
    level = one[:, 1] != other[:, 1]
    one, other = one[level], other[level]
    slope = (other[:, 0] - one[:, 0]) / (other[:, 1] - one[:, 1])
    step = max(1, _CHUNK // max(1, len(one)))
    for start in range(0, len(near), step):
        part = near[start : start + step]
        x, y = points[part, 0, None], points[part, 1, None]
        spans = (one[None, :, 1] > y) != (other[None, :, 1] > y)
        crosses = spans & (x < one[None, :, 0] + (y - one[None, :, 1]) * slope[None, :])
        found[part] = crosses.sum(axis=1) % 2 == 1
    return found


def crossing(one: Points, other: Points, boundary: Polygons) -> Points:
    """Where each short line from `one` to `other` first meets the boundary; its middle where it does not."""
    rings = [ring for rings in boundary for ring in rings]
    start = np.concatenate([ring[:-1] for ring in rings])
    way = np.concatenate([ring[1:] for ring in rings]) - start
    met = (one + other) / 2.0
    for at in range(len(one)):
        step = other[at] - one[at]
        cross = step[0] * way[:, 1] - step[1] * way[:, 0]
        apart = start - one[at]
        with np.errstate(divide="ignore", invalid="ignore"):
            here = (apart[:, 0] * way[:, 1] - apart[:, 1] * way[:, 0]) / cross
            there = (apart[:, 0] * step[1] - apart[:, 1] * step[0]) / cross
        hits = here[(cross != 0) & (here >= 0) & (here <= 1) & (there >= 0) & (there <= 1)]
        if len(hits):
            met[at] = one[at] + step * hits.min()
    return met


def off_the_boundary(points: Points, boundary: Polygons) -> NDArray[np.float64]:
    """Metres from each point to the boundary."""
    found = np.full(len(points), np.inf)
    for ring in (ring for rings in boundary for ring in rings):
        for at, point in enumerate(points):
            metres, _ = nearest_on(point, ring[:-1], ring[1:])
            found[at] = min(found[at], float(metres.min()))
    return found


def nearest_on(point: Points, one: Points, other: Points) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Metres from a point to each short line, and the share of the line at which it is nearest (0 to 1)."""
    latitude = float(point[1])
    at, start, end = flat(point[None], latitude)[0], flat(one, latitude), flat(other, latitude)
    way = end - start
    long = np.einsum("ij,ij->i", way, way)
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.where(long > 0, np.einsum("ij,ij->i", at - start, way) / long, 0.0)
    share = np.clip(share, 0.0, 1.0)
    gap = at - (start + share[:, None] * way)
    return np.hypot(gap[:, 0], gap[:, 1]), share


def point_at(line: Points, metres: float) -> tuple[float, float]:
    """The point of a line that lies so many metres along it."""
    reached = along(line)
    x = float(np.interp(metres, reached, line[:, 0]))
    return x, float(np.interp(metres, reached, line[:, 1]))


def cut_out(line: Points, start: float, end: float) -> Points:
    """The part of a line between two distances along it, in metres."""
    reached = along(line)
    inner = line[(reached > start) & (reached < end)]
    ends = np.array([point_at(line, start), point_at(line, end)])
    return np.concatenate((ends[:1], inner, ends[1:]))


def closed(ring: Sequence[Sequence[float]]) -> Points:
    """A ring whose last point is its first."""
    points = np.array([one[:2] for one in ring], dtype=np.float64)
    return points if np.array_equal(points[0], points[-1]) else np.concatenate((points, points[:1]))
