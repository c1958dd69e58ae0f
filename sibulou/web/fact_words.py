"""What the audit chain keeps as keys and moments, in the reader's words."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sibulou.message.models import Delivery
from sibulou.roster.codes import RESIDENCE
from sibulou.web.held import STEP_WORDS
from sibulou.web.labels import clock, pick
from sibulou.web.timeline import plan_words

FIELD_WORDS: Mapping[str, tuple[str, str]] = {
    "address": ("住址", "address"),
    "born": ("出生日期", "date of birth"),
    "crew": ("最少人数", "least crew"),
    "ethnic": ("民族", "ethnic group"),
    "head": ("负责人", "head"),
    "identity": ("证件号码", "identity number"),
    "kind": ("类别", "kind"),
    "language": ("语言", "language"),
    "name": ("名称", "name"),
    "phone": ("电话", "telephone"),
    "relation": ("与户主关系", "relation to the head"),
    "sex": ("性别", "sex"),
    "without_phone": ("没有手机", "without a telephone"),
}
"""Fields of the roster, as lines about corrections and unmasking name them."""

_OUTCOMES = {
    Delivery.Outcome.SENT: ("已发出", "sent"),
    Delivery.Outcome.LAPSED: ("已无需发送", "no longer needed"),
    Delivery.Outcome.REFUSED: ("收件人被拒", "recipient refused"),
    Delivery.Outcome.FAILED: ("发送失败", "failed"),
    Delivery.Outcome.DOUBTFUL: ("可能已发出", "perhaps sent"),
}
_MOMENTS = ("since", "until", "due", "at", "ends")


def reason_words(language: str) -> dict[str, str]:
    """Reasons that plans or the system list, by key; what a person wrote himself is no key and stays as it is."""
    return {key: str(pick((label.zh, label.en), language)) for key, label in plan_words()[2].items()}


def in_words(facts: Mapping[str, object], reasons: Mapping[str, str], language: str) -> dict[str, object]:
    """The facts of a line whose values are keys or moments, said as a person would."""
    said: dict[str, object] = {}
    for key, value in facts.items():
        if isinstance(value, str) and (words := _said(key, value, reasons, language)):
            said[key] = words
    return said


def _said(key: str, value: str, reasons: Mapping[str, str], language: str) -> str:
    if key == "reason":
        return reasons.get(value, "")
    if key == "state":
        return RESIDENCE.label(value, language[:2]) if value in RESIDENCE else ""
    if key in ("field", "fields"):
        mark = pick(("、", ", "), language)
        return mark.join(pick(FIELD_WORDS.get(one, (one, one)), language) for one in value.split("、"))
    if key == "outcome":
        return pick(_OUTCOMES[Delivery.Outcome(value)], language) if value in _OUTCOMES else ""
    if key == "step":
        return pick(STEP_WORDS[value], language) if value in STEP_WORDS else ""
    return _moment(value) if key in _MOMENTS else ""


def _moment(value: str) -> str:
    try:
        return clock(datetime.fromisoformat(value))
    except ValueError:
        return ""
