"""The door of the field app: devices come in and are renewed, and fetch what they may know.

What they hand in are records (`v1.hand_in`), and excuses, families and attachments. docs/reference/field-api.md has
the shapes, key by key.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, cast

from django.contrib.auth import authenticate
from django.http import HttpRequest, HttpResponse
from ninja import Path, Query, Router

from sibulou.api.batch import read_bytes
from sibulou.api.body import read_fields, text_of, uuid_of
from sibulou.api.device_token import carrying
from sibulou.api.field_shapes import (
    AttachmentOut,
    EnrolIn,
    EnrolledOut,
    ExcusesIn,
    ExcusesOut,
    FamiliesIn,
    FamiliesOut,
    FamilyOut,
    ItemOut,
    RenewedOut,
    RenewIn,
    SinceIn,
    SyncOut,
    UserOut,
)
from sibulou.api.problems import WrongBody
from sibulou.api.saying import WRONG, refused, said
from sibulou.field import devices, sync
from sibulou.field.attachments import keep_attachment
from sibulou.field.handed_in import Became, Teller, hand_in_excuse, hand_in_family
from sibulou.field.items import read_excuse, read_family, read_item
from sibulou.field.problems import CodeWanted
from sibulou.lib.problem import Problem
from sibulou.roster.models import User
from sibulou.roster.role import Right
from sibulou.roster.second_factor import WrongCode, device_of, fits
from sibulou.web.allow import without
from sibulou.web.middleware import Asking
from sibulou.web.sign_in import LockedOut, NotSignedIn

router = Router(tags=["field"])
Digest = Annotated[str, Path(pattern=r"^[0-9a-f]{64}$")]


def described(shape: type) -> dict[str, object]:
    """A body that is read by hand, as the OpenAPI page says it."""
    schema = shape.model_json_schema(ref_template="#/components/schemas/{model}")  # type: ignore[attr-defined]
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": schema}}}}


@router.post(
    "/devices", auth=None, response={200: EnrolledOut, **WRONG}, openapi_extra=described(EnrolIn),
    summary="登记设备 / Let in a device",
)  # fmt: skip
def enrol(request: HttpRequest) -> EnrolledOut | HttpResponse:
    """By an invitation, or by name and password. The token is told this once."""
    asking = cast(Asking, request)
    body = read_fields(request, "invitation", "name", "username", "password", "code")
    name = text_of(body, "name", 40)
    if "invitation" in body:
        found = devices.enrol(code=text_of(body, "invitation", 60), name=name, now=asking.now)
    else:
        user = _user(request, body)
        if isinstance(user, Problem):
            return refused(user)
        found = devices.enrol_signed_in(user=user, name=name, now=asking.now)
    return EnrolledOut(
        device=found.device.pk,
        token=found.token,
        expires_at=found.device.expires_at,
        spare=found.spare,
        user=_user_out(found.device.user),
    )


@router.post(
    "/devices/renew", auth=None, response={200: RenewedOut, **WRONG}, openapi_extra=described(RenewIn),
    summary="续期 / Renew a device",
)  # fmt: skip
def renew(request: HttpRequest) -> RenewedOut | HttpResponse:
    """A new token for the same device and store, by its user's name and password; the old one ends."""
    asking = cast(Asking, request)
    body = read_fields(request, "device", "username", "password", "code")
    number = uuid_of(body, "device")
    user = _user(request, body)
    if isinstance(user, Problem):
        return refused(user)
    found = devices.renew(device=number, user=user, now=asking.now)
    return RenewedOut(token=found.token, expires_at=found.device.expires_at, spare=found.spare)


def _user(request: HttpRequest, body: Mapping[str, object]) -> User | Problem:
    """Who has this name and password, and the code if he needs one; else what is wrong, to be returned, not raised:
    a wrong password must stay counted."""
    username, password = text_of(body, "username", 40), text_of(body, "password", 128)
    user = authenticate(request, username=username, password=password)
    if user is None:
        return LockedOut() if getattr(request, "axes_locked_out", False) else NotSignedIn()
    if device_of(user) is not None:
        code = text_of(body, "code", 10, least=0)
        if not code:
            return CodeWanted()
        if not fits(user=user, code=code):
            return WrongCode()
    return user


def _user_out(user: User) -> UserOut:
    return UserOut(id=user.pk, username=user.username, name=user.name, language=user.language)


@router.get("/sync", response={200: SyncOut, **WRONG}, summary="同步 / What changed")
def what_changed(request: HttpRequest, asked: Query[SinceIn]) -> HttpResponse:
    """All that one's device may know, or what changed since the answer whose `next` is handed in."""
    asking = cast(Asking, request)
    found = sync.answer(device=carrying(request), since=asked.since, reach=asking.reach, now=asking.now)
    found["user"] = _user_out(asking.user).model_dump()
    return HttpResponse(json.dumps(found, ensure_ascii=False, default=_plain), content_type="application/json")


def _plain(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


@router.post(
    "/excuses",
    response={200: ExcusesOut, **WRONG},
    openapi_extra=described(ExcusesIn),
    summary="办不了，因为 / Cannot, because",
)
def excuses(request: HttpRequest) -> ExcusesOut:
    """Ask for waivers, each once per id; somebody else grants them."""
    teller = _teller(request)
    items = [read_item(raw, read_excuse) for raw in _listed(request, "excuses", 500)]
    became = [hand_in_excuse(item, teller) for item in items]
    return ExcusesOut(received_at=teller.now, excuses=[ItemOut(**_outcome(one)) for one in became])


@router.post(
    "/families",
    response={200: FamiliesOut, **WRONG},
    openapi_extra=described(FamiliesIn),
    summary="一户一次登记 / Families",
)
def families(request: HttpRequest) -> FamiliesOut:
    """Enter households with their people, each whole or not at all and once per id."""
    teller = _teller(request)
    items = [read_item(raw, read_family) for raw in _listed(request, "families", 100)]
    became = [hand_in_family(item, teller) for item in items]
    return FamiliesOut(
        received_at=teller.now,
        families=[
            FamilyOut(**_outcome(one), household=next(iter(one.subjects), None), persons=list(one.subjects[1:]))
            for one in became
        ],
    )


def _teller(request: HttpRequest) -> Teller:
    asking = cast(Asking, request)
    device = carrying(request)
    return Teller(asking.reach, asking.by, asking.now, device.name if device else "")


def _listed(request: HttpRequest, field: str, most: int) -> list[object]:
    """The items of a body. Raises WrongBody."""
    listed = read_fields(request, field).get(field)
    if not isinstance(listed, list) or len(listed) > most:
        raise WrongBody(field=field, allowed_zh=f"不超过 {most} 项的列表", allowed_en=f"a list of at most {most}")
    return listed


def _outcome(one: Became) -> dict[str, Any]:
    return {"id": one.id, "outcome": str(one.outcome), "problem": one.problem and said(one.problem)}


@router.put(
    "/attachments/{sha256}", response={200: AttachmentOut, **WRONG}, summary="照片、录音 / A photo or a voice note",
    openapi_extra={"requestBody": {"required": True, "content": {
        kind: {"schema": {"type": "string", "format": "binary"}} for kind in ("image/*", "audio/*")}}},
)  # fmt: skip
def attachment(request: HttpRequest, sha256: Digest) -> AttachmentOut:
    """The bytes themselves, named by their digest; kept sealed."""
    asking = cast(Asking, request)
    if carrying(request) is None and not (asking.reach.has(Right.RECORD) or asking.reach.subjects):
        raise without(Right.RECORD)
    made = keep_attachment(digest=sha256, plain=read_bytes(request), by=asking.by, now=asking.now)
    return AttachmentOut(sha256=sha256, outcome="accepted" if made else "repeated")
