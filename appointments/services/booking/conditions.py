"""What must hold before a time is taken: names, contact, and the time itself."""

from dataclasses import replace
from datetime import datetime, timedelta

import phonenumbers
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from appointments.exceptions import Refused
from appointments.models import Appointment
from appointments.rules.booking_window import check_start
from appointments.rules.names import NameRefused, clean_person_name
from appointments.rules.ticks import TICK_MINUTES
from appointments.services.booking.plan import Plan
from borgerservice.municipalities.models import Centre
from borgerservice.notifications.limits import is_danish_mobile, may_be_texted

TOLD_BY_MESSAGE = (Appointment.Origin.WEB, Appointment.Origin.API)


def cleaned_name(name: str, place: int) -> str:
    """The name as it is kept, or Refused at the field of that participant."""
    try:
        return clean_person_name(name)
    except NameRefused as refused:
        raise Refused(
            refused.code, field=f"participants.{place}.name", params=refused.params
        ) from None


def check_contact(*, phone: str, email: str, language: str, origin: Appointment.Origin) -> None:
    """Raise Refused unless we can reach whoever books, in a language we write.

    A walk-in needs no contact. Who is told by message alone needs a number we can text, or an
    e-mail address.
    """
    if origin != Appointment.Origin.WALK_IN and not (phone or email):
        raise Refused("no_contact", field="phone")
    if phone and not is_danish_mobile(phone) and not _is_valid_number(phone):
        raise Refused("invalid_phone", field="phone")
    if email:
        try:
            validate_email(email)
        except ValidationError:
            raise Refused("invalid_email", field="email") from None
    if origin in TOLD_BY_MESSAGE and phone and not email and not may_be_texted(phone):
        raise Refused("phone_not_texted", field="email")
    if language not in dict(settings.LANGUAGES):
        raise Refused("unknown_language", field="language")


def _is_valid_number(phone: str) -> bool:
    try:
        return phonenumbers.is_valid_number(phonenumbers.parse(phone))
    except phonenumbers.NumberParseException:
        return False


def check_time(
    *,
    centre: Centre,
    plan: Plan,
    start: datetime,
    now: datetime,
    is_walk_in: bool = False,
    is_held: bool = False,
) -> None:
    """Raise Refused unless the centre takes bookings and a visit may start then.

    A time that is held was early enough when it was held.
    """
    if not centre.is_open_for_booking:
        raise Refused("centre_not_open_for_booking", field="centre")
    window = plan.window
    if is_held:
        window = replace(window, lead_minutes=0)
    if is_walk_in:
        now -= timedelta(minutes=TICK_MINUTES)
        window = replace(window, lead_minutes=0, step_minutes=TICK_MINUTES)
    if wrong := check_start(start, now, window):
        raise Refused(wrong, field="start")
