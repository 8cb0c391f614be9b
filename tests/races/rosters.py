"""Random changes to a centre's roster among random bookings and holds."""

import copy
from collections.abc import Callable
from datetime import timedelta

from appointments.models import Absence, Appointment, Desk
from appointments.rules.opening import Closing, OpeningPeriod
from appointments.services.centres.desks import add_absence, change_desk, remove_absence
from appointments.services.centres.hours import add_closure, remove_closure, set_hours
from borgerservice.municipalities.models import Closure
from tests.races.bookings import BOOKING, CAN, LENGTHS
from tests.races.holds import HOLDING, Holds
from tests.races.plain_model import PlainCentre, Shut

ROSTER = {
    "close": 3,
    "reopen": 3,
    "set_hours": 2,
    "send_away": 3,
    "take_back": 3,
    "staff": 2,
    "change_caps": 2,
}


class Walk(Holds):
    """The same, and the centre itself changes."""

    often = BOOKING | HOLDING | ROSTER

    def _some_shut(self) -> tuple[Shut, Closing]:
        first = self._some_day()
        last = first + timedelta(self.chance.choice((0, 0, 0, 1)))
        begins, ends = (
            (0, 1440)
            if self.chance.random() < 0.4
            else sorted(self.chance.sample(range(480, 960, 5), 2))
        )
        return Shut(first, last, begins, ends), Closing(first, last, begins, ends)

    def _change(
        self,
        what: str,
        in_model: Callable[[PlainCentre], object],
        act: Callable[[bool], object],
        refusal: str = "",
    ) -> object:
        """Change the roster; visits and holds that fit no more are asked about, unless accepted."""
        changed = copy.deepcopy(self.plain)
        in_model(changed)
        held = changed.unfit_holds()
        changed.end_unfit_holds()
        changed.reseat()
        is_accepted = self.chance.random() < 0.5
        affected = changed.misfits() - self.plain.misfits()
        if not refusal and not is_accepted:
            refusal = "visits_affected" if affected else "holds_affected" if held else ""
        made = self._expect(what, refusal, lambda: act(is_accepted))
        if not refusal:
            self._check_desks(changed)
            self.plain = changed
        return made

    def _check_desks(self, changed: PlainCentre) -> None:
        """Every visit is at the desk that the model says; how many went to another is counted."""
        rows = Appointment.objects.for_municipality(self.centre.municipality)
        found = dict(rows.values_list("reference", "desk__number"))
        for reference, visit in changed.visits.items():
            assert found[reference] == visit.desk, f"{self}: {reference}"
            self.done["reseated"] += self.plain.visits[reference].desk != visit.desk

    def _close(self) -> None:
        shut, closing = self._some_shut()
        overlaps = any(shut.touches(other) for other in self.plain.closures.values())
        key = -1 - len(self.told)
        made = self._change(
            f"close {shut}",
            lambda plain: plain.closures.update({key: shut}),
            lambda is_accepted: add_closure(
                centre=self.centre,
                closing=closing,
                reason="",
                is_accepted=is_accepted,
                actor="staff:1",
                now=self.now,
            ),
            "closure_overlaps" if overlaps else "",
        )
        if isinstance(made, Closure):
            self.plain.closures[made.pk] = self.plain.closures.pop(key)

    def _reopen(self) -> None:
        if not self.plain.closures:
            return
        key = self.chance.choice(list(self.plain.closures))
        is_over = self.plain.closures[key].last < self.today
        self._change(
            "reopen",
            lambda plain: plain.closures.pop(key),
            lambda _accepted: remove_closure(
                closure=Closure.objects.select_related("centre").get(pk=key),
                actor="staff:1",
                now=self.now,
            ),
            "closure_is_over" if is_over else "",
        )

    def _send_away(self) -> None:
        shut, closing = self._some_shut()
        desk = self.chance.choice(list(self.desks))
        key = -1 - len(self.told)
        made = self._change(
            f"send_away {desk} {shut}",
            lambda plain: plain.absences.update({key: (desk, shut)}),
            lambda is_accepted: add_absence(
                centre=self.centre,
                who=self.desks[desk],
                closing=closing,
                is_accepted=is_accepted,
                actor="staff:1",
                now=self.now,
            ),
        )
        if isinstance(made, Absence):
            self.plain.absences[made.pk] = self.plain.absences.pop(key)

    def _take_back(self) -> None:
        if not self.plain.absences:
            return
        key = self.chance.choice(list(self.plain.absences))
        is_over = self.plain.absences[key][1].last < self.today
        self._change(
            "take_back",
            lambda plain: plain.absences.pop(key),
            lambda _accepted: remove_absence(
                absence=Absence.objects.select_related("centre").get(pk=key),
                actor="staff:1",
                now=self.now,
            ),
            "closure_is_over" if is_over else "",
        )

    def _set_hours(self) -> None:
        hours = []
        for weekday in range(5):
            opens, noon, lunch, closes = sorted(self.chance.sample(range(480, 1020, 5), 4))
            hours += [(weekday, opens, noon), (weekday, lunch, closes)]
        if self.chance.random() < 0.5:  # a long day again, so that it does not dry up
            hours = [(weekday, 510, 990) for weekday in range(5)]

        def in_model(plain: PlainCentre) -> None:
            plain.hours = hours

        self._change(
            f"set_hours {hours}",
            in_model,
            lambda is_accepted: set_hours(
                centre=self.centre,
                periods=[OpeningPeriod(*one) for one in hours],
                is_accepted=is_accepted,
                actor="staff:1",
                now=self.now,
            ),
        )

    def _staff(self) -> None:
        desk = self.chance.choice(list(self.desks))
        self._change(
            f"staff {desk}",
            lambda plain: plain.empty.symmetric_difference_update({desk}),
            lambda ok: self._change_desk(
                desk, self.plain.can[desk], is_staffed=desk in self.plain.empty, ok=ok
            ),
        )

    def _change_caps(self) -> None:
        desk = self.chance.choice(list(self.desks))
        can = set(self.chance.sample(list(LENGTHS), 3)) if self.chance.random() < 0.5 else CAN[desk]
        self._change(
            f"change_caps {desk} {sorted(can)}",
            lambda plain: plain.can.update({desk: can}),
            lambda ok: self._change_desk(desk, can, is_staffed=desk not in self.plain.empty, ok=ok),
        )

    def _change_desk(self, number: int, can: set[str], *, is_staffed: bool, ok: bool) -> None:
        change_desk(
            desk=Desk.objects.select_related("centre").get(pk=self.desks[number].pk),
            number=number,
            services=sorted(can),
            is_staffed=is_staffed,
            clerk=None,
            is_accepted=ok,
            actor="staff:1",
            now=self.now,
        )
