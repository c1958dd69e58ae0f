"""From the nodes of a plan file to its parts: one small reader per part, in the order of the file."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import time, timedelta
from types import MappingProxyType
from typing import TypeVar
from zoneinfo import ZoneInfo

from sibulou.duty.cadence import (
    After,
    Cadence,
    Clocks,
    Daily,
    Every,
    Once,
    Slot,
    Triggered,
    Untimely,
    clock_time,
)
from sibulou.duty.form import CHOOSING, NUMERIC, Field, FieldType, Form
from sibulou.duty.ladder import Continue, QuietHours, Rung, flatten
from sibulou.duty.plan_parts import (
    CUTOFFS,
    FRONTS,
    GAPS,
    Closer,
    Duty,
    GuardRole,
    Guards,
    Report,
    ReportLine,
    Waivable,
    WatchClass,
)
from sibulou.duty.plan_reader import BLANK, Cursor, close_to
from sibulou.duty.plan_words import Label, Word
from sibulou.duty.rule import SUBJECT_FACTS, Effect, Expression, LiftWatch, OpenDuty, PutUnderWatch, Rule
from sibulou.roster.role import ROLES

T = TypeVar("T")
KINDS = ("area", "household", "person", "post", "place", "institution")
CADENCES = ("daily", "every", "once", "after", "event")
TARGETS = ("subject", "household", "village", "township", "county")
_ALWAYS = Once(Clocks(timedelta(), timedelta(), timedelta()))
_KEY = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_DUTY_KEY = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*")


@dataclass
class Draft:
    """The words known so far, which later parts refer to, and where each part stands in the file."""

    scopes: Mapping[str, str] | None
    levels: tuple[Word, ...] = ()
    values: dict[str, float | int | str] = field(default_factory=dict)
    lists: dict[str, tuple[str, ...]] = field(default_factory=dict)
    classes: dict[str, WatchClass] = field(default_factory=dict)
    reasons: dict[str, Word] = field(default_factory=dict)
    ladders: dict[str, tuple[Rung, ...]] = field(default_factory=dict)
    cutoffs: dict[str, time] = field(default_factory=dict)
    forms: dict[str, Form] = field(default_factory=dict)
    duties: dict[str, Duty] = field(default_factory=dict)
    rules: tuple[Rule, ...] = ()
    where: dict[str, Cursor] = field(default_factory=dict)

    @property
    def level_keys(self) -> list[str]:
        return [level.key for level in self.levels]


def frozen(parts: Mapping[str, T]) -> Mapping[str, T]:
    """A read-only view of a copy."""
    return MappingProxyType(dict(parts))


def _maybe(found: Mapping[str, Cursor], name: str, read: Callable[[Cursor], T], otherwise: T) -> T:
    return read(found[name]) if name in found else otherwise


def _many(found: Mapping[str, Cursor], name: str, read: Callable[[Cursor], Iterable[T]]) -> tuple[T, ...]:
    return tuple(read(found[name])) if name in found else ()


def _label(found: Mapping[str, Cursor], name: str = "title") -> Label:
    return _maybe(found, name, Cursor.label, BLANK)


def _text(found: Mapping[str, Cursor], name: str) -> str:
    return _maybe(found, name, Cursor.text, "")


def _check_key(cursor: Cursor, key: str, pattern: re.Pattern[str] = _KEY) -> None:
    if key and not pattern.fullmatch(key):
        allowed = ("以字母开头的字母、数字和 _", "letters, digits and _, a letter first")
        cursor.wrong(f"键不合规：{key}", f"no proper key: {key}", allowed)


def read_quiet(cursor: Cursor) -> QuietHours | None:
    found = cursor.fields("from until")
    since, until = (_maybe(found, name, Cursor.clock_time, time()) for name in ("from", "until"))
    if len(found) == 2 and since == until:
        cursor.wrong("静默时段为空", "quiet hours are empty", ("两个不同的时刻", "two different times"))
    return None if since == until else QuietHours(since, until)


def read_zone(cursor: Cursor) -> ZoneInfo:
    name = cursor.text()
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, LookupError):
        cursor.wrong(
            f"未知时区 {name}", f"unknown zone {name}", ("如 Asia/Shanghai", "such as Asia/Shanghai")
        )
        return ZoneInfo("UTC")


def read_words(cursor: Cursor) -> tuple[Word, ...]:
    """Levels, reasons, choices: key and title."""
    words = []
    for key, item in cursor.keyed():
        _check_key(item, key)
        words.append(Word(key, _label(item.fields("key title"))))
    if not words:
        cursor.wrong("列表是空的", "the list is empty", ("至少一项", "at least one"))
    return tuple(words)


def read_values(cursor: Cursor) -> dict[str, float | int | str]:
    found = cursor.mapping()
    for name, item in found.items():
        _check_key(item, name)
    return {name: item.value() for name, item in found.items()}


def read_lists(cursor: Cursor) -> dict[str, tuple[str, ...]]:
    return {name: item.texts() for name, item in cursor.mapping().items()}


def read_classes(cursor: Cursor, draft: Draft) -> dict[str, WatchClass]:
    classes = {}
    for key, item in cursor.keyed():
        _check_key(item, key)
        found = item.fields("key title days")
        days = _maybe(found, "days", lambda days: read_days(days, draft), 0)
        classes[key] = WatchClass(key, _label(found), days)
    return classes


def read_days(cursor: Cursor, draft: Draft) -> int:
    """A number of days, or the name of one in `values`."""
    word = cursor.text()
    value = draft.values.get(word)
    if isinstance(value, int) and value > 0:
        return value
    if word in draft.values or not word.removeprefix("-").isdigit():
        names = [name for name, known in draft.values.items() if isinstance(known, int)]
        cursor.wrong(f"不是天数：{word}", f"no number of days: {word}", close_to(word, ["1–3660", *names]))
        return 0
    return cursor.integer(1, 3660)


def read_ladders(cursor: Cursor) -> dict[str, tuple[Rung, ...]]:
    found = cursor.mapping()
    raw = {name: tuple(_read_rung(step, found) for step in item.items()) for name, item in found.items()}
    ladders = {}
    for name, item in found.items():
        if not raw[name]:
            item.wrong("阶梯没有级", "a ladder without steps", ("至少一级", "at least one step"))
        try:
            ladders[name] = flatten(raw, name)
        except ValueError as cycle:
            allowed = ("不成环的阶梯", "ladders that come to an end")
            item.wrong(f"阶梯成环：{cycle}", f"the ladder is a cycle: {cycle}", allowed)
            ladders[name] = ()
    return ladders


def _read_rung(cursor: Cursor, ladders: Mapping[str, Cursor]) -> Rung | Continue:
    found = cursor.fields("", "role owner continue after")
    if sum(name in found for name in ("role", "owner", "continue")) != 1:
        allowed = ("role、owner、continue 三者之一", "one of role, owner, continue")
        cursor.wrong("每级只说一件事", "a step says one thing", allowed)
    after = _maybe(found, "after", Cursor.duration, timedelta())
    if "continue" in found:
        ladder = found["continue"].one_of(ladders, "阶梯", "ladder")
        return Continue(ladder, after) if ladder in ladders else Rung(None, after)
    if "role" in found:
        role = found["role"].one_of(ROLES, "角色", "role")
        return Rung(role if role in ROLES else None, after)
    if "owner" in found and not found["owner"].boolean():
        found["owner"].wrong("只能是 true", "only true", ("true", "true"))
    return Rung(None, after)


def read_cutoffs(cursor: Cursor) -> dict[str, time]:
    found = cursor.fields(" ".join(CUTOFFS))
    times = {name: found[name].clock_time() for name in CUTOFFS if name in found}
    if list(times.values()) != sorted(times.values()):
        allowed = ("village <= township <= county",) * 2
        cursor.wrong("截止时间次序不对", "cut-offs out of order", allowed)
    return times


def read_forms(cursor: Cursor) -> dict[str, Form]:
    return {key: _read_form(key, item) for key, item in cursor.keyed()}


def _read_form(key: str, cursor: Cursor) -> Form:
    _check_key(cursor, key)
    found = cursor.fields("key title subject why fields")
    kind = _maybe(found, "subject", lambda at: at.one_of(KINDS, "对象类别", "kind of subject"), "")
    fields: list[Field] = []
    for name, item in _many(found, "fields", Cursor.keyed):
        fields.append(_read_field(name, item, fields))
    return Form(key, _label(found), kind, _label(found, "why"), tuple(fields))


def _read_field(key: str, cursor: Cursor, earlier: list[Field]) -> Field:
    _check_key(cursor, key)
    found = cursor.fields("key title type", "required min max ask_outside choices show_when personal")
    word = _maybe(found, "type", lambda at: at.one_of(list(FieldType), "类型", "type"), "text")
    kind = FieldType(word) if word in list(FieldType) else FieldType.TEXT
    _check_field_parts(found, kind)
    low, high = (_maybe(found, name, Cursor.number, None) for name in ("min", "max"))
    if low is not None and high is not None and low > high:
        found["min"].wrong("min 大于 max", "min is above max", (f"<= {high:g}",) * 2)
    show_when = _maybe(found, "show_when", read_expression, None)
    if show_when is not None:
        check_fields(found["show_when"], show_when, [field.key for field in earlier], only_record=True)
    return Field(
        key=key,
        title=_label(found),
        type=kind,
        required=_maybe(found, "required", Cursor.boolean, False),
        min=low,
        max=high,
        ask_outside=_maybe(found, "ask_outside", _read_pair, None),
        choices=_many(found, "choices", read_words),
        show_when=show_when,
        personal=_maybe(found, "personal", Cursor.boolean, False),
    )


def _check_field_parts(found: Mapping[str, Cursor], kind: FieldType) -> None:
    """Bounds belong to numbers (max to texts, too), choices to choosing fields and to no other."""
    misplaced = [name for name in ("min", "ask_outside") if name in found and kind not in NUMERIC]
    if "max" in found and kind not in (*NUMERIC, FieldType.TEXT):
        misplaced.append("max")
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


def read_expression(cursor: Cursor) -> Expression | None:
    """A CEL condition that parses and uses only known variables and functions."""
    source = cursor.text()
    if not source:
        return None
    try:
        expression = Expression(source)
    except ValueError as error:
        why = str(error).splitlines()[0][:200]
        cursor.wrong(f"条件不是 CEL：{why}", f"no CEL condition: {why}", ("CEL 表达式", "a CEL expression"))
        return None
    for name in expression.unknown_names():
        allowed = ("record、subject、values、lists", "record, subject, values, lists")
        cursor.wrong(f"未知变量 {name}", f"unknown variable {name}", allowed)
    return expression


def check_fields(
    cursor: Cursor, expression: Expression, fields: Iterable[str], *, only_record: bool = False
) -> None:
    """Note every `record.<field>` that is not among `fields`, and other variables where there are none."""
    known = list(fields)
    for name in expression.names("record"):
        if name not in known:
            zh, en = f"未知字段 record.{name}", f"unknown field record.{name}"
            cursor.wrong(zh, en, close_to(name, known))
    if only_record:
        for variable in ("subject", "values", "lists"):
            if expression.names(variable):
                cursor.wrong(f"此处不能用 {variable}", f"{variable} is not known here", ("record", "record"))


def read_duties(cursor: Cursor, draft: Draft) -> dict[str, Duty]:
    duties = {}
    for key, item in cursor.keyed():
        draft.where[key] = item
        duties[key] = _read_duty(key, item, draft)
    return duties


_DUTY_NEEDS = "key article front title scope owner cadence closers ladder"
_DUTY_MAY = "why clocks at_levels gap waiver rings_at_night"


def _read_duty(key: str, cursor: Cursor, draft: Draft) -> Duty:
    _check_key(cursor, key, _DUTY_KEY)
    found = cursor.fields(_DUTY_NEEDS, _DUTY_MAY)
    scopes = draft.scopes
    return Duty(
        key=key,
        articles=_many(found, "article", read_articles),
        front=_maybe(found, "front", lambda at: at.one_of(FRONTS, "战线", "front"), ""),
        title=_label(found),
        why=_maybe(found, "why", Cursor.label, None),
        scope=_maybe(
            found, "scope", lambda at: at.text() if scopes is None else at.one_of(scopes, "范围", "scope"), ""
        ),
        owner=_maybe(found, "owner", lambda at: at.one_of(ROLES, "角色", "role"), ""),
        timings=frozen(_read_timings(cursor, found, draft)),
        closers=_many(found, "closers", lambda at: _read_closers(at, draft)),
        gap=_maybe(found, "gap", lambda at: at.one_of(GAPS, "漏项类别", "kind of gap"), "overdue"),
        ladder=_maybe(found, "ladder", lambda at: at.one_of(draft.ladders, "阶梯", "ladder"), ""),
        waiver=_maybe(found, "waiver", lambda at: _read_waiver(at, draft), None),
        rings_at_night=_maybe(found, "rings_at_night", Cursor.boolean, False),
    )


def read_articles(cursor: Cursor) -> tuple[str, ...]:
    tags = [f"S{n}" for n in range(1, 53)]
    found = cursor.items()
    for item in found:
        if item.text() not in tags:
            item.wrong(
                f"未知条目 {item.text()}", f"unknown article tag {item.text()}", ("S1–S52", "S1 to S52")
            )
    if not found:
        cursor.wrong("没有条目", "no article tag", ("S1–S52", "S1 to S52"))
    return tuple(item.text() for item in found)


def _read_closers(cursor: Cursor, draft: Draft) -> list[Closer]:
    closers = []
    for item in cursor.items():
        found = item.fields("form", "when answers")
        form = _maybe(found, "form", lambda at: at.one_of(draft.forms, "表单", "form"), "")
        when = _maybe(found, "when", read_expression, None)
        if when is not None:
            check_condition(found["when"], when, [form], draft)
        closers.append(Closer(form, when, _maybe(found, "answers", Cursor.boolean, False)))
    if not closers:
        cursor.wrong("无法完成", "a duty nobody can meet", ("至少一个表单", "at least one closer"))
    return closers


def check_condition(cursor: Cursor, when: Expression, forms: Iterable[str], draft: Draft) -> None:
    """Note every field, fact, value or list that the condition reads and nobody declares."""
    for form in forms:
        if form in draft.forms:
            check_fields(cursor, when, [field.key for field in draft.forms[form].fields])
    for variable, known in (
        ("subject", list(SUBJECT_FACTS)),
        ("values", list(draft.values)),
        ("lists", list(draft.lists)),
    ):
        for name in when.names(variable):
            if name not in known:
                zh, en = f"未知的 {variable}.{name}", f"unknown {variable}.{name}"
                cursor.wrong(zh, en, close_to(name, known))


def _read_waiver(cursor: Cursor, draft: Draft) -> Waivable:
    found = cursor.fields("reasons", "confirm")
    reasons = _many(found, "reasons", lambda at: at.some_of(draft.reasons, "理由", "reason"))
    if "reasons" in found and not reasons:
        found["reasons"].wrong("没有理由", "no reason", close_to("", draft.reasons))
    return Waivable(reasons, _maybe(found, "confirm", Cursor.boolean, True))


def _read_timings(cursor: Cursor, found: Mapping[str, Cursor], draft: Draft) -> dict[str, Cadence]:
    """The cadence of every level at which the duty is in force."""
    base = read_timing(cursor, found, draft) if "cadence" in found else _ALWAYS
    if "at_levels" not in found:
        return dict.fromkeys(draft.level_keys, base)
    timings: dict[str, Cadence] = {}
    for level, item in found["at_levels"].mapping().items():
        if level not in draft.level_keys:
            item.wrong(f"未知响应级别 {level}", f"unknown level {level}", close_to(level, draft.level_keys))
        elif getattr(item.node, "value", None) == "true":
            timings[level] = base
        else:
            own = item.fields("", "cadence clocks")
            timings[level] = read_timing(item, {**_timing_of(found), **own}, draft)
    if not timings:
        levels = ", ".join(draft.level_keys)
        found["at_levels"].wrong("任何级别都不触发", "never fires at any level", (levels, levels))
    return timings


def _timing_of(found: Mapping[str, Cursor]) -> dict[str, Cursor]:
    return {name: found[name] for name in ("cadence", "clocks") if name in found}


def read_timing(cursor: Cursor, found: Mapping[str, Cursor], draft: Draft) -> Cadence:
    """A cadence with its clocks; a harmless one if anything about it is wrong."""
    if "cadence" not in found:
        return _ALWAYS
    kinds = found["cadence"].mapping()
    if len(kinds) != 1 or next(iter(kinds)) not in CADENCES:
        names = ", ".join(CADENCES)
        kind = next(iter(kinds), "")
        found["cadence"].wrong(
            f"未知节律 {kind}", f"unknown cadence {kind}", (f"其一：{names}", f"one of {names}")
        )
        return _ALWAYS
    (kind, at), noted = next(iter(kinds.items())), len(cursor.sheet.mistakes)
    clocks = _read_own_clocks(cursor, found, kind)
    try:
        cadence = _CADENCE_READERS[kind](at, clocks, draft)
    except Untimely as why:
        if len(cursor.sheet.mistakes) == noted:
            allowed = ("按时触发且次序正确的时限", "moments in order that come round")
            at.wrong(why.zh, why.en, allowed)
        return _ALWAYS
    return cadence


def _read_own_clocks(cursor: Cursor, found: Mapping[str, Cursor], kind: str) -> Clocks:
    none = Clocks(timedelta(), timedelta(), timedelta())
    if kind == "daily":
        if "clocks" in found:
            zh, en = "daily 的时限写在时段里", "daily has its moments in the slots"
            found["clocks"].wrong(zh, en, ("删去 clocks", "no clocks"))
        return none
    if "clocks" not in found:
        missing = cursor.at("clocks", cursor.node)
        missing.wrong("缺少时限", "missing clocks", ("clocks: {warn, due, tell}",) * 2)
        return none
    return _read_clocks(found["clocks"])


def _read_clocks(cursor: Cursor) -> Clocks:
    found = cursor.fields("warn due tell")
    none = Clocks(timedelta(), timedelta(), timedelta())
    warn, due, tell = (_maybe(found, name, Cursor.duration, timedelta()) for name in ("warn", "due", "tell"))
    if len(found) < 3:
        return none
    for earlier, later, length, name in ((warn, due, "warn", "due"), (due, tell, "due", "tell")):
        if later < earlier:
            zh, en = f"时限次序不对：{name} 早于 {length}", f"clocks out of order: {name} before {length}"
            found[name].wrong(zh, en, ("warn <= due <= tell",) * 2)
            return none
    return Clocks(warn, due, tell)


def _read_daily(cursor: Cursor, _: Clocks, draft: Draft) -> Cadence:
    return Daily(tuple(_read_slot(item, draft) for item in cursor.items()))


def _read_slot(cursor: Cursor, draft: Draft) -> Slot:
    found = cursor.fields("slot opens warn due tell")
    times = (
        _maybe(found, name, lambda at: _read_slot_time(at, draft), time())
        for name in ("opens", "warn", "due", "tell")
    )
    return Slot(_text(found, "slot"), *times)


def _read_slot_time(cursor: Cursor, draft: Draft) -> time:
    """A time of day, or `cutoffs.village` and so on."""
    word = cursor.text()
    if word.startswith("cutoffs."):
        name = cursor.one_of([f"cutoffs.{name}" for name in draft.cutoffs], "截止时间", "cut-off")
        return draft.cutoffs.get(name.removeprefix("cutoffs."), time())
    return cursor.clock_time()


def _read_every(cursor: Cursor, clocks: Clocks, _: Draft) -> Cadence:
    found = cursor.fields("days", "opens")
    days = _maybe(found, "days", lambda at: at.integer(-3660, 3660), 1)
    return Every(days, _maybe(found, "opens", Cursor.clock_time, time()), clocks)


def _read_once(cursor: Cursor, clocks: Clocks, _: Draft) -> Cadence:
    cursor.fields("")
    return Once(clocks)


def _read_after(cursor: Cursor, clocks: Clocks, _: Draft) -> Cadence:
    found = cursor.fields("days", "opens")
    days = _maybe(found, "days", lambda at: [item.integer(-3660, 3660) for item in at.items()], [1])
    return After(tuple(days), _maybe(found, "opens", Cursor.clock_time, clock_time("08:00")), clocks)


def _read_event(cursor: Cursor, clocks: Clocks, _: Draft) -> Cadence:
    cursor.fields("")
    return Triggered(clocks)


_CADENCE_READERS: dict[str, Callable[[Cursor, Clocks, Draft], Cadence]] = {
    "daily": _read_daily,
    "every": _read_every,
    "once": _read_once,
    "after": _read_after,
    "event": _read_event,
}


def read_rules(cursor: Cursor, draft: Draft) -> tuple[Rule, ...]:
    return tuple(_read_rule(key, item, draft) for key, item in cursor.keyed())


def _read_rule(key: str, cursor: Cursor, draft: Draft) -> Rule:
    _check_key(cursor, key)
    found = cursor.fields("key article on", "when open watch lift")
    on = _many(found, "on", lambda at: at.some_of(draft.forms, "表单", "form"))
    when = _maybe(found, "when", read_expression, None)
    if when is not None:
        check_condition(found["when"], when, on, draft)
    draft.where[f"rule {key}"] = cursor
    articles = _many(found, "article", read_articles)
    return Rule(key, articles, on, when, _read_effect(key, cursor, found, draft))


def _read_effect(key: str, cursor: Cursor, found: Mapping[str, Cursor], draft: Draft) -> Effect:
    effects = [name for name in ("open", "watch", "lift") if name in found]
    if len(effects) != 1:
        allowed = ("open、watch、lift 三者之一", "one of open, watch, lift")
        cursor.wrong("规则须有一个后果", "a rule has one effect", allowed)
    if "watch" in found:
        return _read_watch(key, found["watch"], draft)
    if "lift" in found:
        own = found["lift"].fields("class")
        return LiftWatch(key, _maybe(own, "class", lambda at: _read_class(at, draft), ""))
    if "open" in found:
        own = found["open"].fields("duty", "for")
        duty = _maybe(own, "duty", lambda at: at.one_of(draft.duties, "职责", "duty"), "")
        return OpenDuty(key, duty, _maybe(own, "for", _read_target, "subject"))
    return OpenDuty(key, "", "subject")


def _read_class(cursor: Cursor, draft: Draft) -> str:
    return cursor.one_of(draft.classes, "管控类别", "watch class")


def _read_target(cursor: Cursor) -> str:
    word = cursor.text()
    return word if word.startswith("field:") else cursor.one_of([*TARGETS, "field:<field>"], "对象", "target")


def _read_watch(key: str, cursor: Cursor, draft: Draft) -> PutUnderWatch:
    found = cursor.fields("class", "days")
    klass = _maybe(found, "class", lambda at: _read_class(at, draft), "")
    usual = draft.classes[klass].days if klass in draft.classes else 0
    return PutUnderWatch(key, klass, _maybe(found, "days", lambda at: read_days(at, draft), usual))


def read_guards(cursor: Cursor, draft: Draft) -> dict[str, Guards]:
    guards = {}
    for key, item in cursor.keyed():
        _check_key(item, key)
        found = item.fields("key title class roles")
        klass = _maybe(found, "class", lambda at: _read_class(at, draft), "")
        roles = _many(found, "roles", lambda at: map(_read_guard_role, at.items()))
        guards[key] = Guards(key, _label(found), klass, roles)
    return guards


def _read_guard_role(cursor: Cursor) -> GuardRole:
    found = cursor.fields("role", "min required")
    role = _maybe(found, "role", lambda at: at.one_of(ROLES, "角色", "role"), "")
    at_least = _maybe(found, "min", lambda at: at.integer(0, 99), 1)
    return GuardRole(role, at_least, _maybe(found, "required", Cursor.boolean, True))


def read_reports(cursor: Cursor, draft: Draft) -> dict[str, Report]:
    reports = {}
    for key, item in cursor.keyed():
        _check_key(item, key)
        found = item.fields("key title level lines")
        level = _maybe(found, "level", lambda at: at.one_of(CUTOFFS, "层级", "level"), "")
        lines = _many(found, "lines", lambda at: _read_lines(at, draft))
        reports[key] = Report(key, _label(found), level, lines)
    return reports


def _read_lines(cursor: Cursor, draft: Draft) -> list[ReportLine]:
    lines = []
    for key, item in cursor.keyed():
        found = item.fields("key title count")
        count = found["count"].fields("", "duty form") if "count" in found else {}
        if "count" in found and len(count) != 1:
            found["count"].wrong("须为其一", "one of two", ("duty 或 form", "duty or form"))
        duty = _maybe(count, "duty", lambda at: at.one_of(draft.duties, "职责", "duty"), None)
        form = _maybe(count, "form", lambda at: at.one_of(draft.forms, "表单", "form"), None)
        lines.append(ReportLine(key, _label(found), duty, form))
    return lines
