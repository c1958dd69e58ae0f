"""The chain of responsibility: seats, terms, deputies, leave and stand-ins; who answers at a moment."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import DatabaseError, transaction

from sibulou.duty.waive import who_answers
from sibulou.roster.access import acting, reach_of
from sibulou.roster.appointments import (
    appoint,
    close_account,
    create_user,
    end_appointment,
    end_leave,
    make_seat,
    take_leave,
)
from sibulou.roster.audit import By
from sibulou.roster.ending import end_subject
from sibulou.roster.models import Appointment, AuditLine, Leave, Seat, User
from sibulou.roster.phone import NotAPhone
from sibulou.roster.problems import (
    AccountClosed,
    AppointmentOver,
    BadUsername,
    BeforeItsStart,
    LeaveOverlaps,
    NameMissing,
    NoAppointmentSpan,
    NotInTheList,
    OutOfReach,
    Overlapping,
    OwnAppointment,
    OwnStandIn,
    ReasonMissing,
    SubjectEnded,
    SuperiorsSeat,
    UsernameTaken,
    WeakPassword,
    WrongSeat,
)
from sibulou.roster.role import ROLES, Right
from sibulou.roster.seal import work_phone
from tests.world import BY, World, phone_of

pytestmark = pytest.mark.django_db
NOW = datetime(2020, 2, 10, 2, 0, tzinfo=UTC)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)


def answers(seat: Seat, at: datetime = NOW) -> str | None:
    """The name of who answers for a seat, or None: it is vacant."""
    user = who_answers(seat.pk, at=at)
    return user and User.objects.get(pk=user).name


# --- seats ------------------------------------------------------------------------------------------


def test_every_role_of_the_chain_has_someone_in_the_small_county(world: World):
    """Each role is held somewhere, at its own level or on its own kind of subject."""
    held = Appointment.objects.values_list("seat__role", flat=True)
    assert set(held) == set(ROLES) - {"shift_leader"}, "who leads a shift sits once a roster is published"
    for (role, _), seat in world.seats.items():
        assert seat.area.level == ROLES[role].level or seat.subject.kind in ROLES[role].on


def test_a_seat_is_made_once(world: World):
    """Asked for again it is the same seat; made or not, it stays vacant until somebody is appointed."""
    doctor_b = world.seats["village_doctor", "village_b"]
    assert make_seat(role="village_doctor", area=world.village_b, by=BY, now=NOW) == doctor_b
    assert answers(doctor_b) is None
    home = make_seat(role="guard", subject=world.chen.subject, by=BY, now=NOW)
    assert (home.area, home.subject) == (world.group_a2, world.chen.subject)


def test_a_role_sits_at_its_level_or_on_its_kind_of_subject(world: World):
    """The sentence says where it belongs."""
    for role, area, subject, where in (
        ("village_secretary", world.longquan, None, "村（社区）"), ("group_head", world.village_a, None, "组"),
        ("guard", world.group_a1, None, "人、户"), ("post_head", None, world.pharmacy.subject, "卡点"),
        ("village_doctor", None, world.clinic.subject, "村（社区）"), ("guard", None, None, "人、户"),
    ):  # fmt: skip
        with pytest.raises(WrongSeat) as refused:
            make_seat(role=role, area=area, subject=subject, by=BY, now=NOW)
        assert f"应设在{where}" in refused.value.say("zh")
    with pytest.raises(NotInTheList):
        make_seat(role="king", area=world.county, by=BY, now=NOW)


def test_nobody_guards_what_has_left_the_roster(world: World):
    """A seat on an ended subject is refused."""
    end_subject(subject=world.pharmacy.subject, at=NOW, by=BY, now=NOW, reason="停业")
    with pytest.raises(SubjectEnded):
        make_seat(role="institution_head", subject=world.pharmacy.subject, by=BY, now=NOW)


# --- terms ------------------------------------------------------------------------------------------


def test_a_seat_has_one_holder_at_a_time(world: World):
    """The database refuses the second; the sentence names the first. Terms may touch, and deputies are free."""
    seat, starts = world.seats["village_secretary", "village_a"], NOW - 30 * DAY
    for span in ((NOW, None), (starts - DAY, starts + DAY), (NOW, NOW + DAY)):
        with pytest.raises(Overlapping, match="梁红"):
            appoint(seat=seat, user=world.li, starts_at=span[0], ends_at=span[1], by=BY, now=NOW)
    before = appoint(seat=seat, user=world.li, starts_at=starts - DAY, ends_at=starts, by=BY, now=NOW)
    deputy = appoint(seat=seat, user=world.li, starts_at=NOW, deputy=True, by=BY, now=NOW)
    assert {before.made_by, deputy.made_by} == {BY.name}
    assert (answers(seat, starts - HOUR), answers(seat, starts)) == ("李强", "梁红")


def test_a_term_ends_after_it_starts(world: World):
    """Neither before nor at the same moment."""
    seat = world.seats["village_doctor", "village_b"]
    for ends in (NOW, NOW - HOUR):
        with pytest.raises(NoAppointmentSpan):
            appoint(seat=seat, user=world.li, starts_at=NOW, ends_at=ends, by=BY, now=NOW)


def test_whoever_leaves_a_seat_leaves_it_vacant_from_that_minute(world: World):
    """And on record: who ended it. A second end has nothing left to end."""
    seat = world.seats["guard", "yang_zhiqiang"]
    held = Appointment.objects.get(seat=seat)
    ended = end_appointment(reason="调离", appointment=held, at=NOW, by=BY, now=NOW)
    assert (ended.ends_at, ended.ended_by) == (NOW, BY.name)
    assert (answers(seat, NOW - HOUR), answers(seat)) == ("李强", None)
    with pytest.raises(AppointmentOver, match="李强"):
        end_appointment(reason="调离", appointment=held, at=NOW + HOUR, by=BY, now=NOW + HOUR)
    with pytest.raises(BeforeItsStart):
        end_appointment(reason="调离", appointment=held, at=NOW - 31 * DAY, by=BY, now=NOW)


def test_a_term_that_has_not_begun_is_called_off(world: World):
    """It lasts an instant, so that both names stay, and makes way for another."""
    seat = world.seats["village_doctor", "village_b"]
    planned = appoint(seat=seat, user=world.li, starts_at=NOW + DAY, by=BY, now=NOW)
    end_appointment(reason="调离", appointment=planned, at=NOW, by=BY, now=NOW)
    assert answers(seat, NOW + 2 * DAY) is None
    appoint(seat=seat, user=world.zhou, starts_at=NOW + DAY + HOUR, by=BY, now=NOW)


def test_a_user_sits_in_several_seats(world: World):
    """Bai Yun is the doctor of village A and heads its clinic; his rights are those of both."""
    reach = reach_of(world.doctor_a, now=NOW)
    assert set(reach.roles) == {"village_doctor", "institution_head"}
    assert world.clinic.pk in reach.subjects and reach.covers(world.village_a.id, Right.PEOPLE)


# --- away -------------------------------------------------------------------------------------------


def test_a_guard_on_leave_without_a_stand_in_leaves_his_seat_vacant(world: World):
    """Zhou Zheng left two hours ago; before that he answered, and after his leave he will."""
    seat = world.seats["guard", "zhao_ming"]
    assert answers(seat, NOW - 3 * HOUR) == "周正" and answers(seat) is None
    assert answers(seat, NOW + 3 * DAY) == "周正"
    end_leave(leave=world.leave, at=NOW, by=BY, now=NOW)
    assert answers(seat) == "周正"
    with pytest.raises(AppointmentOver):
        end_leave(leave=world.leave, at=NOW + HOUR, by=BY, now=NOW + HOUR)


def test_a_stand_in_answers_and_then_a_deputy(world: World):
    """The stand-in goes before the deputy; when he is away himself, the deputy answers."""
    seat = world.seats["village_secretary", "village_a"]
    appoint(seat=seat, user=world.li, starts_at=NOW - DAY, deputy=True, by=BY, now=NOW)
    take_leave(user=world.secretary_a, starts_at=NOW, stand_in=world.doctor_a, reason="出差", by=BY, now=NOW)
    assert answers(seat) == "白芸"
    take_leave(reason="休假", user=world.doctor_a, starts_at=NOW + HOUR, by=BY, now=NOW)
    assert answers(seat, NOW + HOUR) == "李强"
    assert seat.pk in reach_of(world.doctor_a, now=NOW).seats


def test_leave_from_one_seat_leaves_the_others(world: World):
    """Bai Yun is away from the clinic only."""
    clinic, village = world.seats["institution_head", "clinic"], world.seats["village_doctor", "village_a"]
    take_leave(reason="休假", user=world.doctor_a, seat=clinic, starts_at=NOW, ends_at=NOW + DAY, by=BY, now=NOW)
    assert answers(clinic) is None and answers(village) == "白芸"
    with pytest.raises(LeaveOverlaps, match="白芸"):
        take_leave(reason="休假", user=world.doctor_a, starts_at=NOW + HOUR, by=BY, now=NOW)
    take_leave(reason="休假", user=world.doctor_a, seat=village, starts_at=NOW + HOUR, by=BY, now=NOW)
    assert answers(village, NOW + HOUR) is None


def test_what_is_no_leave(world: World):
    """One's own stand-in, an end before the start, a second leave in the same days, a stand-in who signs in no more."""
    leave = {"user": world.li, "reason": "休假", "starts_at": NOW, "by": BY, "now": NOW}
    with pytest.raises(OwnStandIn):
        take_leave(**leave, stand_in=world.li)
    with pytest.raises(NoAppointmentSpan):
        take_leave(**leave, ends_at=NOW)
    with pytest.raises(LeaveOverlaps, match="周正"):
        take_leave(reason="休假", user=world.zhou, starts_at=NOW, by=BY, now=NOW)
    close_account(user=world.zhou, by=BY, now=NOW)
    with pytest.raises(AccountClosed):
        take_leave(**leave, stand_in=world.zhou)
    assert Leave.objects.count() == 1


def test_a_leave_that_has_not_begun_is_called_off(world: World):
    """Nobody was away; another may be entered for the same days."""
    planned = take_leave(reason="休假", user=world.li, starts_at=NOW + DAY, ends_at=NOW + 3 * DAY, by=BY, now=NOW)
    end_leave(leave=planned, at=NOW, by=BY, now=NOW)
    assert answers(world.seats["guard", "yang_zhiqiang"], NOW + 2 * DAY) == "李强"
    take_leave(reason="休假", user=world.li, starts_at=NOW + 2 * DAY, by=BY, now=NOW)


# --- accounts ---------------------------------------------------------------------------------------


def test_an_account_is_made_with_a_name_a_telephone_and_no_power(world: World):
    """What it may do comes from appointments alone; its telephone is sealed."""
    made = create_user(username="xin.lai", name="辛来", password="long-enough-2020", phone=phone_of(900), demo=True,
                       by=BY, now=NOW)  # fmt: skip
    assert made.check_password("long-enough-2020") and work_phone(made) == phone_of(900)
    assert phone_of(900).encode() not in bytes(made.phone_sealed)
    assert not reach_of(made, now=NOW).ranges
    assert "long-enough" not in AuditLine.objects.latest("id").facts


@pytest.mark.parametrize(
    ("given", "problem"),
    [({"username": "u100"}, UsernameTaken), ({"username": "A b"}, BadUsername), ({"username": "x"}, BadUsername),
     ({"name": ""}, NameMissing), ({"password": "short"}, WeakPassword), ({"password": "12345678901"}, WeakPassword),
     ({"password": "password123"}, WeakPassword), ({"phone": "12"}, NotAPhone)],
)  # fmt: skip
def test_what_is_no_account(world: World, given: dict[str, str], problem: type[Exception]):
    """Each in a sentence; nothing is made."""
    before = User.objects.count()
    with pytest.raises(problem):
        create_user(**{"username": "xin.lai", "name": "辛来", "by": BY, "now": NOW} | given)
    assert User.objects.count() == before


def test_a_closed_account_answers_for_nothing(world: World):
    """From that minute its seats are vacant, and it is appointed to none."""
    close_account(user=world.li, by=BY, now=NOW)
    assert answers(world.seats["guard", "yang_zhiqiang"]) is None
    with pytest.raises(AccountClosed, match="李强"):
        appoint(seat=world.seats["village_doctor", "village_b"], user=world.li, starts_at=NOW, by=BY, now=NOW)
    with pytest.raises(AccountClosed):
        close_account(user=world.li, by=BY, now=NOW)


# --- who may ----------------------------------------------------------------------------------------


def test_a_secretary_appoints_in_his_village_only(world: World):
    """Next door there is no seat to appoint to, and no term to end."""
    there = world.seats["village_secretary", "village_b"]
    held = Appointment.objects.get(seat=there)
    with acting(reach_of(world.secretary_a, now=NOW)):
        appoint(seat=world.seats["group_head", "group_a1"], user=world.li, starts_at=NOW, deputy=True, by=BY, now=NOW)
        for deed in (
            lambda: appoint(seat=there, user=world.li, starts_at=NOW, deputy=True, by=BY, now=NOW),
            lambda: end_appointment(reason="调离", appointment=held, at=NOW, by=BY, now=NOW),
            lambda: make_seat(role="group_head", area=world.group_c1, by=BY, now=NOW),
        ):
            with pytest.raises(OutOfReach):
                deed()
    assert Appointment.objects.get(pk=held.pk).ends_at is None


def test_a_guard_appoints_nobody_and_takes_his_own_leave(world: World):
    """Leave is one's own to take; seats are not one's own to give."""
    with acting(reach_of(world.li, now=NOW)):
        take_leave(
            reason="休假", user=world.li, starts_at=NOW, ends_at=NOW + DAY, stand_in=world.doctor_a, by=BY, now=NOW
        )
        with pytest.raises(OutOfReach):
            appoint(
                seat=world.seats["guard", "yang_zhiqiang"], user=world.zhou, starts_at=NOW, deputy=True, by=BY, now=NOW
            )
        with pytest.raises(OutOfReach):
            take_leave(reason="休假", user=world.doctor_a, starts_at=NOW, by=BY, now=NOW)
        with pytest.raises(OutOfReach):
            close_account(user=world.doctor_a, by=BY, now=NOW)
    assert answers(world.seats["guard", "yang_zhiqiang"]) == "白芸"


def office(world: World, role: str, where: str = "") -> By:
    """Somebody of the small county as he acts by himself."""
    user = world.user(role, where)
    return By(user.name, role, user.pk)


def term_of(world: World, role: str, where: str) -> Appointment:
    return Appointment.objects.select_related("seat", "user").get(seat=world.seats[role, where], deputy=False)


@pytest.mark.parametrize(
    ("own", "superior", "where"),
    [("township_duty", "township_secretary", "longquan"), ("township_organiser", "township_secretary", "longquan"),
     ("county_duty", "county_secretary", "county")],
)  # fmt: skip
def test_nobody_rules_over_the_seat_of_his_superior(world: World, own: str, superior: str, where: str):
    """He neither fills it nor ends its term, nor enters or ends a leave from it; the sentence names the superior."""
    by, term = office(world, own, where), term_of(world, superior, where)
    away = take_leave(user=term.user, starts_at=NOW + DAY, ends_at=NOW + 2 * DAY, reason="出差", by=BY, now=NOW)
    with acting(reach_of(world.user(own, where), now=NOW)):
        for deed in (
            lambda: appoint(seat=term.seat, user=world.li, starts_at=NOW, deputy=True, by=by, now=NOW),
            lambda: end_appointment(appointment=term, at=NOW, reason="不服", by=by, now=NOW),
            lambda: take_leave(user=term.user, seat=term.seat, starts_at=NOW, reason="不服", by=by, now=NOW),
            lambda: take_leave(user=term.user, starts_at=NOW, reason="不服", by=by, now=NOW),
            lambda: end_leave(leave=away, at=NOW, by=by, now=NOW),
        ):
            with pytest.raises(SuperiorsSeat, match=ROLES[superior].en):
                deed()


def test_whoever_grants_above_a_seat_or_administers_accounts_rules_over_it(world: World):
    """The county over a township, an officer over his equal and below, an administrator for others: as ever."""
    boss, duty = term_of(world, "township_secretary", "longquan"), term_of(world, "township_duty", "longquan")
    appoint(seat=boss.seat, user=world.li, starts_at=NOW, deputy=True, by=office(world, "administrator"), now=NOW)
    end_appointment(appointment=boss, at=NOW, reason="另有任用", by=office(world, "county_duty", "county"), now=NOW)
    organiser = office(world, "township_organiser", "longquan")
    end_appointment(appointment=duty, at=NOW, reason="轮换", by=organiser, now=NOW)


def test_a_superior_by_role_elsewhere_is_no_superior(world: World):
    """The seat must stand over his own: the secretary of the next township is above nobody here."""
    reach = reach_of(world.user("township_duty", "longquan"), now=NOW)
    assert reach.is_under("township_secretary", world.longquan.pk)
    assert not reach.is_under("township_secretary", world.qingshan.pk)
    assert not reach.is_under("township_duty", world.longquan.pk)
    assert reach_of(world.doctor_a, now=NOW).is_under("county_duty", world.county.pk)


def test_nobody_gives_himself_a_seat(world: World):
    """Not even below him, and not as a stand-in; the database refuses it besides. His own leave is his to take."""
    by, user = office(world, "village_secretary", "village_a"), world.secretary_a
    seat, head = world.seats["group_head", "group_a1"], world.user("group_head", "group_a1")
    term = {"seat": seat, "starts_at": NOW, "deputy": True, "made_by": "x", "entered_at": NOW}
    with acting(reach_of(user, now=NOW)):
        with pytest.raises(OwnAppointment):
            appoint(seat=seat, user=user, starts_at=NOW, deputy=True, by=by, now=NOW)
        with pytest.raises(OwnAppointment):
            take_leave(user=head, starts_at=NOW, stand_in=user, reason="就医", by=by, now=NOW)
        with pytest.raises(DatabaseError), transaction.atomic():
            Appointment.objects.create(user=user, **term)
        with pytest.raises(DatabaseError), transaction.atomic():
            Leave.objects.create(user=head, stand_in=user, starts_at=NOW, entered_at=NOW)
        take_leave(user=user, starts_at=NOW, stand_in=head, reason="就医", by=by, now=NOW)


def test_an_end_and_a_leave_say_why(world: World):
    """In words that stay in the audit chain; without them neither happens."""
    term = Appointment.objects.get(seat=world.seats["guard", "yang_zhiqiang"])
    with pytest.raises(ReasonMissing):
        end_appointment(appointment=term, at=NOW, reason="  ", by=BY, now=NOW)
    with pytest.raises(ReasonMissing):
        take_leave(user=world.li, starts_at=NOW, reason="", by=BY, now=NOW)
    take_leave(user=world.li, starts_at=NOW, reason="就医", by=BY, now=NOW)
    end_appointment(appointment=term, at=NOW, reason="调离本村", by=BY, now=NOW)
    for kind, why in (("leave.take", "就医"), ("appointment.end", "调离本村")):
        assert f'"reason": "{why}"' in AuditLine.objects.filter(kind=kind).latest("id").facts


def test_every_deed_of_the_chain_is_on_record(world: World):
    """Who did it, in which role, and to which seat."""
    seat = world.seats["village_doctor", "village_b"]
    appoint(seat=seat, user=world.li, starts_at=NOW, by=BY, now=NOW)
    line = AuditLine.objects.filter(kind="appoint").latest("id")
    assert (line.by, line.area_id) == (BY.name, world.village_b.id) and '"seat_role": "village_doctor"' in line.facts
