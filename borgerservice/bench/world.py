"""The private database's rows: a country of centres that can be booked, and its visits.

The centres `bench-1` … hold the national visits; `single` the visits of one centre over two
months, `tenfold` the same with ten times the history; `rush` and `race`, which has one desk, are
empty.
"""

import itertools
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from django.db import connection

from appointments.models import (
    Appointment,
    CentreDay,
    CentreService,
    Desk,
    DeskDay,
    Participant,
    ServiceType,
)
from appointments.rules.local_time import instant
from appointments.rules.ticks import ALL_DAY, mask, to_words
from appointments.services.centres.room import ANY_SERVICE
from borgerservice.bench import data
from borgerservice.bench.bulk import Bulk
from borgerservice.bench.data import CLOSES, DESKS, OPENS, Scale
from borgerservice.municipalities.models import Centre, Municipality, OpeningHours, Region
from borgerservice.notifications.models import Contact
from borgerservice.vault.models import DataKey
from borgerservice.vault.services import NewKey, new_data_key

MUNICIPALITIES = 98
MINUTES = (15, 20, 30, 45)
EVERY_SERVICE = (1 << len(MINUTES)) - 1
HORIZON = 2000
HISTORY_PERIODS = 9
NAME = "Amina Hassan"
BOOKED_BY = "citizen"

Booking = tuple[Desk, date, int, int]
"""At which desk, when, and how long."""


@dataclass(frozen=True, slots=True)
class World:
    """Where the workloads find what they need."""

    scale: Scale
    first: date
    now: datetime

    @property
    def free_from(self) -> date:
        """The first of the days on which nothing is booked anywhere."""
        return self.first + timedelta(days=-(-self.scale.days // 7) * 7)

    @property
    def full_day(self) -> date:
        """A day on which `single` and `tenfold` are booked out."""
        return self.free_from + timedelta(days=-(-self.scale.free_days // 7) * 7)

    def free_days(self) -> list[date]:
        """The working days on which nothing is booked anywhere."""
        return data.working_days(self.free_from, self.scale.free_days)


def service_code(minutes: int) -> str:
    """The service of that length."""
    return f"minutes-{minutes}"


def build_world(scale: Scale, *, now: datetime) -> World:
    """Fill the empty database."""
    world = World(scale=scale, first=data.first_day(now.date()), now=now)
    centres = _places(scale)
    desks = _desks(centres)
    key = new_data_key()
    bulk = Bulk()
    booked: list[Booking] = []
    for centre, desk, day, minute, length in data.national(world.first, scale.days, scale.centres):
        booked.append((desks[f"bench-{centre}"][desk], day, minute, length))
    single = data.single(world.first, scale.days)
    for name, periods in (("single", 0), ("tenfold", HISTORY_PERIODS)):
        for back in range(periods + 1):
            past = timedelta(days=back * -(-scale.days // 7) * 7)
            booked += [(desks[name][n], day - past, minute, data.STEP) for day, minute, n in single]
        booked += [
            (desk, world.full_day, minute, data.STEP)
            for desk in desks[name]
            for minute in range(OPENS, CLOSES, data.STEP)
        ]
    _add_visits(bulk, booked, desks=desks, key=key, now=now)
    _add_desk_days(bulk, world, booked, desks)
    bulk.finish()
    return world


def _places(scale: Scale) -> list[Centre]:
    region = Region.objects.create(name="Bench")
    places = Municipality.objects.bulk_create(
        Municipality(code=f"{9000 + number}", name=f"Kommune {number}", region=region)
        for number in range(min(MUNICIPALITIES, scale.centres))
    )
    services = ServiceType.objects.bulk_create(
        ServiceType(
            code=service_code(minutes),
            bit=bit,
            minutes=minutes,
            proves_identity=True,
            names={"da": f"{minutes} minutter", "en": f"{minutes} minutes"},
            position=bit,
        )
        for bit, minutes in enumerate(MINUTES)
    )
    names = [f"bench-{number}" for number in range(1, scale.centres + 1)]
    centres = Centre.objects.bulk_create(
        Centre(
            municipality=places[number % len(places)],
            key=name,
            name=f"Borgerservice {name}",
            address="Torvet 5",
            postal_code="7400",
            city="Herning",
            start_step_minutes=5 if name.startswith(("bench", "race")) else data.STEP,
            horizon_days=HORIZON,
        )
        for number, name in enumerate([*names, "single", "tenfold", "rush", "race"])
    )
    OpeningHours.objects.bulk_create(
        OpeningHours(centre=centre, weekday=weekday, opens_minute=OPENS, closes_minute=CLOSES)
        for centre in centres
        for weekday in range(5)
    )
    CentreService.objects.bulk_create(
        CentreService(centre=centre, service=service, minutes=service.minutes)
        for centre in centres
        for service in services
    )
    return centres


def _desks(centres: Iterable[Centre]) -> dict[str, list[Desk]]:
    return {
        centre.key: Desk.objects.bulk_create(
            Desk(centre=centre, number=number + 1, caps=EVERY_SERVICE)
            for number in range(1 if centre.key == "race" else DESKS)
        )
        for centre in centres
    }


def _add_visits(
    bulk: Bulk,
    booked: list[Booking],
    *,
    desks: dict[str, list[Desk]],
    key: NewKey,
    now: datetime,
) -> None:
    """A data key, a contact, an appointment and a participant for each booking, sealed alike.

    The ids run together, far above those of whatever is there already.
    """
    ids = range(1001, 1001 + len(booked))
    of_centre = {own[0].centre_id: own[0].centre.municipality_id for own in desks.values()}
    municipality = [of_centre[desk.centre_id] for desk, *_when in booked]
    bulk.add(
        DataKey(wrapped=key.row.wrapped, key_version=key.row.key_version),
        ("id",),
        ((pk,) for pk in ids),
    )
    bulk.add(
        Contact(email_sealed=key.seal("citizen@example.com", "contact.email"), email_mark="bench"),
        ("id", "data_key_id", "municipality_id"),
        zip(ids, ids, municipality, strict=True),
    )
    bulk.add(
        Appointment(
            origin=Appointment.Origin.WEB,
            language="da",
            link_salt="1:bench",
            booked_by=BOOKED_BY,
            created_at=now,
        ),
        (
            *("id", "contact_id", "municipality_id", "reference", "link_hash", "status"),
            *("desk_id", "centre_id", "starts_at", "ends_at", "busy_until"),
        ),
        (
            (pk, pk, place, f"B{pk:07}", f"bench {pk}", _status(day, now), *row)
            for pk, place, (desk, day, minute, length) in zip(
                ids, municipality, booked, strict=True
            )
            for row in [(desk.pk, desk.centre_id, *_times(day, minute, length))]
        ),
    )
    services = dict(ServiceType.objects.values_list("minutes", "pk"))
    bulk.add(
        Participant(position=0, name_sealed=key.seal(NAME, "participant.name:0")),
        ("id", "appointment_id", "municipality_id", "service_id"),
        (
            (pk, pk, place, services[length])
            for pk, place, (_desk, _day, _minute, length) in zip(
                ids, municipality, booked, strict=True
            )
        ),
    )


def _status(day: date, now: datetime) -> str:
    return "booked" if day > now.date() else "completed"


_known_days: dict[date, datetime] = {}


def _times(day: date, minute: int, length: int) -> tuple[object, object, object]:
    if day not in _known_days:
        _known_days[day] = instant(day, OPENS) - timedelta(minutes=OPENS)
    start = _known_days[day] + timedelta(minutes=minute)
    end = stored_moment(start + timedelta(minutes=length))
    return stored_moment(start), end, end


def stored_moment(moment: datetime) -> object:
    """A moment as the database at hand keeps it."""
    if connection.vendor == "sqlite":
        return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")
    return moment


def _add_desk_days(
    bulk: Bulk, world: World, booked: list[Booking], desks: dict[str, list[Desk]]
) -> None:
    """The bitmaps of all these days: closed time or booked time."""
    busy: dict[tuple[int, date], int] = defaultdict(int)
    for desk, day, minute, length in booked:
        busy[desk.pk, day] |= mask(minute, length)
    closed = ALL_DAY & ~mask(OPENS, CLOSES - OPENS)
    coming = [*data.working_days(world.first, world.scale.days), *world.free_days(), world.full_day]
    weeks_back = HISTORY_PERIODS * (-(-world.scale.days // 7))
    past = data.working_days(world.first - timedelta(weeks=weeks_back), weeks_back * 7)

    def rows() -> Iterator[tuple[object, ...]]:
        for name, own in desks.items():
            days = past + coming if name == "tenfold" else coming
            for desk, day in itertools.product(own, days):
                words = to_words(closed | busy.get((desk.pk, day), 0))
                yield (next(ids), desk.centre_id, desk.pk, day, *words)

    ids = itertools.count(1)
    like = DeskDay(caps=EVERY_SERVICE, b0=0, b1=0, b2=0, b3=0, b4=0, b5=0)
    columns = ("id", "centre_id", "desk_id", "day", "b0", "b1", "b2", "b3", "b4", "b5")
    bulk.add(like, columns, rows())
    bulk.add(
        CentreDay(room=ANY_SERVICE),
        ("id", "centre_id", "day"),
        (
            (pk, centre_id, day)
            for pk, (centre_id, day) in enumerate(
                itertools.product((own[0].centre_id for own in desks.values()), coming), start=1
            )
        ),
    )
