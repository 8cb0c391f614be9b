"""What is known of a witness checked before the visit."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from django.db.models import Q, QuerySet

from appointments.models import Appointment, Participant
from borgerservice.kernel.clock import danish_date
from borgerservice.people.services import roots_of
from borgerservice.vault.reading import read_sealed
from borgerservice.vault.services import open_data_key
from witnesses.exceptions import SignInRefused
from witnesses.models import IdentityProofing, WitnessCheck
from witnesses.rules.answers import WITNESS_DOCUMENTS, WITNESS_MINIMUM_AGE, WITNESS_MITID_HELD
from witnesses.rules.facts import Document, Witness
from witnesses.rules.guide.answers import Paper, as_documents
from witnesses.rules.guide.links import LinkUnreadable, read_papers
from witnesses.rules.precheck import Precheck, latest_birth, precheck
from witnesses.selectors.cases import earlier_witnessings, rules_on

ON_THE_WAY = (Appointment.Status.BOOKED, Appointment.Status.CHECKED_IN)
CURABLE = {WITNESS_MINIMUM_AGE, WITNESS_DOCUMENTS}
"""What only the witness can clear up: they may be older than is known, or bring other papers."""


class Standing(StrEnum):
    """What a citizen is told of the witness they have asked."""

    NOT_ASKED = "not_asked"
    NOT_SIGNED_IN = "not_signed_in"
    FINE = "fine"
    SIGN_IN_AGAIN = "sign_in_again"
    ASK_ANOTHER = "ask_another"


SAID = {
    str(WitnessCheck.Verdict.MAY): Standing.FINE,
    str(WitnessCheck.Verdict.NOT_YET): Standing.SIGN_IN_AGAIN,
}
"""What the citizen is told of a verdict for the day of the visit; of all others, to ask another."""


@dataclass(frozen=True, slots=True)
class Comer:
    """Somebody who comes to prove who they are, and the witness they have asked."""

    participant: Participant
    check: WitnessCheck | None
    standing: Standing


def comers_of(link_hash: str, *, now: datetime) -> list[Comer]:
    """Those of a coming visit who may need a witness, by the visit's secret link; mostly one."""
    asked = [(one, asked_witness(one)) for one in coming_to_prove(link_hash, now=now)]
    return [Comer(one, check, _standing_of(check, one)) for one, check in asked]


def coming_to_prove(link_hash: str, *, now: datetime) -> QuerySet[Participant]:
    """Those of a coming visit who are to prove who they are, in their order.

    None for a link that opens no coming visit. The link is the citizen's own, in whichever
    municipality the centre is.
    """
    return (
        Participant.unscoped.select_related("appointment__centre__municipality", "service")
        .filter(
            appointment__link_hash=link_hash,
            appointment__status__in=ON_THE_WAY,
            appointment__ends_at__gt=now,
            service__proves_identity=True,
        )
        .order_by("position")
    )


def asked_witness(participant: Participant) -> WitnessCheck | None:
    """The check of the witness somebody has asked, and not let go."""
    return (
        WitnessCheck.objects.for_municipality(participant.municipality_id)
        .filter(participant=participant, withdrawn_at__isnull=True)
        .first()
    )


def checked_witness(case: IdentityProofing) -> WitnessCheck | None:
    """What was found beforehand about the witness of a case, where one has signed in."""
    check = asked_witness(case.participant)
    return check if check and check.checked_at else None


def check_by_link(link_hash: str) -> WitnessCheck:
    """The check behind a secret link. Raises SignInRefused `link_over` where there is none."""
    return _one(link_hash=link_hash)


def check_by_id(number: int) -> WitnessCheck:
    """The check that a sign-in under way is for. Raises SignInRefused `link_over`."""
    return _one(pk=number)


def require_open_check(check: WitnessCheck, *, now: datetime) -> None:
    """Raise SignInRefused `link_over` for a check that nobody needs any more."""
    visit = check.participant.appointment
    if check.withdrawn_at or visit.status not in ON_THE_WAY or visit.ends_at <= now:
        raise SignInRefused("link_over")


def first_seen_on(root: int) -> date | None:
    """The day on which somebody first signed in with MitID to be checked, anywhere in the country.

    `root` is who they turned out to be.
    """
    first = (
        WitnessCheck.unscoped.filter(Q(person=root) | Q(person__links__root=root))
        .order_by("checked_at")
        .values_list("checked_at", flat=True)
        .first()
    )
    return danish_date(first) if first else None


def papers_said(check: WitnessCheck) -> tuple[Paper, ...]:
    """What the witness said they will bring; none where it cannot be read, too."""
    return papers_kept(check) or ()


def papers_kept(check: WitnessCheck) -> tuple[Paper, ...] | None:
    """The same, and None where it cannot be read. None at all: not said, or it is shredded."""
    if check.papers_sealed is None:
        return ()
    key = open_data_key(check.participant.appointment.contact.data_key)
    if key is None:
        return ()
    place = papers_sealed_at(check)
    link = read_sealed(key, check.papers_sealed, place, of=WitnessCheck, pk=check.pk)
    if link is None:
        return None
    try:
        return read_papers(link)
    except LinkUnreadable:
        return None


def papers_sealed_at(check: WitnessCheck) -> str:
    """The place the papers are sealed to."""
    return f"witness_check.papers:{check.pk}"


def is_own_witness(check: WitnessCheck, root: int) -> bool:
    """Whether somebody is the very person the visit is for, as far as the desk has recorded it."""
    applicants = (
        IdentityProofing.objects.for_municipality(check.municipality_id)
        .filter(participant=check.participant_id, applicant__isnull=False)
        .values_list("applicant", flat=True)
    )
    return root in roots_of(list(applicants)).values()


def look_at(
    root: int,
    *,
    born: date,
    stated: date | None,
    documents: list[Document],
    on: date,
    is_applicant: bool = False,
) -> Precheck:
    """Whether somebody may be the witness on a day; `stated`: since when they say to have MitID.

    `root` is who they turned out to be; without `documents` they have not said what they bring.
    """
    history = earlier_witnessings(root)

    def with_mitid_since(day: date | None) -> Precheck:
        witness: Witness = {
            "birth_date": born.isoformat(),
            "mitid_since": day.isoformat() if day else None,
            "brought_mitid": True,
            "documents": documents,
            "is_applicant": is_applicant,
            "earlier_witnessings": history,
        }
        return precheck(witness, on=on, rule_set_on=rules_on)

    known_since = [day for day in (stated, first_seen_on(root)) if day]
    found = with_mitid_since(min(known_since, default=None))
    if stated is None and WITNESS_MITID_HELD in found.failed:
        return with_mitid_since(None)  # first seen not long ago does not mean new
    return found


def standing_on(check: WitnessCheck, day: date) -> Standing:
    """What is known without the witness: nobody keeps how old they are, only that they were of age.

    They are taken for as young as they can be. Where only that or their papers speak against them,
    they sign in once more.
    """
    if check.person_id is None:
        return Standing.NOT_SIGNED_IN
    if check.from_day is None:
        return Standing.ASK_ANOTHER
    if check.verdict == WitnessCheck.Verdict.MAY_FROM and day < check.from_day:
        return Standing.ASK_ANOTHER
    figure = rules_on(check.from_day).witness_minimum_age
    found = look_at(
        roots_of([check.person_id])[check.person_id],
        born=latest_birth(check.from_day, figure.years),
        stated=check.mitid_since,
        documents=as_documents(papers_said(check)),
        on=day,
    )
    if not found.failed:
        return Standing.FINE
    return Standing.SIGN_IN_AGAIN if CURABLE.issuperset(found.failed) else Standing.ASK_ANOTHER


def _standing_of(check: WitnessCheck | None, participant: Participant) -> Standing:
    if check is None:
        return Standing.NOT_ASKED
    day = danish_date(participant.appointment.starts_at)
    if check.checked_for != day or participant.witness_flagged_at:
        return standing_on(check, day)
    return SAID.get(check.verdict, Standing.ASK_ANOTHER)


def _one(**key: object) -> WitnessCheck:
    found = (
        WitnessCheck.unscoped.select_related(
            "participant__appointment__centre__municipality",
            "participant__appointment__contact__data_key",
        )
        .filter(**key)
        .first()
    )
    if found is None:
        raise SignInRefused("link_over")
    return found
