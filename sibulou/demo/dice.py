"""Dice without memory: a number between nought and one for each row, the same whenever it is asked for."""

from __future__ import annotations

import zlib
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Parts = NDArray[np.float64]

_GOLDEN = 0x9E37_79B9_7F4A_7C15
_MASK = (1 << 64) - 1


def mixed(start: int, *keys: Ints) -> NDArray[np.uint64]:
    """64 well-mixed bits a row from a start and whole numbers (the finaliser of SplitMix64, once a key)."""
    bits = np.full(len(keys[0]), start & _MASK, dtype=np.uint64)
    for key in keys:
        bits ^= key.astype(np.uint64)
        bits += np.uint64(_GOLDEN)
        bits = (bits ^ (bits >> np.uint64(30))) * np.uint64(0xBF58_476D_1CE4_E5B9)
        bits = (bits ^ (bits >> np.uint64(27))) * np.uint64(0x94D0_49BB_1331_11EB)
        bits ^= bits >> np.uint64(31)
    return bits


@dataclass(frozen=True)
class Dice:
    """Dice for one seed and one matter (a duty, a story)."""

    seed: int
    about: str

    def roll(self, salt: str, *keys: Ints) -> Parts:
        """A number in [0, 1) for each row; the same seed, matter, salt and keys give the same."""
        return np.asarray((self.bits(salt, *keys) >> np.uint64(11)).astype(np.float64) * 2.0**-53)

    def bits(self, salt: str, *keys: Ints) -> NDArray[np.uint64]:
        """64 bits for each row."""
        start = self.seed * _GOLDEN + zlib.crc32(f"{self.about}/{salt}".encode())
        return mixed(start, *keys)
