"""Everything a municipality's bookings hold of one person. Rows, found by marks and keys alone.

Nothing is opened here: whoever opens it is to be recorded first. What several share in one visit is
told apart by the caller, who knows the person's name.

Rows that hang on others are read from those, not by their municipality, which they share: on SQLite
that would read the municipality's whole table.
"""

from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Prefetch, Q, prefetch_related_objects

from appointments.models import Appointment, Participant, WaitingEntry
from borgerservice.municipalities.models import Municipality
from borgerservice.notifications.models import Contact, Message


@dataclass(frozen=True, slots=True, repr=False)
class HeldBookings:
    """What was found, the oldest first.

    `contacts` are the person's own, found by phone or e-mail: whoever comes to a visit may have had
    it booked by somebody else. `own` are the participants they are known to be by their number.
    """

    visits: tuple[Appointment, ...]
    own: frozenset[int]
    contacts: tuple[Contact, ...]

    @property
    def wishes(self) -> list[WaitingEntry]:
        """Their wishes for an earlier time, or for any."""
        return [wish for contact in self.contacts for wish in contact.waitingentry_set.all()]

    @property
    def messages(self) -> list[Message]:
        """What was written to them."""
        return [one for contact in self.contacts for one in contact.message_set.all()]

    def is_reached_by(self, contact: int) -> bool:
        """Whether a contact is the person's own."""
        return any(one.pk == contact for one in self.contacts)


def held_bookings(
    *,
    municipality: Municipality,
    phone_marks: Collection[str],
    email_marks: Collection[str],
    participants: Collection[int],
) -> HeldBookings:
    """What hangs on a phone number, an e-mail address, and on participants known to be the person.

    As many statements however much there is.
    """
    reached = list(
        Contact.objects.for_municipality(municipality)
        .filter(Q(phone_mark__in=phone_marks) | Q(email_mark__in=email_marks))
        .select_related("data_key")
        .order_by("pk")
    )
    visits = _visits(municipality, reached, participants)
    prefetch_related_objects(
        reached,
        Prefetch("message_set", Message.objects.for_municipality(municipality).order_by("pk")),
        "contactcode",
        "waitingentry_set__service",
        "waitingentry_set__centres",
        "waitingentry_set__contact__data_key",
        "waitingentry_set__offer_set",
    )
    return HeldBookings(visits=tuple(visits), own=frozenset(participants), contacts=tuple(reached))


def _visits(
    municipality: Municipality, reached: Collection[Contact], participants: Collection[int]
) -> list[Appointment]:
    comers = Participant.objects.for_municipality(municipality)
    booked = comers.filter(appointment__contact__in=reached).values_list("appointment", flat=True)
    come = comers.filter(pk__in=participants).values_list("appointment", flat=True)
    whole = comers.filter(appointment__in={*booked, *come}).select_related(
        "appointment__centre", "appointment__contact__data_key"
    )
    visits = {one.appointment_id: one.appointment for one in whole}
    found = sorted(visits.values(), key=lambda visit: (visit.starts_at, visit.pk))
    prefetch_related_objects(found, "participants__service", "offers", "doubled_by", "doubles")
    return found
