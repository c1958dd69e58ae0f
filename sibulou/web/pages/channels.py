"""The administrator's channels: set up, tried, switched on and off; what became of what was sent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib import messages as notices
from django.http import Http404, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import URLPattern, path
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from sibulou.lib.cipher import CannotOpen
from sibulou.lib.problem import Problem
from sibulou.message.adapters import ADAPTERS, Adapter
from sibulou.message.channels import add_host, host_of, remove_host, set_up, switch, try_out
from sibulou.message.failing import TRIES
from sibulou.message.models import Channel, Delivery, Host
from sibulou.roster.area_key import Level, key_range
from sibulou.roster.models import Area
from sibulou.roster.problems import NotInTheList, OutOfReach
from sibulou.roster.role import Right
from sibulou.web.allow import need, need_over, roots
from sibulou.web.labels import language, pick, word
from sibulou.web.middleware import Asking
from sibulou.web.texts import number_of, quiet_of

LAST = 20
"""How many deliveries of a channel are shown."""
OUTCOMES = {
    "sent": ("已发出", "sent"),
    "lapsed": ("已无需发送", "nothing left to say"),
    "refused": ("收件人被拒", "recipient refused"),
    "failed": ("发送失败", "failed"),
    "doubtful": ("可能已发出：发送途中服务停了", "perhaps sent: the service stopped on the way"),
}


@dataclass(frozen=True)
class Shown:
    """A channel as the pages show it: never what it was set up with, only whom it speaks to."""

    row: Channel
    adapter: Adapter
    host: str
    place: str

    @property
    def kind(self) -> str:
        return self.adapter.label(language())

    @property
    def broken(self) -> bool:
        return self.row.is_on and self.row.failures >= TRIES


@require_GET
def channels(request: Asking) -> HttpResponse:
    """Every channel, and the machines they may speak to."""
    need(request.reach, Right.ADMIN)
    return _draw_all(request)


def _draw_all(request: Asking, sentence: str = "", status: int = 200) -> HttpResponse:
    rows = list(Channel.objects.order_by("-is_on", "pk"))
    facts = {
        "channels": _shown(rows),
        "hosts": list(Host.objects.order_by("name")),
        "kinds": [(one.kind, one.label(language())) for one in ADAPTERS.values()],
        "sentence": sentence,
        "typed": request.POST,
    }
    return render(request, "web/channels.html", facts, status=status)


def _shown(rows: Sequence[Channel]) -> list[Shown]:
    names = dict(Area.objects.filter(pk__in={row.area_id for row in rows}).values_list("pk", "name"))
    return [Shown(row, ADAPTERS[row.kind], _host(row), names.get(row.area_id, "")) for row in rows]


def _host(row: Channel) -> str:
    try:
        return host_of(row)
    except CannotOpen as problem:
        return problem.say(language())


@require_POST
def hosts(request: Asking) -> HttpResponse:
    """Let channels speak to a machine."""
    need(request.reach, Right.ADMIN)
    area = Area.objects.get(pk=roots(request.reach, Right.ADMIN)[0])
    try:
        add_host(area=area, name=request.POST.get("name", ""), by=request.by, now=request.now)
    except Problem as problem:
        return _draw_all(request, problem.say(language()), problem.status)
    notices.success(request, word("已加入允许的主机。", "The host is on the list."))
    return HttpResponseRedirect("/channels/")


@require_POST
def host_end(request: Asking, number: int) -> HttpResponse:
    """Take a machine off the list."""
    need(request.reach, Right.ADMIN)
    row = Host.objects.filter(pk=number).first()
    if row is None:
        raise Http404
    try:
        remove_host(host=row, by=request.by, now=request.now)
    except Problem as problem:
        return _draw_all(request, problem.say(language()), problem.status)
    notices.success(request, word("已从名单移除。", "The host is off the list."))
    return HttpResponseRedirect("/channels/")


@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def new(request: Asking) -> HttpResponse:
    """Set up a channel; it is off until it is switched on."""
    need(request.reach, Right.ADMIN)
    adapter = ADAPTERS.get(request.GET.get("kind", ""))
    if adapter is None:
        allowed = ", ".join(ADAPTERS)
        raise NotInTheList(field="kind", given=request.GET.get("kind", "")[:20], allowed=allowed)
    if request.method == "GET":
        return _draw_new(request, adapter)
    try:
        made = _set_up(request, adapter, None)
    except Problem as problem:
        return _draw_new(request, adapter, problem.say(language()), problem.status)
    zh, en = "已保存。请先试发，再启用。", "Saved. Send a test message, then switch it on."
    notices.success(request, word(zh, en))
    return HttpResponseRedirect(f"/channels/{made.pk}/")


def _draw_new(request: Asking, adapter: Adapter, sentence: str = "", status: int = 200) -> HttpResponse:
    facts = {
        "kind": adapter.label(language()),
        "questions": _questions(adapter, request.POST),
        "areas": _areas(roots(request.reach, Right.ADMIN)[0]),
        "typed": request.POST,
        "sentence": sentence,
    }
    return render(request, "web/channel_new.html", facts, status=status)


@dataclass(frozen=True)
class Question:
    """A field of the form. What was saved is never in it, nor what was typed unseen."""

    key: str
    label: str
    hint: str
    lines: bool
    secret: bool
    required: bool
    typed: str


def _questions(adapter: Adapter, typed: QueryDict) -> list[Question]:
    return [
        Question(
            one.key,
            one.label(language()),
            one.hint(language()),
            one.lines,
            one.secret,
            one.required,
            "" if one.secret else typed.get(one.key, ""),
        )
        for one in adapter.fields
    ]


def _areas(county: int) -> list[tuple[str, str]]:
    low, high = key_range(county)
    rows = Area.objects.filter(pk__gte=low, pk__lt=high, level__lte=Level.VILLAGE, until__isnull=True).order_by("pk")
    return [(str(row.pk), "　" * (row.level - Level.COUNTY) + row.name) for row in rows]


def _set_up(request: Asking, adapter: Adapter, row: Channel | None) -> Channel:
    """What was typed, as a channel. Raises what `set_up` does, and for the quiet hours."""
    key = number_of(request.POST.get("area", "")) if row is None else row.area_id
    area = Area.objects.filter(pk=key).first()
    if area is None:
        raise OutOfReach
    need_over(request.reach, area.pk, Right.ADMIN)
    return set_up(
        area=area, kind=adapter.kind, title=request.POST.get("title", ""), typed=request.POST.dict(),
        minutes=number_of(request.POST.get("minutes", "")), quiet=quiet_of(request.POST), by=request.by,
        now=request.now, channel=row,
    )  # fmt: skip


@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def one(request: Asking, number: int) -> HttpResponse:
    """A channel: how it does, and its settings anew."""
    need(request.reach, Right.ADMIN)
    row = _channel(number)
    if request.method == "GET":
        return _draw(request, row)
    try:
        _set_up(request, ADAPTERS[row.kind], row)
    except Problem as problem:
        return _draw(request, _channel(number), problem.say(language()), problem.status)
    notices.success(request, word("已保存。", "Saved."))
    return HttpResponseRedirect(f"/channels/{row.pk}/")


def _channel(number: int) -> Channel:
    row = Channel.objects.filter(pk=number).first()
    if row is None:
        raise Http404
    return row


def _draw(request: Asking, row: Channel, sentence: str = "", status: int = 200) -> HttpResponse:
    deliveries = Delivery.objects.filter(channel=row).select_related("user").order_by("-tried_at", "-pk")[:LAST]
    facts = {
        "one": _shown([row])[0],
        "questions": _questions(ADAPTERS[row.kind], request.POST),
        "deliveries": [(each, pick(OUTCOMES[each.outcome], language()), _words(each)) for each in deliveries],
        "typed": request.POST,
        "sentence": sentence,
    }
    return render(request, "web/channel.html", facts, status=status)


def _words(row: Delivery) -> str:
    return pick((row.words_zh, row.words_en), language())


@require_POST
def state(request: Asking, number: int) -> HttpResponse:
    """Switch a channel on or off."""
    need(request.reach, Right.ADMIN)
    row = _channel(number)
    wanted = request.POST.get("state", "")
    if wanted not in ("on", "off"):
        raise NotInTheList(field="state", given=wanted[:20], allowed="on, off")
    switch(channel=row, on=wanted == "on", by=request.by, now=request.now)
    said = {"on": ("已启用，从现在起的消息会发出。", "On: messages from now on go out."), "off": ("已停用。", "Off.")}
    notices.success(request, pick(said[wanted], language()))
    return HttpResponseRedirect(f"/channels/{row.pk}/")


@require_POST
def trials(request: Asking, number: int) -> HttpResponse:
    """Send a test message; the page says what became of it."""
    need(request.reach, Right.ADMIN)
    row = _channel(number)
    try:
        tried = try_out(channel=row, user=request.user, by=request.by, now=request.now)
    except Problem as problem:
        return _draw(request, row, problem.say(language()), problem.status)
    if tried.outcome != Delivery.Outcome.SENT:
        return _draw(request, row, _words(tried))
    notices.success(request, word("测试消息已发出，请看是否收到。", "The test message is out. See whether it arrives."))
    return HttpResponseRedirect(f"/channels/{row.pk}/")


urlpatterns: list[URLPattern] = [
    path("channels/", channels),
    path("channels/new/", new),
    path("channels/hosts/", hosts),
    path("channels/hosts/<int:number>/end/", host_end),
    path("channels/<int:number>/", one),
    path("channels/<int:number>/state/", state),
    path("channels/<int:number>/trials/", trials),
]
