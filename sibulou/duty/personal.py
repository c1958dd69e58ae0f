"""What records say of people is sealed at rest: names, identity numbers and telephones in the answers (PIPL 51).

Sealed are the texts of the fields that a form marks as personal. A temperature or a date is not: rules read them,
and alone they lead to nobody. What was refused is sealed whole, for nobody has checked what it holds.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sibulou.duty.form import Form, sealed_fields
from sibulou.duty.models import Record, Refusal
from sibulou.lib.cipher import CannotOpen
from sibulou.roster.access import Reach
from sibulou.roster.audit import By, audit
from sibulou.roster.deed import deed, reasoned
from sibulou.roster.problems import NoRight, NotInTheList
from sibulou.roster.role import Right
from sibulou.roster.seal import field_cipher

SEALED, BLIND = "sealed", "blind"
_REFUSED = "refusal.payload"


def seal_answers(form: Form, content: Mapping[str, object]) -> dict[str, object]:
    """The clean content as it is kept."""
    kept = dict(content)
    for key in sealed_fields(form):
        if isinstance(text := kept.get(key), str):
            kept[key] = _seal(text, _name(form.key, key))
    return kept


def open_answers(form: str, content: Mapping[str, object]) -> dict[str, object]:
    """The content as it was told; an answer that this key does not open says so. To be masked before it is shown."""
    return {
        key: _open(value[SEALED], _name(form, key)) if isinstance(value, dict) and SEALED in value else value
        for key, value in content.items()
    }


def kept_answers(form: str, content: Mapping[str, object]) -> dict[str, str]:
    """The sealed answers of a record, as they were told."""
    opened = open_answers(form, content)
    return {key: str(opened[key]) for key, value in content.items() if isinstance(value, dict) and SEALED in value}


def reveal(*, record: Record, field: str, reason: str, reach: Reach, by: By, now: datetime) -> str:
    """One sealed answer of a record in full, logged with its reason.

    Raises ReasonMissing, NotInTheList, and NoRight where the reach holds no Right.UNMASK.
    """
    reason = reasoned(reason.replace("\x00", ""))
    kept = kept_answers(record.form, record.content)
    if field not in kept:
        raise NotInTheList(field="field", given=field[:40], allowed=", ".join(kept) or "—")
    if not reach.covers(record.area_id, Right.UNMASK):
        raise NoRight(right_zh="查看完整号码", right_en="see full numbers")
    with deed():
        audit("unmask", by=by, now=now, area=record.area_id, subject=record.subject_id,
              field=_name(record.form, field), record=str(record.pk), reason=reason)  # fmt: skip
    return kept[field]


def log_opening(*, record: Record, field: str, reason: str, reach: Reach, by: By, now: datetime) -> None:
    """Log that a personal photo or recording of a record is opened, and why.

    Raises ReasonMissing, and NoRight where the reach holds no Right.UNMASK.
    """
    reason = reasoned(reason.replace("\x00", ""))
    if not reach.covers(record.area_id, Right.UNMASK):
        raise NoRight(right_zh="查看完整号码", right_en="see full numbers")
    with deed():
        audit("unmask", by=by, now=now, area=record.area_id, subject=record.subject_id,
              field=_name(record.form, field), record=str(record.pk), reason=reason)  # fmt: skip


def seal_payload(payload: object) -> dict[str, object]:
    """What was sent and refused, as it is kept: sealed, with a blind index by which the very same is known again."""
    text = json.dumps(payload, sort_keys=True)
    blind = field_cipher().blind(hashlib.sha256(text.encode()).hexdigest(), field=_REFUSED)
    return {**_seal(text, _REFUSED), BLIND: base64.b64encode(blind).decode()}


def sent(refusal: Refusal) -> Any:
    """What was sent, in plain JSON. To be masked before it is shown."""
    payload = refusal.payload
    if not (isinstance(payload, dict) and isinstance(payload.get(SEALED), str)):
        return payload
    text = _open(payload[SEALED], _REFUSED)
    try:
        return json.loads(text)
    except ValueError:
        return text


def _name(form: str, field: str) -> str:
    return f"record.{form}.{field}"


def _seal(text: str, name: str) -> dict[str, object]:
    return {SEALED: base64.b64encode(field_cipher().seal(text, field=name)).decode()}


def _open(sealed: str, name: str) -> str:
    try:
        return field_cipher().open(base64.b64decode(sealed), field=name)
    except CannotOpen as problem:
        return problem.say("zh")
