"""Roads imported from files, ways drawn by hand, roads sealed, and where posts and villages stand."""

from __future__ import annotations

import tempfile
from pathlib import Path

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import URLPattern, path
from django.views.decorators.http import require_http_methods, require_POST

from sibulou.fronts.defence.cordon.datum import Datum
from sibulou.fronts.defence.cordon.placing import (
    ask_seal,
    draw_road,
    end_road,
    end_seal,
    grant_seal,
    place,
    read_points,
)
from sibulou.fronts.defence.cordon.problems import NoCountyOfRoads, RoadsTooBig
from sibulou.fronts.defence.cordon.roads import LAYERS
from sibulou.fronts.defence.cordon.store import Import, import_roads
from sibulou.fronts.defence.cordon.telling import report
from sibulou.fronts.defence.models import LocalRoad, Seal, Whereabouts
from sibulou.lib.problem import Problem
from sibulou.roster.access import EVERYTHING, acting
from sibulou.roster.area_key import Level, ancestor
from sibulou.roster.models import Area, Subject
from sibulou.roster.role import Right
from sibulou.web.allow import need_over
from sibulou.web.entry import Link, Part, Sheet, about_area, about_subject, area_to_change, ask, draw, line
from sibulou.web.labels import language, pick, word
from sibulou.web.middleware import Asking
from sibulou.web.pages.cordon import LAYER_WORDS
from sibulou.web.pages.entering import ASKED

MOST_UPLOAD = 64 << 20
"""Bytes that the page takes; larger files come in by the command."""
DATUMS = (("wgs84", "WGS-84（卫星、OpenStreetMap）", "WGS-84 (satellites, OpenStreetMap)"),
          ("gcj02", "GCJ-02（高德、腾讯等地图）", "GCJ-02 (maps of the mainland)"))  # fmt: skip


class NoFileChosen(Problem):
    """The import needs two files."""

    number = "422.315"
    zh = "还没有选“{field_zh}”文件。请选择文件后再导入。"
    en = "No file was chosen for “{field_en}”. Choose one, then import."


class NoDatumChosen(Problem):
    """What the degrees of a file or a position mean was not said."""

    number = "422.316"
    zh = "还没有选坐标系。请向提供位置的人问明是 WGS-84 还是 GCJ-02，再选。"
    en = "The datum was not chosen. Ask whoever gave the positions whether they are WGS-84 or GCJ-02, and choose it."


def datum_of(text: str) -> Datum:
    """The datum that was chosen. Raises NoDatumChosen."""
    try:
        return Datum(text)
    except ValueError:
        raise NoDatumChosen from None


def _datums() -> list[tuple[str, str]]:
    return [(key, word(zh, en)) for key, zh, en in DATUMS]


def _to_cordon(area: int) -> HttpResponse:
    return HttpResponseRedirect(f"/cordon/?area={area}")


def _tell(area: int, request: Asking) -> None:
    """What changed is told at once, not with the clockwork's next minute."""
    with acting(EVERYTHING):
        report(ancestor(area, Level.COUNTY), now=request.now)


@require_http_methods(ASKED)
def roads(request: Asking, key: int) -> HttpResponse:
    """Import the roads of a county with its boundary."""
    area = area_to_change(request, key)
    sentence, status = "", 200
    if request.method == "POST":
        try:
            kept = _import(request, area)
        except Problem as problem:
            sentence, status = problem.say(language()), problem.status
        else:
            _tell(area.pk, request)
            messages.success(request, word(f"已导入：{kept[0]} 个路口，{kept[1]} 段路。",
                                           f"Imported: {kept[0]} crossings, {kept[1]} roads."))  # fmt: skip
            return _to_cordon(area.pk)
    facts = {"area": area, "about": about_area(area), "sentence": sentence, "datums": _datums(), "typed": request.POST}
    return render(request, "web/roads_import.html", facts, status=status)


def _import(request: Asking, area: Area) -> tuple[int, int]:
    """Read what was sent from a folder that goes away with it."""
    if area.at is not Level.COUNTY:
        raise NoCountyOfRoads(area=area.name)
    datum = datum_of(request.POST.get("datum", ""))
    of_boundary = datum_of(request.POST.get("boundary_datum") or str(datum))
    with tempfile.TemporaryDirectory(prefix="sibulou-roads-") as folder:
        files = Import(
            _kept(request, "roads", "路网", "roads", Path(folder) / "1"),
            _kept(request, "boundary", "县界", "boundary", Path(folder) / "2"),
            datum, of_boundary,
        )  # fmt: skip
        kept = import_roads(area=area, files=files, by=request.by, now=request.now)
    return kept.nodes, kept.roads


def _kept(request: Asking, field: str, zh: str, en: str, folder: Path) -> Path:
    """An uploaded file under its own name, without the path that it may claim."""
    sent = request.FILES.get(field)
    if not isinstance(sent, UploadedFile):
        raise NoFileChosen(field_zh=zh, field_en=en)
    name = Path(str(sent.name)).name[-80:]
    if (sent.size or 0) > MOST_UPLOAD:
        raise RoadsTooBig(file=name, size=f"{(sent.size or 0) >> 20} MB",
                          most=f"{MOST_UPLOAD >> 20} MB（更大的用命令导入 · larger ones by the command）")  # fmt: skip
    folder.mkdir()
    with (folder / name).open("wb") as copy:
        for chunk in sent.chunks():
            copy.write(chunk)
    return folder / name


@require_http_methods(ASKED)
def way(request: Asking, key: int) -> HttpResponse:
    """Draw a way that the map lacks."""
    area = area_to_change(request, key)
    typed = request.POST
    layers = [(one, pick(LAYER_WORDS[one], language())) for one in LAYERS]
    questions = [
        ask(typed, "name", word("名称", "Name"), most=80, required=True),
        ask(typed, "layer", word("谁能走", "Who can use it"), "choice", options=layers, before="road"),
        ask(typed, "datum", word("坐标系", "Datum"), "choice", options=_datums(), required=True),
        ask(typed, "line", word("各点，每行一个：经度, 纬度", "Points, one a line: longitude, latitude"), "textarea",
            required=True),
    ]  # fmt: skip
    intro = word("在封控地图上点一下，就看到该处的经纬度（WGS-84）。两端百米内自动接到已有的路上。",
                 "A tap on the map shows the position (WGS-84). Ends within 100 m join the roads.")  # fmt: skip
    sheet = Sheet(
        word("补画一条路", "Draw a way"), _cordon_of(area), [Part("", questions, [])], word("补画", "Draw it"), intro
    )
    if request.method == "GET":
        return draw(request, sheet)
    try:
        points = read_points(typed.get("line", ""), datum_of(typed.get("datum", "")))
        made = draw_road(area=area, layer=typed.get("layer", ""), name=line(typed, "name"), line=points, by=request.by,
                         now=request.now)  # fmt: skip
    except Problem as problem:
        return draw(request, sheet, problem)
    _tell(area.pk, request)
    messages.success(request, word(f"已补画：{made.name}。", f"Drawn: {made.name}."))
    return _to_cordon(area.pk)


@require_http_methods(ASKED)
def way_end(request: Asking, number: int) -> HttpResponse:
    """Take a drawn way back."""
    road = LocalRoad.objects.filter(pk=number, until__isnull=True).first()
    if road is None or not request.reach.covers(road.area_id, Right.GAPS):
        raise Http404
    need_over(request.reach, road.area_id, Right.ROSTER)
    reason = ask(request.POST, "reason", word("理由", "Reason"), most=200, required=True)
    sheet = Sheet(word(f"撤去：{road.name}", f"Take back: {road.name}"), _cordon_of(Area.objects.get(pk=road.area_id)),
                  [Part("", [reason], [])], word("撤去", "Take it back"), danger=True)  # fmt: skip
    if request.method == "GET":
        return draw(request, sheet)
    try:
        end_road(road=road, reason=line(request.POST, "reason"), by=request.by, now=request.now)
    except Problem as problem:
        return draw(request, sheet, problem)
    _tell(road.area_id, request)
    messages.success(request, word("已撤去。", "Taken back."))
    return _to_cordon(road.area_id)


@require_http_methods(ASKED)
def seal(request: Asking, key: int) -> HttpResponse:
    """Ask for a road to count as sealed."""
    area = area_to_change(request, key)
    typed = request.POST
    questions = [
        ask(typed, "name", word("哪条路、哪个口", "Which road, and where"), most=80, required=True),
        ask(typed, "reason", word("怎样封的", "How it is sealed"), most=200, required=True),
        ask(typed, "datum", word("坐标系", "Datum"), "choice", options=_datums(), required=True),
        ask(typed, "at", word("位置：经度, 纬度", "Position: longitude, latitude"), most=60, required=True),
    ]
    intro = word(
        "要由另一位有权限的人批准，批准前不作数。", "Another person must grant it; until then it closes nothing."
    )
    sheet = Sheet(
        word("申请封路", "Seal a road"), _cordon_of(area), [Part("", questions, [])], word("申请", "Ask"), intro
    )
    if request.method == "GET":
        return draw(request, sheet)
    try:
        at = read_points(typed.get("at", ""), datum_of(typed.get("datum", "")))
        ask_seal(
            area=area, name=line(typed, "name"), reason=line(typed, "reason"), at=at, by=request.by, now=request.now
        )
    except Problem as problem:
        return draw(request, sheet, problem)
    messages.success(request, word("已申请，待批准。", "Asked for; it waits to be granted."))
    return _to_cordon(area.pk)


def _seal_of(request: Asking, number: int) -> Seal:
    found = Seal.objects.filter(pk=number).first()
    if found is None or not request.reach.covers(found.area_id, Right.GAPS):
        raise Http404
    return found


@require_POST
def seal_grant(request: Asking, number: int) -> HttpResponse:
    """Grant a seal as the second person."""
    found = _seal_of(request, number)
    need_over(request.reach, found.area_id, Right.GRANT)
    grant_seal(seal=found, reach=request.reach, by=request.by, now=request.now)
    _tell(found.area_id, request)
    messages.success(request, word(f"已批准封路：{found.name}。", f"Granted: {found.name} is sealed."))
    return _to_cordon(found.area_id)


@require_http_methods(ASKED)
def seal_end(request: Asking, number: int) -> HttpResponse:
    """A sealed road is open again."""
    found = _seal_of(request, number)
    need_over(request.reach, found.area_id, Right.ROSTER)
    reason = ask(request.POST, "reason", word("理由", "Reason"), most=200, required=True)
    about = _cordon_of(Area.objects.get(pk=found.area_id))
    title = word(f"解封：{found.name}", f"Open again: {found.name}")
    sheet = Sheet(title, about, [Part("", [reason], [])], word("解封", "Open it again"), danger=True)
    if request.method == "GET":
        return draw(request, sheet)
    try:
        end_seal(seal=found, reason=line(request.POST, "reason"), by=request.by, now=request.now)
    except Problem as problem:
        return draw(request, sheet, problem)
    _tell(found.area_id, request)
    messages.success(request, word("已解封。", "It is open again."))
    return _to_cordon(found.area_id)


@require_http_methods(ASKED)
def post_place(request: Asking, number: int) -> HttpResponse:
    """Where a post stands."""
    subject = Subject.objects.select_related("area").filter(pk=number, kind="post", until__isnull=True).first()
    if subject is None:
        raise Http404
    need_over(request.reach, subject.area_id, Right.ROSTER)
    return _place(request, subject, about_subject(subject))


@require_http_methods(ASKED)
def village_place(request: Asking, key: int) -> HttpResponse:
    """Where the centre of a village lies."""
    area = area_to_change(request, key)
    if area.at is not Level.VILLAGE:
        raise Http404
    return _place(request, Subject.objects.select_related("area").get(kind="area", area=area), about_area(area))


def _place(request: Asking, subject: Subject, about: Link) -> HttpResponse:
    held = Whereabouts.objects.filter(subject=subject).order_by("-since").first()
    before = f"{held.longitude:.6f}, {held.latitude:.6f}" if held else ""
    typed = request.POST
    questions = [
        ask(typed, "datum", word("坐标系", "Datum"), "choice", options=_datums(), required=True,
            before="wgs84" if held else ""),
        ask(typed, "at", word("位置：经度, 纬度", "Position: longitude, latitude"), most=60, required=True,
            before=before),
    ]  # fmt: skip
    intro = word("用来核对进村的路是否都经过卡点。在封控地图上点一下，就看到该处的经纬度（WGS-84）。",
                 "It decides whether every way in passes a post. A tap on the map shows positions.")  # fmt: skip
    title = word(f"位置：{subject.label}", f"Position: {subject.label}")
    sheet = Sheet(title, about, [Part("", questions, [])], word("保存", "Save"), intro)
    if request.method == "GET":
        return draw(request, sheet)
    try:
        at = read_points(typed.get("at", ""), datum_of(typed.get("datum", "")))
        place(subject=subject, at=at, by=request.by, now=request.now)
    except Problem as problem:
        return draw(request, sheet, problem)
    _tell(subject.area_id, request)
    messages.success(request, word("位置已保存。", "The position is saved."))
    return HttpResponseRedirect(about.address)


def _cordon_of(area: Area) -> Link:
    return Link(word(f"封控 · {area.name}", f"Cordon · {area.name}"), f"/cordon/?area={area.pk}")


urlpatterns: list[URLPattern] = [
    path("areas/<int:key>/roads/new/", roads),
    path("areas/<int:key>/ways/new/", way),
    path("ways/<int:number>/end/", way_end),
    path("areas/<int:key>/seals/new/", seal),
    path("seals/<int:number>/grant/", seal_grant),
    path("seals/<int:number>/end/", seal_end),
    path("subjects/<int:number>/whereabouts/", post_place),
    path("areas/<int:key>/whereabouts/", village_place),
]
