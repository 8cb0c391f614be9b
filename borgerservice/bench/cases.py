"""Identity cases ready to be decided, and a ledger with a past: one case led by hand, then copied.

The copies share its data key, and so its sealed texts; ids, references and persons are their own.
Ids begin at `FIRST_ID`, in every table, above all that is there already.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from django.db import DEFAULT_DB_ALIAS

from appointments.models import Appointment, Desk, Participant, ServiceType
from borgerservice.bench.bulk import Bulk
from borgerservice.bench.world import stored_moment
from borgerservice.kernel.cpr import CprNumber
from borgerservice.municipalities.models import StaffMember
from borgerservice.notifications.models import Contact
from borgerservice.people.models import Person
from borgerservice.people.services import person_of
from borgerservice.vault.models import DataKey
from borgerservice.vault.services import new_data_key
from witnesses.models import Declaration, IdentityProofing, Witnessing, WitnessStatement
from witnesses.selectors.cases import met_on
from witnesses.services import (
    SeenWitness,
    ShownDocument,
    accept_declaration,
    decide_proofing,
    open_proofing,
    record_documents,
    record_questions,
    record_witness,
)

FIRST_ID = 5_000_000
PAST_ID = 6_000_000
PARTY = 4
PHONE = "+4526304050"
LONG_AGO = datetime(2015, 1, 5, tzinfo=UTC)
DAYS_AGO = (90, 60)
RECENT, RECENT_OF_THE_SOUGHT = 1, 2
APPLICANT, WITNESS = CprNumber("6101900001"), CprNumber("6101900002")
STAFF = CprNumber("6101900004")
PASSPORT = ShownDocument(type="passport", issuer="DK", shows_photo=True, shows_cpr=True)
LICENCE = ShownDocument(type="driving_licence", issuer="DK", shows_photo=True, shows_cpr=True)


@dataclass(frozen=True, slots=True)
class Cases:
    """Ids of cases: of witnesses picked at random, and for each much sought witness some."""

    spread: range
    sought: tuple[range, ...]
    staff: StaffMember
    municipality_id: int

    def case(self, pk: int) -> IdentityProofing:
        """The case of that id, as far as deciding it needs to be told."""
        return IdentityProofing.from_db(
            DEFAULT_DB_ALIAS, ("id", "municipality_id"), (pk, self.municipality_id)
        )


def build_cases(
    desk: Desk, *, witnesses: int, spread: int, sought: int, at_once: int, now: datetime
) -> Cases:
    """Cases of witnesses with one recent witnessing; and of sought ones, who have two.

    Every applicant is somebody else: who was witnessed lately would be a fraud signal as a witness.
    """
    staff = StaffMember.objects.create_user(
        username="bench",
        is_staff=True,
        person=person_of(kind="replacement", normalised=STAFF.digits, now=now),
    )
    bulk = Bulk()
    count = spread + sought * at_once
    bulk.add(Person(created_at=now), ("id",), _ids(2 * witnesses + 4 * sought + count))
    _add_participants(bulk, desk, count + 2, now=now)
    _add_past(bulk, witnesses, sought, staff=staff, participant=FIRST_ID + count, now=now)
    chance = random.Random(7)  # noqa: S311 - a workload, repeated
    who = [FIRST_ID + chance.randrange(witnesses) for _ in range(spread)]
    for number in range(sought):
        who += [FIRST_ID + witnesses + number] * at_once
    first = FIRST_ID + 2 * witnesses + 4 * sought
    _add_cases(bulk, who, first, staff=staff, participant=FIRST_ID + count + 1, now=now)
    bulk.finish()
    first = FIRST_ID + spread
    groups = [range(first + at_once * n, first + at_once * (n + 1)) for n in range(sought)]
    everyday = range(FIRST_ID, first)
    return Cases(everyday, tuple(groups), staff, desk.centre.municipality_id)


def _ids(count: int) -> list[tuple[int]]:
    return [(pk,) for pk in range(FIRST_ID, FIRST_ID + count)]


def _add_participants(bulk: Bulk, desk: Desk, count: int, *, now: datetime) -> None:
    """People checked in just now, four a visit, at a time long ago that nobody else has."""
    key, place = new_data_key(), desk.centre.municipality
    visits = _ids(-(-count // PARTY))
    sealed = {"wrapped": key.row.wrapped, "key_version": key.row.key_version}
    bulk.add(DataKey(**sealed), ("id",), visits)
    reached = Contact(municipality=place, phone_sealed=key.seal(PHONE, "contact.phone"))
    bulk.add(reached, ("id", "data_key_id"), ((pk, pk) for (pk,) in visits))
    quarter = timedelta(minutes=15)
    times = [LONG_AGO + number * quarter for number in range(len(visits) + 1)]
    moments = [stored_moment(moment) for moment in times]
    like = Appointment(
        municipality=place,
        centre=desk.centre,
        desk=desk,
        status=Appointment.Status.CHECKED_IN,
        checked_in_at=now,
        origin=Appointment.Origin.DESK,
        language="da",
        link_salt="1:bench",
        booked_by="command",
        created_at=now,
    )
    columns = ("id", "contact_id", "reference", "link_hash", "starts_at", "ends_at", "busy_until")
    bulk.add(
        like,
        columns,
        (
            (pk, pk, f"W{pk:07}", f"witness {pk}", start, end, end)
            for (pk,), start, end in zip(visits, moments, moments[1:], strict=False)
        ),
    )
    service = ServiceType.objects.filter(proves_identity=True)[0]
    bulk.add(
        Participant(municipality=place, service=service),
        ("id", "appointment_id", "position"),
        ((FIRST_ID + n, FIRST_ID + n // PARTY, n % PARTY) for n in range(count)),
    )


def _led(participant: int, staff: StaffMember, now: datetime) -> IdentityProofing:
    """A case brought to the point of decision by the product itself."""
    come = Participant.unscoped.select_related("service").get(pk=participant)
    case = open_proofing(participant=come, staff=staff, now=now)
    record_documents(
        proofing=case,
        number=APPLICANT,
        birth_date=None,
        wants_cpr_link=True,
        documents=[PASSPORT],
        staff=staff,
        now=now,
    )
    unasked = IdentityProofing.Questions.NOT_AVAILABLE
    record_questions(proofing=case, outcome=unasked, staff=staff, now=now)
    seen = SeenWitness(
        number=WITNESS,
        name="Bente Vidne",
        birth_date=None,
        mitid_since=date(2023, 1, 2),
        established=WitnessStatement.Established.SHOWN,
        brought_mitid=True,
        relationship=WitnessStatement.Relationship.FRIEND,
        documents=[LICENCE],
    )
    reason = IdentityProofing.WitnessReason.QUESTIONS_NOT_POSSIBLE
    record_witness(proofing=case, witness=seen, reason=reason, staff=staff, now=now)
    printed = Declaration.Accepted.PRINTED
    accept_declaration(proofing=case, language="da", how=printed, staff=staff, now=now)
    return _whole(case)


def _whole(case: IdentityProofing) -> IdentityProofing:
    return (
        IdentityProofing.objects.for_municipality(case.municipality_id)
        .select_related("participant__appointment", "data_key")
        .get(pk=case.pk)
    )


def _add_proofings(
    bulk: Bulk, like: IdentityProofing, rows: Sequence[tuple[int, int, int]]
) -> None:
    """Copies with ids, participants and applicants of their own, each with a data key."""
    key = like.data_key
    bulk.add(
        DataKey(wrapped=key.wrapped, key_version=key.key_version),
        ("id",),
        [(2 * FIRST_ID + pk,) for pk, *_rest in rows],
    )
    bulk.add(
        like,
        ("id", "data_key_id", "reference", "participant_id", "applicant_id"),
        [(pk, 2 * FIRST_ID + pk, f"P{pk:08}", came, who) for pk, came, who in rows],
    )


def _add_past(
    bulk: Bulk,
    witnesses: int,
    sought: int,
    *,
    staff: StaffMember,
    participant: int,
    now: datetime,
) -> None:
    """One witnessing of everybody, two of the sought ones, all within the window."""
    case = _led(participant, staff, now)
    decide_proofing(proofing=case, staff=staff, now=now)
    case = _whole(case)
    case.findings, case.facts_sealed = [], b"-"
    dates = [met_on(case) - timedelta(days=days) for days in DAYS_AGO]
    who = [(n, dates[0]) for n in range(witnesses)]
    who += [(witnesses + n, day) for n in range(sought) for day in dates]
    first = PAST_ID
    numbered = range(first, first + len(who))
    applicants = range(FIRST_ID + len(who), FIRST_ID + 2 * len(who))
    _add_proofings(
        bulk, case, [(pk, participant, a) for pk, a in zip(numbered, applicants, strict=True)]
    )
    like = Witnessing(municipality_id=case.municipality_id, rule_set=case.rule_set, recorded_at=now)
    bulk.add(
        like,
        ("id", "proofing_id", "witness_id", "applicant_id", "on_date", "recorded_on"),
        [
            (pk, pk, FIRST_ID + n, applicant, day, day)
            for pk, applicant, (n, day) in zip(numbered, applicants, who, strict=True)
        ],
    )


def _add_cases(
    bulk: Bulk,
    who: Sequence[int],
    applicant: int,
    *,
    staff: StaffMember,
    participant: int,
    now: datetime,
) -> None:
    """Cases of these witnesses, all papers shown; of applicants from one on, each of another."""
    case = _led(participant, staff, now)
    numbered = range(FIRST_ID, FIRST_ID + len(who))
    applicants = range(applicant, applicant + len(who))
    _add_proofings(bulk, case, list(zip(numbered, numbered, applicants, strict=True)))
    own, theirs = case.documents.order_by("id")
    for signed in (case.statements.get(), case.declarations.get()):
        bulk.add(
            signed,
            ("id", "proofing_id", "person_id"),
            [(pk, pk, witness) for pk, witness in zip(numbered, who, strict=True)],
        )
    bulk.add(own, ("id", "proofing_id"), [(pk, pk) for pk in numbered])
    shift = len(who)
    bulk.add(
        theirs,
        ("id", "proofing_id", "statement_id"),
        [(pk + shift, pk, pk) for pk in numbered],
    )
