"""What a record says, in words: answer by answer, long numbers masked."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from sibulou.duty.form import TAKEN, FieldType, Form, sealed_fields
from sibulou.duty.personal import open_answers
from sibulou.roster.models import Subject
from sibulou.web.labels import clock, language, masked, pick, places

_LONG = re.compile(r"[0-9][0-9 -]{5,}[0-9Xx]")


@dataclass(frozen=True)
class Shown:
    """One answer of a record in words. `field` is set where it is sealed and masked, and shown in full for a reason."""

    label: str
    value: str
    field: str = ""
    taken: str = ""
    """"photo" or "voice" where the answer is one; `field` names it then, and `masked` says that it takes a reason."""

    masked: bool = False


def answers_of(form: Form, content: dict[str, object]) -> list[Shown]:
    """The answers in words, in the form's order; long numbers in personal answers are masked."""
    shown = []
    said = open_answers(form.key, content)
    for field in form.fields:
        if field.key in said and field.type in TAKEN:
            shown.append(Shown(field.title.say(language()), "", field.key, str(field.type), field.personal))
        elif field.key in said:
            value = in_words(form, field.key, said[field.key])
            mask = str(masked_answer(value)) if field.personal else value
            sealed = mask != value and field.key in sealed_fields(form)
            shown.append(Shown(field.title.say(language()), mask, field.key if sealed else ""))
    return shown


def in_words(form: Form, key: str, value: object) -> str:
    """One answer as people say it."""
    field = form.field(key)
    if isinstance(value, bool):
        return pick(("是", "yes") if value else ("否", "no"), language())
    if isinstance(value, list):
        return pick(("、", ", "), language()).join(in_words(form, key, one) for one in value)
    text = f"{value:g}" if isinstance(value, float) else str(value)
    if field is None:
        return text
    if field.type is FieldType.MOMENT:
        return _moment(text)
    is_key = text.isascii() and text.isdigit() and len(text) <= 18
    if field.type is FieldType.AREA and is_key:
        return places([int(text)]).get(int(text)) or text
    if field.type is FieldType.SUBJECT and is_key:
        return Subject.objects.filter(pk=int(text)).values_list("label", flat=True).first() or text
    words = {choice.key: choice.title.say(language()) for choice in field.choices}
    return words.get(text, text)


def _moment(text: str) -> str:
    """A moment in the county's zone; a text that is none, as it stands."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return text
    return clock(moment) if moment.tzinfo else text


def masked_answer(value: object) -> object:
    """An answer in which numbers long enough to be an identity or a phone number lose their middle."""
    if isinstance(value, list):
        return [masked_answer(one) for one in value]
    if isinstance(value, dict):
        return {key: masked_answer(one) for key, one in value.items()}
    if isinstance(value, bool | float) or value is None:
        return value
    return _LONG.sub(lambda found: masked(found[0]), str(value)) if _LONG.search(str(value)) else value
