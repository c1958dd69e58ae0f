"""Read the evidence forms of a plan."""

from __future__ import annotations

from collections.abc import Mapping

from sibulou.duty.form import CHOOSING, NUMERIC, TAKEN, Field, FieldType, Form
from sibulou.duty.plan_basics import read_words
from sibulou.duty.plan_draft import check_fields, check_key, label_of, many, maybe, read_expression, try_out
from sibulou.duty.plan_reader import Cursor, close_to
from sibulou.duty.rule import DRAFTING, SUBJECT_FACTS, USER_FACTS

KEYS = ("plate", "phone", "identity")
CONCERNED = ("tells", "corrects")
KINDS = ("area", "household", "person", "post", "place", "institution", "shift", "branch")


def read_forms(cursor: Cursor, kept_days: int | None) -> dict[str, Form]:
    """`kept_days`: what the plan says for forms that say nothing themselves."""
    return {key: _read_form(key, item, kept_days) for key, item in cursor.keyed()}


def read_kept_days(cursor: Cursor) -> int:
    return cursor.integer(0, 3650)


def _read_form(key: str, cursor: Cursor, kept_days: int | None) -> Form:
    check_key(cursor, key)
    found = cursor.fields("key title subject why fields", "also by_system concerned kept_days paper")
    kind = maybe(found, "subject", lambda at: at.one_of(KINDS, "对象类别", "kind of subject"), "")
    fields: list[Field] = []
    items = many(found, "fields", Cursor.keyed)
    for name, item in items:
        fields.append(_read_field(name, item, fields))
    by_system = maybe(found, "by_system", Cursor.boolean, False)
    concerned = maybe(found, "concerned", lambda at: at.one_of(CONCERNED, "用途", "use"), "")
    kept = maybe(found, "kept_days", read_kept_days, kept_days)
    also = tuple(item.one_of(KINDS, "对象类别", "kind of subject") for item in many(found, "also", Cursor.items))
    whole = Form(
        key, label_of(found), kind, label_of(found, "why"), tuple(fields), by_system, concerned, kept,
        _read_paper(found, [one.key for one in fields]), also,
    )  # fmt: skip
    if concerned:
        _check_concerned(found["concerned"], whole)
    for name, item in items:
        _check_fill(item, name, whole)
        if (shown := whole.field(name)) is not None and shown.show_when is not None:
            try_out(item.inside("show_when"), shown.show_when, [whole], {}, {})
    return whole


def _read_paper(found: dict[str, Cursor], keys: list[str]) -> tuple[str, ...]:
    return tuple(item.one_of(keys, "表单字段", "field of the form") for item in many(found, "paper", Cursor.items))


def _check_concerned(cursor: Cursor, form: Form) -> None:
    """Of himself and his household only, and nothing that leads to others, to places or to files."""
    if form.kind not in ("person", "household", ""):
        zh, en = f"对象是 {form.kind}，没有本人", f"a {form.kind} has nobody who could tell it himself"
        cursor.wrong(zh, en, ("对象为 person 或 household 的表单", "a form about a person or a household"))
    for field in form.fields:
        if field.type in (FieldType.AREA, FieldType.SUBJECT, *TAKEN):
            zh, en = f"本人填报的表单不用 {field.key}（{field.type}）", f"{field.key} is a {field.type}"
            cursor.wrong(zh, en, ("数字、文字、选项、日期", "numbers, texts, choices and dates"))


def _read_field(key: str, cursor: Cursor, earlier: list[Field]) -> Field:
    check_key(cursor, key)
    found = cursor.fields("key title type", "required min max ask_outside choices show_when personal fill keys")
    word = maybe(found, "type", lambda at: at.one_of(list(FieldType), "类型", "type"), "text")
    kind = FieldType(word) if word in list(FieldType) else FieldType.TEXT
    _check_field_parts(found, kind)
    low, high = (maybe(found, name, Cursor.number, None) for name in ("min", "max"))
    if low is not None and high is not None and low > high:
        found["min"].wrong("min 大于 max", "min is above max", (f"<= {high:g}",) * 2)
    show_when = maybe(found, "show_when", read_expression, None)
    if show_when is not None:
        check_fields(found["show_when"], show_when, [field.key for field in earlier], only_record=True)
    return Field(
        key=key,
        title=label_of(found),
        type=kind,
        required=maybe(found, "required", Cursor.boolean, False),
        min=low,
        max=high,
        ask_outside=maybe(found, "ask_outside", _read_pair, None),
        choices=many(found, "choices", read_words),
        show_when=show_when,
        personal=maybe(found, "personal", Cursor.boolean, False),
        keys=maybe(found, "keys", lambda at: at.one_of(KEYS, "键盘", "keyboard"), ""),
        fill=maybe(found, "fill", lambda at: read_expression(at, DRAFTING), None),
    )


def _check_fill(cursor: Cursor, key: str, form: Form) -> None:
    """A draft reads answers before its own, the last answers, and facts that a device has."""
    field = form.field(key)
    if field is None or field.fill is None:
        return
    at, fill, every = cursor.inside("fill"), field.fill, [one.key for one in form.fields]
    known = {"record": every[: every.index(key)], "last": every, "subject": SUBJECT_FACTS, "user": USER_FACTS}
    for variable, names in known.items():
        for name in fill.names(variable):
            if name not in names:
                at.wrong(f"未知的 {variable}.{name}", f"unknown {variable}.{name}", close_to(name, names))
    if field.personal and fill.names("last"):
        zh, en = "个人信息不沿用上一次的", "a personal answer is not carried over from the last one"
        at.wrong(zh, en, ("删去，或改用 user.name", "leave it out, or user.name"))


def _check_field_parts(found: Mapping[str, Cursor], kind: FieldType) -> None:
    """Bounds belong to numbers (max to texts, too), choices to choosing fields and to no other."""
    misplaced = [name for name in ("min", "ask_outside") if name in found and kind not in NUMERIC]
    if "max" in found and kind not in (*NUMERIC, FieldType.TEXT):
        misplaced.append("max")
    if "keys" in found and kind is not FieldType.TEXT:
        misplaced.append("keys")
    if "choices" in found and kind not in CHOOSING:
        misplaced.append("choices")
    for name in misplaced:
        zh, en = f"{kind} 字段不用 {name}", f"a field of type {kind} has no {name}"
        found[name].wrong(zh, en, ("删去，或改 type", "leave it out, or another type"))
    if kind in CHOOSING and "choices" not in found and "type" in found:
        found["type"].wrong("缺少选项", "missing choices", ("加上 choices", "choices beside it"))


def _read_pair(cursor: Cursor) -> tuple[float, float] | None:
    numbers = [item.number() for item in cursor.items()]
    if len(numbers) != 2 or numbers[0] > numbers[1]:
        cursor.wrong("不是区间", "no range", ("[小, 大]", "[low, high]"))
        return None
    return numbers[0], numbers[1]
