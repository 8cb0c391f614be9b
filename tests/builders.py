"""Small worlds for tests: a municipality with a centre, desks, services, staff, visits.

Every builder takes only what a test is about and fills in the rest with plain, fixed values.
"""

import secrets
from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from appointments.models import Appointment, CentreService, Desk, DeskDay, ServiceType
from appointments.rules.local_time import instant
from appointments.services import (
    Visitor,
    book_appointment,
)
from appointments.services.centres.desk_days import open_days
from appointments.services.centres.room import room_came
from borgerservice.municipalities.models import (
    Centre,
    Municipality,
    OpeningHours,
    Region,
    StaffMember,
    StaffRole,
)
from borgerservice.people.models import PersonAlias
from borgerservice.people.services import new_person

NOW = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)
"""Monday 23 November 2026, 08:00 in Copenhagen."""
TODAY = date(2026, 11, 23)
PASSWORD = "a-long-test-password-7"


@dataclass(frozen=True)
class World:
    """A centre that can be booked, and its municipality."""

    municipality: Municipality
    centre: Centre
    service: ServiceType
    desks: tuple[Desk, ...]


def build_municipality(code: str = "0657", name: str = "Herning") -> Municipality:
    """One municipality."""
    region, _ = Region.objects.get_or_create(name="Region Midtjylland")
    place, _ = Municipality.objects.get_or_create(
        code=code, defaults={"name": name, "region": region}
    )
    return place


def build_service(
    code: str = "new_mitid", minutes: int = 30, bit: int | None = None
) -> ServiceType:
    """A service with texts in both languages; a new one takes the next free bit."""
    taken = set(ServiceType.objects.values_list("bit", flat=True))
    free = next(candidate for candidate in range(48) if candidate not in taken)
    service, _ = ServiceType.objects.get_or_create(
        code=code,
        defaults={
            "bit": free if bit is None else bit,
            "minutes": minutes,
            "proves_identity": True,
            "names": {"da": "Nyt MitID", "en": "New MitID"},
            "summaries": {"da": "Få MitID.", "en": "Get MitID."},
            "bring": {
                "da": {"applicant": ["Pas."], "witness": ["Vidnets pas."]},
                "en": {"applicant": ["Passport."], "witness": ["The witness's passport."]},
            },
        },
    )
    return service


def build_world(
    *,
    code: str = "0657",
    name: str = "Herning",
    desks: int = 1,
    minutes: int = 30,
    opens: int = 9 * 60,
    closes: int = 15 * 60,
    days: int = 14,
    today: date = TODAY,
) -> World:
    """A centre open Monday to Friday with some desks that can do everything, its days made."""
    place = build_municipality(code, name)
    service = build_service(minutes=minutes)
    centre = Centre.objects.create(
        municipality=place,
        key=f"borgerservice-{code}-{Centre.objects.count()}",
        name=f"Borgerservice {name}",
        address="Torvet 5",
        postal_code="7400",
        city=name,
        phone="+45 96 28 24 00",
        spreads_new_days=False,
    )
    OpeningHours.objects.bulk_create(
        OpeningHours(centre=centre, weekday=day, opens_minute=opens, closes_minute=closes)
        for day in range(5)
    )
    CentreService.objects.create(centre=centre, service=service, minutes=minutes)
    made = Desk.objects.bulk_create(
        Desk(centre=centre, number=number + 1, caps=(1 << 48) - 1) for number in range(desks)
    )
    _open_days(centre, made, (code, opens, closes, today, days))
    return World(place, centre, service, tuple(made))


_opened: dict[tuple[object, ...], list[DeskDay]] = {}
"""The days of one desk as the product made them, by what they depend on."""


def _open_days(
    centre: Centre, desks: Sequence[Desk], asked: tuple[str, int, int, date, int]
) -> None:
    """Let the product make the days of a centre; of a centre like one before, copy them."""
    *_hours, today, days = asked
    if asked not in _opened:
        open_days(centre=centre, first=today, last=today + timedelta(days=days))
        if desks:
            _opened[asked] = list(DeskDay.objects.filter(desk=desks[0]))
        return
    rows = [copy(row) for _desk in desks for row in _opened[asked]]
    for place, row in enumerate(rows):
        row.pk, row.centre = None, centre
        row.desk = desks[place // len(_opened[asked])]
    DeskDay.objects.bulk_create(rows)
    room_came(centre_id=centre.pk, days={row.day for row in rows})


def build_staff(
    place: Municipality,
    *,
    role: str = StaffRole.Role.CLERK,
    username: str = "",
    now: datetime = NOW,
    has_number: bool = True,
) -> StaffMember:
    """A staff member who can sign in with `PASSWORD`, holds one role, and told their own number."""
    staff = StaffMember.objects.create_user(
        username=username or f"{role}-{place.code}-{StaffMember.objects.count()}",
        password=PASSWORD,
        is_staff=True,
        person=new_person(now=now),
    )
    if has_number:
        mark = secrets.token_hex(32)
        PersonAlias.objects.create(
            person=staff.person, kind="replacement", key_version=1, pseudonym=mark
        )
    StaffRole.unscoped.create(
        staff=staff, municipality=place, role=role, since=now - timedelta(days=1)
    )
    return staff


def build_visit(
    world: World,
    *,
    day: date = TODAY,
    minute: int = 10 * 60,
    names: Sequence[str] = ("Amina Hassan",),
    phone: str = "+4520304050",
    email: str = "",
    now: datetime = NOW,
    language: str = "da",
) -> Appointment:
    """A booked visit at a local time."""
    return book_appointment(
        centre=world.centre,
        visitors=[Visitor(name=name, service=world.service.code) for name in names],
        start=instant(day, minute),
        phone=phone,
        email=email,
        language=language,
        origin=Appointment.Origin.WEB,
        actor="citizen",
        now=now,
    )
