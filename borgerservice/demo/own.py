"""Two municipalities of the demo that look like themselves, with signs that are nobody's."""

from datetime import datetime

from appointments.services.centres.own import Own, set_logo, set_own
from borgerservice.demo.logos import Shape, door, drawn, waves
from borgerservice.municipalities.models import Municipality

PAINTED: dict[str, tuple[Own, Shape]] = {
    "0657": (Own(accent="#0b5a34", coming=Municipality.Coming.BOOKED), door),
    "0751": (
        Own(
            accent="#7a1f4b",
            coming=Municipality.Coming.DROP_IN,
            help_da="Demo: Her står kommunens egen hjælp.",
            help_en="Demo: The municipality's own help stands here.",
        ),
        waves,
    ),
}


def paint_municipalities(*, now: datetime) -> None:
    """Give the two their colour and logo, once; what somebody has settled since is left alone."""
    for place in Municipality.objects.filter(code__in=PAINTED, accent="", logo_mark=""):
        own, shape = PAINTED[place.code]
        set_own(municipality=place, own=own, offers={}, actor="system", now=now)
        set_logo(municipality=place, file=drawn(shape, own.accent), actor="system", now=now)
