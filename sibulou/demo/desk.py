"""What the desks of the demonstration did lately: orders sent and answered, a flow card, and people held at gates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sibulou.duty.intake import Batch, take_in
from sibulou.duty.models import Event, Obligation
from sibulou.duty.told import Told
from sibulou.fronts.control.models import Addressee, Order
from sibulou.fronts.control.orders.answering import answer_objection, answer_order
from sibulou.fronts.control.orders.sending import To, Wording, send_order, to_areas, to_roles
from sibulou.fronts.defence.steps import TOLD, publish_card
from sibulou.lib.uuid7 import uuid7
from sibulou.roster.access import EVERYTHING, reach_of
from sibulou.roster.area_key import Level
from sibulou.roster.audit import CLOCKWORK, By
from sibulou.roster.models import Appointment, Area, Post, User

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
STEPS = {
    "stop": "示意停车，熄火，保持两米；夜间先开警示灯。",
    "ask": "问从哪里来、到哪里去、走哪条路、十四天内到过哪里。",
    "measure": "车上每人测额温；37.3℃ 及以上歇十分钟，改测腋下。",
    "register": "逐人登记，几个人登几行；没有手机的由同车人代登。",
    "decide": "放行、劝返、留观、隔离：隔离要有决定机关、文号和法律依据。",
    "tell": "劝返的报乡镇，留观的叫医生，去村里的告诉村里。",
}


def do_desk_work(event: Event, *, now: datetime) -> None:
    """Orders, the flow card, the holding place, in this order."""
    officer = _seated("county_duty", event.area)
    if officer is None:
        return
    _orders(event, officer, now=now)
    _flow_card(event, officer, now=now)
    _held(event, now=now)


def _seated(role: str, area: Area) -> User | None:
    """Whoever sits in a role at an area."""
    terms = Appointment.objects.filter(
        seat__role=role, seat__area=area, seat__subject__isnull=True, ends_at__isnull=True
    )
    first = terms.order_by("deputy", "pk").select_related("user").first()
    return first.user if first else None


def _orders(event: Event, officer: User, *, now: datetime) -> None:
    """One nearly done and overdue in one township, one under way, one objected to: answered once, and waiting once."""
    low, high = event.area.range
    areas = list(Area.objects.filter(level=Level.TOWNSHIP, pk__gte=low, pk__lt=high, until__isnull=True).order_by("pk"))
    villages = list(Area.objects.filter(level=Level.VILLAGE, pk__gte=low, pk__lt=high, until__isnull=True)[:6])
    day = _send(officer, to_areas(areas), "核对本辖区外省返乡人员名单，与卡点登记逐人对上。", "报回人数和对不上的人数",
                "县指〔2020〕7号", at=now - 26 * HOUR, due=now - 18 * HOUR)  # fmt: skip
    for number, sent in enumerate(day):
        _answer(sent, "received" if number == 1 else "done", "", at=now - 26 * HOUR + (4 + 3 * number) * MINUTE)
    guards = to_roles(["guard", "institution_head"], under=villages[0].pk, now=now) if villages else []
    under_way = _send(officer, [*to_areas(villages), *guards[:3]], "今晚八点前逐户再提醒一遍：不办酒席、不串门。",
                      "每户都有人告知", "", at=now - 50 * MINUTE, due=now + 6 * HOUR)  # fmt: skip
    for number, sent in enumerate(under_way):
        if number % 3 != 2:
            _answer(sent, "done" if number % 3 == 0 else "received", "", at=now - (40 - 2 * number) * MINUTE)
    back = _send(officer, to_areas(areas[:3]), "各派一辆车、两名队员支援南关口夜班。", "车和人到岗",
                 "县指〔2020〕8号", at=now - 5 * HOUR, due=now + 3 * HOUR)  # fmt: skip
    for sent, result, remark in zip(back, ("cannot", "objected", "done"), ("两辆车都在送检", "本乡夜班只剩四人", ""),
                                    strict=False):  # fmt: skip
        _answer(sent, result, remark, at=now - 4 * HOUR)
    if len(back) > 1:
        _help(officer, back[0], now=now - 3 * HOUR)


def _send(
    officer: User, to: Sequence[To], text: str, done_when: str, number: str, *, at: datetime, due: datetime
) -> list[Addressee]:  # fmt: skip
    if not to:
        return []
    order = send_order(wording=Wording(text, due, number, done_when), to=to, reach=reach_of(officer, now=at),
                       by=_by(officer, "county_duty"), now=at)  # fmt: skip
    return list(Addressee.objects.filter(order=order).select_related("subject").order_by("area_id", "record"))


def _answer(sent: Addressee, result: str, remark: str, *, at: datetime) -> None:
    """As whoever sits there, if somebody does."""
    terms = Appointment.objects.filter(seat__role=sent.role, seat__area_id=sent.area_id, ends_at__isnull=True)
    of_subject = None if sent.subject.kind == "area" else sent.subject_id
    term = terms.filter(seat__subject=of_subject).order_by("deputy", "pk").select_related("user").first()
    if term is not None:
        answer_order(
            addressee=sent, result=result, remark=remark, reach=EVERYTHING, by=_by(term.user, sent.role), now=at
        )


def _help(officer: User, sent: Addressee, *, now: datetime) -> None:
    """The first objection is answered: help was sent."""
    owed = Obligation.objects.filter(duty__key="order.answer", met_at__isnull=True, area_id=sent.order.area_id)
    first = owed.order_by("opened_at", "pk").first()
    if first is not None:
        order = Order.objects.get(pk=sent.order_id)
        answer_objection(order=order, addressee=sent, owed=first, words="由县里派一辆车", again=None, outcome="helped",
                         reach=EVERYTHING, by=_by(officer, "county_duty"), now=now)  # fmt: skip


def _flow_card(event: Event, officer: User, *, now: datetime) -> None:
    """The second version is a day and a quarter old; two posts have not gone over to it, one of them says so."""
    at = now - 30 * HOUR
    publish_card(county=event.area, version="2", steps=STEPS, by=_by(officer, "county_duty"), now=at)
    posts = _posts(event, now=now)
    told = [_told(TOLD, post.pk, at + timedelta(minutes=20 + 3 * number), {"version": "1" if number == 1 else "2"})
            for number, post in enumerate(posts) if number]  # fmt: skip
    take_in(Batch(told, device="web"), reach=EVERYTHING, by=CLOCKWORK, now=now - 20 * HOUR)


def _posts(event: Event, *, now: datetime) -> list[Post]:
    low, high = event.area.range
    found = Post.objects.filter(subject__area__gte=low, subject__area__lt=high, subject__until__isnull=True,
                                opened_at__lte=now - 40 * HOUR)  # fmt: skip
    return list(found.order_by("-kind", "pk"))


def _held(event: Event, *, now: datetime) -> None:
    """One without a doctor for too long, one just now, one isolated whom nobody has received, one received."""
    posts = _posts(event, now=now)
    if len(posts) < 4:
        return
    paper = {"disposal": "isolated", "authority": "cdc", "notice": "县疾控隔〔2020〕12号", "basis": "diseases"}
    _hold(posts[0], "留观甲", now - 7 * HOUR, disposal="held")
    _hold(posts[1], "留观乙", now - 1 * HOUR, disposal="held")
    isolated = _hold(posts[2], "留观丙", now - 4 * HOUR, **paper)
    received = _hold(posts[3], "留观丁", now - 22 * HOUR, disposal="held")
    seen = {"doctor": "值班医生", "temperature": 37.9, "symptoms": ["fever", "cough"], "finding": "transfer"}
    released = {"receiver": "值班医生", "place": "卫生院发热门诊", "outcome": "released"}
    answers = [
        _told("held_seen", posts[2].pk, now - 3 * HOUR, seen, answers=isolated),
        _told("transfer_received", posts[3].pk, now - 21 * HOUR, released, answers=received),
    ]
    take_in(Batch(answers, device="web"), reach=EVERYTHING, by=CLOCKWORK, now=now)


def _hold(post: Post, name: str, at: datetime, **said: object) -> UUID:
    """Somebody with a fever, of whom the register says what is done with him."""
    content = {"name": name, "kept": "own", "direction": "in", "origin": "other_province", "from_area": True,
               "unwell": True, "temperature": 37.8, "second": 37.9, **said}  # fmt: skip
    told = _told("checkpoint_pass", post.pk, at, content)
    take_in(Batch([told], device="web"), reach=EVERYTHING, by=CLOCKWORK, now=at + MINUTE)
    return told.id


def _told(form: str, subject: int, at: datetime, said: Mapping[str, object], *, answers: UUID | None = None) -> Told:
    return Told(uuid7(at), form, subject, at, dict(said), answers=answers)


def _by(user: User, role: str) -> By:
    return By(user.name, role, user.pk)
