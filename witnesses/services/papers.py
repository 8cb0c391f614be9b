"""The guide's answer taken into a visit, and asked again when it may have changed."""

from contextlib import suppress
from datetime import datetime
from typing import Final

from django.db import transaction

from appointments.models import Appointment, Participant
from appointments.services.visits.longer import make_longer
from appointments.services.visits.notices import notice_of, subject_of
from borgerservice.audit.events import Event
from borgerservice.audit.services import record
from borgerservice.kernel.clock import danish_date
from borgerservice.notifications.services import queue
from borgerservice.vault.services import open_data_key
from witnesses.exceptions import Refused
from witnesses.rules.guide.links import LinkUnreadable
from witnesses.selectors.cases import rules_on
from witnesses.selectors.checks import ON_THE_WAY
from witnesses.selectors.papers import (
    Papers,
    comer_for_papers,
    papers_from,
    papers_of,
    sealed_at,
)

WORSE: Final = ("enough", "enough_with_witness", "not_yet")
"""What papers can come to, the later the worse."""
AT_ONCE: Final = 500


def take_papers(*, comer: Participant, link: str, now: datetime) -> Papers:
    """Keep the guide's answers with the visit, sealed with its contact; the last ones count.

    Where they ask for a witness, the visit is made longer, if the time after it is free.
    Raises Refused `papers_unreadable`.
    """
    visit = comer.appointment
    key, on = open_data_key(visit.contact.data_key), danish_date(visit.starts_at)
    try:
        papers = papers_from(link, on=on, rules=rules_on(on))
    except LinkUnreadable:
        raise Refused("papers_unreadable") from None
    if key is None:
        raise Refused("papers_unreadable")
    known = Participant.objects.for_municipality(comer.municipality_id).filter(pk=comer.pk)
    with transaction.atomic():
        known.update(
            guide_sealed=key.seal(papers.link, sealed_at(comer)),
            guide_verdict=papers.advice.verdict,
            flagged_at=None,
        )
        _note(Event.PAPERS_KEPT, comer, papers, actor="citizen", now=now)
        if papers.advice.with_witness:
            make_longer(participant=comer, actor="citizen", now=now)
    return papers


def keep_for_visit(*, appointment: Appointment, said: str, now: datetime) -> None:
    """Keep the answers a browser carried to a visit just booked; what cannot be read is left."""
    comer = comer_for_papers(appointment.link_hash, now=now)
    if comer is None:
        return
    with suppress(Refused):
        take_papers(comer=comer, link=said, now=now)


def look_at_papers_again(*, now: datetime) -> int:
    """Ask again about every coming visit: a rule, a date or the day may have changed; how many did.

    Where the papers come to less than before, the visit is flagged and the citizen told in time.
    """
    flagged, last = 0, 0
    while comers := _coming(after=last, now=now):
        for comer in comers:
            flagged += _look_again(comer, now=now)
        last = comers[-1].pk
    return flagged


def _coming(*, after: int, now: datetime) -> list[Participant]:
    # Across municipalities: one sweep looks everywhere.
    return list(
        Participant.unscoped.filter(
            pk__gt=after,
            guide_sealed__isnull=False,
            appointment__status__in=ON_THE_WAY,
            appointment__starts_at__gt=now,
        )
        .select_related("appointment__centre", "appointment__contact__data_key")
        .order_by("pk")[:AT_ONCE]
    )


def _look_again(comer: Participant, *, now: datetime) -> bool:
    papers = papers_of(comer)
    if papers is None or papers.advice.verdict == comer.guide_verdict:
        return False
    is_worse = WORSE.index(papers.advice.verdict) > WORSE.index(comer.guide_verdict)
    known = Participant.objects.for_municipality(comer.municipality_id).filter(
        pk=comer.pk, guide_verdict=comer.guide_verdict
    )
    with transaction.atomic():
        if not known.update(
            guide_verdict=papers.advice.verdict, flagged_at=now if is_worse else None
        ):
            return False
        if is_worse:
            _note(Event.PAPERS_FLAGGED, comer, papers, actor="system", now=now)
            visit = comer.appointment
            queue(
                [notice_of("papers", visit, contact=visit.contact, proves_identity=False)], now=now
            )
    return is_worse


def _note(event: Event, comer: Participant, papers: Papers, *, actor: str, now: datetime) -> None:
    record(
        event,
        actor=actor,
        subject=subject_of(comer.appointment),
        municipality=comer.municipality_id,
        at=now,
        facts={"participant": comer.position, "verdict": papers.advice.verdict},
    )
