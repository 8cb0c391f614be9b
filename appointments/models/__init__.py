"""Services, desks, their days, the visits booked at them, and the times people wait for."""

from appointments.models.catalogue import CentreService, ServiceType
from appointments.models.codes import ContactCode
from appointments.models.desks import Absence, CentreDay, Desk, DeskDay
from appointments.models.fairness import DoubleBooking, SpentProof, UseCount
from appointments.models.holds import Hold
from appointments.models.visits import Appointment, BookingDraft, IdempotencyRecord, Participant
from appointments.models.waiting import Offer, Rebooking, WaitingEntry

__all__ = [
    "Absence",
    "Appointment",
    "BookingDraft",
    "CentreDay",
    "CentreService",
    "ContactCode",
    "Desk",
    "DeskDay",
    "DoubleBooking",
    "Hold",
    "IdempotencyRecord",
    "Offer",
    "Participant",
    "Rebooking",
    "ServiceType",
    "SpentProof",
    "UseCount",
    "WaitingEntry",
]
