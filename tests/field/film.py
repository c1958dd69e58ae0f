"""What a camera sees, as a film of one picture that Chromium plays in the camera's place; and a microphone of silence.

A printed code is drawn by its modules, then turned, tilted and blurred as a hand holds a telephone before a door.
"""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import segno
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter, map_coordinates

WIDE, HIGH = 640, 480
PAPER, INK, WALL = 235.0, 25.0, 120.0
"""How bright each is; 16 is black and 235 white in a film."""
FAKE = ("--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream")
"""A camera and a microphone made up by the browser, and permission to use them."""
Picture = NDArray[np.float64]


@dataclass(frozen=True)
class Held:
    """How the telephone is held: degrees turned, how much smaller the far edge is, blur in pixels, how much of the
    picture's height the code fills."""

    turned: float = 0.0
    tilted: float = 0.0
    blurred: float = 0.0
    fills: float = 0.8


STRAIGHT = Held()


def seeing(text: str, folder: Path, held: Held = STRAIGHT) -> list[str]:
    """What the browser is started with so that its camera sees this text as a QR code."""
    film = folder / "seen.y4m"
    _write(film, picture_of(text, held))
    return [*FAKE, f"--use-file-for-fake-video-capture={film}"]


def picture_of(text: str, held: Held = STRAIGHT) -> Picture:
    """The code on its paper before a wall, as it is held: each pixel looks up where it lies on the paper."""
    modules = np.array([list(row) for row in segno.make(text, error="m", micro=False).matrix_iter(border=4)])
    size = len(modules)
    down, right = np.mgrid[0:HIGH, 0:WIDE].astype(float)
    x, y = (right - WIDE / 2) / (HIGH / 2), (down - HIGH / 2) / (HIGH / 2)
    far = 1 - held.tilted * y
    x, y = x / far, y / far
    angle = np.radians(held.turned)
    x, y = x * np.cos(angle) + y * np.sin(angle), y * np.cos(angle) - x * np.sin(angle)
    at = [(one / held.fills + 1) / 2 * size - 0.5 for one in (y, x)]
    seen = map_coordinates(np.where(modules > 0, INK, PAPER), at, order=0, cval=WALL)
    return np.asarray(gaussian_filter(seen, held.blurred) if held.blurred else seen)


def _write(film: Path, picture: Picture) -> None:
    """YUV4MPEG2, two pictures: brightness, then no colour at half the size each way."""
    frame = b"FRAME\n" + picture.clip(16, 235).astype(np.uint8).tobytes() + b"\x80" * (WIDE * HIGH // 2)
    film.write_bytes(f"YUV4MPEG2 W{WIDE} H{HIGH} F10:1 Ip A1:1 C420jpeg\n".encode() + frame * 2)


def png_of(picture: Picture) -> bytes:
    """A grey picture as a file, as a camera's roll has it."""
    rows = picture.clip(0, 255).astype(np.uint8)
    raw = b"".join(b"\0" + row.tobytes() for row in rows)
    head = struct.pack(">IIBBBBB", rows.shape[1], rows.shape[0], 8, 0, 0, 0, 0)
    parts = ((b"IHDR", head), (b"IDAT", zlib.compress(raw)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, data) for kind, data in parts)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
