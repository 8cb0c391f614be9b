"""Whatever is done to a centre, in whatever order, it is what a plain model of it says.

Every step is predicted: whether it is refused and why, which times are free after it and which
one the country's search finds. After each batch the desk-days are the model's, minute by minute, and `reconcile` finds nothing.
"""

from collections import Counter
from datetime import timedelta

import pytest
from django.db.models import F

from appointments.models import DeskDay
from tests.races.rosters import Walk
from tests.rig.databases import Database
from tests.servers import IS_FULL, Rig

SEED = 20261122
STEPS, BATCH, WALK = (100_000, 500, 2_500) if IS_FULL else (600, 150, 300)


def walk(rig: Rig, number: int, steps: int) -> Counter[str]:
    with rig.fresh_database() as database, database.opened() as connection:
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SET synchronous_commit = off")  # it need not last
        walk = Walk(f"{SEED}-{number}")
        for step in range(steps):
            walk.step()
            if step % 5 == 0:
                walk.check_free_times([walk.chance.choice(walk.plain.days())])
                walk.check_earliest()
            if step % BATCH == BATCH - 1:
                walk.check_all()
        return walk.done


def test_a_centre_is_what_a_plain_model_of_it_says(rig: Rig) -> None:
    done = sum((walk(rig, number, WALK) for number in range(STEPS // WALK)), Counter())
    for kind in Walk.often:
        assert done[f"{kind} done"] > 0
    for refusal in ("slot_taken", "closed", "in_the_past", "too_far_ahead", "off_grid"):
        assert done[f"book {refusal}"] > 0
    for met in ("move slot_taken", "hold slot_taken"):
        assert done[met] > 0
    assert done["reseated"] > 0


def test_a_bit_that_is_wrong_is_noticed(fresh_database: Database) -> None:
    with fresh_database.opened():
        walk = Walk("control")
        for _ in range(40):
            walk.step()
        walk.check_all()
        DeskDay.objects.filter(centre=walk.centre, day=walk.today + timedelta(1)).update(
            b3=F("b3").bitxor(1 << 5)
        )
        with pytest.raises(AssertionError):
            walk.check_all()
