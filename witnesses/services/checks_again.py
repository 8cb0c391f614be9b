"""Witnesses checked before are looked at again: a rule, the ledger or the day may have changed."""

from dataclasses import replace
from datetime import datetime
from typing import Final

from django.db import transaction

from appointments.models import Participant
from appointments.services.notices import notice_of, subject_of
from borgerservice.audit.events import Event
from borgerservice.audit.services import record
from borgerservice.kernel.clock import danish_date
from borgerservice.notifications.services import queue
from witnesses.models import WitnessCheck
from witnesses.selectors_checks import ON_THE_WAY, Standing, standing_on

AT_ONCE: Final = 500
TOLD: Final = {
    Standing.ASK_ANOTHER: "witness_not_fine",
    Standing.SIGN_IN_AGAIN: "witness_again",
}


def look_at_witnesses_again(*, now: datetime) -> int:
    """Ask again about every coming visit with a witness checked; how many are newly not fine.

    Such a visit is flagged and the citizen told, once; one that is fine again is flagged no more.
    """
    flagged, last = 0, 0
    while checks := _coming(after=last, now=now):
        for check in checks:
            flagged += _look_again(check, now=now)
        last = checks[-1].pk
    return flagged


def _coming(*, after: int, now: datetime) -> list[WitnessCheck]:
    # Across municipalities: one sweep looks everywhere.
    return list(
        WitnessCheck.unscoped.filter(
            pk__gt=after,
            checked_at__isnull=False,
            withdrawn_at__isnull=True,
            participant__appointment__status__in=ON_THE_WAY,
            participant__appointment__starts_at__gt=now,
        )
        .select_related(
            "participant__appointment__centre__municipality",
            "participant__appointment__contact__data_key",
        )
        .order_by("pk")[:AT_ONCE]
    )


def _look_again(check: WitnessCheck, *, now: datetime) -> bool:
    comer = check.participant
    standing = standing_on(check, danish_date(comer.appointment.starts_at))
    is_flagged = standing in TOLD
    if is_flagged is (comer.witness_flagged_at is not None):
        return False
    known = Participant.objects.for_municipality(comer.municipality_id).filter(
        pk=comer.pk, witness_flagged_at=comer.witness_flagged_at
    )
    with transaction.atomic():
        if not known.update(witness_flagged_at=now if is_flagged else None) or not is_flagged:
            return False
        visit = comer.appointment
        record(
            Event.WITNESS_FLAGGED,
            actor="system",
            subject=subject_of(visit),
            municipality=check.municipality_id,
            at=now,
            facts={"participant": comer.position, "standing": str(standing)},
        )
        notice = notice_of(TOLD[standing], visit, contact=visit.contact, proves_identity=False)
        queue([replace(notice, once=f"{notice.kind}:{check.pk}:{now.isoformat()}")], now=now)
    return True
