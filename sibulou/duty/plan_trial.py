"""Conditions tried out when a plan is loaded: what compares things of different kinds is never true.

CEL answers such a comparison with an error, and a condition that cannot be answered is false. `fever: 37,3`, a text,
would let every fever pass in silence. So each condition is answered for records of every shape its form takes, and one
that ever fails for the kinds of what it compares is a mistake of the plan.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice, product

from sibulou.duty.form import Field, FieldType, Form
from sibulou.duty.rule import Expression

MOST_TRIALS = 2_000
ABSENT = object()
_TEXTS = re.compile(r"'([^'\\]*)'|\"([^\"\\]*)\"")
_COMPARED = re.compile(r"(?<![\w.])record\s*\.\s*(\w+)\s*[!=]=\s*(?:'([^'\\]*)'|\"([^\"\\]*)\")")
_LISTED = re.compile(r"(?<![\w.])record\s*\.\s*(\w+)\s+in\s+lists\s*\.\s*(\w+)")
_FACTS: Mapping[str, tuple[object, ...]] = {
    "level": ("village", "county", ABSENT),
    "listed": (0, 3, ABSENT),
    "language": ("yi", ABSENT),
}


def misfit(when: Expression, form: Form, values: Mapping[str, object], lists: Mapping[str, Sequence[str]]) -> bool:
    """Whether the condition compares things that cannot be compared, in any record of the form that may be told."""
    given = {"values": dict(values), "lists": {name: list(words) for name, words in lists.items()}}
    return not all(when.fits({**given, **told}) for told in islice(_told(when, form), MOST_TRIALS))


def _told(when: Expression, form: Form) -> Iterator[Mapping[str, object]]:
    """Records of every shape, and the facts of their subjects, as far as the condition reads them."""
    texts = [one or other for one, other in _TEXTS.findall(when.source)]
    fields = [field for name in when.names("record") if (field := form.field(name)) is not None]
    facts = [name for name in when.names("subject") if name in _FACTS]
    for shape in product(*(_answers(field, texts) for field in fields), *(_FACTS[name] for name in facts)):
        record = _present((field.key for field in fields), shape)
        subject = _present(facts, shape[len(fields) :])
        yield {"record": record, "subject": {"kind": form.kind, **subject}}


def strange_choices(
    when: Expression, forms: Sequence[Form], lists: Mapping[str, Sequence[str]]
) -> Iterator[tuple[str, list[str]]]:
    """Words that the condition compares with a choice and none of its `forms` offers, each with those offered."""
    compared = [(key, one or other) for key, one, other in _COMPARED.findall(when.source)]
    listed = [(key, word) for key, name in _LISTED.findall(when.source) for word in lists.get(name, ())]
    for key, word in dict.fromkeys([*compared, *listed]):
        fields = [field for form in forms if (field := form.field(key)) is not None]
        offered = [choice.key for field in fields for choice in field.choices]
        if fields and all(field.type is FieldType.CHOICE for field in fields) and word not in offered:
            yield word, offered


def _present(names: Iterable[str], values: Iterable[object]) -> dict[str, object]:
    return {name: value for name, value in zip(names, values, strict=False) if value is not ABSENT}


def _answers(field: Field, texts: Sequence[str]) -> list[object]:
    """Answers of every shape that the field takes; left out too, where it may be."""
    may_be_absent = [] if field.required and field.show_when is None else [ABSENT]
    return [*_of_type(field, texts), *may_be_absent]


def _of_type(field: Field, texts: Sequence[str]) -> list[object]:
    choices = [choice.key for choice in field.choices]
    match field.type:
        case FieldType.INTEGER | FieldType.NUMBER:
            low, high = (field.min or 0, field.max or 1_000)
            return [int(low), int(high)] if field.type is FieldType.INTEGER else [int(low), low + 0.5, float(high)]
        case FieldType.BOOLEAN:
            return [True, False]
        case FieldType.CHOICE:
            return list(choices)
        case FieldType.CHOICES:
            return [[], choices]
        case _:
            return ["", *texts]
