"""Random rosters: the closed time of each desk is what a plain model says, minute by minute."""

import random
from datetime import date, datetime, timedelta, timezone
from itertools import pairwise

import pytest

from appointments.exceptions import Refused
from appointments.models import Absence, Appointment, Desk, DeskDay
from appointments.rules.booking_window import Window
from appointments.rules.calendar import closed_from
from appointments.rules.local_time import instant, wall_clock
from appointments.rules.ticks import from_words, minutes_of
from appointments.selectors.bookable import bookable_times
from appointments.services import (
    Visitor,
    book_appointment,
)
from appointments.services.booking.capacity import WORDS
from appointments.services.centres.desk_days import open_days, rebuild
from appointments.services.centres.roster import closed_bits
from borgerservice.municipalities.models import AgreementDay, Closure, ExtraOpening, OpeningHours
from tests.builders import build_staff, build_world

pytestmark = pytest.mark.django_db
ROUNDS = 8


class Plain:
    """A roster as lists of what somebody entered; it is asked minute by minute."""

    def __init__(self, seed, *, first):
        self.chance = random.Random(seed)
        self.days = [first + timedelta(n) for n in range(9)]
        self.hours = [(self.chance.randrange(7), *self.span(), *self.validity()) for _ in range(6)]
        self.extras = [(self.chance.choice(self.days), *self.span()) for _ in range(2)]
        self.closures = [(*self.period(), *self.span()) for _ in range(2)]
        self.absences = [
            (self.chance.choice(["desk", "clerk"]), *self.period(), *self.span()) for _ in range(3)
        ]
        self.agreed = [
            (day.month, day.day, self.minute()) for day in self.chance.sample(self.days, 2)
        ]

    def minute(self):
        return self.chance.choice([0, 60, 120, 150, 180, 480, 600, 605, 720, 900, 1435])

    def span(self):
        if self.chance.random() < 0.2:
            return 0, 1440
        begins = self.minute()
        return begins, min(1440, begins + self.chance.choice([5, 60, 240, 600]))

    def period(self):
        first = self.chance.choice(self.days)
        return first, first + timedelta(self.chance.randrange(3))

    def validity(self):
        return self.chance.choice([(None, None), (self.days[2], None), (None, self.days[5])])

    def is_open(self, day, minute, *, absences):
        """Whether the five minutes from this one on can be used."""
        ends = minute + 5
        in_hours = any(
            weekday == day.weekday()
            and opens <= minute
            and ends <= closes
            and (since is None or since <= day)
            and (until is None or day <= until)
            for weekday, opens, closes, since, until in self.hours
        )
        holiday = [
            from_
            for month, of_month, from_ in self.agreed
            if (month, of_month) == (day.month, day.day)
        ]
        if closed_from(day, []) == 0 or any(ends > from_ for from_ in holiday):
            in_hours = False
        is_extra = any(
            on == day and opens <= minute and ends <= closes for on, opens, closes in self.extras
        )
        is_shut = any(
            first <= day <= last and from_ < ends and minute < to
            for first, last, from_, to in [*self.closures, *absences]
        )
        is_change = day in {date(2026, 3, 29), date(2026, 10, 25)} and 120 <= minute < 180
        return (in_hours or is_extra) and not is_shut and not is_change


def entered(plain, world, clerk):
    centre = world.centre
    centre.hours.all().delete()
    OpeningHours.objects.bulk_create(
        OpeningHours(
            centre=centre, weekday=w, opens_minute=o, closes_minute=c, valid_from=f, valid_to=t
        )
        for w, o, c, f, t in plain.hours
    )
    OpeningHours.objects.create(
        centre=centre, weekday=0, opens_minute=0, closes_minute=1440, use=OpeningHours.Use.DOOR
    )
    ExtraOpening.objects.bulk_create(
        ExtraOpening(centre=centre, day=d, opens_minute=o, closes_minute=c)
        for d, o, c in plain.extras
    )
    Closure.objects.bulk_create(
        Closure(centre=centre, first_day=f, last_day=t, from_minute=a, to_minute=b)
        for f, t, a, b in plain.closures
    )
    Absence.objects.bulk_create(
        Absence(
            centre=centre,
            desk=world.desks[0] if who == "desk" else None,
            clerk=clerk if who == "clerk" else None,
            first_day=f,
            last_day=t,
            from_minute=a,
            to_minute=b,
        )
        for who, f, t, a, b in plain.absences
    )
    AgreementDay.objects.bulk_create(
        AgreementDay(municipality=world.municipality, month=m, day=d, from_minute=f)
        for m, d, f in plain.agreed
    )


@pytest.mark.parametrize(
    "first",
    [date(2026, 3, 24), date(2026, 10, 20), date(2026, 12, 20)],
    ids=["the clock goes forward", "the clock goes back", "Christmas"],
)
def test_the_closed_time_of_random_rosters_is_what_a_plain_model_says(first):
    world = build_world(desks=4, today=first, days=0)
    clerk = build_staff(world.municipality)
    Desk.objects.filter(pk=world.desks[1].pk).update(clerk=clerk)
    Desk.objects.filter(pk=world.desks[3].pk).update(is_staffed=False)
    desks = list(Desk.objects.order_by("number"))
    owners = [{"desk"}, {"clerk"}, set(), set()]
    for seed in range(ROUNDS):
        for table in (ExtraOpening, Closure, Absence, AgreementDay, DeskDay):
            table.objects.all().delete()
        plain = Plain(seed, first=first)
        entered(plain, world, clerk)
        closed = closed_bits(centre=world.centre, desks=desks, days=plain.days)
        for desk, owns in zip(desks, owners, strict=True):
            absences = [rest for who, *rest in plain.absences if who in owns]
            for day in plain.days:
                told = set(range(0, 1440, 5)) - set(minutes_of(closed[desk.pk, day]))
                expected = {
                    minute
                    for minute in range(0, 1440, 5)
                    if desk.is_staffed and plain.is_open(day, minute, absences=absences)
                }
                assert told == expected, (seed, desk.number, day)
        open_days(centre=world.centre, first=plain.days[0], last=plain.days[-1])
        for row in DeskDay.objects.all():
            assert (
                from_words([getattr(row, word) for word in WORDS]) == closed[row.desk_id, row.day]
            )
        assert rebuild(centre=world.centre, first=plain.days[0], last=plain.days[-1]) == 0


@pytest.mark.parametrize(
    ("sunday", "starts"),
    [(date(2026, 3, 29), 23), (date(2026, 10, 25), 23), (date(2026, 3, 22), 24)],
)
def test_a_centre_open_day_and_night_gives_every_hour_but_the_one_in_which_the_clock_changes(
    sunday, starts
):
    world = build_world(minutes=60, opens=0, closes=1440, today=sunday - timedelta(6), days=0)
    OpeningHours.objects.create(centre=world.centre, weekday=6, opens_minute=0, closes_minute=1440)
    world.centre.start_step_minutes = 60
    world.centre.save()
    open_days(centre=world.centre, first=sunday - timedelta(6), last=sunday)
    now = instant(sunday - timedelta(6), 600)
    (free,) = bookable_times(
        centre=world.centre,
        minutes=60,
        caps=1,
        window=Window(0, 60, 60),
        first=sunday,
        last=sunday,
        now=now,
    )
    assert len(free.starts) == starts
    assert (120 in free.minutes) is (starts == 24)
    hours = [later - earlier for earlier, later in pairwise(free.starts)]
    assert all(gap >= timedelta(hours=1) for gap in hours)
    for start in (free.starts[0], free.starts[-1]):
        assert wall_clock(start)[0] == sunday
    if starts == 23:
        for offset in (1, 2):
            start = datetime(
                sunday.year,
                sunday.month,
                sunday.day,
                2,
                30,
                tzinfo=timezone(timedelta(hours=offset)),
            )
            with pytest.raises(Refused) as told:
                booked(world, start, now)
            # In March those offsets name 01:30 and 03:30; in October the two times 02:30 is shown.
            assert told.value.code == ("off_grid" if sunday.month == 3 else "no_such_time")
    assert booked(world, free.starts[-1], now).ends_at == instant(sunday, 1440)


def booked(world, start, now):
    return book_appointment(
        centre=world.centre,
        visitors=[Visitor("Amina Hassan", world.service.code)],
        start=start,
        phone="+4520304050",
        email="",
        language="da",
        origin=Appointment.Origin.WEB,
        actor="citizen",
        now=now,
    )
