"""What is known of a witness checked before the visit."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q

from appointments.models import Appointment, Participant
from borgerservice.kernel.clock import danish_date
from witnesses.exceptions import SignInRefused
from witnesses.models import IdentityProofing, WitnessCheck

ON_THE_WAY = (Appointment.Status.BOOKED, Appointment.Status.CHECKED_IN)


@dataclass(frozen=True, slots=True)
class Comer:
    """Somebody who comes to prove who they are, and the witness they have asked."""

    participant: Participant
    check: WitnessCheck | None

    @property
    def is_fine(self) -> bool:
        """Whether the witness asked may act on the day of the visit, as it was found beforehand."""
        check = self.check
        if check is None or check.from_day is None:
            return False
        return check.from_day <= danish_date(self.participant.appointment.starts_at)


def comers_of(link_hash: str, *, now: datetime) -> list[Comer]:
    """Those of a coming visit who may need a witness, by the visit's secret link; mostly one.

    None for a link that opens no coming visit. The link is the citizen's own, in whichever
    municipality the centre is.
    """
    participants = (
        Participant.unscoped.select_related("appointment__centre__municipality", "service")
        .filter(
            appointment__link_hash=link_hash,
            appointment__status__in=ON_THE_WAY,
            appointment__ends_at__gt=now,
            service__proves_identity=True,
        )
        .order_by("position")
    )
    return [Comer(one, asked_witness(one)) for one in participants]


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


def _one(**key: object) -> WitnessCheck:
    found = (
        WitnessCheck.unscoped.select_related(
            "participant__appointment__centre__municipality", "participant__appointment__contact"
        )
        .filter(**key)
        .first()
    )
    if found is None:
        raise SignInRefused("link_over")
    return found
