"""Who receives at a centre: desks, what they can do, and who is away."""

from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime

from django.db import IntegrityError, transaction

from appointments.exceptions import Refused
from appointments.models import Absence, Desk, ServiceType
from appointments.rules.opening import Closing, problems_with_closings
from appointments.services.centres.affected import changed_roster
from appointments.services.centres.desk_days import lock_roster, set_opening_moments
from appointments.services.centres.hours import check_days, facts_of
from borgerservice.audit.events import Event
from borgerservice.kernel.clock import danish_date
from borgerservice.municipalities.models import Centre, StaffMember

HIGHEST_DESK_NUMBER = 999


def add_desk(
    *,
    centre: Centre,
    number: int,
    services: Iterable[str],
    is_staffed: bool,
    clerk: StaffMember | None,
    actor: str,
    now: datetime,
) -> Desk:
    """Add a desk and what it can do. Raises Refused."""
    desk = Desk(centre=centre, caps=0)
    return change_desk(
        desk=desk,
        number=number,
        services=services,
        is_staffed=is_staffed,
        clerk=clerk,
        is_accepted=True,
        actor=actor,
        now=now,
    )


def change_desk(
    *,
    desk: Desk,
    number: int,
    services: Iterable[str],
    is_staffed: bool,
    clerk: StaffMember | None,
    is_accepted: bool,
    actor: str,
    now: datetime,
) -> Desk:
    """Change a desk's number, what it can do, whether somebody sits there, and who always does.

    Raises Refused, and VisitsAffected unless `is_accepted`.
    """
    if not 1 <= number <= HIGHEST_DESK_NUMBER:
        raise Refused("desk_number_out_of_range", field="number")
    desk.caps = caps_of(services)
    if not desk.caps:
        raise Refused("desk_without_services", field="services")
    desk.number, desk.is_staffed, desk.clerk = number, is_staffed, clerk
    with changed_roster(
        centre=desk.centre,
        event=Event.DESKS_CHANGED,
        facts={"desk": number, "staffed": is_staffed},
        is_accepted=is_accepted,
        actor=actor,
        now=now,
    ):
        try:
            with transaction.atomic():
                desk.save()
        except IntegrityError as clash:
            raise Refused("desk_number_taken", field="number") from clash
        set_opening_moments(centre=desk.centre, today=danish_date(now))
    return desk


def add_absence(
    *,
    centre: Centre,
    who: Desk | StaffMember,
    closing: Closing,
    is_accepted: bool,
    actor: str,
    now: datetime,
) -> Absence:
    """Close a desk, or the desks of a clerk at the centre, for some days or hours of them.

    Sent again it is the absence there is. Raises Refused, and VisitsAffected unless `is_accepted`.
    """
    check_days(closing.first_day, closing.last_day, now=now)
    for problem in problems_with_closings([closing]):
        raise Refused(problem.code, field=problem.field)
    if isinstance(who, Desk):
        desk, clerk, told = who, None, {"desk": who.number}
    else:
        desk, clerk, told = None, who, {"clerk": who.pk}
        if not Desk.objects.filter(centre=centre, clerk=who).exists():
            raise Refused("clerk_without_desk", field="who")
    absence = {"centre": centre, "desk": desk, "clerk": clerk, **asdict(closing)}
    with transaction.atomic():
        lock_roster(centre=centre)
        if known := Absence.objects.filter(**absence).first():
            return known
        with changed_roster(
            centre=centre,
            event=Event.ABSENCE_ADDED,
            facts=facts_of(closing) | told,
            is_accepted=is_accepted,
            actor=actor,
            now=now,
        ):
            return Absence.objects.create(**absence)


def remove_absence(*, absence: Absence, actor: str, now: datetime) -> None:
    """Take an absence back. What is over stays as it was.

    Raises Refused `closure_is_over`, `done_already`.
    """
    if absence.last_day < danish_date(now):
        raise Refused("closure_is_over")
    with changed_roster(
        centre=absence.centre,
        event=Event.ABSENCE_REMOVED,
        facts={"from": absence.first_day.isoformat(), "to": absence.last_day.isoformat()},
        is_accepted=True,  # opening takes no time from anybody
        actor=actor,
        now=now,
    ):
        if not absence.delete()[0]:
            raise Refused("done_already")


def caps_of(services: Iterable[str]) -> int:
    """The set of services as a desk keeps it. Raises Refused for one that does not exist."""
    codes = set(services)
    bits = dict(ServiceType.objects.filter(code__in=codes).values_list("code", "bit"))
    if codes - set(bits):
        raise Refused("service_not_offered", field="services")
    return sum(1 << bit for bit in bits.values())
