"""The plan (预案): duties, forms, rules and ladders as one checked, frozen value.

`load_plan` reads a file and either gives a whole `Plan` or raises `PlanMistakes` with everything that is
wrong in it. Nothing of one disease stands in code: which places, days and temperatures matter is said in the
plan's values and lists. The format is described in docs/reference/plan.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from zoneinfo import ZoneInfo

from sibulou.duty import plan_basics as basics
from sibulou.duty.plan_check import cautions, check_whole
from sibulou.duty.plan_draft import Draft, frozen, maybe
from sibulou.duty.plan_duties import read_duties
from sibulou.duty.plan_forms import read_forms, read_kept_days
from sibulou.duty.plan_parts import Closer, Duty, Plan
from sibulou.duty.plan_reader import BLANK, Cursor, PlanMistake, PlanMistakes, compose
from sibulou.duty.plan_rules import read_guards, read_reports, read_rules
from sibulou.duty.rule import Effect, LiftWatch, OpenDuty, PutUnderWatch

__all__ = [
    "Closer",
    "Duty",
    "Effect",
    "LiftWatch",
    "OpenDuty",
    "Plan",
    "PlanMistake",
    "PlanMistakes",
    "PutUnderWatch",
    "load_plan",
]

_NEEDED = "plan version title disease source zone levels reasons ladders cutoffs forms duties"
_POSSIBLE = "quiet kept_days values lists classes rules guards reports"


def load_plan(text: str, *, file: str, scopes: Mapping[str, str] | None = None) -> Plan:
    """The plan in `text`; `file` is the name that mistakes give. Raises PlanMistakes with all of them.

    `scopes` maps each known scope to the kind of its subjects; without it, scopes and kinds are not checked.
    """
    top = compose(text, file=file)
    found = top.fields(_NEEDED, _POSSIBLE)
    draft = _draft(found, scopes)
    guards = read_guards(found["guards"], draft) if "guards" in found else {}
    reports = read_reports(found["reports"], draft) if "reports" in found else {}
    check_whole(draft)
    plan = Plan(
        key=found["plan"].text() if "plan" in found else "",
        version=found["version"].integer(1, 9999) if "version" in found else 1,
        title=found["title"].label() if "title" in found else BLANK,
        disease=found["disease"].label() if "disease" in found else BLANK,
        source=found["source"].text() if "source" in found else "",
        zone=basics.read_zone(found["zone"]) if "zone" in found else ZoneInfo("UTC"),
        quiet=basics.read_quiet(found["quiet"]) if "quiet" in found else None,
        levels=draft.levels,
        values=frozen(draft.values),
        lists=frozen(draft.lists),
        classes=frozen(draft.classes),
        reasons=frozen(draft.reasons),
        ladders=frozen(draft.ladders),
        cutoffs=frozen(draft.cutoffs),
        forms=frozen(draft.forms),
        duties=frozen(draft.duties),
        rules=draft.rules,
        guards=frozen(guards),
        reports=frozen(reports),
        cautions=tuple(cautions(draft)),
    )
    top.sheet.close()
    return plan


def _draft(found: Mapping[str, Cursor], scopes: Mapping[str, str] | None) -> Draft:
    """The parts others refer to, each read after those it refers to, whatever their order in the file."""
    draft = Draft(scopes)
    if "levels" in found:
        draft.levels = basics.read_words(found["levels"])
    if "values" in found:
        draft.values = basics.read_values(found["values"])
    if "lists" in found:
        draft.lists = basics.read_lists(found["lists"])
    if "classes" in found:
        draft.classes = basics.read_classes(found["classes"], draft)
    if "reasons" in found:
        draft.reasons = {word.key: word for word in basics.read_words(found["reasons"])}
    if "ladders" in found:
        draft.where |= {f"ladder {name}": at for name, at in found["ladders"].mapping().items()}
        draft.ladders = basics.read_ladders(found["ladders"])
    if "cutoffs" in found:
        draft.cutoffs = basics.read_cutoffs(found["cutoffs"])
    if "forms" in found:
        draft.forms = read_forms(found["forms"], maybe(found, "kept_days", read_kept_days, None))
    if "duties" in found:
        draft.duties = read_duties(found["duties"], draft)
    if "rules" in found:
        draft.rules = read_rules(found["rules"], draft)
    return draft
