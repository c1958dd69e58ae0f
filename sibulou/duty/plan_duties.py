"""Read the duties of a plan."""

from __future__ import annotations

from sibulou.duty.form import Form, fault_of
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
from sibulou.duty.plan_parts import FRONTS, GAPS, Closer, Duty, OneTap, Waivable
from sibulou.duty.plan_reader import Cursor, close_to
from sibulou.duty.plan_timings import read_timings
from sibulou.roster.role import ROLES

_DUTY_NEEDS = "key article front title why scope owner cadence closers ladder"


_DUTY_MAY = "clocks at_levels gap waiver rings_at_night one_tap"


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
    closers = many(found, "closers", lambda at: _read_closers(at, draft))
    return Duty(
        key=key,
        articles=many(found, "article", read_articles),
        front=maybe(found, "front", lambda at: at.one_of(FRONTS, "战线", "front"), ""),
        title=label_of(found),
        why=label_of(found, "why"),
        scope=maybe(found, "scope", lambda at: at.text() if scopes is None else at.one_of(scopes, "范围", "scope"), ""),
        owner=maybe(found, "owner", lambda at: at.one_of(ROLES, "角色", "role"), ""),
        timings=frozen(read_timings(cursor, found, draft)),
        closers=closers,
        gap=maybe(found, "gap", lambda at: at.one_of(GAPS, "漏项类别", "kind of gap"), "overdue"),
        ladder=maybe(found, "ladder", lambda at: at.one_of(draft.ladders, "阶梯", "ladder"), ""),
        waiver=maybe(found, "waiver", lambda at: _read_waiver(at, draft), None),
        rings_at_night=maybe(found, "rings_at_night", Cursor.boolean, False),
        one_tap=maybe(found, "one_tap", lambda at: _read_one_tap(at, closers, draft), None),
    )


def _read_closers(cursor: Cursor, draft: Draft) -> list[Closer]:
    closers = []
    for item in cursor.items():
        found = item.fields("form", "when answers concerned")
        form = maybe(found, "form", lambda at: at.one_of(draft.forms, "表单", "form"), "")
        when = maybe(found, "when", read_expression, None)
        if when is not None:
            check_condition(found["when"], when, [form], draft)
        answers, concerned = (maybe(found, name, Cursor.boolean, False) for name in ("answers", "concerned"))
        if concerned and form in draft.forms and not draft.forms[form].concerned:
            zh, en = f"本人不能填报 {form}", f"the person concerned cannot tell {form}"
            found["concerned"].wrong(zh, en, ("带 concerned 的表单", "a form with concerned"))
        closers.append(Closer(form, when, answers, concerned))
    if not closers:
        cursor.wrong("无法完成", "a duty nobody can meet", ("至少一个表单", "at least one closer"))
    return closers


def _read_waiver(cursor: Cursor, draft: Draft) -> Waivable:
    found = cursor.fields("reasons", "confirm")
    reasons = many(found, "reasons", lambda at: at.some_of(draft.reasons, "理由", "reason"))
    if "reasons" in found and not reasons:
        found["reasons"].wrong("没有理由", "no reason", close_to("", draft.reasons))
    return Waivable(reasons, maybe(found, "confirm", Cursor.boolean, True))


def _read_one_tap(cursor: Cursor, closers: tuple[Closer, ...], draft: Draft) -> OneTap | None:
    found = cursor.fields("form title", "say")
    closing = [closer.form for closer in closers]
    key = maybe(found, "form", lambda at: at.one_of(closing, "完成凭据", "closer of the duty"), "")
    said: dict[str, Cursor] = maybe(found, "say", Cursor.mapping, {})
    say = {name: at.plain() for name, at in said.items()}
    form = draft.forms.get(key)
    if form is None or key not in closing:
        return None
    for name, at in said.items():
        _check_said(at, name, say[name], form)
    _check_complete(cursor, say, form)
    if not any(_may_close(closer, say, draft) for closer in closers if closer.form == key):
        zh, en = "这样说不能完成本职责", "what it says does not meet the duty"
        cursor.wrong(zh, en, ("合于 closers 的内容", "what a closer accepts"))
    return OneTap(key, label_of(found), frozen(say))


def _check_said(cursor: Cursor, name: str, value: object, form: Form) -> None:
    field = form.field(name)
    if field is None:
        keys = [one.key for one in form.fields]
        cursor.wrong(f"未知字段 {name}", f"unknown field {name}", close_to(name, keys))
    elif (fault := fault_of(field, value)) is not None:
        cursor.wrong(f"{name} 不能是 {value}", f"{name} cannot be {value}", (fault.zh, fault.en))


def _check_complete(cursor: Cursor, say: dict[str, object], form: Form) -> None:
    """Whatever must be answered is said, or stands there as a draft; a measurement can be neither."""
    for field in form.fields:
        if field.required and field.show_when is None and field.key not in say and field.fill is None:
            zh, en = f"{field.key} 必填，一键说不出", f"{field.key} is required, and one tap cannot say it"
            cursor.wrong(zh, en, ("写进 say，或给该字段 fill", "say it, or a fill of that field"))


def _may_close(closer: Closer, say: dict[str, object], draft: Draft) -> bool:
    """False only if the closer reads nothing but what is said, and does not hold."""
    if closer.when is None or not set(closer.when.names("record")) <= set(say) or closer.when.names("subject"):
        return True
    return closer.when.holds({"record": say, "values": dict(draft.values), "lists": dict(draft.lists)})
