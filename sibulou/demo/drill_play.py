"""The drill's clock: quarter of an hour by quarter of an hour, deeds, clockwork, field work and looks.

At every step, in this order: what people do to roster and chain; reconcile, at night and on the hour after such a deed,
as the clockwork does; the batches that arrive, shuffled, some of them twice; escalation; a look at the screen.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sibulou.demo.drill_books import Item, Ledger, Sent
from sibulou.demo.drill_diary import TICK
from sibulou.demo.drill_look import Look
from sibulou.demo.drill_roster import Place, Roster, Term, Thing, around
from sibulou.duty.escalate import escalate
from sibulou.duty.intake import Batch, Outcome, take_in
from sibulou.duty.models import Event
from sibulou.duty.reconcile import drift, reconcile
from sibulou.duty.told import Told
from sibulou.roster.access import EVERYTHING, acting, reach_of
from sibulou.roster.appointments import appoint, create_user, end_appointment, make_seat
from sibulou.roster.area_key import Level, ancestor
from sibulou.roster.audit import By
from sibulou.roster.models import Appointment, Area, Subject, User

Deed = Callable[[datetime], None]
BY = By("演练", "administrator")
STEP = timedelta(minutes=TICK)


@dataclass
class Play:
    """One run of a drill over a founded county in which an event has begun."""

    event: Event
    roster: Roster
    ledger: Ledger
    look: Look
    rng: random.Random
    start: datetime
    end: datetime
    before: dict[datetime, list[Deed]] = field(default_factory=lambda: defaultdict(list))
    after: dict[datetime, list[Deed]] = field(default_factory=lambda: defaultdict(list))
    mail: dict[datetime, list[Sent]] = field(default_factory=lambda: defaultdict(list))
    watched_moments: set[datetime] = field(default_factory=set)
    told: int = 0
    dirty: bool = False
    _old: list[Sent] = field(default_factory=list)
    _accounts: int = 0
    _looker: User | None = None

    @property
    def county(self) -> int:
        return self.event.area_id

    def at(self, moment: datetime, deed: Deed) -> datetime:
        """Do a deed at the first step not before `moment`, and look right after it."""
        tick = around(moment, TICK)
        self.before[tick].append(deed)
        self.watched_moments.add(tick)
        return tick

    def then(self, moment: datetime, deed: Deed) -> None:
        """Do a deed at a step, after the records of that step were taken in."""
        tick = around(moment, TICK)
        self.after[tick].append(deed)
        self.watched_moments.add(tick)

    def post(self, sent: Iterable[Sent]) -> None:
        """Records on their way, each heard at the moment it says."""
        for one in sent:
            if one.received <= self.end:
                self.mail[one.received].append(one)

    def run(self, *, until_found: bool = False) -> None:
        """From the start key to the end, or to the first finding."""
        now = around(self.start, TICK)
        while now <= self.end:
            if self._busy(now):
                with acting(EVERYTHING):
                    self._step(now)
            if self._looks(now):
                with acting(reach_of(self._officer(now), now=now)):
                    self._look_round(now)
            if until_found and self.look.findings:
                return
            now += STEP
        self.look.finish(self.end)

    def _busy(self, now: datetime) -> bool:
        """Whether anything happens at this step."""
        local = now.astimezone(self.roster.zone)
        return (
            local.minute == 0
            or self._nightly(now)
            or any(now in deeds for deeds in (self.before, self.after, self.mail))
        )

    def _nightly(self, now: datetime) -> bool:
        local = now.astimezone(self.roster.zone)
        return (local.hour, local.minute) == (0, 30)

    def _step(self, now: datetime) -> None:
        for deed in self.before.pop(now, []):
            deed(now)
        local = now.astimezone(self.roster.zone)
        if self._nightly(now) or (self.dirty and local.minute == 0):
            self.reconcile(now)
        if self._nightly(now):
            self.check_drift(now)
        self._take_in(now)
        for deed in self.after.pop(now, []):
            deed(now)
        if local.minute == 0 and local.hour % 3 == 0:
            escalate(now=now)

    def reconcile(self, now: datetime) -> None:
        """As the clockwork does."""
        reconcile(now=now, events=[self.event], heard=now)
        self.dirty = False

    def check_drift(self, now: datetime) -> None:
        drifted = drift()
        self.look.check("drift", not drifted, f"{len(drifted)} 项应办与记录不符。",
                        f"{len(drifted)} obligations differ from their records.")  # fmt: skip

    def next_reconcile(self, now: datetime) -> datetime:
        """When the clockwork will have opened what a deed at `now` calls for."""
        self.dirty = True
        local = now.astimezone(self.roster.zone)
        return now if local.minute == 0 else around(now, 60)

    def _looks(self, now: datetime) -> bool:
        """Every hour, by night every other, and whenever something planted comes due or changes."""
        local = now.astimezone(self.roster.zone)
        hourly = local.minute == 0 and (6 <= local.hour <= 22 or local.hour % 2 == 0)
        return hourly or now in self.watched_moments or now + STEP > self.end

    def _look_round(self, now: datetime) -> None:
        local = now.astimezone(self.roster.zone)
        self.look.gaps(now)
        if local.minute == 0 and local.hour in (8, 20):
            self.look.books(now)
        elif local.minute == 0:
            self.look.balance(self._way_down(), now)
        if now + STEP > self.end or (local.minute == 0 and local.hour == 22 and local.day % 6 == 0):
            self.look.books(now)
            self.look.everywhere(now)

    def _way_down(self) -> list[int]:
        """The county, and a township, a village or a group, another each time."""
        area = self.rng.choice(list(self.roster.things.values())).area
        level = self.rng.choice((Level.TOWNSHIP, Level.VILLAGE, Level.GROUP))
        return [self.county, ancestor(area, level)]

    def _officer(self, now: datetime) -> User:
        """Whose eyes the drill looks with: someone who sits as county secretary throughout."""
        if self._looker is None:
            user = self.roster.answers(("county_secretary", self.county), now)
            assert user is not None
            self._looker = User.objects.get(pk=user)
        return self._looker

    # --- records ----------------------------------------------------------------------------------

    def _take_in(self, now: datetime) -> None:
        fresh = self.mail.pop(now, [])
        if not fresh:
            return
        fresh.sort(key=lambda one: one.corrects is not None)
        for batch in self._batches(fresh):
            self._hand_in(batch, now)
        for one in fresh:
            if not one.refused:
                self.ledger.hear(one, at=now)
        self._old += [one for one in fresh if not one.refused]

    def _batches(self, fresh: list[Sent]) -> list[list[Sent]]:
        """The records of a step in shuffled batches, with a few that were handed in before."""
        again = self.rng.sample(self._old, min(len(self._old), len(fresh) // 20))
        straight = [one for one in [*fresh, *again] if not one.skew]
        self.rng.shuffle(straight)
        size = self.rng.choice((60, 300, 1000))
        odd = [[one] for one in fresh if one.skew]
        return [straight[at : at + size] for at in range(0, len(straight), size)] + odd

    def _hand_in(self, batch: list[Sent], now: datetime) -> None:
        skew = batch[0].skew
        answers = take_in(
            Batch([self._told(one) for one in batch], device="drill", sent_at=now + skew if skew else None),
            reach=EVERYTHING, by=BY, now=now,
        )  # fmt: skip
        self.told += len(batch)
        for one, answer in zip(batch, answers, strict=True):
            wanted = one.refused or (Outcome.REPEATED if one.id in self.ledger.by_id else Outcome.ACCEPTED)
            if answer.outcome != wanted:
                said = answer.problem.say("en") if answer.problem else ""
                self.look.find(
                    "intake",
                    f"记录 {one.form}（{one.thing.label}）的回执是 {answer.outcome}，应为 {wanted}。{said}",
                    f"The record {one.form} of {one.thing.label} was {answer.outcome}, not {wanted}. {said}",
                )

    def _told(self, one: Sent) -> Told:
        return Told(
            one.id, one.form, one.thing.id, one.happened + one.skew, one.content, one.answers, one.corrects,
            one.withdraws,
        )  # fmt: skip

    # --- chain ------------------------------------------------------------------------------------

    def account(self, now: datetime, person: Thing | None = None) -> User:
        """A new account, for someone who was found to do it."""
        self._accounts += 1
        subject = None if person is None else Subject.objects.get(pk=person.id)
        user = create_user(username=f"drill{self._accounts}", name="补位人", by=BY, now=now, person=subject)
        if person is not None:
            self.roster.person_of[user.pk] = person.id
        return user

    def fill(
        self, place: Place, now: datetime, *, deputy: bool = False, person: Thing | None = None,
        since: datetime | None = None,
    ) -> User:  # fmt: skip
        """Somebody is found for a seat, from now on; or has sat in it `since`, and is entered only now."""
        user = self.account(now, person)
        role, where = place
        if where < 0:
            seat = make_seat(role=role, by=BY, now=now, subject=Subject.objects.get(pk=-where))
        else:
            seat = make_seat(role=role, by=BY, now=now, area=Area.objects.get(pk=where))
        row = appoint(seat=seat, user=user, starts_at=since or now, by=BY, now=now, deputy=deputy)
        self.roster.terms.setdefault(place, []).append(Term(user.pk, since or now, deputy=deputy, row=row.pk))
        self.ledger.chain_changed()
        return user

    def vacate(self, place: Place, now: datetime, *, deputies: bool = True, left: datetime | None = None) -> None:
        """The holder leaves now, and the deputies with him; or they `left` before, and it is entered only now."""
        for term in self.roster.terms.get(place, []):
            if (term.ends is None or term.ends > now) and (deputies or not term.deputy):
                end_appointment(
                    reason="调离", appointment=Appointment.objects.get(pk=term.row), at=left or now, by=BY, now=now
                )
                term.ends = left or now
        self.ledger.chain_changed()

    def fill_empty_seats(self, items: Iterable[Item], now: datetime) -> int:
        """Nobody's seat is empty but for the planted ones: whoever the county left out is found now."""
        empty = {item.place for item in items if self.roster.answers(item.place, now) is None}
        for place in sorted(empty):
            self.fill(place, now)
        return len(empty)
