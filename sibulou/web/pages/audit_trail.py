"""The audit chain, in sentences, and its check."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import messages
from django.db import connection
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import URLPattern, path
from django.views.decorators.http import require_GET, require_POST

from sibulou.roster.audit import ChainCheck, audit
from sibulou.roster.models import AuditLine
from sibulou.roster.role import ROLES, Right
from sibulou.web.allow import need, roots
from sibulou.web.asked import number_asked
from sibulou.web.deeds import DEEDS, check_words, names_in, sentence, title
from sibulou.web.labels import language, pick, places, word
from sibulou.web.middleware import Asking

PAGE = 50
_OTHERS = {"clockwork": ("系统", "the system")}
CHECKS = ("audit.check", "kernel.check")


@dataclass(frozen=True)
class Shown:
    """One line in words."""

    line: AuditLine
    sentence: str
    role: str
    place: str


@require_GET
def audit_trail(request: Asking) -> HttpResponse:
    """The lines one may see, newest first, page by page."""
    need(request.reach, Right.AUDIT)
    rows = AuditLine.objects.order_by("-id")
    kind, by, before = (request.GET.get(name, "") for name in ("kind", "by", "before"))
    if kind in DEEDS:
        rows = rows.filter(kind=kind)
    if by and "\x00" not in by:
        rows = rows.filter(by=by[:80])
    if (number := number_asked(before, "before")) is not None:
        rows = rows.filter(pk__lt=number)
    found = list(rows[: PAGE + 1])
    facts = {
        "lines": _shown(found[:PAGE], request),
        "next": found[PAGE - 1].pk if len(found) > PAGE else None,
        "checks": _shown([line for kind in CHECKS if (line := _latest(kind)) is not None], request),
        "kinds": [(one, title(one, language())) for one in sorted(DEEDS)],
        "kind": kind,
        "by": by,
    }
    return render(request, "web/audit.html", facts)


def _latest(kind: str) -> AuditLine | None:
    return AuditLine.objects.filter(kind=kind).order_by("-id").first()


def _shown(lines: list[AuditLine], request: Asking) -> list[Shown]:
    where = places({line.area_id for line in lines if line.area_id})
    names = names_in(lines, language=language(), now=request.now)
    return [
        Shown(
            line,
            sentence(line, language(), names),
            role_in_words(line.role, language()),
            where.get(line.area_id, "") if line.area_id else "",
        )
        for line in lines
    ]


def role_in_words(written: str, language: str) -> str:
    """The role of a line in the reader's language: it was written as a key or in Chinese, or stands for no role."""
    role = ROLES.get(written) or next((one for one in ROLES.values() if one.zh == written), None)
    return role.label(language) if role else pick(_OTHERS.get(written, (written, written)), language)


def check_chain() -> ChainCheck:
    """Recompute every seal in the database, as its owner; only for whoever holds the right to audit."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT lines, broken_at FROM audit_check()")
        lines, broken_at = cursor.fetchone()
    return ChainCheck(lines=lines, broken_at=broken_at)


@require_POST
def checks(request: Asking) -> HttpResponse:
    """Check the chain now; the check is on record itself."""
    need(request.reach, Right.AUDIT)
    found = check_chain()
    broken = found.broken_at
    zh, en = check_words(broken)
    home = roots(request.reach, Right.AUDIT)[0]
    audit("audit.check", by=request.by, now=request.now, area=home, lines=found.lines, broken_at=broken)
    if broken is None:
        messages.success(request, word(f"已核对 {found.lines} 条，{zh}。", f"{found.lines} lines checked: {en}."))
    else:
        messages.error(
            request,
            word(
                f"审计链{zh}：有人改动过数据库。请立即报告个人信息保护负责人，并保全备份。",
                f"The chain is {en}: somebody has changed the database. Tell the data-protection officer now and keep "
                "the backups safe.",
            ),
        )
    return HttpResponseRedirect("/audit/")


urlpatterns: list[URLPattern] = [
    path("audit/", audit_trail),
    path("audit/checks/", checks),
]
