"""Random holds among random bookings: they are used, given back, or end by themselves."""

from datetime import timedelta
from functools import partial

from appointments.models import Appointment, Hold
from appointments.rules.local_time import instant
from appointments.services import plan_visit
from appointments.services.booking.holds import place_hold, release_hold
from tests.races.bookings import Bookings
from tests.races.plain_model import Kept

HOLDING = {"hold": 14, "confirm": 8, "release": 4}
HOLD_MINUTES = 10


class Holds(Bookings):
    """The same, and times are held."""

    def __init__(self, seed: str) -> None:
        super().__init__(seed)
        self.holds: dict[int, Hold] = {}

    def _hold(self) -> None:
        codes = self._codes()
        day, begins = self._some_time(codes)
        if self.plain.wrong_moment(day, begins):  # asked before, by who wants to hold it
            return
        expires = self.plain.now + timedelta(minutes=HOLD_MINUTES)
        made = self._expect(
            f"hold {codes} {day} {begins}",
            self.plain.why_not(codes, day, begins),
            lambda: place_hold(
                centre=self.centre,
                plan=plan_visit(centre=self.centre, codes=codes),
                start=instant(day, begins),
                purpose=Hold.Purpose.CITIZEN,
                expires_at=self.now + timedelta(minutes=HOLD_MINUTES),
                now=self.now,
            ),
        )
        if isinstance(made, Hold):
            desk = self._number(made.desk_id)
            assert desk in self.plain.desks_free(codes, day, begins), f"{self}: held at {desk}"
            until = begins + self.plain.length(codes)[1]
            self.plain.kept[made.pk] = Kept(desk, day, begins, until, codes, expires)
            self.holds[made.pk] = made

    def _some_hold(self) -> int | None:
        return self.chance.choice(list(self.plain.kept)) if self.plain.kept else None

    def _confirm(self) -> None:
        """Whoever holds a time gets it; once that is over, if it is still free."""
        if (number := self._some_hold()) is None:
            return
        kept = self.plain.kept[number]
        is_live = kept.expires > self.plain.now
        made = self._expect(
            f"confirm {'live' if is_live else 'over'} {kept}",
            "" if is_live else self.plain.why_not(kept.codes, kept.day, kept.begins),
            partial(self._do_book, kept.codes, kept.day, kept.begins, self.holds[number]),
        )
        del self.plain.kept[number]
        if isinstance(made, Appointment):
            if is_live:
                assert self._number(made.desk_id) == kept.desk
                self._write_down(made, kept.codes, kept.day, kept.begins)
            else:
                self._note(made, kept.codes, kept.day, kept.begins)

    def _release(self) -> None:
        if (number := self._some_hold()) is None:
            return
        self._expect("release", "", lambda: release_hold(hold=self.holds[number]))
        del self.plain.kept[number]
