"""Read the duties of a plan."""

from __future__ import annotations

from sibulou.duty.plan_draft import (
    DUTY_KEY,
    Draft,
    check_condition,
    check_key,
    frozen,
    label_of,
    many,
    maybe,
    read_articles,
    read_expression,
)
from sibulou.duty.plan_parts import FRONTS, GAPS, Closer, Duty, Waivable
from sibulou.duty.plan_reader import Cursor, close_to
from sibulou.duty.plan_timings import read_timings
from sibulou.roster.role import ROLES

_DUTY_NEEDS = "key article front title scope owner cadence closers ladder"


_DUTY_MAY = "why clocks at_levels gap waiver rings_at_night"


def read_duties(cursor: Cursor, draft: Draft) -> dict[str, Duty]:
    duties = {}
    for key, item in cursor.keyed():
        draft.where[key] = item
        duties[key] = _read_duty(key, item, draft)
    return duties


def _read_duty(key: str, cursor: Cursor, draft: Draft) -> Duty:
    check_key(cursor, key, DUTY_KEY)
    found = cursor.fields(_DUTY_NEEDS, _DUTY_MAY)
    scopes = draft.scopes
    return Duty(
        key=key,
        articles=many(found, "article", read_articles),
        front=maybe(found, "front", lambda at: at.one_of(FRONTS, "战线", "front"), ""),
        title=label_of(found),
        why=maybe(found, "why", Cursor.label, None),
        scope=maybe(found, "scope", lambda at: at.text() if scopes is None else at.one_of(scopes, "范围", "scope"), ""),
        owner=maybe(found, "owner", lambda at: at.one_of(ROLES, "角色", "role"), ""),
        timings=frozen(read_timings(cursor, found, draft)),
        closers=many(found, "closers", lambda at: _read_closers(at, draft)),
        gap=maybe(found, "gap", lambda at: at.one_of(GAPS, "漏项类别", "kind of gap"), "overdue"),
        ladder=maybe(found, "ladder", lambda at: at.one_of(draft.ladders, "阶梯", "ladder"), ""),
        waiver=maybe(found, "waiver", lambda at: _read_waiver(at, draft), None),
        rings_at_night=maybe(found, "rings_at_night", Cursor.boolean, False),
    )


def _read_closers(cursor: Cursor, draft: Draft) -> list[Closer]:
    closers = []
    for item in cursor.items():
        found = item.fields("form", "when answers")
        form = maybe(found, "form", lambda at: at.one_of(draft.forms, "表单", "form"), "")
        when = maybe(found, "when", read_expression, None)
        if when is not None:
            check_condition(found["when"], when, [form], draft)
        closers.append(Closer(form, when, maybe(found, "answers", Cursor.boolean, False)))
    if not closers:
        cursor.wrong("无法完成", "a duty nobody can meet", ("至少一个表单", "at least one closer"))
    return closers


def _read_waiver(cursor: Cursor, draft: Draft) -> Waivable:
    found = cursor.fields("reasons", "confirm")
    reasons = many(found, "reasons", lambda at: at.some_of(draft.reasons, "理由", "reason"))
    if "reasons" in found and not reasons:
        found["reasons"].wrong("没有理由", "no reason", close_to("", draft.reasons))
    return Waivable(reasons, maybe(found, "confirm", Cursor.boolean, True))
