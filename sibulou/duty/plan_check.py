"""What only the whole plan can show: parts that do not fit each other, duties nobody can meet, rules that
never fire.
"""

from __future__ import annotations

from collections.abc import Iterator

from sibulou.duty.cadence import Triggered
from sibulou.duty.form import FieldType, Form, sealed_fields
from sibulou.duty.ladder import climbs, first_fall
from sibulou.duty.plan_draft import Draft
from sibulou.duty.plan_parts import Duty
from sibulou.duty.plan_reader import Cursor
from sibulou.duty.plan_words import Label
from sibulou.duty.rule import Expression, OpenDuty, Rule
from sibulou.roster.role import ROLES


def check_whole(draft: Draft) -> None:
    """Note what does not fit together; parts that were wrong by themselves are harmless stand-ins here."""
    opened = {rule.effect.duty for rule in draft.rules if isinstance(rule.effect, OpenDuty)}
    for key, rungs in draft.ladders.items():
        fall = first_fall(rungs)
        if fall is not None and f"ladder {key}" in draft.where:
            low, high = (rung.role or "owner" for rung in fall)
            zh, en = f"级不上升：{low} 之后是 {high}", f"a step does not climb: {high} after {low}"
            draft.where[f"ladder {key}"].wrong(zh, en, ("逐级向上、时间不回退", "each role above, no time earlier"))
    for duty in draft.duties.values():
        at = draft.where[duty.key]
        _check_owner(duty, at, draft)
        _check_ladder(duty, at, draft)
        _check_closers(duty, at, draft)
        _check_opening(duty, at, opened)
    for rule in draft.rules:
        _check_rule(rule, draft.where[f"rule {rule.key}"], draft)


def _kind(duty: Duty, draft: Draft) -> str | None:
    """The kind of the duty's subjects, None where it is not known."""
    return None if draft.scopes is None else draft.scopes.get(duty.scope)


def _check_owner(duty: Duty, at: Cursor, draft: Draft) -> None:
    role, kind = ROLES.get(duty.owner), _kind(duty, draft)
    if role is None or kind is None or role.level is not None or kind in role.on:
        return
    fitting = ", ".join(key for key, known in ROLES.items() if known.level is not None or kind in known.on)
    zh, en = f"{duty.owner} 不设在 {kind} 上", f"{duty.owner} has no seat on a {kind}"
    at.inside("owner").wrong(zh, en, (fitting, fitting))


def _check_ladder(duty: Duty, at: Cursor, draft: Draft) -> None:
    rungs = [rung.role for rung in draft.ladders.get(duty.ladder, ()) if rung.role is not None]
    if not rungs or duty.owner not in ROLES or climbs(duty.owner, rungs[0]):
        return
    zh, en = (
        f"{rungs[0]} 不在 {duty.owner} 之上",
        f"a step does not climb: {rungs[0]} is not above {duty.owner}",
    )
    at.inside("ladder").wrong(zh, en, ("首级高于负责人的阶梯", "a ladder that begins above the owner"))


def _check_closers(duty: Duty, at: Cursor, draft: Draft) -> None:
    kind = _kind(duty, draft)
    grown = [timing for timing in duty.timings.values() if not isinstance(timing, Triggered)]
    for n, closer in enumerate(duty.closers):
        place = at.inside(f"closers[{n}]")
        form = draft.forms.get(closer.form)
        if form is not None and kind is not None and not form.is_about(kind):
            zh, en = (
                f"表单对象是 {form.kind}，范围是 {kind}",
                f"the form is of a {form.kind}, the scope of a {kind}",
            )
            place.wrong(zh, en, (f"对象为 {kind} 的表单", f"a form whose subject is {kind}"))
        if closer.answers and grown:
            zh, en = "按日历产生的职责没有可回应的记录", "no record opens this duty, so none can be answered"
            place.wrong(zh, en, ("仅 event 可用 answers", "answers only with cadence event"))


def _check_opening(duty: Duty, at: Cursor, opened: set[str]) -> None:
    if duty.timings and duty.key not in opened and all(isinstance(t, Triggered) for t in duty.timings.values()):
        zh, en = "永不触发：没有规则开启它", "a cadence that never fires: no rule opens it"
        at.inside("cadence").wrong(zh, en, ("一条 open 规则", "a rule that opens it"))


def _check_rule(rule: Rule, at: Cursor, draft: Draft) -> None:
    forms = [draft.forms[key] for key in rule.on if key in draft.forms]
    effect = rule.effect
    _check_sealed(rule, forms, at)
    if not isinstance(effect, OpenDuty):
        for form in forms:
            if form.kind != "person":
                zh, en = f"表单 {form.key} 的对象不是人", f"the form {form.key} is not about a person"
                at.inside("on").wrong(zh, en, ("对象为 person 的表单", "forms whose subject is person"))
        return
    duty = draft.duties.get(effect.duty)
    if duty is None:
        return
    if any(not isinstance(timing, Triggered) for timing in duty.timings.values()):
        zh, en = f"{duty.key} 不是 event", f"{duty.key} has a calendar of its own"
        at.inside("open.duty").wrong(zh, en, ("节律为 event 的职责", "a duty with cadence event"))
    for form in forms:
        _check_target(rule, effect, form, _kind(duty, draft), at)
        _check_read("owner", effect.owner, form, FieldType.TEXT, at)
        _check_read("due", effect.due, form, FieldType.MOMENT, at)


def _check_read(what: str, key: str, form: Form, kind: FieldType, at: Cursor) -> None:
    """Whose or by when an obligation is can be read of a field of the form; where it is left out, the duty says it."""
    field = form.field(key) if key else None
    if key and (field is None or field.type is not kind or field.personal):
        zh, en = f"{form.key} 没有这样的字段", f"{form.key} has no such field"
        allowed = (f"类型为 {kind}、非 personal 的字段", f"a field of type {kind} that is not personal")
        at.inside(f"open.{what}").wrong(zh, en, allowed)


def _check_sealed(rule: Rule, forms: list[Form], at: Cursor) -> None:
    """Rules are asked again whenever a watch is settled, and then a sealed answer can no longer be read."""
    read = rule.when.names("record") if rule.when else []
    for form in forms:
        for key in sealed_fields(form):
            if key in read:
                zh, en = f"规则不能读取封存字段 {key}", f"a rule reads the sealed field {key}"
                allowed = ("非 personal 的字段，或数字、日期、选项", "a field that is not personal, or no text")
                at.inside("when").wrong(zh, en, allowed)


def _check_target(rule: Rule, effect: OpenDuty, form: Form, kind: str | None, at: Cursor) -> None:
    place = at.inside("open.for")
    if effect.target_field is None:
        own = kind if kind is not None and form.is_about(kind) else form.kind
        target = {"subject": own, "household": "household"}.get(effect.target, "area")
        if effect.target == "household" and form.kind != "person":
            zh, en = f"{form.key} 的对象没有户", f"the subject of {form.key} has no household"
            place.wrong(zh, en, ("对象为 person 的表单", "a form whose subject is person"))
    else:
        field = form.field(effect.target_field)
        if field is None or field.type not in (FieldType.AREA, FieldType.SUBJECT):
            zh, en = f"{form.key} 没有这样的字段", f"{form.key} has no such field"
            place.wrong(zh, en, ("类型为 subject 或 area 的字段", "a field of type subject or area"))
            return
        if not field.required and not (rule.when and field.key in rule.when.guarded()):
            zh, en = (
                f"{field.key} 可能缺失，规则便落空",
                f"{field.key} may be absent, and the rule would do nothing",
            )
            allowed = (
                f"必填字段，或 has(record.{field.key})",
                f"a required field, or has(record.{field.key})",
            )
            place.wrong(zh, en, allowed)
        target = "area" if field.type is FieldType.AREA else kind or ""
    if kind is not None and target != kind:
        zh, en = f"对象是 {target}，职责属于 {kind}", f"the target is a {target}, the duty is of a {kind}"
        place.wrong(zh, en, (f"一个 {kind}", f"a {kind}"))


def cautions(draft: Draft) -> Iterator[Label]:
    """Conditions that read an optional field without has(): false when it is absent, perhaps unmeant."""
    for duty in draft.duties.values():
        for closer in duty.closers:
            yield from _unguarded(f"duties.{duty.key}", closer.when, [closer.form], draft)
    for rule in draft.rules:
        yield from _unguarded(f"rules.{rule.key}", rule.when, list(rule.on), draft)


def _unguarded(path: str, when: Expression | None, forms: list[str], draft: Draft) -> Iterator[Label]:
    if when is None:
        return
    for key in forms:
        for name in when.names("record"):
            field = draft.forms[key].field(name) if key in draft.forms else None
            if field is not None and not field.required and name not in when.guarded():
                yield Label(
                    f"{path}：表单 {key} 的 {name} 可不填，不填时条件为假；如是本意，请写 has(record.{name})",
                    f"{path}: {name} of form {key} may be absent, which makes the condition false; "
                    f"if that is meant, write has(record.{name})",
                )
