"""The quick way in for the records of devices: `POST /api/v1/records` with a device's token, ahead of the pages.

It answers what is plain: a token that holds, of a carrier with an open account, and a batch that can be read. Whatever
is not (a withdrawn device, a token that ran out, a teller who has lost the area, a body that is no batch) goes the
ordinary way, whose answers it therefore never has to know. Both lead to the same intake.
"""

from __future__ import annotations

import gzip
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from typing import Any

from django.core.exceptions import DisallowedHost
from django.core.handlers.wsgi import WSGIRequest
from django.db import Error, connection

from sibulou.api.batch import Sent, read_batch
from sibulou.api.counter import Counter, Full
from sibulou.api.problems import ComeAgain
from sibulou.api.saying import outcomes_written, said
from sibulou.duty.intake import Answer, Batch, Handed, take_in_all
from sibulou.duty.lookup import ask, wait_for_turn
from sibulou.duty.told import Told
from sibulou.field.devices import Carrier, ask_carriers
from sibulou.field.past_reach import PastReach
from sibulou.field.token import token_digest
from sibulou.lib.clock import now
from sibulou.lib.problem import Problem
from sibulou.lib.sql import together
from sibulou.roster.access import EVERYTHING, acting

PATH = "/api/v1/records"
WORTH_PACKING = 2_000
"""Bytes from which an answer is packed for whoever accepts it."""

Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


@dataclass(frozen=True)
class _Slip:
    """A batch and the digest of the token it came with."""

    token: bytes
    sent: Sent
    records: Sequence[Told]


@dataclass(frozen=True)
class _Taken:
    """When a batch was taken in, and what became of its records."""

    at: datetime
    answers: Sequence[Answer]


def with_front_door(pages: Wsgi) -> Wsgi:
    """The pages, with this door ahead of them."""
    counter: Counter[_Slip, _Taken] = Counter(_take)

    def enter(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        if environ["PATH_INFO"] != PATH or environ["REQUEST_METHOD"] != "POST":
            return pages(environ, start)
        return _hand_in(counter, pages, environ, start)

    return enter


def _hand_in(
    counter: Counter[_Slip, _Taken], pages: Wsgi, environ: dict[str, Any], start: Callable[..., Any]
) -> Iterable[bytes]:
    slip = _read(environ)
    if slip is None:
        return pages(environ, start)
    try:
        taken = counter.hand_in(slip, len(slip.sent.records))
    except Full as full:
        problem = ComeAgain(seconds=full.seconds)
        return _say(start, environ, "503 Service Unavailable", said(problem).model_dump_json(), full.seconds)
    if taken is None:
        return pages(environ, start)
    return _say(start, environ, "200 OK", outcomes_written(taken.at, slip.sent, taken.answers))


def _read(environ: dict[str, Any]) -> _Slip | None:
    """What a request of a device holds, if it can be read as a batch. The body can be read again after this."""
    kind, _, token = environ.get("HTTP_AUTHORIZATION", "").partition(" ")
    digest = token_digest(token.strip()) if kind.lower() == "device" else None
    if digest is None:
        return None
    request = WSGIRequest(environ)
    try:
        request.get_host()
        sent = read_batch(request)
    except (Problem, DisallowedHost):
        return None
    finally:
        if hasattr(request, "_body"):
            environ["wsgi.input"] = BytesIO(request.body)
    records = [one for one in sent.records if isinstance(one, Told)]
    if not records or len(records) < len(sent.records):
        return None
    return _Slip(digest, sent, records)


def _take(gather: Callable[[], Sequence[_Slip]]) -> list[_Taken | None]:
    """Take in what several devices brought; None for one whose token does not simply hold.

    They are gathered when it is this process's turn: what comes while another takes in goes with them.
    """
    try:
        with acting(EVERYTHING):
            wait_for_turn()
            slips, at = gather(), now()
            with together():
                known_then = ask_carriers((slip.token for slip in slips), now=at)
                lookup_then = ask([told for slip in slips for told in slip.records])
            known = known_then()
            held = [(slip, known[slip.token]) for slip in slips if slip.token in known]
            handed = [_handed(slip, carrier, at) for slip, carrier in held]
            answers = take_in_all(handed, lookup_then(), now=at) if handed else []
    except Error:
        connection.close()  # a session that broke would fail every group after this one
        raise
    taken = {id(slip): _Taken(at, found) for (slip, _), found in zip(held, answers, strict=True)}
    return [taken.get(id(slip)) for slip in slips]


def _handed(slip: _Slip, carrier: Carrier, at: datetime) -> Handed:
    batch = Batch(slip.records, slip.sent.device or carrier.device.name, slip.sent.sent_at)
    reaches = PastReach(carrier.device, reach=carrier.reach, now=at)
    return Handed(batch, carrier.reach, carrier.by, reaches)


def _say(
    start: Callable[..., Any], environ: dict[str, Any], status: str, text: str, come_again: int | None = None
) -> list[bytes]:
    body = text.encode()
    headers = [("Content-Type", "application/json; charset=utf-8"), ("X-Content-Type-Options", "nosniff"),
               ("Cache-Control", "no-store")]  # fmt: skip
    if len(body) >= WORTH_PACKING and "gzip" in environ.get("HTTP_ACCEPT_ENCODING", ""):
        body = gzip.compress(body, 1)
        headers.append(("Content-Encoding", "gzip"))
    if come_again is not None:
        headers.append(("Retry-After", str(come_again)))
    start(status, [*headers, ("Content-Length", str(len(body)))])
    return [body]
