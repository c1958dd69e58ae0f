"""Read the rules, guard templates and reports of a plan."""

from __future__ import annotations

from collections.abc import Mapping

from sibulou.duty.plan_basics import read_days
from sibulou.duty.plan_draft import (
    Draft,
    check_condition,
    check_key,
    label_of,
    many,
    maybe,
    read_articles,
    read_class,
    read_expression,
)
from sibulou.duty.plan_parts import CUTOFFS, GuardRole, Guards, Report, ReportLine
from sibulou.duty.plan_reader import Cursor
from sibulou.duty.rule import Effect, LiftWatch, OpenDuty, PutUnderWatch, Rule
from sibulou.roster.role import ROLES

TARGETS = ("subject", "household", "village", "township", "county")


def read_rules(cursor: Cursor, draft: Draft) -> tuple[Rule, ...]:
    return tuple(_read_rule(key, item, draft) for key, item in cursor.keyed())


def _read_rule(key: str, cursor: Cursor, draft: Draft) -> Rule:
    check_key(cursor, key)
    found = cursor.fields("key article on", "when open watch lift")
    on = many(found, "on", lambda at: at.some_of(draft.forms, "表单", "form"))
    when = maybe(found, "when", read_expression, None)
    if when is not None:
        check_condition(found["when"], when, on, draft)
    draft.where[f"rule {key}"] = cursor
    articles = many(found, "article", read_articles)
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
        return LiftWatch(key, maybe(own, "class", lambda at: read_class(at, draft), ""))
    if "open" in found:
        own = found["open"].fields("duty", "for owner due")
        duty = maybe(own, "duty", lambda at: at.one_of(draft.duties, "职责", "duty"), "")
        owner, due = (maybe(own, name, _read_field, "") for name in ("owner", "due"))
        return OpenDuty(key, duty, maybe(own, "for", _read_target, "subject"), owner, due)
    return OpenDuty(key, "", "subject")


def _read_target(cursor: Cursor) -> str:
    word = cursor.text()
    return word if word.startswith("field:") else cursor.one_of([*TARGETS, "field:<field>"], "对象", "target")


def _read_field(cursor: Cursor) -> str:
    word = cursor.text()
    if not word.startswith("field:"):
        cursor.wrong(f"{word} 不是字段", f"{word} is no field", ("field:<字段>", "field:<name>"))
    return word.removeprefix("field:")


def _read_watch(key: str, cursor: Cursor, draft: Draft) -> PutUnderWatch:
    found = cursor.fields("class", "days")
    klass = maybe(found, "class", lambda at: read_class(at, draft), "")
    usual = draft.classes[klass].days if klass in draft.classes else 0
    return PutUnderWatch(key, klass, maybe(found, "days", lambda at: read_days(at, draft), usual))


def read_guards(cursor: Cursor, draft: Draft) -> dict[str, Guards]:
    guards = {}
    for key, item in cursor.keyed():
        check_key(item, key)
        found = item.fields("key title class roles")
        klass = maybe(found, "class", lambda at: read_class(at, draft), "")
        roles = many(found, "roles", lambda at: map(_read_guard_role, at.items()))
        guards[key] = Guards(key, label_of(found), klass, roles)
    return guards


def _read_guard_role(cursor: Cursor) -> GuardRole:
    found = cursor.fields("role", "min required")
    role = maybe(found, "role", lambda at: at.one_of(ROLES, "角色", "role"), "")
    at_least = maybe(found, "min", lambda at: at.integer(0, 99), 1)
    return GuardRole(role, at_least, maybe(found, "required", Cursor.boolean, True))


def read_reports(cursor: Cursor, draft: Draft) -> dict[str, Report]:
    reports = {}
    for key, item in cursor.keyed():
        check_key(item, key)
        found = item.fields("key title level lines")
        level = maybe(found, "level", lambda at: at.one_of(CUTOFFS, "层级", "level"), "")
        lines = many(found, "lines", lambda at: _read_lines(at, draft))
        reports[key] = Report(key, label_of(found), level, lines)
    return reports


def _read_lines(cursor: Cursor, draft: Draft) -> list[ReportLine]:
    lines = []
    for key, item in cursor.keyed():
        found = item.fields("key title count")
        count = found["count"].fields("", "duty form") if "count" in found else {}
        if "count" in found and len(count) != 1:
            found["count"].wrong("须为其一", "one of two", ("duty 或 form", "duty or form"))
        duty = maybe(count, "duty", lambda at: at.one_of(draft.duties, "职责", "duty"), None)
        form = maybe(count, "form", lambda at: at.one_of(draft.forms, "表单", "form"), None)
        lines.append(ReportLine(key, label_of(found), duty, form))
    return lines
