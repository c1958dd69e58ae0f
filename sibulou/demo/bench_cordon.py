"""How long a proof and a plug take: `python -m sibulou.demo.bench_cordon [CROSSINGS ...]`. No database is needed.

Roads on a grid of which three in ten are missing, in a round county; a village on every two hundredth crossing, and a
post at every mouth but three.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from typing import TypeVar

import numpy as np

from sibulou.fronts.defence.cordon.plug import plug
from sibulou.fronts.defence.cordon.proof import flood, leaks
from sibulou.fronts.defence.cordon.roads import Network

SIZES = (20_000, 300_000, 3_000_000)
_STEP = 0.003  # degrees between crossings
_FROM_NOTHING = 400_000  # crossings up to which a whole cordon is planned from nothing
T = TypeVar("T")


def grid(crossings: int, seed: int = 1) -> Network:
    """A county of about so many crossings, with mouths all around."""
    rng = np.random.default_rng(seed)
    side = round((crossings * 4 / np.pi) ** 0.5)
    at = np.arange(side * side).reshape(side, side)
    ends = np.concatenate((
        np.column_stack((at[:, :-1].ravel(), at[:, 1:].ravel())),
        np.column_stack((at[:-1].ravel(), at[1:].ravel())),
    ))  # fmt: skip
    place = np.column_stack(np.divmod(at.ravel(), side)).astype(np.float64) - side / 2
    inside = np.hypot(place[:, 0], place[:, 1]) < side / 2
    ends = ends[inside[ends].all(axis=1) & (rng.random(len(ends)) < 0.7)]
    used, ends = np.unique(ends, return_inverse=True)
    nodes = place[used]
    mouth = np.hypot(nodes[:, 0], nodes[:, 1]) > side / 2 - 1
    return Network(
        nodes * _STEP + (102.0, 24.0), mouth, ends.reshape(-1, 2).astype(np.int64),
        rng.uniform(100, 900, len(ends.reshape(-1, 2))), np.zeros(len(ends.reshape(-1, 2)), np.int8),
        np.zeros(len(ends.reshape(-1, 2)), bool), (), (), (),
    )  # fmt: skip


def timed(done: Callable[[], T]) -> tuple[T, float]:
    """What comes out, and the seconds it took."""
    began = time.perf_counter()
    found = done()
    return found, time.perf_counter() - began


def measure(crossings: int) -> Iterator[str]:
    """The lines of one size."""
    network = grid(crossings)
    count = len(network.nodes)
    usable = np.ones(len(network), dtype=bool)
    villages = np.flatnonzero(~network.mouth)[100::200]
    held = network.mouth.copy()
    held[np.flatnonzero(network.mouth)[[0, len(held) % 97, -1]]] = False
    none = np.empty(0, dtype=np.int64)
    yield f"{count} crossings · {len(network)} roads · {len(villages)} villages · {int(held.sum())} posts"
    wet, seconds = timed(lambda: flood(network, held, usable))
    open_, more = timed(lambda: leaks(wet, villages))
    yield f"  proof {seconds:.3f} s, the ways in of {len(open_)} open villages {more:.3f} s"
    small, seconds = timed(lambda: plug(wet, villages, villages=villages, there=none))
    yield f"  plug of the leaks: {len(small)} posts, certified {small.certified}, {seconds:.3f} s"
    if crossings <= _FROM_NOTHING:
        bare = flood(network, np.zeros(count, dtype=bool), usable)
        whole, seconds = timed(lambda: plug(bare, villages, villages=villages, there=none))
        yield f"  a whole cordon from nothing: {len(whole)} posts, certified {whole.certified}, {seconds:.3f} s"


if __name__ == "__main__":
    for size in map(int, sys.argv[1:] or SIZES):
        for line in measure(size):
            print(line, flush=True)
