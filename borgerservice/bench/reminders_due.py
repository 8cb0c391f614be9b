"""Visits whose reminders are due, each with a phone number of its own."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from appointments.models import Appointment, Desk, Participant, ServiceType
from borgerservice.bench.bulk import Bulk
from borgerservice.bench.world import NAME, stored_moment
from borgerservice.notifications.models import Contact
from borgerservice.vault.models import DataKey
from borgerservice.vault.services import new_data_key

FIRST_ID = 20_000_000
MINUTES_APART = 5
PHONE = "+4526304050"


def add_due_visits(desks: Sequence[Desk], count: int, *, first: datetime) -> datetime:
    """Visits from a moment on, one after the other at every desk; when the last begins."""
    bulk, key = Bulk(), new_data_key()
    ids = range(FIRST_ID, FIRST_ID + count)
    sealed = {"wrapped": key.row.wrapped, "key_version": key.row.key_version}
    bulk.add(DataKey(**sealed), ("id",), ((pk,) for pk in ids))
    places = [desks[number % len(desks)] for number in range(count)]
    bulk.add(
        Contact(phone_sealed=key.seal(PHONE, "contact.phone")),
        ("id", "data_key_id", "municipality_id", "phone_mark"),
        (
            (pk, pk, desk.centre.municipality_id, f"bench-{pk}")
            for pk, desk in zip(ids, places, strict=True)
        ),
    )
    step = timedelta(minutes=MINUTES_APART)
    turns = range(-(-count // len(desks)) + 1)
    begins = first.replace(second=0, microsecond=0) + timedelta(minutes=1)
    moments = [stored_moment(begins + turn * step) for turn in turns]
    like = Appointment(
        origin=Appointment.Origin.WEB,
        language="da",
        link_salt="1:bench",
        booked_by="citizen",
        created_at=first - timedelta(days=30),
    )
    columns = (
        *("id", "contact_id", "reference", "link_hash", "desk_id", "centre_id"),
        *("municipality_id", "starts_at", "ends_at", "busy_until"),
    )
    bulk.add(
        like,
        columns,
        (
            (
                *(pk, pk, f"R{pk:08}", f"reminder {pk}", desk.pk, desk.centre_id),
                *(desk.centre.municipality_id, moments[turn], moments[turn + 1], moments[turn + 1]),
            )
            for (turn, pk), desk in zip(
                ((number // len(desks), pk) for number, pk in enumerate(ids)), places, strict=True
            )
        ),
    )
    service = ServiceType.objects.filter(proves_identity=True)[0]
    bulk.add(
        Participant(position=0, service=service, name_sealed=key.seal(NAME, "participant.name:0")),
        ("id", "appointment_id", "municipality_id"),
        ((pk, pk, desk.centre.municipality_id) for pk, desk in zip(ids, places, strict=True)),
    )
    bulk.finish()
    return begins + len(turns) * step
