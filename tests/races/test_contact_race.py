"""A contact is changed while another clerk changes it, the visit is cancelled, or a message goes out.

Every thread is a connection of its own with real commits. The controls read the visit without its
lock; then two clerks both believe to have changed it, and a cancelled visit is confirmed.
"""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import connections
from pytest_django.fixtures import Settings

from appointments.exceptions import Refused
from appointments.models import Appointment
from appointments.services import cancel_appointment
from appointments.services.visits import contact
from borgerservice.notifications.delivery import address_of, deliver
from borgerservice.notifications.models import Message
from borgerservice.notifications.ports import Outgoing
from borgerservice.vault.links import derive_link, link_hash
from tests.builders import NOW, TODAY, build_visit, build_world
from tests.rig.databases import Database

OLD = "+4520304050"
ROUNDS, CLERKS = 5, 4
SOON = NOW + timedelta(seconds=1)
SENT: list[Outgoing] = []


class Outbox:
    """A gateway that keeps what it was given."""

    at_once = 1

    def send(self, messages: Sequence[Outgoing]) -> Mapping[str, str]:
        SENT.extend(messages)
        return {}


def at_once(*acts: Callable[[], object]) -> list[str]:
    """Do all of it at the same moment; what was refused, by its code, or `done`."""
    together = Barrier(len(acts))

    def one(act: Callable[[], object]) -> str:
        together.wait(60)
        try:
            act()
        except Refused as refused:
            return refused.code
        else:
            return "done"
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(one, acts))


def change(visit: Appointment, nth: int = 0) -> Callable[[], None]:
    return lambda: contact.change_contact(
        appointment=visit, phone=f"+453132330{nth}", email="", seen=0, actor="staff:1", now=NOW
    )


def cancel(visit: Appointment) -> Callable[[], object]:
    return lambda: cancel_appointment(appointment=visit, actor="citizen", now=NOW)


def fresh(visit: Appointment) -> Appointment:
    return Appointment.unscoped.select_related("contact__data_key", "municipality").get(pk=visit.pk)


def due(visit: Appointment) -> dict[str, list[str]]:
    """What is still to be told of a visit, and to which numbers."""
    told: dict[str, list[str]] = {}
    subjects = [f"{about}:{visit.reference}" for about in ("appointment", "former")]
    rows = Message.unscoped.filter(subject__in=subjects, status=Message.Status.DUE)
    for row in rows.select_related("contact__data_key"):
        told.setdefault(row.kind, []).append(address_of(row))
    return told


def without_the_lock(monkeypatch: pytest.MonkeyPatch, *, meanwhile: Callable[[], object]) -> None:
    """Read the visit unlocked; something happens after it was looked at, before it is changed."""
    times_changed = contact.times_changed

    def unlocked(appointment: Appointment) -> Appointment:
        return (
            Appointment.objects.for_municipality(appointment.municipality_id)
            .select_related("centre", "municipality", "contact__data_key")
            .get(pk=appointment.pk)
        )

    def look(appointment: Appointment) -> int:
        times = times_changed(appointment)
        meanwhile()
        return times

    monkeypatch.setattr(contact, "_locked", unlocked)
    monkeypatch.setattr(contact, "times_changed", look)


def test_of_clerks_who_change_it_at_once_one_does(fresh_database: Database) -> None:
    with fresh_database.opened():
        world = build_world()
        for nth in range(ROUNDS):
            visit = build_visit(world, day=TODAY + timedelta(days=1), minute=540 + 30 * nth)
            said = at_once(*(change(visit, clerk) for clerk in range(CLERKS)))
            assert sorted(said) == ["contact_changed_meanwhile"] * (CLERKS - 1) + ["done"]
            number = f"+453132330{said.index('done')}"
            assert due(visit) == {"contact_changed": [OLD], "booked": [number]}
            now = fresh(visit)
            assert now.link_hash == link_hash(derive_link("visit", now.link_salt))


@pytest.mark.only("postgresql")
def test_control_without_the_lock_all_of_them_do(
    fresh_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    with fresh_database.opened():
        visit = build_visit(build_world())
        all_looked = Barrier(CLERKS)
        without_the_lock(monkeypatch, meanwhile=lambda: all_looked.wait(60))
        assert at_once(*(change(visit, clerk) for clerk in range(CLERKS))).count("done") > 1


def test_a_visit_cancelled_meanwhile_is_told_to_one_contact_and_confirmed_to_none(
    fresh_database: Database,
) -> None:
    with fresh_database.opened():
        world = build_world()
        for nth in range(ROUNDS):
            visit = build_visit(world, day=TODAY + timedelta(days=1), minute=540 + 30 * nth)
            changed, cancelled = at_once(change(visit), cancel(visit))
            assert cancelled == "done"
            assert changed in {"done", "cannot_change_contact"}
            assert fresh(visit).status == Appointment.Status.CANCELLED
            is_changed = changed == "done"
            told = due(visit)
            assert told.pop("contact_changed", []) == ([OLD] if is_changed else [])
            assert told == {"cancelled": ["+4531323300" if is_changed else OLD]}


@pytest.mark.only("postgresql")
def test_control_without_the_lock_a_cancelled_visit_is_confirmed(
    fresh_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    with fresh_database.opened():
        visit = build_visit(build_world())
        without_the_lock(monkeypatch, meanwhile=lambda: at_once(cancel(visit)))
        assert at_once(change(visit)) == ["done"]
        assert fresh(visit).status == Appointment.Status.CANCELLED
        assert "booked" in due(visit)


def test_the_new_link_goes_to_the_new_number_alone_whoever_is_sending(
    fresh_database: Database, settings: Settings
) -> None:
    settings.SMS_GATEWAY = f"{__name__}.Outbox"
    with fresh_database.opened():
        world = build_world()
        for nth in range(ROUNDS):
            SENT.clear()
            visit = build_visit(world, day=TODAY + timedelta(days=1), minute=540 + 30 * nth)
            before = derive_link("visit", visit.link_salt)
            sending = [lambda: deliver(now=SOON)] * 2
            assert at_once(change(visit, nth), *sending) == ["done"] * 3
            deliver(now=SOON)
            after = derive_link("visit", fresh(visit).link_salt)
            numbers = {one.to for one in SENT if after in one.text}
            assert numbers == {f"+453132330{nth}"}
            assert {one.to for one in SENT if before in one.text} <= {OLD}
            assert [one.to for one in SENT if one.text.startswith("Kontakten")] == [OLD]
