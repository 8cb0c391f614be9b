"""Visits of any day with everything that can hang on one, written as rows: no service saw them."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from appointments.models import (
    Appointment,
    BookingDraft,
    ContactCode,
    DoubleBooking,
    IdempotencyRecord,
    Offer,
    Participant,
    Rebooking,
    WaitingEntry,
)
from borgerservice.audit.models import AuditEntry
from borgerservice.municipalities.models import StaffMember
from borgerservice.notifications.models import Contact, Message
from borgerservice.notifications.services import new_contact
from borgerservice.people.models import Person, PersonAlias
from borgerservice.people.services import new_person
from borgerservice.retention.models import LegalHold
from borgerservice.vault.services import new_data_key
from tests.builders import World, build_staff
from witnesses.models import (
    ClientAnswer,
    Declaration,
    DocumentEvidence,
    FraudSignal,
    IdentityProofing,
    Reversal,
    ReversalProposal,
    SignInRequest,
    WitnessCheck,
    Witnessing,
    WitnessStatement,
)


@dataclass
class Lives:
    """A municipality's world, its staff, and a counter that tells everything apart."""

    world: World
    clerk: StaffMember
    lead: StaffMember
    serial: int = 0

    def visit(self, on: date) -> Appointment:
        """A visit of half an hour with one participant, a message, and an audit entry."""
        self.serial += 1
        at = noon(on)
        visit = Appointment.unscoped.create(
            municipality=self.world.municipality,
            centre=self.world.centre,
            desk=self.world.desks[0],
            reference=f"V{self.world.municipality.code}{self.serial:04d}",
            starts_at=at + timedelta(minutes=5 * (self.serial % 40)),
            ends_at=at + timedelta(minutes=5 * (self.serial % 40) + 5),
            busy_until=at + timedelta(minutes=5 * (self.serial % 40) + 5),
            status=Appointment.Status.COMPLETED,
            origin=Appointment.Origin.DESK,
            language="da",
            contact=self._contact(),
            link_salt="1:0",
            link_hash=self._secret("visit"),
            booked_by="staff:0",
            created_at=at,
        )
        Participant.unscoped.create(
            municipality=self.world.municipality,
            appointment=visit,
            position=0,
            service=self.world.service,
        )
        self._message(visit.contact, f"appointment:{visit.reference}", at)
        self._message(self._contact(), f"former:{visit.reference}", at)
        self._entry("appointment.booked", f"appointment:{visit.reference}", at)
        return visit

    def case(self, visit: Appointment, *, witness: Person | None = None) -> IdentityProofing:
        """A decided case of a visit; with a witness and the ledger's entry where one is given."""
        self.serial += 1
        at, place = visit.starts_at, self.world.municipality
        case = IdentityProofing.unscoped.create(
            municipality=place,
            participant=visit.participants.get(),
            reference=f"C{place.code}{self.serial:04d}",
            data_key=new_data_key().row,
            opened_by=self.clerk,
            opened_at=at,
            applicant=self.person(at),
        )
        statement = None
        if witness:
            statement = self._statement(case, witness)
        DocumentEvidence.unscoped.create(
            municipality=place,
            proofing=case,
            statement=statement,
            holder="witness" if statement else "applicant",
            position=0,
            type="passport",
            issuer="DK",
            recorded_at=at,
        )
        IdentityProofing.unscoped.filter(pk=case.pk).update(
            state="decided",
            outcome="confirmed",
            rule_set="mitid-2022",
            decided_by=self.clerk,
            decided_at=at,
            decided_on=at.date(),
            facts_sealed=b"sealed",
        )
        ClientAnswer.unscoped.create(
            municipality=place,
            proofing=case,
            answer="issued",
            recorded_by=self.clerk,
            recorded_at=at,
        )
        if witness:
            Witnessing.unscoped.create(
                witness=witness,
                applicant=case.applicant,
                on_date=at.date(),
                municipality=place,
                proofing=case,
                rule_set="mitid-2022",
                recorded_at=at,
                recorded_on=at.date(),
            )
        self._entry("proofing.decided", f"proofing:{case.reference}", at)
        case.refresh_from_db()
        return case

    def open_case(self, visit: Appointment, *, reference: str = "") -> IdentityProofing:
        """A case of a visit that nobody has gone on with."""
        self.serial += 1
        return IdentityProofing.unscoped.create(
            municipality=self.world.municipality,
            participant=visit.participants.get(),
            reference=reference or f"C{self.world.municipality.code}{self.serial:04d}",
            data_key=new_data_key().row,
            opened_by=self.clerk,
            opened_at=visit.starts_at,
        )

    def reverse(self, case: IdentityProofing) -> None:
        """The witnessing of a case counts no more, approved by a second person."""
        witnessing = Witnessing.unscoped.get(proofing=case)
        at = noon(witnessing.on_date)
        proposal = self.propose_reversal(witnessing)
        ReversalProposal.unscoped.filter(pk=proposal.pk).update(
            answered_by=self.lead, answered_at=at, is_approved=True
        )
        Reversal.unscoped.create(
            witnessing=witnessing,
            municipality=self.world.municipality,
            proposal=proposal,
            reversed_on=witnessing.on_date,
            recorded_at=at,
        )

    def propose_reversal(self, witnessing: Witnessing) -> ReversalProposal:
        """That a witnessing be reversed, not answered yet."""
        return ReversalProposal.unscoped.create(
            municipality=self.world.municipality,
            witnessing=witnessing,
            reason="not_issued",
            proposed_by=self.clerk,
            proposed_at=noon(witnessing.on_date),
        )

    def suspect(self, witnessing: Witnessing, *, pattern: str = "quick") -> FraudSignal:
        """A suspicion nobody has looked into yet."""
        return FraudSignal.unscoped.create(
            municipality=self.world.municipality,
            pattern=pattern,
            witness=witnessing.witness,
            witnessing=witnessing,
            opened_at=noon(witnessing.on_date),
        )

    def look_into(self, signal: FraudSignal) -> None:
        """Somebody found it harmless."""
        FraudSignal.unscoped.filter(pk=signal.pk).update(
            finding="harmless", reviewed_by=self.lead, reviewed_at=signal.opened_at
        )

    def hold(self, visit: Appointment) -> LegalHold:
        """The visit is kept."""
        return LegalHold.unscoped.create(
            municipality=self.world.municipality,
            appointment=visit,
            reason="complaint",
            placed_by=self.lead,
            placed_at=visit.ends_at,
        )

    def lift(self, hold: LegalHold, at: datetime | None = None) -> None:
        """It is kept no longer; from the day after it was placed, unless told else."""
        LegalHold.unscoped.filter(pk=hold.pk).update(
            lifted_by=self.lead, lifted_at=at or hold.placed_at + timedelta(days=1)
        )

    def wish(self, on: date, *, appointment: Appointment | None = None) -> WaitingEntry:
        """A wish that is over, with an offer nobody took."""
        entry = WaitingEntry.unscoped.create(
            municipality=self.world.municipality,
            appointment=appointment,
            contact=appointment.contact if appointment else self._contact(),
            service=self.world.service,
            first_day=on,
            last_day=on,
            status=WaitingEntry.Status.OVER,
            language="da",
            link_hash=self._secret("wish"),
            link_salt="1:0",
            created_at=noon(on),
        )
        entry.centres.add(self.world.centre)
        self._offer(on, entry=entry)
        self._message(entry.contact, f"waiting:{entry.pk}", noon(on))
        return entry

    def full_visit(self, on: date) -> Appointment:
        """A visit on which everything hangs that can."""
        visit, other = self.visit(on), self.visit(on)
        at = visit.starts_at
        witness = self.person(at)
        case = self.case(visit, witness=witness)
        self.look_into(self.suspect(Witnessing.unscoped.get(proofing=case)))
        self.reverse(case)
        again = self.case(visit)
        IdentityProofing.unscoped.filter(pk=again.pk)
        self.lift(self.hold(visit))
        self.wish(on, appointment=visit)
        rebooking = Rebooking.unscoped.create(
            municipality=self.world.municipality,
            centre=self.world.centre,
            first_day=on,
            last_day=on,
            started_by=self.lead,
            started_at=at,
            finished_at=at,
        )
        self._offer(on, rebooking=rebooking, appointment=visit)
        DoubleBooking.objects.create(
            first=visit,
            second=other,
            link_hash=self._secret("double"),
            link_salt="1:0",
            asked_at=at,
            answer_by=at,
        )
        IdempotencyRecord.objects.create(
            scope="web", key=self._secret("key"), request_hash="0", appointment=visit, created_at=at
        )
        BookingDraft.objects.create(
            token_hash=self._secret("draft"),
            centre=self.world.centre,
            service=self.world.service,
            starts_at=at,
            appointment=visit,
            began_at=at,
            expires_at=at,
        )
        ContactCode.objects.create(
            token_hash=self._secret("code"),
            contact=visit.contact,
            centre=self.world.centre,
            service=self.world.service,
            people=1,
            starts_at=at,
            code_salt="1:0",
            expires_at=at,
        )
        WitnessCheck.unscoped.create(
            municipality=self.world.municipality,
            participant=visit.participants.get(),
            link_salt="1:0",
            link_hash=self._secret("check"),
            asked_at=at,
        )
        return visit

    def person(self, at: datetime) -> Person:
        """Somebody with a number."""
        self.serial += 1
        person = new_person(now=at)
        PersonAlias.objects.create(
            person=person, kind="replacement", key_version=1, pseudonym=self._secret("person")
        )
        return person

    def _statement(self, case: IdentityProofing, witness: Person) -> WitnessStatement:
        place, at = self.world.municipality, case.opened_at
        statement = WitnessStatement.unscoped.create(
            municipality=place,
            proofing=case,
            position=0,
            person=witness,
            number_kind="replacement",
            number_sealed=b"sealed",
            name_sealed=b"sealed",
            birth_date_sealed=b"sealed",
            mitid_established="not_established",
            brought_mitid=True,
            relationship="friend",
            recorded_by=self.clerk,
            recorded_at=at,
        )
        SignInRequest.unscoped.create(
            municipality=place,
            statement=statement,
            language="da",
            link_salt="1:0",
            link_hash=self._secret("sign in"),
            requested_by=self.clerk,
            requested_at=at,
            expires_at=at,
        )
        Declaration.unscoped.create(
            municipality=place,
            proofing=case,
            person=witness,
            version="1",
            language="da",
            text_sha256="0" * 64,
            accepted="printed",
            recorded_by=self.clerk,
            accepted_at=at,
        )
        return statement

    def _contact(self) -> Contact:
        contact, _key = new_contact(
            municipality=self.world.municipality, phone="+4520304050", email=""
        )
        return contact

    def _offer(self, on: date, **what: object) -> Offer:
        return Offer.unscoped.create(
            municipality=self.world.municipality,
            answer=Offer.Answer.EXPIRED,
            link_hash=self._secret("offer"),
            link_salt="1:0",
            offered_at=noon(on),
            expires_at=noon(on),
            **what,
        )

    def _message(self, contact: Contact, subject: str, at: datetime) -> None:
        self.serial += 1
        Message.unscoped.create(
            municipality=self.world.municipality,
            contact=contact,
            kind="booked",
            channel=Message.Channel.SMS,
            language="da",
            subject=subject,
            dedupe_key=self._secret("message"),
            status=Message.Status.SENT,
            due_at=at,
            created_at=at,
        )

    def _entry(self, event: str, subject: str, at: datetime) -> None:
        AuditEntry.unscoped.create(
            event=event,
            actor="staff:0",
            subject=subject,
            municipality=self.world.municipality,
            at=at,
        )

    def _secret(self, what: str) -> str:
        self.serial += 1
        return f"{what} {self.world.municipality.code} {self.serial}"


def noon(on: date) -> datetime:
    """Noon of a day, in UTC."""
    return datetime.combine(on, time(12), UTC)


def build_lives(world: World) -> Lives:
    """Somebody to write lives of a municipality."""
    place = world.municipality
    return Lives(world, build_staff(place), build_staff(place, role="lead"))
