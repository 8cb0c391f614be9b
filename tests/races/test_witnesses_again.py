"""Several look at the witnesses again at one moment: each citizen is told once, each visit marked once.

The control lets nobody hold what they look at; then a citizen is told as often as somebody looks.
"""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier

import pytest
from django.db import connections

from appointments.models import Participant
from borgerservice.audit.events import Event
from borgerservice.audit.models import AuditEntry
from borgerservice.notifications.models import Message
from borgerservice.people.services import new_person
from tests.builders import NOW, TODAY, build_visit, build_world
from tests.rig.databases import Database
from witnesses.models import WitnessCheck
from witnesses.services import checks_again
from witnesses.services.checks import ask_witness
from witnesses.services.checks_again import look_at_witnesses_again

VISITS, AT_ONCE = 8, 4
TOMORROW = TODAY + timedelta(days=1)


def found_fine_but_is_so_no_longer() -> None:
    """Visits of tomorrow whose witness was fine, and has a MitID that is too new by now."""
    world = build_world(desks=VISITS)
    for _visit in range(VISITS):
        visit = build_visit(world, day=TOMORROW, minute=600)
        comer = Participant.unscoped.select_related("appointment").get(appointment=visit)
        check = ask_witness(participant=comer, now=NOW)
        WitnessCheck.unscoped.filter(pk=check.pk).update(
            person=new_person(now=NOW),
            checked_at=NOW,
            verdict="may",
            checked_for=TOMORROW,
            from_day=TODAY,
            mitid_since=TODAY,
        )


def look_together() -> list[int]:
    """Several sweeps that begin at once, each with a moment of its own."""
    together = Barrier(AT_ONCE)

    def one(nth: int) -> int:
        together.wait(60)
        try:
            return look_at_witnesses_again(now=NOW + timedelta(seconds=nth))
        finally:
            connections.close_all()

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(one, range(AT_ONCE)))


def told() -> tuple[int, int, int]:
    """Messages, entries in the audit log, and visits marked."""
    return (
        Message.unscoped.filter(kind="witness_not_fine").count(),
        AuditEntry.unscoped.filter(event=Event.WITNESS_FLAGGED).count(),
        Participant.unscoped.filter(witness_flagged_at__isnull=False).count(),
    )


@pytest.fixture
def all_read_first(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody writes before everybody has read what there is to look at."""
    read, coming = Barrier(AT_ONCE), checks_again._coming

    def together(*, after: int, now: datetime) -> list[WitnessCheck]:
        found = coming(after=after, now=now)
        read.wait(60)
        return found

    monkeypatch.setattr(checks_again, "_coming", together)


@pytest.mark.usefixtures("all_read_first")
def test_each_citizen_is_told_once_however_many_look(fresh_database: Database) -> None:
    with fresh_database.opened():
        found_fine_but_is_so_no_longer()
        assert sum(look_together()) == VISITS
        assert told() == (VISITS, VISITS, VISITS)


@pytest.mark.usefixtures("all_read_first")
def test_where_nobody_holds_what_they_look_at_a_citizen_is_told_more_than_once(
    fresh_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checks_again, "hold_check", lambda check, **_now: check)
    with fresh_database.opened():
        found_fine_but_is_so_no_longer()
        assert sum(look_together()) > VISITS
        assert told()[0] > VISITS
