"""Rows written past every service, as a shell, an import or next year's code might write them."""

from contextlib import contextmanager
from datetime import date, timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from appointments.models import Appointment, Participant
from appointments.rules.local_time import instant
from borgerservice.municipalities.models import StaffMember
from borgerservice.notifications.models import Message
from borgerservice.notifications.services import new_contact
from borgerservice.people.models import Person
from borgerservice.people.services import new_person
from borgerservice.vault.services import new_data_key
from tests.builders import NOW, TODAY, World, build_staff
from tests.witnesses.stewards import build_steward
from witnesses.models import IdentityProofing, ReversalProposal, RuleSetInForce, Witnessing


def execute(sql: str, *values: object) -> int:
    """Run one statement; the number of rows it changed."""
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.rowcount


def insert(table: str, **row: object) -> None:
    """Insert one row."""
    places = ", ".join("%s" for _ in row)
    execute(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({places})", *row.values())


def rows_of(table: str) -> list[tuple]:
    """Every row of a table, whole."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {table} ORDER BY id")
        return cursor.fetchall()


def copy_row(table: str, pk: int, *, verb: str = "INSERT", **changed: object) -> int:
    """Insert a copy of a row with some columns changed; its own id unless one is given."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {table} WHERE id = %s", [pk])
        row = dict(
            zip(
                [
                    column.name if hasattr(column, "name") else column[0]
                    for column in cursor.description
                ],
                cursor.fetchone(),
                strict=True,
            )
        )
    row.pop("is_waiting", None)  # the database says it itself
    if "id" not in changed:
        del row["id"]
    row.update(changed)
    columns = ", ".join(row)
    places = ", ".join("%s" for _ in row)
    return execute(f"{verb} INTO {table} ({columns}) VALUES ({places})", *row.values())


@contextmanager
def refused(why: str):
    """The database refuses what happens within, for this reason, and nothing of it is kept."""
    with pytest.raises(DatabaseError, match=why), transaction.atomic():
        yield


def plain_visit(world: World, *, minute: int = 600, desk: int = 0) -> Appointment:
    """A visit of half an hour with one participant, as rows: no service has seen it."""
    contact, key = new_contact(municipality=world.municipality, phone="+4520304050", email="")
    number = Appointment.unscoped.count()
    start = instant(TODAY, minute)
    visit = Appointment.unscoped.create(
        municipality=world.municipality,
        centre=world.centre,
        desk=world.desks[desk],
        reference=f"V{number:07d}",
        starts_at=start,
        ends_at=start + timedelta(minutes=30),
        busy_until=start + timedelta(minutes=30),
        origin=Appointment.Origin.DESK,
        language="da",
        contact=contact,
        link_salt=f"1:{number}",
        link_hash=f"hash of {number}",
        booked_by="staff:0",
        created_at=NOW,
    )
    Participant.unscoped.create(
        municipality=world.municipality,
        appointment=visit,
        position=0,
        service=world.service,
        name_sealed=key.seal("Amina Hassan", "participant.name:0"),
    )
    return visit


def plain_message(visit: Appointment) -> Message:
    """A message to the visit's contact."""
    return Message.unscoped.create(
        municipality=visit.municipality,
        contact=visit.contact,
        kind="booked",
        channel=Message.Channel.SMS,
        language="da",
        subject=f"appointment:{visit.reference}",
        dedupe_key=f"booked:{visit.pk}",
        due_at=NOW,
        created_at=NOW,
    )


def open_proofing(world: World, *, staff: StaffMember, minute: int = 600, **fields: object):
    """A case with no evidence, opened on a visit of its own."""
    visit = plain_visit(world, minute=minute)
    participant = Participant.unscoped.get(appointment=visit)
    return IdentityProofing.unscoped.create(
        municipality=world.municipality,
        participant=participant,
        reference=f"P{participant.pk:07d}",
        data_key=new_data_key().row,
        opened_by=staff,
        opened_at=NOW,
        **fields,
    )


def decided_proofing(world: World, *, staff: StaffMember, minute: int = 600):
    """A case that is decided."""
    return open_proofing(
        world,
        staff=staff,
        minute=minute,
        state=IdentityProofing.State.DECIDED,
        outcome=IdentityProofing.Outcome.CONFIRMED,
        rule_set="mitid-2022",
        decided_by=staff,
        decided_at=NOW,
        decided_on=TODAY,
        facts_sealed=b"sealed",
    )


def two_stewards(rule_set: str, since: date) -> dict[str, StaffMember]:
    """Two new rule stewards, of whom one proposed the set by raw SQL and the other approved."""
    one, other = build_steward(), build_steward()
    moment = NOW.isoformat(" ")
    insert(
        "witnesses_rulesetproposal",
        rule_set=rule_set,
        in_force_from=since.isoformat(),
        proposed_by_id=one.pk,
        proposed_at=moment,
        answered_by_id=other.pk,
        answered_at=moment,
        is_approved=True,
    )
    return {"proposed_by": one, "approved_by": other}


def schedule(
    unit: str = "witnessings",
    *,
    rule_set: str,
    at_most: int = 3,
    days: int = 120,
    since: date = date(2000, 1, 1),
    reversals: int = 2,
):
    """Put a rule set in force from a date, approved by raw SQL."""
    return RuleSetInForce.objects.create(
        rule_set=rule_set,
        in_force_from=since,
        quota_at_most=at_most,
        quota_days=days,
        quota_unit=unit,
        reversals_at_most=reversals,
        created_at=NOW,
        **two_stewards(rule_set, since),
    )


class Ledger:
    """A ledger to write witnessings into, with as many cases and applicants as it takes."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.staff = build_staff(world.municipality)
        self.lead = build_staff(world.municipality, role="lead")
        self.rule_set = "mitid-2022"
        self.table = "witnesses_witnessing"
        self._visit = plain_visit(world)
        self._participant = Participant.unscoped.get(appointment=self._visit)
        self._applicants: dict[str, Person] = {}

    def person(self, name: str) -> Person:
        if name not in self._applicants:
            self._applicants[name] = new_person(now=NOW)
        return self._applicants[name]

    def add(
        self, witness: Person, on: date, applicant: str | None = None, **changed: object
    ) -> int:
        """One witnessing by raw insert, and its case's id; a nameless applicant is somebody new."""
        case = IdentityProofing.unscoped.create(
            municipality=self.world.municipality,
            participant=self._participant,
            reference=f"W{IdentityProofing.unscoped.count():08d}",
            data_key=new_data_key().row,
            opened_by=self.staff,
            opened_at=NOW,
            state=IdentityProofing.State.ABANDONED,
        )
        for_whom = self.person(applicant) if applicant else new_person(now=NOW)
        row = {
            "witness_id": witness.pk,
            "applicant_id": for_whom.pk,
            "on_date": on.isoformat(),
            "municipality_id": self.world.municipality.pk,
            "proofing_id": case.pk,
            "rule_set": self.rule_set,
            "recorded_at": NOW.isoformat(" "),
            "recorded_on": on.isoformat(),
            "late_reason": "",
            **changed,
        }
        insert(self.table, **row)
        return case.pk

    def approved(self, case: int, on: date, **changed: object) -> int:
        """The id of a proposal to reverse the witnessing of a case, approved on a day by raw SQL."""
        witnessing = Witnessing.unscoped.get(proofing=case)
        moment = (NOW + (on - TODAY)).isoformat(" ")
        row = {
            "proposed_by_id": self.staff.pk,
            "proposed_at": moment,
            "answered_by_id": self.lead.pk,
            "answered_at": moment,
            "is_approved": True,
            "municipality_id": witnessing.municipality_id,
            "witnessing_id": witnessing.pk,
            "reason": "not_issued",
            **changed,
        }
        insert("witnesses_reversalproposal", **row)
        return ReversalProposal.unscoped.latest("id").pk

    def reverse(self, case: int, on: date, **changed: object) -> None:
        """Reverse the witnessing of a case by raw insert, approved on that day unless told else."""
        witnessing = Witnessing.unscoped.get(proofing=case)
        proposal = changed.pop("proposal_id", None) or self.approved(case, on)
        row = {
            "witnessing_id": witnessing.pk,
            "municipality_id": witnessing.municipality_id,
            "proposal_id": proposal,
            "reversed_on": on.isoformat(),
            "recorded_at": NOW.isoformat(" "),
            **changed,
        }
        insert("witnesses_reversal", **row)

    def approve_link(self, person: Person, other: Person, **changed: object) -> None:
        """A proposal to link two persons, approved by raw SQL unless told else."""
        moment = NOW.isoformat(" ")
        row = {
            "proposed_by_id": self.staff.pk,
            "proposed_at": moment,
            "answered_by_id": self.lead.pk,
            "answered_at": moment,
            "is_approved": True,
            "municipality_id": self.world.municipality.pk,
            "person_id": person.pk,
            "other_id": other.pk,
            "reason": "register",
            **changed,
        }
        insert("witnesses_linkproposal", **row)

    def link(self, person: Person, root: Person, *, is_approved: bool = True) -> None:
        """Link two persons by raw insert, which another approved unless told else."""
        if is_approved:
            self.approve_link(person, root)
        insert(
            "people_personlink",
            person_id=person.pk,
            root_id=root.pk,
            linked_at=NOW.isoformat(" "),
        )


def day(number: int) -> date:
    """A day counted from the world's today."""
    return TODAY + timedelta(days=number)
