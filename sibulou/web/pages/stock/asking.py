"""The questions of each form of supplies, and what was typed as its record has it."""

from __future__ import annotations

from uuid import UUID

from sibulou.duty.models import Record
from sibulou.fronts.defence.stores.giving import Shelved, destinations, shelved, taken_from, what_opened
from sibulou.fronts.defence.stores.keeping import IN, REQUEST, USED, lines_of
from sibulou.roster.models import Subject
from sibulou.web.entry import ask, day_or_none, line, whole_or_none
from sibulou.web.forms import Question
from sibulou.web.labels import word
from sibulou.web.middleware import Asking
from sibulou.web.pages.stock.words import choices_of, items_of


def answered(request: Asking) -> UUID | None:
    """The request that a move answers, as the address or the form says."""
    try:
        return UUID(request.GET.get("request") or request.POST.get("request", ""))
    except ValueError:
        return None


def count(request: Asking, of: Subject) -> list[Question]:
    """A number for each item, first those that the place has; without what the book says, so that it is counted."""
    has = {one.item for one in lines_of([of.pk])}
    items = sorted(items_of(request.now).items(), key=lambda one: one[0] not in has)
    return [ask(request.POST, key, title, "number") for key, title in items]


def counted(request: Asking, of: Subject) -> dict[str, object]:
    """Raises UnreadableNumber."""
    return {
        key: whole_or_none(request.POST[key], title, title)
        for key, title in items_of(request.now).items() if request.POST.get(key, "").strip()
    }  # fmt: skip


def use(request: Asking, of: Subject) -> list[Question]:
    """A batch, how much of it, and what for."""
    why = ask(request.POST, "why", word("用途", "What for"), "choice", before="used",
              options=choices_of(USED, "why", request.now), required=True)  # fmt: skip
    return [_batch(request, of), _quantity(request), why, _remark(request)]


def used(request: Asking, of: Subject) -> dict[str, object]:
    """Raises UnreadableNumber, NothingThere, NotThatMuch."""
    found = _taken(request, of)
    return {**_said(found, _whole(request)), "why": line(request.POST, "why"), **_remarked(request)}


def move(request: Asking, of: Subject) -> list[Question]:
    """Where to, a batch, how much of it; where it was asked for, with what was asked."""
    asked = _request(request)
    options = [(str(one.pk), one.label) for one in destinations(of)]
    to = ask(request.POST, "to", word("发往", "To"), "choice", before=str(asked.subject_id) if asked else "",
             options=options, required=True)  # fmt: skip
    return [to, _batch(request, of, asked), _quantity(request, asked)]


def moved(request: Asking, of: Subject) -> dict[str, object]:
    """Raises UnreadableNumber, NothingThere, NotThatMuch."""
    found = _taken(request, of)
    expires = {"expiry": found.expiry.isoformat()} if found.expiry else {}
    return {**_said(found, _whole(request)), **expires, "to": line(request.POST, "to"), "giver": request.by.name}


def intake(request: Asking, of: Subject) -> list[Question]:
    """An item with its batch, how much, and where it is from."""
    typed = request.POST
    return [
        _item(request),
        ask(typed, "batch", word("批号", "Batch"), most=40),
        ask(typed, "expiry", word("有效期至", "Expires on"), "date"),
        _quantity(request),
        ask(typed, "source", word("来源", "Source"), "choice", options=choices_of(IN, "source", request.now),
            required=True),
        ask(typed, "donor", word("捐赠人（捐赠时填）", "Donor (of a donation)"), most=60),
    ]  # fmt: skip


def taken_in(request: Asking, of: Subject) -> dict[str, object]:
    """Raises UnreadableNumber, UnreadableDay."""
    day = day_or_none(request.POST.get("expiry", ""), "有效期至", "Expires on")
    said: dict[str, object] = {"quantity": _whole(request)} | _lines(request, "item", "batch", "source", "donor")
    if said.get("source") != "donated":
        said.pop("donor", None)
    return said | ({"expiry": day.isoformat()} if day else {})


def request(request: Asking, of: Subject) -> list[Question]:
    """What is lacking, and how much."""
    return [_item(request), _quantity(request), _remark(request)]


def requested(request: Asking, of: Subject) -> dict[str, object]:
    """Raises UnreadableNumber."""
    return {"quantity": _whole(request), **_lines(request, "item"), **_remarked(request)}


def _request(request: Asking) -> Record | None:
    number = answered(request)
    found = what_opened([number]).get(number) if number else None
    return found if found is not None and found.form == REQUEST else None


def _item(request: Asking) -> Question:
    return ask(request.POST, "item", word("品名", "Item"), "choice", options=items_of(request.now).items(),
               required=True)  # fmt: skip


def _batch(request: Asking, of: Subject, asked: Record | None = None) -> Question:
    """The batches that the place has something of; what was asked for is chosen already, what expires first first."""
    items, there = items_of(request.now), sorted(shelved(of.pk, now=request.now), key=_first_out)
    wanted = str(asked.content.get("item", "")) if asked else ""
    before = next((_key(one) for one in there if one.item == wanted), "")
    options = [(_key(one), _offered(one, items.get(one.item, one.item))) for one in there]
    return ask(request.POST, "what", word("品名、批号（结存）", "Item, batch (left)"), "choice", before=before,
               options=options, required=True)  # fmt: skip


def _first_out(one: Shelved) -> tuple[str, bool, str, str]:
    return one.item, one.expiry is None, str(one.expiry), one.batch


def _key(one: Shelved) -> str:
    return f"{one.item}|{one.batch}"


def _offered(one: Shelved, title: str) -> str:
    named = f"{title} {one.batch}".strip()
    return word(f"{named}（{one.left}）", f"{named} ({one.left})")


def _quantity(request: Asking, asked: Record | None = None) -> Question:
    before = f"{asked.content.get('quantity', '')}" if asked else ""
    return ask(request.POST, "quantity", word("数量", "Quantity"), "number", before=before, required=True)


def _remark(request: Asking) -> Question:
    return ask(request.POST, "remark", word("说明", "Remark"), most=200)


def _whole(request: Asking) -> int | None:
    return whole_or_none(request.POST.get("quantity", ""), "数量", "Quantity")


def _taken(request: Asking, of: Subject) -> Shelved:
    """The batch chosen, with no more taken than it has."""
    item, _, batch = request.POST.get("what", "").partition("|")
    return taken_from(of, item, batch, _whole(request) or 0, now=request.now)


def _said(found: Shelved, quantity: int | None) -> dict[str, object]:
    return {"item": found.item, "quantity": quantity, **({"batch": found.batch} if found.batch else {})}


def _lines(request: Asking, *names: str) -> dict[str, object]:
    return {key: line(request.POST, key) for key in names if request.POST.get(key)}


def _remarked(request: Asking) -> dict[str, object]:
    return _lines(request, "remark")
