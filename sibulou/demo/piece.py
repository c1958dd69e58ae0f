"""Pieces of a county on their way into the database: rows of one table in the text of COPY."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sibulou.lib.cipher import Cipher

NULL = "\\N"


@dataclass(frozen=True)
class Piece:
    """Some rows of a table: `text` is what COPY reads, `count` how many rows it holds."""

    table: str
    columns: tuple[str, ...]
    count: int
    text: bytes = field(repr=False)


@dataclass
class Ids:
    """The next free number of each table that has its own; the caller reserves them in the database."""

    next: dict[str, int] = field(default_factory=dict)

    def take(self, table: str, count: int) -> int:
        """The first of `count` numbers in a row."""
        first = self.next.get(table, 1)
        self.next[table] = first + count
        return first


def piece(table: str, columns: tuple[str, ...], *values: Sequence[str]) -> Piece:
    """Rows from one list of texts a column. The texts hold no tab, line feed or backslash but NULL and bytea."""
    text = "\n".join(map("\t".join, zip(*values, strict=True)))
    return Piece(table, columns, len(values[0]), (text + "\n").encode() if text else b"")


def many(numbers: Any) -> list[str]:
    """Whole numbers as text, from an array or a list."""
    return list(map(str, numbers.tolist() if hasattr(numbers, "tolist") else numbers))


def bytea(values: Iterable[bytes]) -> list[str]:
    """Bytes as COPY text has them."""
    return [f"\\\\x{value.hex()}" for value in values]


def sealed(cipher: Cipher, name: str, texts: Sequence[str], matching: Sequence[str]) -> tuple[list[str], list[str]]:
    """The sealed text and the blind index of each value; NULL for an empty one."""
    some = [at for at, text in enumerate(texts) if text]
    closed, blind = [NULL] * len(texts), [NULL] * len(texts)
    seals = bytea(cipher.seal_many([texts[at] for at in some], field=name))
    indexes = bytea(cipher.blind(matching[at], field=name) for at in some)
    for at, seal, index in zip(some, seals, indexes, strict=True):
        closed[at], blind[at] = seal, index
    return closed, blind
