"""A batch as it comes over the wire: unpacked within bounds, and each record by itself, so that one bad record does not
refuse the others."""

from __future__ import annotations

import json
import math
import re
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest
from django.http.request import RawPostDataException, UnreadablePostError

from sibulou.api.problems import BatchTooLarge, NoBatch, NoJson, Unstorable
from sibulou.duty.told import Told, read_told
from sibulou.lib.problem import Problem

MOST_RECORDS = 5000
MEGABYTE = 1024 * 1024
MOST_BYTES = 32 * MEGABYTE
LET_PASS = 64 * MEGABYTE
"""So much of a body that is too large is let in, that its sender may hear so."""
DEEPEST = 12
"""How deep a record may be nested; its content is flat, so this is generous."""

_GZIP = 16 + zlib.MAX_WBITS


@dataclass(frozen=True)
class Sent:
    """A batch as it was sent. `records`: each either read, or the problem with it beside what was sent."""

    records: Sequence[Told | Unread]
    device: str
    sent_at: datetime | None


@dataclass(frozen=True)
class Unread:
    """A record that cannot be read: its id if it has one, what was sent, and what is wrong."""

    id: str
    payload: object
    problem: Problem


def read_batch(request: HttpRequest) -> Sent:
    """The batch in a request. Raises NoJson, NoBatch, BatchTooLarge; never for a single record."""
    text = _text(_unpacked(request))
    body = _json(text)
    if not isinstance(body, Mapping):
        raise NoBatch(field="body", allowed_zh="一个对象", allowed_en="an object")
    unknown = sorted(set(body) - {"records", "device", "sent_at"})
    if unknown:
        raise NoBatch(field=unknown[0][:40], allowed_zh="没有这一项", allowed_en="absent: there is no such field")
    records = body.get("records")
    if not isinstance(records, list):
        raise NoBatch(field="records", allowed_zh="记录的列表", allowed_en="a list of records")
    if len(records) > MOST_RECORDS:
        raise _too_large()
    plain = _ODD.search(text) is None
    read = [_read(raw, plain=plain) for raw in records]
    return Sent(read, _device(body.get("device", "")), _sent_at(body.get("sent_at")))


def read_json(request: HttpRequest) -> object:
    """The body of a request, unpacked within bounds. Raises NoJson, BatchTooLarge."""
    return _json(_text(_unpacked(request)))


def read_bytes(request: HttpRequest) -> bytes:
    """The body as it is, unpacked within bounds. Raises NoJson, BatchTooLarge."""
    return _unpacked(request)


def _too_large() -> BatchTooLarge:
    sent = settings.DATA_UPLOAD_MAX_MEMORY_SIZE or MOST_BYTES
    return BatchTooLarge(records=MOST_RECORDS, sent=sent // MEGABYTE, megabytes=MOST_BYTES // MEGABYTE)


def _unpacked(request: HttpRequest) -> bytes:
    try:
        body = request.body
    except RequestDataTooBig:
        _let_pass(request)
        raise _too_large() from None
    except (UnreadablePostError, RawPostDataException):  # it broke off, or was read as the form of a page
        raise NoJson from None
    if request.headers.get("Content-Encoding", "").strip().lower() not in ("gzip", "x-gzip"):
        return body
    unpack = zlib.decompressobj(_GZIP)
    try:
        plain = unpack.decompress(body, MOST_BYTES + 1)
    except zlib.error:
        raise NoJson from None
    if len(plain) > MOST_BYTES:
        raise _too_large()
    if not unpack.eof:
        raise NoJson
    return plain


def _let_pass(request: HttpRequest) -> None:
    """Let a body that is too large come in, within bounds, for nothing: who is still sending reads no answer."""
    left = LET_PASS
    with suppress(UnreadablePostError):
        while left > 0 and (got := request.read(min(left, 65_536))):
            left -= len(got)


def _text(body: bytes) -> str:
    try:
        return body.decode("utf-8-sig")
    except ValueError:
        raise NoJson from None


def _json(text: str) -> object:
    try:
        return json.loads(text, parse_constant=_refuse)
    except (ValueError, RecursionError):
        raise NoJson from None


def _refuse(constant: str) -> object:
    raise ValueError(constant)


def _device(value: object) -> str:
    if not isinstance(value, str) or len(value) > 40 or not value.isprintable():
        raise NoBatch(field="device", allowed_zh="不超过 40 字的文字", allowed_en="a text of at most 40 characters")
    return value


def _sent_at(value: object) -> datetime | None:
    if value is None:
        return None
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None or not 1970 < moment.year < 2200:
        raise NoBatch(
            field="sent_at",
            allowed_zh="带时区的时刻，如 2020-02-10T08:30:00+08:00",
            allowed_en="a moment with its zone, such as 2020-02-10T08:30:00+08:00",
        )
    return moment


_ODD = re.compile(r"\\u(?:0000|[dD][89a-fA-F])|[0-9]{300}|[\s:,\[]-?[0-9.]+[eE]\+?[0-9]{3}")
"""What JSON must hold somewhere before a text or number in it can be one that PostgreSQL could not keep."""
_NESTING = frozenset({dict, list})


def _read(raw: object, *, plain: bool) -> Told | Unread:
    """A record as it was sent. `plain`: nothing odd stands in the whole batch, so it need not be looked for in each."""
    if not (plain and _flat(raw)):
        bad = next(_faults(raw), None)
        if bad is not None:
            return Unread(_id_of(raw), _written_out(raw), Unstorable(field=bad))
    try:
        return read_told(raw)
    except Problem as problem:
        return Unread(_id_of(raw), raw if isinstance(raw, Mapping) else {"record": raw}, problem)


def _flat(raw: object) -> bool:
    """Whether nothing is nested in a record but its content, and nothing in that."""
    if not isinstance(raw, dict):
        return False
    content = raw.get("content")
    nested = sum(type(value) in _NESTING for value in raw.values())
    return nested == 1 and isinstance(content, dict) and _NESTING.isdisjoint(map(type, content.values()))


def _id_of(raw: object) -> str:
    """The id that a record which cannot be read gives itself, as far as it can be shown."""
    told = str(raw.get("id", "")) if isinstance(raw, Mapping) else ""
    return "".join(sign for sign in told[:40] if sign.isprintable() and not unstorable(sign))


def _faults(value: object, name: str = "record", depth: int = 0) -> Iterator[str]:
    """The fields that PostgreSQL could not keep as they are."""
    shown = "".join(sign for sign in name[:40] if not unstorable(sign))
    if depth > DEEPEST or _beyond(value):
        yield shown
    elif isinstance(value, Mapping):
        for key, part in value.items():
            if unstorable(key):
                yield shown
            yield from _faults(part, key, depth + 1)
    elif isinstance(value, list):
        for part in value:
            yield from _faults(part, name, depth + 1)


def _beyond(value: object) -> bool:
    if isinstance(value, str):
        return unstorable(value)
    return (isinstance(value, float) and not math.isfinite(value)) or (isinstance(value, int) and abs(value) > 10**300)


def unstorable(text: str) -> bool:
    """Whether a text has signs that PostgreSQL cannot keep: NUL, or half a character."""
    return _UNSTORABLE.search(text) is not None


_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def _written_out(raw: object) -> str:
    """What was sent, as text in which every odd sign is written out."""
    return json.dumps(raw, ensure_ascii=True)
