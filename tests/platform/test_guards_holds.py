"""What the database refuses about holds, whoever writes."""

import pytest
from django.db import connection

from appointments.models import Hold
from appointments.rules.local_time import instant
from appointments.services import plan_visit
from appointments.services.booking.holds import HOLD_LIFE, place_hold
from tests.builders import NOW, TODAY
from tests.platform.raw import copy_row, execute, refused

HOLDS = "appointments_hold"
pytestmark = pytest.mark.django_db


@pytest.fixture
def hold(world):
    return place_hold(
        centre=world.centre,
        plan=plan_visit(centre=world.centre, codes=[world.service.code]),
        start=instant(TODAY, 660),
        purpose=Hold.Purpose.CITIZEN,
        expires_at=NOW + HOLD_LIFE,
        now=NOW,
        secret_hash="hash",
    )


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("expires_at", "2026-11-24 07:00:00"),
        ("starts_at", "2026-11-23 09:00:00"),
        ("purpose", "offer"),
    ],
)
def test_a_hold_is_never_changed_and_so_never_lengthened(hold, column, value):
    with refused("a hold is never renewed"):
        execute(f"UPDATE {HOLDS} SET {column} = %s WHERE id = %s", value, hold.pk)


@pytest.mark.only("sqlite")
@pytest.mark.parametrize("verb", ["INSERT OR REPLACE", "REPLACE"])
def test_a_hold_is_not_put_in_the_place_of_another(hold, verb):
    with refused("a hold is never renewed"):
        copy_row(HOLDS, hold.pk, verb=verb, id=hold.pk, expires_at="2026-11-24 07:00:00")
    with refused("a hold is never renewed"):
        copy_row(HOLDS, hold.pk, verb=verb, expires_at="2026-11-24 07:00:00")


def test_a_secret_opens_one_hold(hold):
    with refused("a_secret_opens_one_hold" if connection.vendor == "postgresql" else "renewed"):
        copy_row(HOLDS, hold.pk)
