"""The database itself refuses: what lies outside one's reach is not there, and what was written stays written."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import DatabaseError, connections, transaction

from sibulou.duty.models import Climb, Obligation, Record, Revision, Waiver
from sibulou.roster.access import EVERYTHING, NOTHING, acting, reach_of
from sibulou.roster.audit import By, audit, verify
from sibulou.roster.models import AuditLine, Household, Person, Subject
from sibulou.roster.role import ROLES, Right
from tests.kernel import CHAIN, County, county, moment, run_sql

pytestmark = pytest.mark.django_db
NOW = "1 Mar 12:00"


@pytest.fixture
def here(db: None) -> Iterator[County]:
    """A county in which something is owed, told, asked and escalated everywhere."""
    with county() as one:
        one.start("temperature", "told", "close")
        one.tell(*(f"{name} | 1 Mar 08:10 | reading 36.5 | as {name}" for name in ("Wang", "Zhao", "Sun", "Qian")))
        one.tell("Wang | 1 Mar 08:10 | reading | withdraws Wang | received 1 Mar 09:00")
        one.tell("Qian | 1 Mar 08:10 | reading | withdraws Qian | received 1 Mar 09:00")
        one.escalate(NOW)
        one.ask(one.owed("Wang's", "told"), by="Head", at=NOW)
        one.ask(one.owed("Qian's", "told"), by="Head4", at=NOW)
        yield one


def _areas(model: Any) -> set[int]:
    return set(model.objects.values_list("area_id", flat=True))


def _under(key: int, place: int) -> bool:
    from sibulou.roster.area_key import key_range

    low, high = key_range(place)
    return low <= key < high


@pytest.mark.parametrize("name", sorted(CHAIN))
def test_no_row_outside_ones_reach_can_be_read(here: County, name: str) -> None:
    """Walked with every role of the chain: obligations, records, waivers, tellings, people: only one's own area's."""
    role, place = CHAIN[name]
    reach = reach_of(here.users[name], now=moment(NOW))
    home = here.subjects[place].area_id if ROLES[role].level is None else here.areas[place].pk
    with acting(reach):
        for model in (Obligation, Record, Waiver, Climb, Subject):
            assert all(_under(area, home) for area in _areas(model)), model
        assert all(_under(row.obligation.area_id, home) for row in Revision.objects.select_related("obligation"))
        people = set(Person.objects.values_list("subject__label", flat=True))
        assert people == {
            label for label in ("Wang", "Zhao", "Sun", "Qian")
            if Right.PEOPLE in ROLES[role].rights and _under(here.subjects[label].area_id, home)
        }  # fmt: skip


def test_a_guard_sees_the_one_he_guards_and_his_household(here: County) -> None:
    """Li guards Wang: he sees Wang and Wang's door, what they owe on his seat, and nobody else."""
    with acting(reach_of(here.users["Li"], now=moment(NOW))):
        assert set(Subject.objects.values_list("label", flat=True)) == {"Wang", "Wang's"}
        assert set(Obligation.objects.values_list("subject__label", flat=True)) == {"Wang"}
        assert Household.objects.count() == 1


def test_whoever_may_see_gaps_but_not_people_sees_no_name(here: County) -> None:
    """A regulator sees that something is missed in a group, not at whose door."""
    here.appoint("Regulator", "market_bureau", "county")
    with acting(reach_of(here.users["Regulator"], now=moment(NOW))):
        assert Obligation.objects.filter(duty__key="told").count() == 4
        assert not Subject.objects.filter(kind__in=("person", "household")).exists()
        assert not Record.objects.exists()


def test_without_a_word_who_asks_nothing_is_there(here: County) -> None:
    """A connection that says nothing sees nothing, and may write nothing."""
    with acting(NOTHING):
        for model in (Obligation, Record, Waiver, Climb, Revision, Subject, Person, AuditLine):
            assert not model.objects.exists(), model
        with pytest.raises(DatabaseError), transaction.atomic():
            Subject.objects.create(kind="household", area_id=here.areas["Lake 1"].pk, label="x", since=moment(NOW))


def test_the_settings_end_with_the_block_that_said_them(here: County) -> None:
    """Inside a narrower block one sees less, after it what one saw before."""
    before = Obligation.objects.count()
    with acting(reach_of(here.users["Hill secretary"], now=moment(NOW))):
        assert 0 < Obligation.objects.count() < before
    assert Obligation.objects.count() == before
    assert run_sql("SELECT current_setting('sibulou.gaps', true)") == [("{[0,1000000000000000000)}",)]


def test_an_ended_term_ends_the_reach(here: County) -> None:
    """Whoever has left the seat reaches nothing from that minute."""
    here.leaves("Hill secretary", NOW)
    with acting(reach_of(here.users["Hill secretary"], now=moment(NOW))):
        assert not Obligation.objects.exists()


@pytest.mark.parametrize(
    "deed",
    [
        "UPDATE record SET content = '{}'", "DELETE FROM record", "TRUNCATE record CASCADE",
        "UPDATE audit_line SET by = 'x'", "DELETE FROM audit_line", "TRUNCATE audit_line",
        "INSERT INTO audit_line SELECT 99, now(), 'x', '', 'x', NULL, '{}', '', ''",
        "UPDATE revision SET met_at = NULL", "DELETE FROM revision", "UPDATE climb SET told = ''", "DELETE FROM climb",
        "DELETE FROM obligation", "UPDATE obligation SET due_at = now()", "UPDATE obligation SET area_id = 0",
        "DELETE FROM waiver", "DELETE FROM subject", "UPDATE plan_version SET text = ''",
        "ALTER TABLE record DISABLE TRIGGER ALL", "DROP POLICY area_read ON record", "SET ROLE sibulou_owner",
    ],
)  # fmt: skip
def test_the_application_cannot_change_what_was_written(here: County, deed: str) -> None:
    """Even with every right of the county set, the application's role is refused by the database."""
    audit("something", by=By("x"), now=moment(NOW))
    with pytest.raises(DatabaseError), transaction.atomic(), acting(EVERYTHING):
        run_sql(deed)


@pytest.mark.django_db(databases=["default", "owner"], transaction=False)
@pytest.mark.parametrize(
    ("table", "deed"),
    [
        ("record", "UPDATE record SET form = 'x'"), ("record", "DELETE FROM record"),
        ("record", "TRUNCATE record CASCADE"), ("audit_line", "UPDATE audit_line SET by = 'x'"),
        ("audit_line", "DELETE FROM audit_line"), ("audit_line", "TRUNCATE audit_line"),
    ],
)  # fmt: skip
def test_the_owner_of_the_tables_is_refused_as_well(table: str, deed: str) -> None:
    """Whoever migrates the tables cannot change a record or an audit line either while their guards stand."""
    with transaction.atomic(using="owner"):
        with connections["owner"].cursor() as cursor:
            if table == "record":
                _a_record_by_the_owner(cursor)
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            else:
                cursor.execute("SELECT audit_write(now(), 'x', '', 'x', NULL, '{}')")
            with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(using="owner"):
                cursor.execute(deed)
        transaction.set_rollback(True, using="owner")


def _a_record_by_the_owner(cursor: Any) -> None:
    execute = cursor.execute
    execute("INSERT INTO area (id, level, name, short_name) VALUES (1, 7, 'x', 'x')")
    execute(
        "INSERT INTO subject (id, kind, area_id, label, since, ended_by, end_reason) "
        "VALUES (1, 'area', 1, 'x', now(), '', '')"
    )
    execute(
        "INSERT INTO record (id, form, subject_id, area_id, happened_at, claimed_at, received_at, clock_doubtful, "
        "device, content, digest, closes, withdraws) "
        "VALUES (gen_random_uuid(), 'x', 1, 1, now(), now(), now(), false, '', '{}', '', '{}', false)"
    )


@pytest.mark.django_db(databases=["default", "owner"], transaction=False)
@pytest.mark.parametrize(
    ("deed", "broken_at"),
    [
        ("UPDATE audit_line SET facts = '{\"grams\": 2}' WHERE id = 2", 2),
        ("UPDATE audit_line SET at = at + interval '1 second' WHERE id = 3", 3),
        ("DELETE FROM audit_line WHERE id = 2", 3),
        ("UPDATE audit_line SET seal = audit_seal(previous, id, at, 'y', role, kind, area_id, facts), by = 'y' "
         "WHERE id = 2", 3),
    ],
)  # fmt: skip
def test_the_check_of_the_chain_finds_a_line_that_was_tampered_with(deed: str, broken_at: int) -> None:
    """Even whoever owns the tables and switches off their guards leaves a broken chain, found at the very line."""
    with transaction.atomic(using="owner"):
        with connections["owner"].cursor() as cursor:
            cursor.execute("SELECT count(*) FROM audit_line")
            assert cursor.fetchone() == (0,)
            for number in range(1, 5):
                cursor.execute("SELECT audit_write(now(), 'x', '', 'kind', NULL, %s)", [f'{{"grams": {number * 7}}}'])
            assert (verify().lines, verify().broken_at) == (4, None)
            cursor.execute("ALTER TABLE audit_line DISABLE TRIGGER USER")
            cursor.execute(deed)
            assert verify().broken_at == broken_at
        transaction.set_rollback(True, using="owner")


def test_an_auditor_reads_the_lines_of_his_area_and_nobody_else_does(here: County) -> None:
    """The audit right shows the chain; a duty officer without it sees none of it."""
    here.appoint("Auditor", "auditor", "county")
    with acting(reach_of(here.users["Auditor"], now=moment(NOW))):
        assert AuditLine.objects.filter(kind="event.start").exists()
        assert not Person.objects.exists()
    with acting(reach_of(here.users["Officer"], now=moment(NOW))):
        assert not AuditLine.objects.exists()
