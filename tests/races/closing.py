"""A centre that closes a day on which visits are booked, and who does something then."""

from collections.abc import Callable
from datetime import date, timedelta

from django.db import OperationalError, connections

from appointments.models import Rebooking
from appointments.rules.opening import Closing
from appointments.services.centres.hours import add_closure
from appointments.services.offering.rebooking import begin_rebooking, not_taken_up
from borgerservice.municipalities.models import Closure, StaffRole
from tests.builders import NOW, TODAY, World, build_staff, build_visit, build_world

TOMORROW = TODAY + timedelta(days=1)


def closes(world: World, day: date) -> Closure:
    """The centre closes a day, whoever is booked then."""
    return add_closure(
        centre=world.centre,
        closing=Closing(day, day),
        reason="",
        is_accepted=True,
        actor="staff:1",
        now=NOW,
    )


def takes_up(world: World, *, by_phone: bool = False) -> Rebooking | None:
    """Whoever cannot be received is to be offered another time, or phoned."""
    return begin_rebooking(
        centre=world.centre,
        visits=[visit.pk for visit in not_taken_up(centre=world.centre, now=NOW)],
        staff=build_staff(world.municipality, role=StaffRole.Role.LEAD),
        now=NOW,
        by_phone=by_phone,
    )


def closed_with_visits(visits: int) -> World:
    """A centre that closes a day, its visits taken up, nobody offered anything yet."""
    world = build_world(desks=1)
    for n in range(visits):
        build_visit(world, day=TOMORROW, minute=540 + 30 * n, phone=f"+45203040{n:02}")
    closes(world, TOMORROW)
    takes_up(world)
    return world


def alone(act: Callable[[], object]) -> object:
    """Do it with a connection of its own: what came of it, or what the database said."""
    try:
        return act()
    except OperationalError as problem:
        return str(problem)
    finally:
        connections.close_all()
