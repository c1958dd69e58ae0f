"""A duty's timing as a form: the clocks that a township may shorten, drawn from the cadence and read back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

from sibulou.duty.cadence import After, Cadence, Daily, Every
from sibulou.web.spans import UNITS, read_span, split

_CLOCKS = (
    ("warn", ("提醒责任人", "owner warned")),
    ("due", ("应办期限", "due")),
    ("tell", ("报上一级", "next level told")),
)


@dataclass(frozen=True)
class Box:
    """One value that can be set: its name, its words, what stands in it, the type of the input, and a span's unit."""

    name: str
    words: tuple[str, str]
    value: str
    type: str = "text"
    unit: str = ""

    @property
    def unit_name(self) -> str:
        """The name of the select beside a span."""
        return f"{self.name}.unit"

    def typed(self, given: Mapping[str, str]) -> Box:
        """The same box with what was typed into it."""
        unit = given.get(self.unit_name, self.unit)
        return replace(self, value=given.get(self.name, self.value)[:40], unit=unit if unit in UNITS else self.unit)


def boxes(cadence: Cadence) -> list[Box]:
    """What may be set of a cadence, with its present values."""
    if isinstance(cadence, Daily):
        return [
            Box(f"{slot.slot}.{name}", (f"{slot.slot} {words[0]}", f"{slot.slot} {words[1]}"),
                f"{getattr(slot, name):%H:%M}", "time")
            for slot in cadence.slots
            for name, words in (("opens", ("开始", "opens")), *_CLOCKS)
        ]  # fmt: skip
    clocks = [_span(name, words, getattr(cadence.clocks, name)) for name, words in _CLOCKS]
    if isinstance(cadence, Every):
        return [
            Box("days", ("每几天一次", "every so many days"), str(cadence.days), "number"),
            Box("opens", ("开始", "opens"), f"{cadence.opens:%H:%M}", "time"),
            *clocks,
        ]
    return clocks


def _span(name: str, words: tuple[str, str], span: timedelta) -> Box:
    value, unit = split(span)
    return Box(name, words, value, "text", unit)


def read_boxes(cadence: Cadence, typed: Mapping[str, str]) -> dict[str, object]:
    """The timing that was typed, as a plan says it; what stays empty keeps its present value. Raises UnreadableSpan."""
    given = {box.name: _given(box, typed) for box in boxes(cadence)}
    if isinstance(cadence, Daily):
        slots = [
            {"slot": slot.slot, **{name: given[f"{slot.slot}.{name}"] for name in ("opens", "warn", "due", "tell")}}
            for slot in cadence.slots
        ]
        return {"cadence": {"daily": slots}}
    clocks = {name: given[name] for name, _ in _CLOCKS}
    if isinstance(cadence, Every):
        return {"cadence": {"every": {"days": _whole(given["days"]), "opens": given["opens"]}}, "clocks": clocks}
    if isinstance(cadence, After):
        return {"cadence": {"after": {"days": list(cadence.days), "opens": f"{cadence.opens:%H:%M}"}}, "clocks": clocks}
    kind = "once" if type(cadence).__name__ == "Once" else "event"
    return {"cadence": {kind: {}}, "clocks": clocks}


def _given(box: Box, typed: Mapping[str, str]) -> str:
    text = (typed.get(box.name) or "").strip()[:40]
    if not box.unit:
        return text or box.value
    if not text:
        return read_span(box.value, box.unit, field=box.words)
    return read_span(text, typed.get(box.unit_name, ""), field=box.words)


def _whole(text: str) -> int | str:
    return int(text) if text.isascii() and text.isdigit() else text
