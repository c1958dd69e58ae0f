"""Ids of version 7: their bits, their order and the moment they tell."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sibulou.lib.uuid7 import moment, uuid7

microseconds = st.integers(0, 253_402_300_799_999_999)
moments = microseconds.map(lambda us: datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=us))
fillings = st.binary(min_size=10, max_size=10)


def test_the_example_of_the_standard() -> None:
    """RFC 9562, appendix A.6: 22 February 2022, 14:22:22 five hours west, random CC3 and 18C4DC0C0C07398F."""
    at = datetime(2022, 2, 22, 14, 22, 22, tzinfo=timezone(timedelta(hours=-5)))
    filling = (0xCC3 << 62 | 0x18C4DC0C0C07398F).to_bytes(10)
    assert uuid7(at, filling) == UUID("017f22e2-79b0-7cc3-98c4-dc0c0c07398f")


@given(moments, fillings)
def test_version_variant_and_moment(at: datetime, filling: bytes) -> None:
    made = uuid7(at, filling)
    assert (made.version, made.variant) == (7, "specified in RFC 4122")
    assert timedelta(0) <= at - moment(made) < timedelta(milliseconds=1)
    assert made == uuid7(at, filling)


@given(moments, moments, fillings, fillings)
def test_ids_sort_by_their_millisecond(one: datetime, other: datetime, first: bytes, second: bytes) -> None:
    a, b = uuid7(one, first), uuid7(other, second)
    if moment(a) != moment(b):
        assert (a < b) == (one < other) == (str(a) < str(b)) == (a.bytes < b.bytes)


@given(fillings, fillings)
def test_all_74_bits_of_the_filling_count(first: bytes, second: bytes) -> None:
    at = datetime(2020, 2, 10, tzinfo=UTC)
    used = (1 << 74) - 1
    same = int.from_bytes(first) & used == int.from_bytes(second) & used
    assert (uuid7(at, first) == uuid7(at, second)) == same


def test_without_a_filling_every_id_differs() -> None:
    at = datetime(2020, 2, 10, tzinfo=UTC)
    assert len({uuid7(at) for _ in range(1000)}) == 1000


def test_what_cannot_be_an_id_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        uuid7(datetime(2020, 2, 10, tzinfo=UTC).replace(tzinfo=None))
    with pytest.raises(ValueError, match="before 1970"):
        uuid7(datetime(1969, 12, 31, tzinfo=UTC))
    with pytest.raises(ValueError, match="random bytes"):
        uuid7(datetime(2020, 2, 10, tzinfo=UTC), b"short")
    with pytest.raises(ValueError, match="version 7"):
        moment(uuid4())
    with pytest.raises(ValueError, match="9999"):
        moment(UUID("ffffffff-ffff-7fff-bfff-ffffffffffff"))
