"""Ten days in one go: records for everything that is owed, copied in, with all that intake would have made of them.

The same records handed in one by one leave the same county behind; `tests/spec/test_demo.py` compares the two.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

import numpy as np
from django.db import connection
from django.db.models import Q

from sibulou.demo.field import Book, Deed, Judge, Withheld, as_told, by_arrival, deeds, fingerprint, moment
from sibulou.demo.guards import find_guards, make_guard_seats
from sibulou.demo.habits import County
from sibulou.demo.roll import Answering, Owed, whole
from sibulou.demo.scene import Scene
from sibulou.duty.effects import open_duties
from sibulou.duty.force import Running
from sibulou.duty.told import About
from sibulou.duty.watch import settle_watches, watch_forms
from sibulou.fronts.defence.models import Passage
from sibulou.fronts.defence.passages import register
from sibulou.fronts.defence.passages.following import follow
from sibulou.fronts.defence.stores import keeping
from sibulou.roster.audit import CLOCKWORK
from sibulou.roster.models import Subject

MOST_ROUNDS = 6
"""Records call for obligations, whose records call for more; after so many rounds nothing new has ever come."""

_COPY = (
    "COPY record (id, form, subject_id, area_id, happened_at, claimed_at, received_at, clock_doubtful, told_by_id, "
    "device, content, digest, closes, answering, answers, corrects, withdraws) FROM STDIN"
)


@dataclass
class History:
    """Plays what is owed up to `now`; keeps what is still to come, and with `keep` who told what."""

    running: Running
    county: County
    book: Book
    judge: Judge
    now: datetime
    keep: bool = False
    seen: int = 0
    told: int = 0
    withheld: Withheld = field(default_factory=dict)
    to_come: list[Deed] = field(default_factory=list)
    heard: list[tuple[Deed, int]] = field(default_factory=list)

    @property
    def scene(self) -> Scene:
        """What is played in, for whoever goes on playing."""
        return Scene(self.running, self.county, self.book, self.judge)

    def play(self, stories: Sequence[Deed]) -> None:
        """Tell everything that is heard by `now`, round after round, the stories with the first."""
        pending = list(stories)
        for _ in range(MOST_ROUNDS):
            owed = Owed.read(self.seen)
            if not len(owed) and not pending:
                return
            self.seen = max(self.seen, int(owed.id.max(initial=0)))
            keys = {number: key for key, number in self.running.duty_ids.items()}
            self._tell(pending + deeds(self.county, self.book, owed, keys, self.withheld))
            pending = []
            find_guards(self.running.stage.event, seed=self.county.seed, now=self.now)

    def _tell(self, told: Sequence[Deed]) -> None:
        upto = int(self.now.timestamp())
        answering = Answering.read(area=self.running.over, start=self._start(), now=self._local_now())
        arrived = by_arrival([deed for deed in told if deed.received <= upto])
        self.to_come += [deed for deed in told if deed.received > upto]
        tellers = answering.at(whole(deed.seat for deed in arrived), whole(deed.happened for deed in arrived)).tolist()
        kept = [(deed, teller) for deed, teller in zip(arrived, tellers, strict=True) if teller]
        self.told += len(kept)
        if self.keep:
            self.heard += kept
        self._carry_out(self._copy(kept))
        self._follow_passages([deed for deed, _ in kept if deed.form == register.FORM])
        keeping.keep(UUID(deed.id) for deed, _ in kept if deed.form in keeping.FORMS)

    def _start(self) -> datetime:
        return moment(self.county.start, self.county.offset)

    def _local_now(self) -> datetime:
        return moment(int(self.now.timestamp()), self.county.offset)

    def _copy(self, kept: Sequence[tuple[Deed, int]]) -> list[Deed]:
        """Copy the records in; gives those that a rule follows."""
        ruled: list[Deed] = []
        lines: list[str] = []
        said = texts([deed.happened for deed, _ in kept])
        heard = texts([deed.received for deed, _ in kept])
        for (deed, teller), happened, received in zip(kept, said, heard, strict=True):
            closes, answering, calls = self.judge.judge(deed)
            if calls:
                ruled.append(deed)
            digest = fingerprint(deed, self.book, happened)
            lines.append(
                f"{deed.id}\t{deed.form}\t{deed.subject}\t{deed.area}\t{happened}\t{happened}\t{received}\tf\t{teller}\t"
                f"phone-{teller}\t{self.book.texts[deed.content]}\t\\\\x{digest}\t{closes}\t"
                f"{answering}\t{deed.answers or NULL}\t{deed.corrects or NULL}\tf\n"
            )
        with connection.cursor() as cursor, cursor.copy(_COPY) as copy:
            for at in range(0, len(lines), 20_000):
                copy.write("".join(lines[at : at + 20_000]))
        return ruled

    def _carry_out(self, ruled: Sequence[Deed]) -> None:
        """Do what the plan's rules call for, as intake does: in the name of who told, as it was heard."""
        if not ruled:
            return
        rows = Subject.objects.filter(pk__in={deed.subject for deed in ruled}).values_list("pk", "kind", "area_id")
        subjects = {pk: About(pk, kind, area, language="", listed=0) for pk, kind, area in rows}
        known = {deed.subject: self.judge.facts(deed) for deed in ruled}
        of_event = [self.running]
        forms = watch_forms(of_event)
        watched = {deed.subject: subjects[deed.subject] for deed in ruled if deed.form in forms}
        if watched:
            make_guard_seats(watched.values())
            settle_watches(of_event, watched, facts=lambda one: known[one.pk], by=CLOCKWORK, now=self.now)
        happened = [
            (as_told(deed, self.book, self.county.offset), subjects[deed.subject], moment(deed.happened))
            for deed in ruled
        ]
        open_duties(self.running, happened, facts=lambda one: known[one.pk], now=self.now)
        with connection.cursor() as cursor:
            cursor.execute(_IN_THE_NAME_OF, [CLOCKWORK.name])
            cursor.execute(_AS_HEARD, [self.now])

    def _follow_passages(self, deeds: Sequence[Deed]) -> None:
        """What the county's register makes of passages at intake: of who was turned back, as it was heard."""
        if not deeds:
            return
        register.rebuild()
        back = Passage.objects.filter(disposal="turned_back", record__in=[deed.id for deed in deeds])
        seen_again = Passage.objects.filter(Q(pk__in=back) | Q(plate__in=back.exclude(plate=None).values("plate")))
        rows = [register.as_row(one) for one in seen_again.order_by("received_at", "record")]
        Passage.objects.filter(record__in=[row.record for row in rows]).delete()
        for row in rows:  # one after the other, as they were heard
            register.insert([row])
            follow([row], now=row.received_at)


_IN_THE_NAME_OF = """
UPDATE watch w SET set_by = a.name FROM record r JOIN account a ON a.id = r.told_by_id
WHERE r.id = w.opened_by AND w.set_by = %s
"""
_AS_HEARD = """
UPDATE obligation o SET heard_at = r.received_at FROM record r WHERE r.id = o.opened_by AND o.heard_at = %s
"""
NULL = "\\N"


def texts(seconds: Sequence[int]) -> list[str]:
    """Moments in UTC, as Python and JSON write them."""
    local = np.datetime_as_string(whole(seconds).astype("datetime64[s]"), unit="s")
    return [f"{text}+00:00" for text in local.tolist()]


__all__ = ["History", "texts"]
