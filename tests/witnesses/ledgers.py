"""Witnessings as rows, many and fast: of a few municipalities, without leading each case."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import connection

from appointments.models import Participant
from borgerservice.municipalities.models import Municipality, StaffMember
from borgerservice.people.models import Person
from borgerservice.people.services import new_person, roots_of
from borgerservice.vault.models import DataKey
from borgerservice.vault.services import unsaved_data_key
from tests.builders import NOW, TODAY, build_staff, build_visit, build_world
from witnesses.models import IdentityProofing, Reversal, ReversalProposal, Witnessing
from witnesses.selectors.ledger import PERSONS, Ledger, ledger_sql, ledger_told
from witnesses.services.signals import look_at_reversal, look_at_witnessing


@dataclass(frozen=True)
class Place:
    """A municipality with a visit that all its cases hang on, and two of its staff."""

    municipality: Municipality
    participant: Participant
    clerk: StaffMember
    lead: StaffMember


@dataclass(frozen=True)
class Entry:
    """One witnessing to be written: who for whom, when, where."""

    witness: int
    applicant: int
    on: date
    place: Place


def build_place(code: str, name: str) -> Place:
    world = build_world(code=code, name=name)
    visit = build_visit(world, minute=600)
    return Place(
        world.municipality,
        Participant.unscoped.get(appointment=visit),
        build_staff(world.municipality),
        build_staff(world.municipality, role="lead"),
    )


def people(count: int) -> list[int]:
    """As many persons nobody knows yet."""
    return [new_person(now=NOW).pk for _ in range(count)]


def many_people(count: int) -> list[int]:
    made = Person.objects.bulk_create(Person(created_at=NOW) for _ in range(count))
    return [person.pk for person in made]


def write(entries: Iterable[Entry]) -> list[Witnessing]:
    """The witnessings as rows, each recorded on its own day, with a decided case behind it."""
    entries = list(entries)
    keys = DataKey.objects.bulk_create(unsaved_data_key().row for _ in entries)
    first = IdentityProofing.unscoped.count()
    cases = IdentityProofing.unscoped.bulk_create(
        IdentityProofing(
            municipality=entry.place.municipality,
            participant=entry.place.participant,
            reference=f"L{first + number:09d}",
            data_key=key,
            opened_by=entry.place.clerk,
            opened_at=moment(entry.on),
            applicant_id=entry.applicant,
            state=IdentityProofing.State.DECIDED,
            outcome=IdentityProofing.Outcome.CONFIRMED,
            route="witness",
            rule_set="mitid-2022",
            decided_by=entry.place.clerk,
            decided_at=moment(entry.on),
            decided_on=entry.on,
            facts_sealed=b"-",
        )
        for number, (entry, key) in enumerate(zip(entries, keys, strict=True))
    )
    return Witnessing.unscoped.bulk_create(
        Witnessing(
            witness_id=entry.witness,
            applicant_id=entry.applicant,
            on_date=entry.on,
            municipality=entry.place.municipality,
            proofing=case,
            rule_set="mitid-2022",
            recorded_at=moment(entry.on),
            recorded_on=entry.on,
        )
        for entry, case in zip(entries, cases, strict=True)
    )


def witnessed(witness: int, applicant: int, place: Place, *, days: int = 0) -> Witnessing:
    """One witnessing, and the look that comes with it; `days` counts from today."""
    (entered,) = write([Entry(witness, applicant, TODAY + timedelta(days=days), place)])
    look(entered)
    return entered


def look(entered: Witnessing) -> None:
    """What the decision does once the witnessing stands."""
    ledger = ledger_around(entered)
    look_at_witnessing(
        entered,
        witness=ledger.witness,
        applicant=ledger.applicant,
        around=ledger.seen,
        now=entered.recorded_at,
    )


def ledger_around(entered: Witnessing) -> Ledger:
    """What the decision knew of the two persons; whether the witnessing is in it is all the same."""
    return ledger_of(entered.witness_id, entered.applicant_id)


def ledger_of(witness: int, applicant: int) -> Ledger:
    """What the ledger tells of two persons, alone."""
    asked = ("CAST(%s AS bigint)", "CAST(%s AS bigint)", "CAST(NULL AS bigint)")
    assert len(asked) == len(PERSONS)
    with connection.cursor() as cursor:
        cursor.execute("SELECT " + ledger_sql(*asked, case="''"), [witness, applicant])
        return ledger_told(cursor.fetchone()[0])


def reversed_by(witnessing: Witnessing, place: Place, *, days: int = 0) -> Reversal:
    """The witnessing reversed, proposed by one and approved by another, and looked at."""
    on = TODAY + timedelta(days=days)
    proposal = ReversalProposal.unscoped.create(
        municipality=place.municipality,
        witnessing=witnessing,
        reason=ReversalProposal.Reason.NOT_ISSUED,
        proposed_by=place.clerk,
        proposed_at=moment(on),
        answered_by=place.lead,
        answered_at=moment(on),
        is_approved=True,
    )
    reversal = Reversal.unscoped.create(
        witnessing=witnessing,
        municipality=place.municipality,
        proposal=proposal,
        reversed_on=on,
        recorded_at=moment(on),
    )
    witness = roots_of((witnessing.witness_id,))[witnessing.witness_id]
    look_at_reversal(reversal, witness=witness, now=moment(on))
    return reversal


def moment(on: date) -> datetime:
    """Eight in the morning of a day, or near it."""
    return NOW + (on - TODAY)
