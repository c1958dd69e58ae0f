"""Chapter: the duty roster. One's own shifts as an iCalendar file, by a link that can be taken back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sibulou.fronts.defence.calendar_file import (
    Entry,
    calendar,
    escape,
    fold,
    make_link,
    read_calendar,
    withdraw_link,
)
from sibulou.fronts.defence.publishing import publish, withdraw
from sibulou.fronts.defence.rosters import put
from sibulou.fronts.defence.rota_problems import LinkWithdrawn, NotYours
from sibulou.roster.audit import By
from tests.spec.rota.conftest import NOW, Posts
from tests.world import BY

AT = datetime(2020, 2, 11, tzinfo=UTC)
ONE = Entry("shift-1@sibulou", AT, AT + timedelta(hours=8), "值班 北大门", "北大门", "应到 3 人；带证件")


def test_a_file_has_its_frame_its_moments_in_utc_and_ends_every_line_with_crlf() -> None:
    text = calendar([ONE], name="值班", now=AT).decode()
    assert text.startswith("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n") and text.endswith("END:VCALENDAR\r\n")
    assert "DTSTART:20200211T000000Z\r\nDTEND:20200211T080000Z\r\n" in text
    assert "\n" not in text.replace("\r\n", "")


def test_what_has_a_meaning_in_the_format_is_escaped() -> None:
    assert escape("甲,乙;丙\\丁\n戊\x07") == "甲\\,乙\\;丙\\\\丁\\n戊"


@given(st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=300))
def test_no_line_is_longer_than_75_bytes_no_sign_is_cut_and_nothing_is_lost(text: str) -> None:
    raw = fold(f"SUMMARY:{text}")
    lines = raw.split(b"\r\n")
    assert lines.pop() == b""
    assert all(len(line) <= 75 for line in lines)
    assert all(line.decode() for line in lines)
    assert raw.replace(b"\r\n ", b"").removesuffix(b"\r\n").decode() == f"SUMMARY:{text}"


def _who(posts: Posts) -> By:
    account = posts.force[0].account
    assert account
    return By(account.name, "", account.pk)


def _published(posts: Posts) -> None:
    rota = posts.rota(days=1)
    put(shift=posts.shift(rota, 8), member=posts.force[0], by=BY, now=NOW)
    publish(rota=rota, by=BY, now=NOW)


@pytest.mark.django_db
def test_the_link_opens_ones_own_published_shifts(posts: Posts) -> None:
    _published(posts)
    token = make_link(member=posts.force[0], by=_who(posts), now=NOW)
    text = read_calendar(token, now=NOW, since=NOW).replace(b"\r\n ", b"").decode()
    assert f"SUMMARY:值班 {posts.post.label}" in text and "DTSTART:20200211T000000Z" in text


@pytest.mark.django_db
def test_a_withdrawn_shift_leaves_the_calendar(posts: Posts) -> None:
    _published(posts)
    token = make_link(member=posts.force[0], by=_who(posts), now=NOW)
    before = read_calendar(token, now=NOW, since=NOW).count(b"BEGIN:VEVENT")
    shift = next(one.shift for one in posts.force[0].standings.select_related("shift__post", "shift__subject")
                 if one.shift.begins.hour == 0)  # fmt: skip
    withdraw(shift=shift, reason="封路", by=BY, now=NOW)
    assert read_calendar(token, now=NOW, since=NOW).count(b"BEGIN:VEVENT") == before - 1


@pytest.mark.django_db
def test_a_link_taken_back_renewed_or_forged_opens_nothing(posts: Posts) -> None:
    who = _who(posts)
    first = make_link(member=posts.force[0], by=who, now=NOW)
    second = make_link(member=posts.force[0], by=who, now=NOW)
    number = second.split(".", maxsplit=1)[0]
    withdraw_link(member=posts.force[0], by=who, now=NOW)
    for token in (first, second, f"{number}.forged", "1", "", "x.y"):
        with pytest.raises(LinkWithdrawn):
            read_calendar(token, now=NOW, since=NOW)


@pytest.mark.django_db
def test_nobody_makes_a_link_to_the_shifts_of_another(posts: Posts) -> None:
    with pytest.raises(NotYours):
        make_link(member=posts.force[1], by=_who(posts), now=NOW)
