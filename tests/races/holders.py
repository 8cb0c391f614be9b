"""Processes that all want the same times, for `test_holds_race.py`.

`python -m tests.races.holders WISHES`: one process for each of the wishes in a file. When all are
ready each tries for every time, in their order; then it is said which each of them got. `without`
takes a guard out.
"""

import json
import sys
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Barrier
from pathlib import Path
from typing import Any

import django

OPEN_SECONDS = 0.02
LONGEST_WAIT_SECONDS = 120


def main(wishes: list[dict[str, Any]]) -> None:
    """Django is loaded once; each process opens a connection of its own."""
    django.setup()
    context = get_context("fork")
    all_ready = context.Barrier(len(wishes))
    answers = []
    for wanted in wishes:
        answer, told = context.Pipe(duplex=False)
        context.Process(target=want, args=(wanted, all_ready, told), daemon=True).start()
        told.close()
        answers.append(answer)
    sys.stdout.write(json.dumps([answer.recv() for answer in answers]))


def want(wanted: dict[str, Any], all_ready: Barrier, told: Connection) -> None:
    """Try for everything."""
    from appointments.exceptions import SlotTaken  # noqa: PLC0415 - after the setup

    take = taker(wanted["act"], wanted["centre"], datetime.fromisoformat(wanted["now"]))
    take_out(wanted["without"], wanted["number"])
    all_ready.wait(LONGEST_WAIT_SECONDS)
    got = []
    for start in wanted["starts"]:
        try:
            take(datetime.fromisoformat(start))
        except SlotTaken:
            continue
        got.append(start)
    told.send(got)


def taker(act: str, key: str, now: datetime) -> Callable[[datetime], object]:
    """What is done for each time."""
    from appointments.exceptions import SlotTaken  # noqa: PLC0415
    from appointments.models import Appointment, Hold, Participant  # noqa: PLC0415
    from appointments.services import (  # noqa: PLC0415
        Visitor,
        book_appointment,
        make_longer,
        plan_visit,
    )
    from appointments.services.booking.holds import place_hold  # noqa: PLC0415
    from borgerservice.municipalities.models import Centre  # noqa: PLC0415

    centre = Centre.objects.select_related("municipality").get(key=key)
    code = "new_mitid"
    plan = plan_visit(centre=centre, codes=[code])
    kept = {hold.starts_at: hold for hold in Hold.unscoped.filter(centre=centre)}

    def hold(start: datetime) -> object:
        return place_hold(
            centre=centre,
            plan=plan,
            start=start,
            purpose=Hold.Purpose.CITIZEN,
            expires_at=now + timedelta(days=1),
            now=now,
        )

    def book(start: datetime) -> object:
        return book_appointment(
            centre=centre,
            visitors=[Visitor("Amina Hassan", code)],
            start=start,
            phone="+4520304050",
            email="",
            language="da",
            origin=Appointment.Origin.WEB,
            actor="citizen",
            now=now,
            hold=kept.get(start) if act == "confirm" else None,
        )

    def grow(start: datetime) -> None:
        """The visit that ends as this time begins grows into it."""
        before = Participant.unscoped.get(
            appointment__centre=centre, appointment__starts_at=start - timedelta(minutes=30)
        )
        if not make_longer(participant=before, actor="citizen", now=now):
            raise SlotTaken

    return {"hold": hold, "grow": grow}.get(act, book)


def take_out(guard: str, number: int) -> None:
    """Leave out the condition of the statement that takes, or the lock of the one that removes."""
    from appointments.services.booking import capacity  # noqa: PLC0415
    from borgerservice.database.together import Guarded  # noqa: PLC0415

    guarded = capacity.taking

    def taking(**visit: object) -> Guarded:
        time.sleep(OPEN_SECONDS)
        sql, parameters = guarded(**visit).sql, guarded(**visit).parameters
        asked = sql.count("& %s = 0")
        return Guarded(sql.partition(" AND b")[0], parameters[:-asked])

    def remove_holds(*, centre, desk_id, day, which) -> int:
        known = capacity.Hold.objects.for_municipality(centre.municipality_id)
        holds = list(known.filter(which, centre=centre, day=day, desk_id=desk_id))
        time.sleep(OPEN_SECONDS * 10 * number)
        for hold in holds:
            known.filter(pk=hold.pk).delete()
            ticks = capacity.ticks_of(hold.starts_at, hold.busy_until)
            capacity.release(centre=centre, taken={(desk_id, day): ticks})
        return len(holds)

    if guard == "taking":
        capacity.taking = taking
    if guard == "removing":
        capacity.remove_holds = remove_holds


if __name__ == "__main__":
    main(json.loads(Path(sys.argv[1]).read_text()))
