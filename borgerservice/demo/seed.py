"""Demo data: desks everywhere, a demo centre where no real one is known, staff, some visits.

Nothing invented passes for real: demo centres say so in their name, and demo people have
addresses at example.com and no number.
"""

import random
import secrets
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path

from django.db import transaction

from appointments.exceptions import Refused
from appointments.models import Appointment, CentreService, Desk, ServiceType
from appointments.selectors.bookable import bookable_times
from appointments.services import (
    Visitor,
    book_appointment,
)
from appointments.services.booking.plan import window_of
from appointments.services.centres.desk_days import open_days
from appointments.services.centres.reference import centre_key, fill_in_centre
from appointments.services.centres.roster import last_day_made
from borgerservice.demo.own import paint_municipalities
from borgerservice.demo.witnesses import add_decisions, add_witnessings, ask_witnesses
from borgerservice.install import write_private
from borgerservice.kernel.clock import danish_date
from borgerservice.municipalities.models import Centre, Municipality, StaffMember, StaffRole
from borgerservice.people.services import person_of

DEMO_HOURS = "Mon-Wed 09:00-15:00; Thu 10:00-17:00; Fri 09:00-13:00"
DESKS_PER_CENTRE = 3
STAFFED = ("0101", "0657", "0751")
MUNICIPAL_ROLES = {
    StaffRole.Role.CLERK: "Demo-medarbejder",
    StaffRole.Role.LEAD: "Demo-teamleder",
    StaffRole.Role.ADMINISTRATOR: "Demo-administrator",
    StaffRole.Role.FRAUD_REVIEWER: "Demo-kontrollant",
    StaffRole.Role.AUDITOR: "Demo-revisor",
}
RULE_STEWARDS = 2
VISITS_PER_CENTRE = 14
DAYS_AHEAD = timedelta(days=7)
"""Easter closes five days in a row."""
FIRST_NAMES = ("Amina", "Oleksandr", "Maria", "Yusuf", "Ingrid", "Piotr", "Lars", "Fatima", "Ana")
LAST_NAMES = ("Hansen", "Kovalenko", "Nowak", "Yilmaz", "Popescu", "Jensen", "Al-Sayed", "Silva")

Tell = Callable[[str], None]


def load_demo(*, passwords: Path, now: datetime, tell: Tell) -> None:
    """Make what a visitor to the demo needs; what is there already is left alone."""
    with transaction.atomic():
        _add_demo_centres()
        _add_desks()
    centres = list(Centre.objects.filter(is_open_for_booking=True).select_related("municipality"))
    today = danish_date(now)
    for done, centre in enumerate(centres, start=1):
        open_days(centre=centre, first=today, last=last_day_made(centre=centre, today=today))
        if done % 20 == 0 or done == len(centres):
            tell(f"desk-days of {done} of {len(centres)} centres")
    paint_municipalities(now=now)
    _add_staff(passwords=passwords, now=now, tell=tell)
    if not Appointment.unscoped.exists():
        tell(f"{_add_past(now=now)} decisions of the last weeks")
        tell(f"{_add_visits(now=now)} visits")
        tell(f"{ask_witnesses(now=now)} witnesses asked")


def _add_demo_centres() -> None:
    for place in Municipality.objects.filter(centres__isnull=True):
        name = f"Demo-borgerservice {place.name}"
        Centre.objects.create(
            municipality=place,
            key=centre_key(name),
            name=name,
            published_hours=DEMO_HOURS,
            note="Demo: intet rigtigt sted",
            is_demo=True,
        )
    for centre in Centre.objects.filter(is_demo=True):
        fill_in_centre(centre, DEMO_HOURS)


def _add_desks() -> None:
    every_service = sum(1 << bit for bit in ServiceType.objects.values_list("bit", flat=True))
    Desk.objects.bulk_create(
        Desk(centre=centre, number=number, caps=every_service)
        for centre in Centre.objects.filter(desks__isnull=True, is_open_for_booking=True)
        for number in range(1, DESKS_PER_CENTRE + 1)
    )


def _add_staff(*, passwords: Path, now: datetime, tell: Tell) -> None:
    if StaffMember.objects.exists():
        return
    lines = []
    for code in STAFFED:
        place = Municipality.objects.get(code=code)
        for role, called in MUNICIPAL_ROLES.items():
            lines.append(f"{role}-{code} {secrets.token_urlsafe(12)}")
            _add_one(lines, place=place, role=role, called=(called, place.name), now=now)
    for steward in range(1, RULE_STEWARDS + 1):
        lines.append(f"{StaffRole.Role.RULE_STEWARD}-{steward} {secrets.token_urlsafe(12)}")
        name = ("Demo-regelansvarlig", str(steward))
        _add_one(lines, place=None, role=StaffRole.Role.RULE_STEWARD, called=name, now=now)
    passwords.unlink(missing_ok=True)
    write_private(passwords, "\n".join(lines) + "\n")
    tell(f"{len(lines)} demo staff, passwords in {passwords.name}")


def _add_one(
    lines: list[str],
    *,
    place: Municipality | None,
    role: StaffRole.Role,
    called: tuple[str, str],
    now: datetime,
) -> None:
    """The account of the last line: user name and password; its number is nobody's (day + 60)."""
    username, word = lines[-1].split()
    number = f"61019091{len(lines):02}"
    staff = StaffMember.objects.create_user(
        username=username,
        password=word,
        first_name=called[0],
        last_name=called[1],
        is_staff=True,
        person=person_of(kind="replacement", normalised=number, now=now),
    )
    StaffRole.unscoped.create(staff=staff, municipality=place, role=role, since=now)


def _add_past(*, now: datetime) -> int:
    made = 0
    for digit, code in enumerate(STAFFED):
        clerk = StaffMember.objects.filter(username=f"{StaffRole.Role.CLERK}-{code}").first()
        centre = Centre.objects.filter(municipality__code=code, is_open_for_booking=True).first()
        if not centre or not clerk:
            continue
        if code == STAFFED[0]:
            made += add_witnessings(centre=centre, clerk=clerk, now=now)
        made += add_decisions(centre=centre, clerk=clerk, digit=digit, now=now)
    return made


def _add_visits(*, now: datetime) -> int:
    chance = random.Random(7)  # noqa: S311
    made = 0
    names = [f"{first} {last}" for first in FIRST_NAMES for last in LAST_NAMES]
    chance.shuffle(names)  # each comes once: who books twice is asked which time to keep
    for centre in Centre.objects.filter(
        municipality__code__in=STAFFED, is_open_for_booking=True
    ).select_related("municipality"):
        offers = list(CentreService.objects.filter(centre=centre).select_related("service"))
        for _ in range(VISITS_PER_CENTRE):
            name = names.pop()
            made += _add_visit(name, centre=centre, offers=offers, chance=chance, now=now)
    return made


def _add_visit(
    name: str,
    *,
    centre: Centre,
    offers: Sequence[CentreService],
    chance: random.Random,
    now: datetime,
) -> int:
    offer = chance.choice(offers)
    today = danish_date(now)
    days = bookable_times(
        centre=centre,
        minutes=offer.minutes,
        caps=1 << offer.service.bit,
        window=window_of(centre, [offer]),
        first=today,
        last=today + DAYS_AHEAD,
        now=now,
    )
    if not days:
        return 0
    try:
        book_appointment(
            centre=centre,
            visitors=[Visitor(name=name, service=offer.service.code)],
            start=chance.choice(days[0].starts if chance.random() < 0.6 else days[-1].starts),  # noqa: PLR2004
            phone="",
            email=f"{name.replace(' ', '.').lower()}@example.com",
            language=chance.choice(("da", "en")),
            origin=Appointment.Origin.WEB,
            actor="citizen",
            now=now,
        )
    except Refused:
        return 0
    return 1
