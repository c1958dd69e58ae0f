"""The fields of a request's body, each read or refused with what it should be."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from django.http import HttpRequest

from sibulou.api.batch import read_json, unstorable
from sibulou.api.problems import WrongBody


def read_fields(request: HttpRequest, *known: str) -> Mapping[str, object]:
    """The body, if it is an object with no other fields than these. Raises NoJson, BatchTooLarge, WrongBody."""
    body = read_json(request)
    if not isinstance(body, Mapping):
        raise WrongBody(field="body", allowed_zh="一个对象", allowed_en="an object")
    unknown = sorted(set(body) - set(known))
    if unknown:
        shown = "".join(sign for sign in unknown[0][:40] if not unstorable(sign))
        raise WrongBody(field=shown, allowed_zh="没有这一项", allowed_en="absent: there is no such field")
    return body


def text_of(body: Mapping[str, object], field: str, most: int, *, least: int = 1) -> str:
    """A text of `least` to `most` characters. Raises WrongBody."""
    value = body.get(field, "")
    if not isinstance(value, str) or not least <= len(value) <= most or unstorable(value):
        zh, en = f"{least} 至 {most} 字的文字", f"a text of {least} to {most} characters"
        raise WrongBody(field=field, allowed_zh=zh, allowed_en=en)
    return value


def uuid_of(body: Mapping[str, object], field: str) -> UUID:
    """A UUID. Raises WrongBody."""
    try:
        return UUID(str(body.get(field)))
    except ValueError:
        raise WrongBody(field=field, allowed_zh="UUID", allowed_en="a UUID") from None
