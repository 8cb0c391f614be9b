"""The closed vocabulary of the audit trail: dotted, past tense."""

from enum import StrEnum


class Event(StrEnum):
    """What may be recorded."""

    APPOINTMENT_BOOKED = "appointment.booked"
    APPOINTMENT_MOVED = "appointment.moved"
    APPOINTMENT_CANCELLED = "appointment.cancelled"
    APPOINTMENT_CHECKED_IN = "appointment.checked_in"
    APPOINTMENT_COMPLETED = "appointment.completed"
    APPOINTMENT_MISSED = "appointment.missed"
    CONTACT_READ = "contact.read"
    CONTACT_SHREDDED = "contact.shredded"
    PROOFING_OPENED = "proofing.opened"
    PROOFING_DOCUMENTS_RECORDED = "proofing.documents_recorded"
    PROOFING_QUESTIONS_RECORDED = "proofing.questions_recorded"
    PROOFING_WITNESS_RECORDED = "proofing.witness_recorded"
    PROOFING_DECIDED = "proofing.decided"
    PROOFING_ABANDONED = "proofing.abandoned"
    PROOFING_READ = "proofing.read"
    STAFF_INVITED = "staff.invited"
    STAFF_JOINED = "staff.joined"
    INVITATION_WITHDRAWN = "invitation.withdrawn"
    ROLE_GIVEN = "role.given"
    ROLE_ENDED = "role.ended"
    HOURS_CHANGED = "hours.changed"
    DESKS_CHANGED = "desks.changed"
    CLOSURE_ADDED = "closure.added"
    CLOSURE_REMOVED = "closure.removed"
    API_CLIENT_CREATED = "api_client.created"
    API_CLIENT_ENDED = "api_client.ended"
