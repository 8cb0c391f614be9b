"""What a municipality settles for itself: how its pages look and speak, and what one can book."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from hashlib import sha256
from typing import Final
from urllib.parse import urlsplit

import phonenumbers
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator, validate_email
from django.db import transaction

from appointments.exceptions import OwnRefused
from appointments.models import CentreDay, CentreService, ServiceType
from appointments.rules.look import LEAST_CONTRAST, carries_white, colour_in
from appointments.rules.picture import PictureRefused, rewritten
from appointments.services.centres.desk_days import lock_roster
from appointments.services.centres.room import room_came
from appointments.services.history import record_centre
from borgerservice.audit.events import Event
from borgerservice.audit.services import record
from borgerservice.kernel.clock import danish_date
from borgerservice.kernel.cpr import holds_cpr_number
from borgerservice.languages import OURS, offered_languages
from borgerservice.municipalities.models import Centre, Logo, Municipality

STATEMENTS: Final = ("was.digst.dk", "www.was.digst.dk")
"""Where every Danish authority's accessibility statement stands, by law."""
MARK_LENGTH: Final = 16
LONGEST: Final = {
    "shown_name": 60,
    "help_da": 300,
    "help_en": 300,
    "statement": 300,
    "dpo_email": 254,
    "privacy_policy": 300,
}


@dataclass(frozen=True, slots=True)
class Own:
    """A municipality's own; what is empty is our usual.

    `languages` are those of its pages; None: all that this installation has.
    """

    shown_name: str = ""
    phone: str = ""
    help_da: str = ""
    help_en: str = ""
    accent: str = ""
    languages: Sequence[str] | None = None
    coming: str = Municipality.Coming.UNSAID
    custody: str = Municipality.Custody.UNSAID
    statement: str = ""
    dpo_email: str = ""
    privacy_policy: str = ""


def set_own(
    *,
    municipality: Municipality,
    own: Own,
    offers: Mapping[str, Collection[str]],
    actor: str,
    now: datetime,
) -> None:
    """Put these settings in place of the municipality's. Visits that are booked stay.

    `offers` are the services one can book, by the key of the centre. Raises OwnRefused.
    """
    settled = _settled(own)
    centres = [centre for centre in municipality.centres.all() if centre.key in offers]
    for centre in centres:
        if not offers[centre.key]:
            raise OwnRefused("no_service_left", field=f"{centre.key}.services")
    with transaction.atomic():
        place = Municipality.objects.select_for_update().get(pk=municipality.pk)
        changed = [name for name, value in settled.items() if getattr(place, name) != value]
        if changed:
            for name in changed:
                setattr(place, name, settled[name])
            place.save(update_fields=changed)
            _record(Event.MUNICIPALITY_OWN_CHANGED, place, actor, now, {"changed": changed})
        for centre in centres:
            _set_offers(centre, set(offers[centre.key]), actor=actor, now=now)


def set_logo(*, municipality: Municipality, file: bytes, actor: str, now: datetime) -> None:
    """Let a picture stand as the municipality's logo, written anew by us. Raises OwnRefused."""
    try:
        png = rewritten(file).png
    except PictureRefused as refused:
        raise OwnRefused(refused.code, field="logo") from None
    _keep_logo(municipality, png, sha256(png).hexdigest()[:MARK_LENGTH], actor, now)


def remove_logo(*, municipality: Municipality, actor: str, now: datetime) -> None:
    """Show no logo."""
    _keep_logo(municipality, b"", "", actor, now)


def _keep_logo(
    municipality: Municipality, png: bytes, mark: str, actor: str, now: datetime
) -> None:
    with transaction.atomic():
        place = Municipality.objects.select_for_update().get(pk=municipality.pk)
        if place.logo_mark == mark:
            return
        Logo.objects.for_municipality(place).delete()
        if mark:
            Logo(municipality=place, png=png, mark=mark).save(force_insert=True)
        place.logo_mark = mark
        place.save(update_fields=["logo_mark"])
        _record(Event.MUNICIPALITY_LOGO_CHANGED, place, actor, now, {"mark": mark})


def _settled(own: Own) -> dict[str, str]:
    """The settings as they are kept, or Refused at the field."""
    settled = {
        name: " ".join(value.split()) for name, value in asdict(own).items() if name != "languages"
    }
    for name, value in settled.items():
        if name != "phone" and holds_cpr_number(value):
            raise OwnRefused("looks_like_cpr", field=name)
        if len(value) > LONGEST.get(name, len(value)):
            raise OwnRefused("text_too_long", field=name, params={"limit": LONGEST[name]})
    for one, other in (("help_da", "help_en"), ("help_en", "help_da")):
        if settled[one] and not settled[other]:
            raise OwnRefused("text_in_one_language_only", field=other)
    settled["phone"] = _phone(settled["phone"])
    settled["accent"] = _accent(settled["accent"])
    settled["languages"] = _languages(own.languages)
    if settled["statement"] and not _is_a_statement(settled["statement"]):
        raise OwnRefused("no_such_statement", field="statement")
    settled["dpo_email"] = _email(settled["dpo_email"])
    if settled["privacy_policy"] and not _is_an_address(settled["privacy_policy"]):
        raise OwnRefused("not_an_address", field="privacy_policy")
    for name, known in (("coming", Municipality.Coming), ("custody", Municipality.Custody)):
        if settled[name] not in known.values:
            raise OwnRefused("choose_one", field=name)
    return settled


def _phone(text: str) -> str:
    if not text:
        return ""
    try:
        number = phonenumbers.parse(text, "DK")
    except phonenumbers.NumberParseException:
        raise OwnRefused("invalid_phone", field="phone") from None
    if not phonenumbers.is_valid_number(number):
        raise OwnRefused("invalid_phone", field="phone")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


def _accent(text: str) -> str:
    if not text:
        return ""
    colour = colour_in(text)
    if colour is None:
        raise OwnRefused("not_a_colour", field="accent")
    found = carries_white(colour)
    if found < LEAST_CONTRAST:
        told = {"found": f"{int(found * 10) / 10:.1f}", "least": f"{LEAST_CONTRAST:.1f}"}
        raise OwnRefused("colour_too_light", field="accent", params=told)
    return colour


def _languages(chosen: Sequence[str] | None) -> str:
    """Danish and English always; where all are chosen, those that come later are offered, too."""
    every = offered_languages()
    kept = [code for code in every if chosen is None or code in chosen or code in OURS]
    return "" if kept == every else " ".join(kept)


def _email(text: str) -> str:
    try:
        if text:
            validate_email(text)
    except ValidationError:
        raise OwnRefused("invalid_email", field="dpo_email") from None
    return text


def _is_a_statement(address: str) -> bool:
    return _is_an_address(address) and urlsplit(address).netloc in STATEMENTS


def _is_an_address(address: str) -> bool:
    try:
        URLValidator(schemes=["https"])(address)
    except ValidationError:
        return False
    return True


def _set_offers(centre: Centre, wanted: set[str], *, actor: str, now: datetime) -> None:
    lock_roster(centre=centre)
    there = set(centre.offers.values_list("service__code", flat=True))
    new = list(ServiceType.objects.filter(code__in=wanted - there))
    gone = sorted(there - wanted)
    if not new and not gone:
        return
    centre.offers.filter(service__code__in=gone).delete()
    CentreService.objects.bulk_create(
        CentreService(centre=centre, service=service, minutes=service.minutes) for service in new
    )
    days = CentreDay.objects.filter(centre=centre, day__gte=danish_date(now))
    room_came(centre_id=centre.pk, days=set(days.values_list("day", flat=True)) if new else ())
    facts: dict[str, object] = {"new": sorted(service.code for service in new), "gone": gone}
    record_centre(Event.SERVICES_CHANGED, centre, actor=actor, now=now, facts=facts)


def _record(
    event: Event, place: Municipality, actor: str, now: datetime, facts: dict[str, object]
) -> None:
    record(
        event,
        actor=actor,
        subject=f"municipality:{place.code}",
        municipality=place,
        at=now,
        facts=facts,
    )
