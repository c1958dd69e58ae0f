"""A small language for the rule book: a village, a plan made of named duties, records as lines, gaps as lines.

`County` is two villages with a handful of named people. Everything goes through the real database: the plan is loaded
from YAML, records through `take_in`, gaps and books come from the board. Moments are written `1 Mar 18:00` (2020, in
the county's zone). A record is written `Wang | 1 Mar 08:10 | reading 36.5 | as a | received 1 Mar 20:00`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import connection, transaction

from sibulou.duty import board
from sibulou.duty.board import Moment
from sibulou.duty.escalate import escalate
from sibulou.duty.force import activate, load
from sibulou.duty.intake import Answer, Batch, take_in
from sibulou.duty.models import Climb, Event, Obligation, Waiver, Watch
from sibulou.duty.reconcile import drift, reconcile, uncalled
from sibulou.duty.told import Told
from sibulou.duty.waive import ask_waiver, grant_waiver
from sibulou.lib.uuid7 import uuid7
from sibulou.roster.access import EVERYTHING, Reach, acting, reach_of
from sibulou.roster.area_key import child_key, from_code, level_of
from sibulou.roster.audit import By
from sibulou.roster.models import (
    Appointment,
    Area,
    Household,
    Institution,
    Leave,
    Person,
    Post,
    Seat,
    Subject,
    User,
)
from sibulou.roster.role import ROLES

ZONE = ZoneInfo("Asia/Shanghai")
FOUNDED = datetime(2020, 1, 1, tzinfo=UTC)
OFFICER = By("duty officer", "county_duty", None)

COUNTY = from_code("530499")
NORTH, SOUTH = child_key(COUNTY, 1), child_key(COUNTY, 2)
LAKE, HILL, FORD = child_key(NORTH, 1), child_key(NORTH, 2), child_key(SOUTH, 1)
LAKE_1, LAKE_2, HILL_1, FORD_1 = child_key(LAKE, 1), child_key(LAKE, 2), child_key(HILL, 1), child_key(FORD, 1)
AREAS = {
    "county": COUNTY, "North": NORTH, "South": SOUTH, "Lake": LAKE, "Hill": HILL, "Ford": FORD,
    "Lake 1": LAKE_1, "Lake 2": LAKE_2, "Hill 1": HILL_1, "Ford 1": FORD_1,
}  # fmt: skip
PEOPLE = {"Wang": LAKE_1, "Zhao": LAKE_2, "Sun": HILL_1, "Qian": FORD_1}
"""One person in one household (`Wang's`) in each group."""

CHAIN = {
    "Li": ("guard", "Wang"), "Chen": ("guard", "Zhao"), "Bai": ("guard", "Sun"), "Gao": ("guard", "Qian"),
    "Head": ("group_head", "Lake 1"), "Head2": ("group_head", "Lake 2"), "Head3": ("group_head", "Hill 1"),
    "Head4": ("group_head", "Ford 1"), "Lake secretary": ("village_secretary", "Lake"),
    "Hill secretary": ("village_secretary", "Hill"), "Ford secretary": ("village_secretary", "Ford"),
    "Doctor": ("village_doctor", "Lake"), "Doctor2": ("village_doctor", "Hill"), "Doctor3": ("village_doctor", "Ford"),
    "North officer": ("township_duty", "North"), "South officer": ("township_duty", "South"),
    "Officer": ("county_duty", "county"), "Secretary": ("county_secretary", "county"),
}  # fmt: skip
"""Who sits where on the first day."""

DUTIES: dict[str, str] = {
    "temperature": """
    scope: people
    owner: guard
    cadence:
      daily:
        - {slot: morning, opens: "08:00", warn: "09:00", due: "10:00", tell: "11:00"}
        - {slot: evening, opens: "18:00", warn: "19:00", due: "20:00", tell: "21:00"}
    closers: [{form: reading}]
    ladder: village
    waiver: {reasons: [away]}""",
    "watching": """
    scope: people.watched
    owner: guard
    cadence:
      daily:
        - {slot: morning, opens: "08:00", warn: "09:00", due: "10:00", tell: "11:00"}
        - {slot: evening, opens: "18:00", warn: "19:00", due: "20:00", tell: "21:00"}
    closers: [{form: reading, concerned: true}]
    ladder: village""",
    "guarded": """
    scope: people.watched
    owner: guard
    cadence: {once: {}}
    clocks: {warn: 4 hours, due: 12 hours, tell: 24 hours}
    closers: [{form: accepted}]
    ladder: village""",
    "after_watch": """
    scope: people.released
    owner: village_doctor
    cadence: {after: {days: [1, 3], opens: "08:00"}}
    clocks: {warn: 8 hours, due: 12 hours, tell: 24 hours}
    closers: [{form: reading}]
    ladder: township""",
    "check": """
    scope: households
    owner: group_head
    cadence: {every: {days: 3}}
    clocks: {warn: 2 days, due: 3 days, tell: 4 days}
    at_levels:
      I: true
      II: true
      III: {cadence: {every: {days: 7}}, clocks: {warn: 6 days, due: 7 days, tell: 8 days}}
    closers: [{form: visit}]
    ladder: village
    waiver: {reasons: [away]}""",
    "told": """
    scope: households
    owner: group_head
    cadence: {once: {}}
    clocks: {warn: 24 hours, due: 48 hours, tell: 72 hours}
    closers: [{form: visit}]
    ladder: village
    waiver: {reasons: [away]}""",
    "clinic": """
    scope: people
    owner: village_doctor
    cadence: {event: {}}
    clocks: {warn: 1 hour, due: 2 hours, tell: 4 hours}
    closers: [{form: to_clinic, answers: true}]
    ladder: township
    rings_at_night: true""",
    "match": """
    scope: areas.villages
    owner: village_secretary
    cadence: {event: {}}
    clocks: {warn: 1 hour, due: 2 hours, tell: 4 hours}
    closers: [{form: settled, answers: true}]
    gap: off_roster
    ladder: township""",
    "mend": """
    scope: households
    owner: group_head
    cadence: {event: {}}
    clocks: {warn: 12 hours, due: 24 hours, tell: 36 hours}
    closers: [{form: mended, answers: true}, {form: visit, when: record.members == 0}]
    gap: off_roster
    ladder: village""",
    "close": """
    scope: areas.villages
    owner: village_secretary
    cadence:
      daily:
        - {slot: day, opens: "12:00", warn: "15:30", due: "16:00", tell: "16:30"}
    closers: [{form: day_close}]
    gap: silent
    ladder: township""",
    "tick": """
    scope: institutions.pharmacies
    owner: institution_head
    cadence:
      daily:
        - {slot: day, opens: "08:00", warn: "17:00", due: "18:00", tell: "19:00"}
    closers: [{form: pharmacy}]
    gap: silent
    ladder: village""",
}
"""The duties a spec may put into its plan, by name."""

RULES: dict[str, tuple[str, ...]] = {
    "  - {key: fever, article: [S41], on: [reading], "
    "when: record.temperature >= values.fever, open: {duty: clinic, for: subject}}": ("clinic",),
    "  - {key: sighted, article: [S12], on: [passed], "
    "when: record.matched == false, open: {duty: match, for: 'field:destination'}}": ("match",),
    "  - {key: fever_at_post, article: [S41], on: [passed], when: has(record.person) && record.temperature >= "
    "values.fever, open: {duty: clinic, for: 'field:person'}}": ("clinic",),
    "  - {key: more, article: [S37], on: [visit], "
    "when: record.members > subject.listed, open: {duty: mend, for: subject}}": ("mend",),
    "  - {key: returned, article: [S39], on: [seen], when: record.origin == 'far', watch: {class: home, days: 14}}": (
        "watching",
        "guarded",
        "after_watch",
    ),
    "  - {key: lifted, article: [S49], on: [lifted], lift: {class: home}}": ("watching", "guarded", "after_watch"),
}
"""Rules, each with the duties of which one must be there."""

PLAN = """
plan: small
version: {version}
title: {{zh: 小预案, en: a small plan}}
disease: {{zh: 某病, en: some disease}}
source: the rule book
zone: Asia/Shanghai
quiet: {{from: "22:00", until: "06:30"}}
levels:
  - {{key: I, title: {{zh: Ⅰ, en: I}}}}
  - {{key: II, title: {{zh: Ⅱ, en: II}}}}
  - {{key: III, title: {{zh: Ⅲ, en: III}}}}
  - {{key: IV, title: {{zh: Ⅳ, en: IV}}}}
values: {{fever: 37.3}}
classes:
  - {{key: home, title: {{zh: 居家, en: at home}}, days: 14}}
reasons:
  - {{key: away, title: {{zh: 外出, en: away}}}}
ladders:
  county: [{{role: county_duty}}, {{role: county_secretary, after: 12 hours}}]
  township: [{{role: township_duty}}, {{continue: county, after: 2 hours}}]
  village: [{{role: village_secretary}}, {{continue: township, after: 2 hours}}]
cutoffs: {{village: "16:00", township: "17:00", county: "18:00"}}
forms:
  - key: reading
    title: {{zh: 体温, en: reading}}
    subject: person
    concerned: tells
    why: {{zh: 看, en: to see}}
    fields:
      - {{key: temperature, title: {{zh: 体温, en: temperature}}, type: number, required: true, min: 34, max: 43}}
  - {{key: accepted, title: {{zh: 包保, en: accepted}}, subject: person, why: {{zh: 看, en: to see}}, fields: []}}
  - {{key: to_clinic, title: {{zh: 就医, en: to the clinic}}, subject: person, why: {{zh: 看, en: to see}}, fields: []}}
  - {{key: lifted, title: {{zh: 解除, en: lifted}}, subject: person, why: {{zh: 看, en: to see}}, fields: []}}
  - key: seen
    title: {{zh: 见到, en: seen}}
    subject: person
    why: {{zh: 看, en: to see}}
    fields:
      - {{key: origin, title: {{zh: 来处, en: origin}}, type: text, max: 10}}
  - key: visit
    title: {{zh: 入户, en: visit}}
    subject: household
    why: {{zh: 看, en: to see}}
    fields:
      - {{key: members, title: {{zh: 人数, en: members}}, type: integer, min: 0, max: 60}}
  - {{key: mended, title: {{zh: 补登, en: mended}}, subject: household, why: {{zh: 看, en: to see}}, fields: []}}
  - {{key: day_close, title: {{zh: 日结, en: close}}, subject: area, why: {{zh: 看, en: to see}}, fields: []}}
  - {{key: settled, title: {{zh: 核实, en: settled}}, subject: area, why: {{zh: 看, en: to see}}, fields: []}}
  - {{key: pharmacy, title: {{zh: 药店, en: pharmacy}}, subject: institution, why: {{zh: 看, en: to see}}, fields: []}}
  - key: passed
    title: {{zh: 通过, en: passed}}
    subject: post
    why: {{zh: 看, en: to see}}
    fields:
      - {{key: temperature, title: {{zh: 体温, en: temperature}}, type: number, min: 34, max: 43}}
      - {{key: destination, title: {{zh: 去处, en: destination}}, type: area, required: true}}
      - {{key: matched, title: {{zh: 在册, en: matched}}, type: boolean, required: true}}
      - {{key: person, title: {{zh: 人, en: person}}, type: subject}}
duties:
{duties}
rules:
{rules}
"""


def plan(*names: str, version: int = 1, also: Mapping[str, str] | None = None) -> str:
    """The YAML of a small plan with these duties of `DUTIES`, and of `also` by name."""
    chosen = {name: DUTIES[name] for name in names} | dict(also or {})
    duties = "\n".join(
        f"  - key: {name}\n    article: [S1]\n    front: screening\n    title: {{zh: {name}, en: {name}}}\n"
        f"    why: {{zh: 看, en: to see}}{body}"
        for name, body in chosen.items()
    )
    rules = "\n".join(rule for rule, wanted in RULES.items() if set(wanted) & set(chosen) and _known(rule, chosen))
    return PLAN.format(version=version, duties=duties, rules=rules or "  []")


def _known(rule: str, chosen: Iterable[str]) -> bool:
    """Whether the duty a rule opens stands in the plan."""
    return "duty: " not in rule or any(f"duty: {name}," in rule for name in chosen)


def moment(text: str) -> datetime:
    """`1 Mar 18:00` of 2020 in the county's zone, as UTC."""
    return datetime.strptime(f"2020 {text.strip()} +0800", "%Y %d %b %H:%M %z").astimezone(UTC)


def said(at: datetime) -> str:
    """A moment as a spec writes it."""
    local = at.astimezone(ZONE)
    return f"{local.day} {local:%b %H:%M}"


def record_id(name: str) -> UUID:
    """The id that a record named `name` carries: the same in every run."""
    return uuid7(FOUNDED, hashlib.sha256(name.encode()).digest()[:10])


@dataclass
class Line:
    """A record as a line of a spec, read."""

    told: Told
    received: datetime | None
    sent: datetime | None


@dataclass
class County:
    """The county of the rule book. Made inside a transaction that the test throws away."""

    areas: dict[str, Area] = field(default_factory=dict)
    subjects: dict[str, Subject] = field(default_factory=dict)
    users: dict[str, User] = field(default_factory=dict)
    event: Event | None = None
    now: datetime = FOUNDED
    counter: int = 0

    # --- the roster

    def found(self) -> County:
        """Areas, households, people, a pharmacy, a post, and the chain of responsibility, in a few statements."""
        parents: list[tuple[str, int]] = [("province", from_code("53")), ("prefecture", from_code("5304"))]
        for name, key in [*parents, *AREAS.items()]:
            above = max((area for area in self.areas.values() if area.pk < key < area.range[1]),
                        key=lambda area: area.level, default=None)  # fmt: skip
            self.areas[name] = Area(pk=key, level=level_of(key), parent=above, name=name, short_name=name)
        Area.objects.bulk_create(self.areas.values())
        homes = {f"{name}'s": key for name, key in PEOPLE.items()}
        kinds = {
            **{name: ("area", area.pk) for name, area in self.areas.items()},
            **{name: ("household", key) for name, key in homes.items()},
            **{name: ("person", key) for name, key in PEOPLE.items()},
            "pharmacy": ("institution", LAKE_1),
            "gate": ("post", LAKE),
        }
        made = Subject.objects.bulk_create(
            Subject(kind=kind, area_id=area, label=name, since=FOUNDED) for name, (kind, area) in kinds.items()
        )
        self.subjects |= {subject.label: subject for subject in made}
        Household.objects.bulk_create(
            Household(subject=self.subjects[name], number=number) for number, name in enumerate(homes)
        )
        Person.objects.bulk_create(
            Person(subject=self.subjects[name], household_id=self.subjects[f"{name}'s"].pk) for name in PEOPLE
        )
        Institution.objects.create(subject=self.subjects["pharmacy"], kind="pharmacy")
        Post.objects.create(subject=self.subjects["gate"], kind="gate", opened_at=FOUNDED)
        self._fill_the_chain()
        return self

    def _fill_the_chain(self) -> None:
        chain = CHAIN | {"Chemist": ("institution_head", "pharmacy")}
        users = User.objects.bulk_create(User(username=_username(name), name=name) for name in chain)
        self.users |= {user.name: user for user in users}
        seats = Seat.objects.bulk_create(Seat(**self._place(role, place)) for role, place in chain.values())
        Appointment.objects.bulk_create(
            Appointment(seat=seat, user=user, made_by="test", starts_at=FOUNDED)
            for seat, user in zip(seats, users, strict=True)
        )

    def _subject(self, label: str, kind: str, area: int, since: datetime, entered: datetime | None) -> Subject:
        return Subject.objects.create(kind=kind, area_id=area, label=label, since=since, entered_at=entered)

    def household(self, name: str, area: int, since: datetime = FOUNDED, *, entered: datetime | None = None) -> Subject:
        """A household on the roster from `since` on; `entered` late, or (None) as it began."""
        subject = self.subjects[name] = self._subject(name, "household", area, since, entered)
        Household.objects.create(subject=subject, number=len(self.subjects))
        return subject

    def person(
        self, name: str, household: str, since: datetime = FOUNDED, *, entered: datetime | None = None
    ) -> Subject:
        """A person of a household, on the roster from `since` on; `entered` late, or (None) as it began."""
        home = self.subjects[household]
        subject = self.subjects[name] = self._subject(name, "person", home.area_id, since, entered)
        Person.objects.create(subject=subject, household_id=home.pk)
        return subject

    def user(self, name: str) -> User:
        """The account of `name`, made when it is first asked for."""
        if name not in self.users:
            self.users[name] = User.objects.create(username=_username(name), name=name)
        return self.users[name]

    def seat(self, role: str, place: str) -> Seat:
        """The seat of a role at an area or on a subject, by the place's name."""
        return Seat.objects.get_or_create(**self._place(role, place), closed_at=None)[0]

    def _place(self, role: str, place: str) -> dict[str, Any]:
        on_subject = ROLES[role].level is None
        area = self.subjects[place].area_id if on_subject else self.areas[place].pk
        return {"role": role, "area_id": area, "subject": self.subjects[place] if on_subject else None}

    def appoint(
        self, name: str, role: str, place: str, *, since: str = "", until: str = "", deputy: bool = False,
        entered: str = "",
    ) -> Appointment:  # fmt: skip
        """Put somebody in a seat for a term; `entered` late, or as it began."""
        return Appointment.objects.create(
            seat=self.seat(role, place), user=self.user(name), deputy=deputy, made_by="test",
            starts_at=moment(since) if since else FOUNDED, ends_at=moment(until) if until else None,
            entered_at=moment(entered) if entered else None,
        )  # fmt: skip

    def leaves(self, name: str, at: str, *, entered: str = "") -> None:
        """Somebody's appointments end; that they did is `entered` late, or as they end."""
        lasting = Appointment.objects.filter(user=self.user(name), ends_at=None)
        lasting.update(ends_at=moment(at), ended_by="test", until_entered_at=moment(entered) if entered else None)

    def away(
        self, name: str, since: str, until: str = "", *, stand_in: str = "", seat: Seat | None = None,
        entered: str = "",
    ) -> Leave:  # fmt: skip
        """Somebody is on leave; `entered` late, or as it begins."""
        return Leave.objects.create(
            user=self.user(name), seat=seat, stand_in=self.user(stand_in) if stand_in else None,
            starts_at=moment(since), ends_at=moment(until) if until else None,
            entered_at=moment(entered) if entered else None,
        )  # fmt: skip

    def watch(
        self, name: str, since: str, *, starts: datetime | None = None, ends: datetime | None = None,
        entered: datetime | None = None,
    ) -> Watch:  # fmt: skip
        """Put somebody under watch by hand; a name of the chain gets a person of its own first."""
        if name in self.users and name not in self.subjects:
            self.person(name, "Wang's")
            self.users[name].person = self.subjects[name]
            self.users[name].save()
        assert self.event is not None
        return Watch.objects.create(
            event=self.event, subject=self.subjects[name], area_id=self.subjects[name].area_id, klass="home",
            starts_at=starts or moment(since), planned_until=moment(since) + timedelta(days=14), set_by="test",
            ended_at=ends, ended_by="test" if ends else "", entered_at=entered,
        )  # fmt: skip

    # --- the plan in force

    def start(self, *duties: str, at: str = "1 Mar 00:00", level: str = "I", text: str = "") -> Event:
        """Load a plan of these duties and press the start key for the county."""
        self.now = moment(at)
        version = load(text or plan(*duties), file="small.yaml", by=OFFICER, now=self.now)
        self.event = activate(
            area=self.areas["county"], version=version, level=level, title="an event", notice="No 1",
            legal_basis="the law", by=OFFICER, now=self.now,
        )  # fmt: skip
        reconcile(now=self.now)
        return self.event

    def reconcile(self, at: str | datetime) -> int:
        """Open what is called for by `at`."""
        self.now = moment(at) if isinstance(at, str) else at
        return reconcile(now=self.now).total

    def escalate(self, at: str) -> list[str]:
        """Tell what must be told by `at`; every telling so far as `step | about | seat's role | to whom | moment`."""
        escalate(now=moment(at))
        return self.tellings()

    def tellings(self) -> list[str]:
        """Every telling so far, in the order of its moment."""
        rows = Climb.objects.select_related("obligation__subject", "seat").order_by("at", "step", "id")
        return [
            f"{row.step} | {row.obligation.subject.label} | {row.seat.role} | {row.told or 'nobody'} | {said(row.at)}"
            for row in rows
        ]

    # --- records

    def line(self, text: str) -> Line:
        """Read a record: `subject | moment | form value`, then any of `as x`, `received m`, `corrects x`,
        `withdraws x`, `answers x`, `sent m`.
        """
        subject, happened, form, *more = (part.strip() for part in text.split("|"))
        words = dict(part.split(" ", 1) for part in more)
        if "withdraws" in words:
            words["corrects"] = words["withdraws"]
        self.counter += 1
        name = words.get("as", f"record {self.counter}")
        known = self.subjects.get(subject)
        key, *values = form.split(" ")
        told = Told(
            id=record_id(name), form=key, subject=int(subject) if known is None else known.pk,
            happened_at=moment(happened), content=self._content(key, values),
            answers=record_id(words["answers"]) if "answers" in words else None,
            corrects=record_id(words["corrects"]) if "corrects" in words else None, withdraws="withdraws" in words,
        )  # fmt: skip
        return Line(told, *(moment(words[name]) if name in words else None for name in ("received", "sent")))

    def _content(self, form: str, values: Sequence[str]) -> dict[str, object]:
        if form == "reading" and values:
            return {"temperature": float(values[0])}
        if form == "seen" and values:
            return {"origin": values[0]}
        if form == "visit" and values:
            return {"members": int(values[0])}
        if form == "passed":
            to, matched = values[0], values[1] == "known"
            content: dict[str, object] = {"destination": str(AREAS.get(to, to)), "matched": matched}
            if len(values) > 2:
                person = self.subjects.get(values[2])
                content |= {"person": str(person.pk if person else values[2]), "temperature": float(values[3])}
            return content
        return {}

    def tell(self, *lines: str, at: str = "", reach: Reach = EVERYTHING) -> list[Answer]:
        """Hand in records: those received at one moment are one batch, in the order of that moment."""
        read = [self.line(line) for line in lines]
        arrivals: dict[tuple[datetime, datetime | None], list[Told]] = {}
        for one in read:
            received = moment(at) if at else one.received or max(one.told.happened_at, self.now)
            arrivals.setdefault((received, one.sent), []).append(one.told)
        answers: list[Answer] = []
        for (received, sent), told in sorted(arrivals.items(), key=lambda pair: pair[0][0]):
            self.now = max(self.now, received)
            answers += take_in(Batch(told, device="phone", sent_at=sent), reach=reach, by=OFFICER, now=self.now)
        return answers

    # --- what is owed

    def owed(self, subject: str, duty: str, opened: str = "") -> Obligation:
        """The obligation of a subject under a duty (the one that opened at a moment, or the only one)."""
        found = Obligation.objects.filter(subject=self.subjects[subject], duty__key=duty)
        return found.get(opened_at=moment(opened)) if opened else found.get()

    def ask(self, owed: Obligation, *, by: str, at: str, until: str = "") -> Waiver:
        """Ask for a waiver by name."""
        who = self.user(by)
        return ask_waiver(
            obligation=owed, reason="away", words="", until=moment(until) if until else None,
            by=By(who.name, "", who.pk), now=moment(at),
        )  # fmt: skip

    def grant(self, waiver: Waiver, *, by: str, at: str) -> Obligation:
        """Grant a waiver by name, within the reach of whoever grants."""
        who = self.user(by)
        return grant_waiver(
            waiver=waiver, reach=reach_of(who, now=moment(at)), by=By(who.name, "", who.pk), now=moment(at)
        )

    # --- what the board says

    def gaps(self, at: str, *, known: str = "", area: int = COUNTY) -> list[str]:
        """Every gap at a moment: `Wang | temperature | since 1 Mar 10:00 | Li`, vacant seats as `unowned`."""
        now = moment(at)
        asked = Moment(now, moment(known)) if known else Moment.now(now)
        rows = board.gap_page(area, asked, limit=1000)
        answered = board.answerers({row.seat for row in rows}, at=now, known=asked.chain_known)
        names = {user.pk: user.name for user in self.users.values()}
        labels = {subject.pk: name for name, subject in self.subjects.items()}
        duties = board.duties()
        shown = []
        for row in rows:
            who = "unowned" if row.unowned else names[answered[row.seat].user]
            kind = f" {duties[row.duty].gap}" if row.overdue and duties[row.duty].gap != "overdue" else ""
            pending = "" if row.overdue else " not yet due"
            shown.append(
                f"{labels[row.subject]} | {duties[row.duty].key}{kind} | since {said(row.since)}{pending} | {who}"
            )
        return sorted(shown)

    def books(self, at: str, *, known: str = "", area: int = COUNTY) -> str:
        """The books of an area in one line, only the parts that are not nil; raises if they do not balance."""
        now = moment(at)
        table = board.books(area, Moment(now, moment(known)) if known else Moment.now(now))
        assert table.balanced
        whole = table.whole
        parts = {
            "met": whole.met, "late": whole.met_late, "waived": whole.waived, "overdue": whole.overdue,
            "pending": whole.pending, "unowned": whole.unowned,
        }  # fmt: skip
        return ", ".join(f"{count} {name}" for name, count in parts.items() if count) + f" of {whole.expected}"

    def sound(self) -> bool:
        """Whether nothing drifted from the records, every gap is called for, and reconcile is idempotent."""
        reconcile(now=self.now)
        assert drift() == []
        assert uncalled(now=self.now) == {}
        assert reconcile(now=self.now).total == 0
        return True

    def snapshot(self) -> set[tuple[object, ...]]:
        """The obligations as they stand, without the numbers that a run gives them."""
        rows = Obligation.objects.select_related("duty", "subject", "seat", "waiver")
        return {
            (row.duty.key, row.subject.label, row.opened_at, row.due_at, row.until_at, row.opened_by, row.met_at,
             row.met_by, row.seat.role, row.waiver and row.waiver.reason)
            for row in rows
        }  # fmt: skip


def _username(name: str) -> str:
    return name.lower().replace(" ", "_")


@contextmanager
def county() -> Iterator[County]:
    """A county of one's own, gone afterwards; the database answers as to the system itself."""
    with transaction.atomic():
        with acting(EVERYTHING):
            yield County().found()
        transaction.set_rollback(True)


def spec(
    *duties: str, records: str | Sequence[str] = (), now: str, gaps: str | Sequence[str] = (), books: str = "",
    people: Sequence[str] = ("Wang",),
) -> None:  # fmt: skip
    """State a rule in one call: with these duties in force from 1 Mar and these records, these are the gaps."""
    with county() as here:
        for name in PEOPLE:
            if name not in people:
                for label in (name, f"{name}'s"):
                    Subject.objects.filter(pk=here.subjects[label].pk).update(
                        until=FOUNDED, ended_by="test", end_reason="not in this spec"
                    )
        here.start(*duties)
        here.tell(*([records] if isinstance(records, str) else records))
        here.reconcile(now)
        assert here.gaps(now) == sorted([gaps] if isinstance(gaps, str) else gaps)
        if books:
            assert here.books(now) == books
        assert here.sound()


def everything_owed() -> list[Obligation]:
    """Every obligation there is."""
    return list(Obligation.objects.order_by("id"))


def run_sql(statement: str, *facts: Any) -> list[tuple[object, ...]]:
    """Run one statement as the application."""
    with connection.cursor() as cursor:
        cursor.execute(statement, facts or None)
        return cursor.fetchall() if cursor.description else []
