"""Reference data: what is the same for every installation. Loaded by key; ids are kept."""

import csv
import re
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path

from django.db import transaction
from django.utils.text import slugify

from appointments.models import CentreService, ServiceType
from appointments.rules.calendar import AGREEMENT_SOURCE, agreement_days
from borgerservice.municipalities import models as municipalities

SERVICES = Path(__file__).parents[2] / "data" / "services.toml"
PLACES = Path(municipalities.__file__).parents[1] / "data"
POSTAL_CODES_SOURCE = "approximate, entered by hand from general geographical knowledge"
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
PERIOD = re.compile(
    r"^(Mon|Tue|Wed|Thu|Fri|Sat|Sun)(?:-(Mon|Tue|Wed|Thu|Fri|Sat|Sun))?"
    r" (\d\d):(\d\d)-(\d\d):(\d\d)$"
)
DANISH_LETTERS = str.maketrans({"æ": "ae", "ø": "oe", "å": "aa", "Æ": "ae", "Ø": "oe", "Å": "aa"})

Tell = Callable[[str], None]


@transaction.atomic
def load_reference(*, tell: Tell) -> None:
    """Bring municipalities, centres, hours and services to what the data files say.

    A centre's name, address, hours, services and settings are the municipality's own once they are
    there: they are only filled in where there is none.
    """
    tell(f"{_load_municipalities()} municipalities")
    tell(f"{_load_services()} services")
    tell(f"{_load_centres()} centres")
    tell(f"{_load_postal_codes()} postal codes")


def centre_key(name: str) -> str:
    """The part of an address that names a centre: lower-case ASCII with hyphens."""
    return slugify(name.translate(DANISH_LETTERS))[:80]


def fill_in_centre(centre: municipalities.Centre, hours: str) -> None:
    """Give a centre published hours and every service at its usual length, where it has none."""
    if not centre.hours.exists():
        municipalities.OpeningHours.objects.bulk_create(
            municipalities.OpeningHours(
                centre=centre, weekday=weekday, opens_minute=opens, closes_minute=closes
            )
            for weekday, opens, closes in read_hours(hours)
        )
    if not centre.offers.exists():
        CentreService.objects.bulk_create(
            CentreService(centre=centre, service=service, minutes=service.minutes)
            for service in ServiceType.objects.all()
        )


def read_hours(text: str) -> Iterator[tuple[int, int, int]]:
    """Weekly hours of a text such as `Mon-Wed 10:00-15:00; Thu closed`: weekday, from, to.

    What is no plain weekly period (seasons, "first Sat of month") stays in the published text.
    """
    for part in text.split(";"):
        found = PERIOD.match(part.strip())
        if found is None:
            continue
        first = WEEKDAYS.index(found[1])
        last = WEEKDAYS.index(found[2]) if found[2] else first
        opens, closes = int(found[3]) * 60 + int(found[4]), int(found[5]) * 60 + int(found[6])
        yield from ((weekday, opens, closes) for weekday in range(first, last + 1))


def _rows(name: str) -> list[dict[str, str]]:
    with (PLACES / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _load_municipalities() -> int:
    rows = _rows("municipalities.csv")
    for row in rows:
        region, _ = municipalities.Region.objects.get_or_create(name=row["region"])
        place, is_new = municipalities.Municipality.objects.update_or_create(
            code=row["code"], defaults={"name": row["name"], "region": region}
        )
        if is_new:
            municipalities.AgreementDay.objects.bulk_create(
                municipalities.AgreementDay(
                    municipality=place,
                    month=off.month,
                    day=off.day,
                    from_minute=off.from_minute,
                    source=AGREEMENT_SOURCE,
                )
                for off in agreement_days(place.code)
            )
    return len(rows)


def _load_services() -> int:
    stored = tomllib.loads(SERVICES.read_text(encoding="utf-8"))
    for position, row in enumerate(stored["service"]):
        ServiceType.objects.update_or_create(
            code=row["code"],
            defaults={
                **{name: row[name] for name in ("bit", "minutes", "proves_identity")},
                **{name: row[name] for name in ("names", "summaries", "bring")},
                "source": stored["defaults"]["source"],
                "position": position,
            },
        )
    for row in stored["service"]:
        longer = ServiceType.objects.filter(code=row.get("with_witness", "")).first()
        ServiceType.objects.filter(code=row["code"]).update(with_witness=longer)
    return len(stored["service"])


def _load_centres() -> int:
    rows = _rows("centres.csv")
    places = {place.code: place for place in municipalities.Municipality.objects.all()}
    for row in rows:
        has_hours = any(read_hours(row["opening_hours"]))
        published = {
            **{name: row[name] for name in ("source", "note")},
            "published_hours": row["opening_hours"],
        }
        centre, is_new = municipalities.Centre.objects.update_or_create(
            key=centre_key(row["name"]),
            defaults=published,
            create_defaults={
                **published,
                "municipality": places[row["municipality_code"]],
                **{name: row[name] for name in ("name", "address", "postal_code", "city", "phone")},
            },
        )
        if is_new:
            centre.is_open_for_booking = has_hours
            centre.save(update_fields=["is_open_for_booking"])
        if has_hours:
            fill_in_centre(centre, row["opening_hours"])
    return len(rows)


def _load_postal_codes() -> int:
    """Where postal codes lie, to some kilometres: enough to say which centre is nearer."""
    rows = [
        municipalities.PostalCode(**row, source=POSTAL_CODES_SOURCE)
        for row in _rows("postal_codes.csv")
    ]
    municipalities.PostalCode.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["code"],
        update_fields=["city", "latitude", "longitude", "source"],
    )
    return len(rows)
