"""The audit chain in sentences, and its check."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.db import connection

from sibulou.roster.access import EVERYTHING, acting
from sibulou.roster.audit import By, audit
from sibulou.roster.models import AuditLine
from sibulou.web.deeds import DEEDS, Names, sentence
from sibulou.web.pages.audit_trail import role_in_words
from tests.web.reading import words
from tests.web.scene import Scene

SOURCE = Path(__file__).resolve().parents[2] / "sibulou"


def test_every_deed_has_its_sentence():
    """A kind of line without a presenter would be read as bare facts."""
    sources = [path.read_text(encoding="utf-8") for path in SOURCE.rglob("*.py")]
    kinds = {kind for source in sources for kind in re.findall(r'\baudit\(\s*"([a-z_.]+)"', source)}
    assert kinds
    assert kinds <= set(DEEDS)


def test_a_line_of_an_unknown_kind_or_without_its_facts_is_still_shown():
    bare = AuditLine(kind="future.deed", facts='{"a": 1}')
    assert sentence(bare, "zh") == "future.deed a=1"
    assert sentence(AuditLine(kind="unmask", facts="{}"), "zh") == "查看对象 — 的完整号码（—）：—"
    assert sentence(AuditLine(kind="plan.load", facts="no json"), "en") == "loaded plan —, version —"


@pytest.mark.parametrize(
    ("written", "zh", "en"),
    [
        ("township_duty", "乡镇值班员", "township duty officer"), ("乡镇值班员", "乡镇值班员", "township duty officer"),
        ("clockwork", "系统", "the system"), ("", "", ""), ("a role of old", "a role of old", "a role of old"),
    ],
)  # fmt: skip
def test_whoever_did_it_is_named_with_his_role_in_the_readers_language(written: str, zh: str, en: str):
    assert (role_in_words(written, "zh-hans"), role_in_words(written, "en")) == (zh, en)


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_an_auditor_reads_sentences_page_by_page(scene: Scene, signed_in, language: str):
    client = signed_in(scene.inside("auditor"), language)
    page = client.get("/audit/")
    li = scene.world.li.name
    appointed = words(client.get("/audit/?kind=appoint"))
    assert re.search(f"任命 {li}：\\S+ " if language == "zh-hans" else f"appointed {li}: [a-z]", appointed)
    assert re.search("账号 [0-9]|席位 [0-9]|account [0-9]|seat [0-9]", appointed) is None
    older = re.search(r'href="(\?before=[^"]+)"', page.content.decode())
    assert older
    assert client.get(f"/audit/{older[1].replace('&amp;', '&')}").status_code == 200


def test_a_number_without_a_name_stays_and_says_what_it_counts():
    ended = AuditLine(kind="appointment.end", facts='{"account": 37, "seat": 14, "reason": "调走"}')
    assert sentence(ended, "zh") == "结束 账号 37 的任职（席位 14）：调走"
    assert sentence(ended, "en", Names({37: "李强"}, {14: "guard 东河"})) == "ended the term of 李强 (guard 东河): 调走"


@pytest.mark.django_db
def test_lines_are_filtered_by_kind_and_name(scene: Scene, signed_in):
    page = signed_in(scene.inside("auditor")).get("/audit/?kind=event.start")
    assert "启动I级响应" in words(page)
    assert "任命 " + scene.world.li.name not in words(page)


@pytest.mark.django_db
def test_the_check_says_that_all_fit(scene: Scene, signed_in):
    page = signed_in(scene.inside("auditor")).post("/audit/checks/", follow=True)
    assert "全部相符" in words(page)
    english = words(signed_in(scene.inside("auditor"), "en").get("/audit/"))
    assert "lines, all fit" in english and "全部相符" not in english


@pytest.mark.django_db
def test_the_database_itself_refuses_the_check_to_others(scene: Scene):
    from django.db import ProgrammingError, transaction

    with pytest.raises(ProgrammingError, match="right to audit"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT * FROM audit_check()")


@pytest.mark.django_db
def test_feedback_is_read_by_the_auditor(scene: Scene, signed_in):
    signed_in(scene.inside("group_head", "group_a1")).post("/feedback/", {"text": "字太小，老人看不清"})
    assert "字太小，老人看不清" in words(signed_in(scene.inside("auditor")).get("/audit/?kind=feedback"))


@pytest.mark.django_db
@pytest.mark.parametrize("text", ["", "  ", "长" * 1001, "a\x00b"])
def test_feedback_without_words_or_with_too_many_stays_on_the_page(scene: Scene, signed_in, text: str):
    answer = signed_in(scene.inside("group_head", "group_a1")).post("/feedback/", {"text": text})
    assert answer.status_code == 422
    with acting(EVERYTHING):
        assert not AuditLine.objects.filter(kind="feedback").exists()


@pytest.mark.django_db
def test_a_neighbour_county_reads_none_of_it(scene: Scene, signed_in):
    with acting(EVERYTHING):
        audit("feedback", by=By("某人"), now=scene.now, area=scene.world.county.pk, text="只给本县看")
    assert "只给本县看" not in words(signed_in(scene.outside["auditor"]).get("/audit/?kind=feedback"))


@pytest.mark.parametrize(
    ("kind", "facts", "zh", "en"),
    [
        ("waiver.ask", '{"obligation": 7, "reason": "abroad"}', "为应办 7 申请豁免（在境外）",
         "asked for a waiver of obligation 7 (out of the country)"),
        ("waiver.ask", '{"obligation": 7, "reason": "路断了"}', "为应办 7 申请豁免（路断了）",
         "asked for a waiver of obligation 7 (路断了)"),
        ("person.state", '{"subject": 3, "state": "away"}', "人员 3 现状改为 外出", None),
        ("person.correct", '{"subject": 3, "fields": "born、phone"}', "更正人员 3 的登记：出生日期、电话", None),
        ("message.trial", '{"channel": 2, "outcome": "failed"}', "试发消息通道 2：发送失败", None),
        ("shift.join", '{"member": 5, "shift": 9}', "队员 赵一 补进班次 9", None),
    ],
)  # fmt: skip
def test_keys_are_said_in_words(kind: str, facts: str, zh: str, en: str | None):
    line = AuditLine(kind=kind, facts=facts)
    assert sentence(line, "zh-hans", Names(members={5: "赵一"}, reasons={"abroad": "在境外"})) == zh
    if en:
        assert sentence(line, "en", Names(reasons={"abroad": "out of the country"})) == en
