"""Proofs for the demo: decided ones, a witness who was it often lately, visits that ask for one."""

from datetime import date, datetime, timedelta
from typing import Final

from appointments.exceptions import Refused
from appointments.models import Appointment, Participant
from appointments.rules.local_time import instant
from appointments.services import Visitor
from appointments.services.centres.desk_days import open_days
from appointments.services.visits.attendance import complete_visit, take_walk_in
from borgerservice.adapters.mitid.demo_witnesses import WITNESSED_THRICE
from borgerservice.kernel.clock import danish_date
from borgerservice.kernel.cpr import CprNumber
from borgerservice.municipalities.models import Centre, StaffMember
from witnesses.models import Declaration, IdentityProofing, WitnessCheck, WitnessStatement
from witnesses.selectors.checks import ON_THE_WAY
from witnesses.services import (
    SeenWitness,
    ShownDocument,
    accept_declaration,
    decide_proofing,
    open_proofing,
    record_documents,
    record_no_witness,
    record_questions,
    record_witness,
)
from witnesses.services.checks import ask_witness

SERVICE: Final = "new_mitid_witness"
DAYS_AGO: Final = (58, 30, 9)
APPLICANTS: Final = (
    ("Amina Yilmaz", "6507952101"),
    ("Oleksandr Nowak", "6611882102"),
    ("Maria Popescu", "6702792103"),
)
AT_WORK: Final = 11 * 60
PASSPORT: Final = ShownDocument("passport", "DK", shows_photo=True, shows_cpr=True)
HEALTH_CARD: Final = ShownDocument("health_card", "DK", shows_cpr=True)
WITHOUT_WITNESS: Final = (
    (5, "Fatima Silva", "620391210", PASSPORT, IdentityProofing.Questions.PASSED),
    (3, "Lars Nowak", "631180210", HEALTH_CARD, IdentityProofing.Questions.FAILED),
)
ASKED: Final = 6
"""So many of the demo's coming visits have asked a witness who has not answered yet."""


def add_witnessings(*, centre: Centre, clerk: StaffMember, now: datetime) -> int:
    """Let one of the demo's people have been a witness three times in the last weeks; how often.

    By the acts of the desk, on days that are over: nothing of it is written by hand.
    """
    today, made = danish_date(now), 0
    for ago, (name, number) in zip(DAYS_AGO, APPLICANTS, strict=True):
        visit = _walked_in(name, centre=centre, clerk=clerk, before=today - timedelta(days=ago))
        if visit is None:
            continue
        _decided(visit, CprNumber(number), clerk=clerk)
        made += 1
    return made


def add_decisions(*, centre: Centre, clerk: StaffMember, digit: int, now: datetime) -> int:
    """A case that papers and questions decided, and one they did not suffice for; how many.

    `digit` is the last of their numbers.
    """
    made = 0
    for ago, name, number, paper, questions in WITHOUT_WITNESS:
        before = danish_date(now) - timedelta(days=ago)
        visit = _walked_in(name, centre=centre, clerk=clerk, before=before)
        if visit is None:
            continue
        case = _opened(visit, CprNumber(f"{number}{digit}"), paper, questions, clerk=clerk)
        if questions != IdentityProofing.Questions.PASSED:
            record_no_witness(proofing=case, staff=clerk, now=visit.starts_at)
        _decide(case, visit, clerk=clerk)
        made += 1
    return made


def ask_witnesses(*, now: datetime) -> int:
    """Let the citizens of some coming visits ask a witness; how many did."""
    # Across municipalities: the demo's visits lie in several.
    coming = Participant.unscoped.select_related("appointment").filter(
        service__code=SERVICE,
        appointment__status=Appointment.Status.BOOKED,
        appointment__starts_at__gt=now,
    )
    comers = list(coming.order_by("appointment__starts_at")[:ASKED])
    for comer in comers:
        ask_witness(participant=comer, now=now)
    return len(comers)


def visit_to_try(*, now: datetime) -> WitnessCheck | None:
    """A coming visit of the demo whose witness has still to sign in."""
    return (
        # Across municipalities: the demo has one visitor, who wants any of them.
        WitnessCheck.unscoped.select_related("participant__appointment")
        .filter(
            checked_at=None,
            withdrawn_at=None,
            participant__appointment__status__in=ON_THE_WAY,
            participant__appointment__ends_at__gt=now,
        )
        .order_by("participant__appointment__starts_at")
        .first()
    )


def _walked_in(
    name: str, *, centre: Centre, clerk: StaffMember, before: date
) -> Appointment | None:
    """Somebody received on the last day up to one on which the centre was open; None: on none."""
    for day in (before - timedelta(days=back) for back in range(7)):
        open_days(centre=centre, first=day, last=day)
        try:
            return take_walk_in(
                centre=centre,
                visitors=[Visitor(name=name, service=SERVICE)],
                phone="",
                email="",
                language="da",
                actor=clerk.actor,
                now=instant(day, AT_WORK),
            )
        except Refused:
            continue
    return None


def _decided(visit: Appointment, number: CprNumber, *, clerk: StaffMember) -> None:
    """The whole case of one visit, by the witness route."""
    now = visit.starts_at
    not_possible = IdentityProofing.Questions.NOT_AVAILABLE
    case = _opened(visit, number, PASSPORT, not_possible, clerk=clerk)
    record_witness(
        proofing=case,
        witness=_witness(met_on=danish_date(now)),
        reason=IdentityProofing.WitnessReason.QUESTIONS_NOT_POSSIBLE,
        staff=clerk,
        now=now,
    )
    printed = Declaration.Accepted.PRINTED
    accept_declaration(proofing=case, language="da", how=printed, staff=clerk, now=now)
    _decide(case, visit, clerk=clerk)


def _opened(
    visit: Appointment,
    number: CprNumber,
    paper: ShownDocument,
    questions: IdentityProofing.Questions,
    *,
    clerk: StaffMember,
) -> IdentityProofing:
    """The case of a visit, as far as the questions."""
    now = visit.starts_at
    case = open_proofing(participant=_comer(visit), staff=clerk, now=now)
    record_documents(
        proofing=case,
        number=number,
        birth_date=None,
        wants_cpr_link=True,
        documents=[paper],
        staff=clerk,
        now=now,
    )
    record_questions(proofing=case, outcome=questions, staff=clerk, now=now)
    return case


def _decide(case: IdentityProofing, visit: Appointment, *, clerk: StaffMember) -> None:
    decide_proofing(proofing=case, staff=clerk, now=visit.starts_at)
    complete_visit(appointment=visit, actor=clerk.actor, now=visit.starts_at)


def _comer(visit: Appointment) -> Participant:
    known = Participant.objects.for_municipality(visit.municipality_id)
    return known.select_related("service").get(appointment=visit)


def _witness(*, met_on: date) -> SeenWitness:
    return SeenWitness(
        number=CprNumber(WITNESSED_THRICE.number),
        name=WITNESSED_THRICE.name,
        birth_date=None,
        mitid_since=met_on - timedelta(days=900),
        established=WitnessStatement.Established.SHOWN,
        brought_mitid=True,
        relationship=WitnessStatement.Relationship.FRIEND,
        documents=[PASSPORT],
    )
