"""Random acts on a centre, each predicted by a plain model of it before it is done."""

import copy
import random
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import partial

from appointments.exceptions import Refused
from appointments.models import Appointment, CentreService, Desk, DeskDay, Hold
from appointments.rules.local_time import instant
from appointments.rules.ticks import TICK_MINUTES, from_words
from appointments.selectors.bookable import bookable_times
from appointments.services import (
    Visitor,
    book_appointment,
    cancel_appointment,
    move_appointment,
    plan_visit,
)
from appointments.services.booking import capacity
from appointments.services.booking.earliest import earliest_times
from appointments.services.booking.holds import forget_holds
from appointments.services.centres.desk_days import open_days
from appointments.services.centres.reconciling import reconcile
from borgerservice.kernel.clock import COPENHAGEN
from tests.builders import NOW, TODAY, build_service, build_world
from tests.races.plain_model import PlainCentre, Visit

HORIZON = 10
LENGTHS = {"pickup": (10, 0), "new_mitid": (30, 5), "passport": (15, 0), "long": (45, 10)}
CAN = {1: set(LENGTHS), 2: {"pickup", "passport", "new_mitid"}, 3: {"pickup", "long"}}
BOOKING = {"book": 40, "move": 16, "cancel": 18, "wait": 20}


class Bookings:
    """A centre, its plain model, and a chance that says what happens next."""

    often = BOOKING

    def __init__(self, seed: str) -> None:
        self.seed = seed
        self.chance = random.Random(seed)
        world = build_world(code="0657", today=TODAY, minutes=30)
        self.centre = world.centre
        self.centre.horizon_days = HORIZON
        self.centre.save()
        for code, (minutes, rest) in LENGTHS.items():
            service = build_service(code, minutes=minutes)
            CentreService.objects.update_or_create(
                centre=self.centre,
                service=service,
                defaults={"minutes": minutes, "buffer_minutes": rest},
            )
        DeskDay.objects.filter(centre=self.centre).delete()
        Desk.objects.filter(centre=self.centre).delete()
        bits = {code: build_service(code).bit for code in LENGTHS}
        self.desks = {
            number: Desk.objects.create(
                centre=self.centre, number=number, caps=sum(1 << bits[code] for code in can)
            )
            for number, can in CAN.items()
        }
        self.plain = PlainCentre(
            can=copy.deepcopy(CAN),
            lengths=LENGTHS,
            now=NOW.astimezone(COPENHAGEN).replace(tzinfo=None),
            lead=self.centre.lead_minutes,
            horizon=HORIZON,
            step=self.centre.start_step_minutes,
            hours=[(weekday, 540, 900) for weekday in range(5)],
        )
        open_days(centre=self.centre, first=TODAY, last=TODAY + timedelta(HORIZON + 1))
        self.done: Counter[str] = Counter()
        self.told: list[str] = []

    @property
    def now(self) -> datetime:
        return self.plain.now.replace(tzinfo=COPENHAGEN).astimezone(UTC)

    @property
    def today(self) -> date:
        return self.plain.now.date()

    def step(self) -> None:
        kind = self.chance.choices(list(self.often), list(self.often.values()))[0]
        getattr(self, f"_{kind}")()

    def check_free_times(self, days: list[date]) -> None:
        codes = self._codes()
        plan = plan_visit(centre=self.centre, codes=codes)
        for day in days:
            found = bookable_times(
                centre=self.centre,
                minutes=plan.minutes + plan.buffer,
                caps=plan.caps,
                window=plan.window,
                first=day,
                last=day,
                now=self.now,
            )
            minutes = found[0].minutes if found else ()
            assert minutes == self.plain.starts(codes, day), f"{self}: {codes} on {day}"

    def check_earliest(self) -> None:
        """The national search finds the centre's first start; what it finds full it says so."""
        code = self.chance.choice(list(LENGTHS))
        found = earliest_times(service=code, now=self.now).times
        first = next(
            (
                instant(day, starts[0])
                for day in self.plain.days()
                if (starts := self.plain.starts([code], day))
            ),
            None,
        )
        assert [one.start for one in found] == ([first] if first else []), f"{self}: {code}"

    def check_all(self) -> None:
        """The desk-days are the model's, and what reconcile makes of the rows."""
        self.check_free_times(self.plain.days())
        forget_holds(now=self.now)
        rows = DeskDay.objects.filter(centre=self.centre).select_related("desk")
        for row in rows.filter(day__range=(self.today, self.today + timedelta(HORIZON))):
            busy = from_words(tuple(getattr(row, name) for name in capacity.WORDS))
            free = {minute for minute in range(1440) if not busy >> minute // TICK_MINUTES & 1}
            assert free == self.plain.free_minutes(row.desk.number, row.day), f"{self}: {row}"
        assert list(reconcile(now=self.now)) == []
        booked = Appointment.objects.for_municipality(self.centre.municipality)
        live = {one for one, visit in self.plain.visits.items() if not visit.is_cancelled}
        assert set(booked.filter(status="booked").values_list("reference", flat=True)) == live

    def __str__(self) -> str:
        return (
            f"seed {self.seed}, after {sum(self.done.values())} steps, the last: {self.told[-3:]}"
        )

    def _codes(self) -> list[str]:
        several = self.chance.random() < 0.2
        return self.chance.choices(list(LENGTHS), k=2 if several else 1)

    def _some_day(self) -> date:
        return self.today + timedelta(self.chance.randrange(HORIZON + 1))

    def _some_time(self, codes: list[str]) -> tuple[date, int]:
        """Mostly one that looks free, so that a centre fills; sometimes one that cannot be."""
        day = self._some_day()
        if self.chance.random() < 0.5 and (starts := self.plain.starts(codes, day)):
            return day, self.chance.choice(starts)
        if self.chance.random() < 0.1:
            day += timedelta(self.chance.choice((-1, HORIZON)))
        step = 5 if self.chance.random() < 0.1 else 15
        return day, self.chance.randrange(420, 1020, step)

    def _some_visit(self) -> str | None:
        return self.chance.choice(list(self.plain.visits)) if self.plain.visits else None

    def _expect(self, what: str, refusal: str, act: Callable[[], object]) -> object:
        """Do it; it is refused as predicted, or it is done."""
        self.told.append(f"{what}: {refusal or 'done'}")
        self.done[f"{what.partition(' ')[0]} {refusal or 'done'}"] += 1
        made, told = None, ""
        try:
            made = act()
        except Refused as refused:
            told = refused.code
        assert told == refusal, f"{self}: it was {told or 'done'}"
        return made

    def _book(self) -> None:
        codes = self._codes()
        day, begins = self._some_time(codes)
        made = self._expect(
            f"book {codes} {day} {begins}",
            self.plain.why_not(codes, day, begins),
            partial(self._do_book, codes, day, begins, None),
        )
        if isinstance(made, Appointment):
            self._note(made, codes, day, begins)

    def _do_book(self, codes: Sequence[str], day: date, begins: int, hold: Hold | None) -> object:
        return book_appointment(
            centre=self.centre,
            visitors=[Visitor(name="Amina Hassan", service=code) for code in codes],
            start=instant(day, begins),
            phone="+4520304050",
            email="",
            language="da",
            origin=Appointment.Origin.WEB,
            actor="citizen",
            now=self.now,
            hold=hold,
        )

    def _wait(self) -> None:
        """Time passes, and holds with it; on a new day the days ahead are made."""
        before = self.today
        self.plain.now += timedelta(minutes=self.chance.randrange(1, 8))
        self.done["wait done"] += 1
        if self.today != before:
            open_days(
                centre=self.centre, first=self.today, last=self.today + timedelta(HORIZON + 1)
            )

    def _number(self, desk_id: int) -> int:
        return next(number for number, one in self.desks.items() if one.pk == desk_id)

    def _note(self, made: Appointment, codes: Sequence[str], day: date, begins: int) -> None:
        """Which desk it is, the product chooses; that it was free, the model says."""
        desk = self._number(made.desk_id)
        free = self.plain.desks_free(codes, day, begins, but=made.reference)
        assert desk in free, f"{self}: at desk {desk}, free are {free}"
        self._write_down(made, codes, day, begins)

    def _write_down(self, made: Appointment, codes: Sequence[str], day: date, begins: int) -> None:
        ends, until = (begins + minutes for minutes in self.plain.length(codes))
        desk = self._number(made.desk_id)
        self.plain.visits[made.reference] = Visit(desk, day, begins, ends, until, codes)

    def _row(self, reference: str) -> Appointment:
        rows = Appointment.objects.for_municipality(self.centre.municipality)
        return rows.select_related("centre").get(reference=reference)

    def _move(self) -> None:
        if (reference := self._some_visit()) is None:
            return
        visit = self.plain.visits[reference]
        codes = list(visit.codes)
        day, begins = self._some_time(codes)
        is_over = visit.is_cancelled or self.plain.has_begun(visit)
        refusal = "cannot_move" if is_over else ""
        is_there = (day, begins) == (visit.day, visit.begins)
        if not refusal and not is_there:
            refusal = self.plain.why_not(codes, day, begins, but=reference)
        moved = self._expect(
            f"move {visit} to {day} {begins}",
            refusal,
            lambda: move_appointment(
                appointment=self._row(reference),
                start=instant(day, begins),
                actor="citizen",
                now=self.now,
            ),
        )
        if isinstance(moved, Appointment) and not is_there:
            self._note(moved, codes, day, begins)

    def _cancel(self) -> None:
        if (reference := self._some_visit()) is None:
            return
        row, visit = self._row(reference), self.plain.visits[reference]
        has_begun = self.plain.has_begun(visit) and not visit.is_cancelled
        self._expect(
            "cancel",
            "cannot_cancel" if has_begun else "",
            lambda: cancel_appointment(appointment=row, actor="citizen", now=self.now),
        )
        visit.is_cancelled = visit.is_cancelled or not has_begun
