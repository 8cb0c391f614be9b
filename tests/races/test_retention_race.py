"""A hold placed in the very moment in which what it should keep goes."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import date
from threading import Event

import pytest
from django.db import connection, connections, transaction

from appointments.models import Appointment
from borgerservice.audit.models import AuditEntry, AuditHorizon
from borgerservice.database.removal import remove
from borgerservice.retention import carrying_out
from borgerservice.retention.exceptions import RetentionRefused
from borgerservice.retention.holds import place_hold
from borgerservice.retention.models import Disposal, DisposedVisit, LegalHold
from tests.builders import NOW, build_staff, build_world
from tests.platform.raw import refused
from tests.retention.lives import Lives, build_lives
from tests.rig.databases import Database
from witnesses.models import ClientAnswer, LedgerHorizon, Witnessing

OLD, BEFORE = date(2020, 3, 1), date(2020, 3, 2)


def approved(lives: Lives) -> Disposal:
    place = lives.world.municipality
    one, other = build_staff(place), build_staff(place)
    return Disposal.unscoped.create(
        municipality=place,
        before=BEFORE,
        authority="26/1",
        proposed_by=one,
        proposed_at=NOW,
        answered_by=other,
        answered_at=NOW,
        is_approved=True,
    )


def hold(lives: Lives, visit: Appointment) -> str:
    """Place a hold as a page does, within a transaction of its own; how it came out."""
    try:
        with transaction.atomic():
            place_hold(
                municipality=lives.world.municipality,
                reference=visit.reference,
                reason="complaint",
                staff=lives.lead,
                now=NOW,
            )
    except RetentionRefused as refused:
        return refused.code
    finally:
        connections.close_all()
    return "done"


def test_whoever_wants_to_keep_what_is_just_going_is_told_that_it_is_not_there(
    fresh_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    going = Event()
    with fresh_database.opened(), ThreadPoolExecutor(1) as pool:
        lives = build_lives(build_world())
        visit = lives.visit(OLD)
        approved(lives)
        told = []
        note = carrying_out._note

        def meanwhile(*args: object, **more: object) -> None:
            told.append(pool.submit(hold, lives, visit))
            going.wait(1)
            note(*args, **more)

        monkeypatch.setattr(carrying_out, "_note", meanwhile)
        assert carrying_out.carry_out_disposals(now=NOW) == 1
        assert told[0].result(60) == "unknown_reference"
        assert not LegalHold.unscoped.exists()
        assert not Appointment.unscoped.exists()


@contextmanager
def stale_snapshot() -> Iterator[None]:
    """A transaction that sees nothing that was committed after its first look."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        cursor.execute("SELECT count(*) FROM retention_legalhold")
        yield


@pytest.mark.only("postgresql")
@pytest.mark.parametrize("what", ["visit", "case", "witnessing", "entry"])
def test_an_old_snapshot_that_sees_no_hold_lets_nothing_go(
    fresh_database: Database, what: str
) -> None:
    with fresh_database.opened(), ThreadPoolExecutor(1) as pool:
        lives = build_lives(build_world())
        visit = lives.visit(OLD)
        case = lives.case(visit, witness=lives.person(visit.starts_at))
        disposal = approved(lives)
        LedgerHorizon.objects.create(before=BEFORE, set_at=NOW)
        AuditHorizon.objects.create(before=BEFORE, set_at=NOW)
        if what == "case":
            DisposedVisit.unscoped.create(
                municipality=visit.municipality, visit=visit.pk, disposal=disposal, disposed_at=NOW
            )
        with stale_snapshot(), refused("append-only|snapshot"):
            assert pool.submit(hold, lives, visit).result(60) == "done"
            if what == "visit":
                DisposedVisit.unscoped.create(
                    municipality=visit.municipality,
                    visit=visit.pk,
                    disposal=disposal,
                    disposed_at=NOW,
                )
            elif what == "entry":
                entry = AuditEntry.unscoped.get(subject=f"appointment:{visit.reference}")
                remove(AuditEntry, [entry.pk])
            elif what == "case":
                remove(ClientAnswer, [case.client_answers.get().pk])
            else:
                remove(Witnessing, [Witnessing.unscoped.get().pk])
