"""The two municipalities of the demo that look like themselves."""

import pytest

from appointments.rules.look import LEAST_CONTRAST, carries_white
from borgerservice.demo.own import PAINTED, paint_municipalities
from borgerservice.municipalities.models import Logo, Municipality
from tests.builders import NOW, build_municipality

pytestmark = pytest.mark.django_db


def test_two_municipalities_have_a_colour_and_a_logo_of_their_own(client):
    for code in (*PAINTED, "0101"):
        build_municipality(code, f"Place {code}")
    paint_municipalities(now=NOW)
    painted = Municipality.objects.exclude(accent="")
    assert {place.code for place in painted} == set(PAINTED)
    assert all(carries_white(place.accent) >= LEAST_CONTRAST for place in painted)
    pictures = {client.get(f"/m/{code}/logo.png").content for code in PAINTED}
    assert len(pictures) == 2


def test_what_an_administrator_of_the_demo_settled_is_left_alone():
    place = build_municipality("0657")
    Municipality.objects.filter(pk=place.pk).update(accent="#003366")
    paint_municipalities(now=NOW)
    place.refresh_from_db()
    assert (place.accent, place.logo_mark) == ("#003366", "")
    assert not Logo.unscoped.exists()
