"""Witnesses checked before are looked at again: a rule, the ledger or the day may have changed."""

from datetime import datetime
from typing import Final

from django.db import transaction

from appointments.services.visits.notices import subject_of
from borgerservice.audit.events import Event
from borgerservice.audit.services import record
from borgerservice.kernel.clock import danish_date
from witnesses.exceptions import SignInRefused
from witnesses.models import WitnessCheck
from witnesses.selectors.checks import ON_THE_WAY, Standing, standing_on
from witnesses.services.checks import WitnessState, hold_check, mark_witness, tell

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
    if _turned_to(check) is None:
        return False
    with transaction.atomic():
        try:
            check = hold_check(check, now=now)
        except SignInRefused:
            return False
        standing = _turned_to(check)
        if standing is None:
            return False
        if standing not in TOLD:
            mark_witness(check, WitnessState.FINE)
            return False
        mark_witness(check, WitnessState.UNSURE, since=now)
        record(
            Event.WITNESS_FLAGGED,
            actor="system",
            subject=subject_of(check.participant.appointment),
            municipality=check.municipality_id,
            at=now,
            facts={"participant": check.participant.position, "standing": str(standing)},
        )
        tell(TOLD[standing], check, mark=now.isoformat(), now=now)
    return True


def _turned_to(check: WitnessCheck) -> Standing | None:
    """How the witness stands now, where the visit is not marked so; else None."""
    standing = standing_on(check, danish_date(check.participant.appointment.starts_at))
    is_marked = check.participant.witness_state == WitnessState.UNSURE
    return None if (standing in TOLD) is is_marked else standing
