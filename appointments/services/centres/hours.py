"""When a centre receives: weekly hours, extra openings, closures."""

from collections.abc import Sequence
from datetime import date, datetime

from appointments.exceptions import Refused
from appointments.rules.opening import (
    Closing,
    Extra,
    OpeningPeriod,
    Problem,
    problems_with_closings,
    problems_with_extras,
    problems_with_periods,
    shut_ticks,
)
from appointments.rules.ticks import mask_within
from appointments.services.centres.affected import changed_roster
from borgerservice.audit.events import Event
from borgerservice.kernel.clock import danish_date
from borgerservice.kernel.cpr import holds_cpr_number
from borgerservice.municipalities.models import Centre, Closure, ExtraOpening, OpeningHours

LONGEST_CLOSURE_DAYS = 366
LONGEST_REASON = 120


def set_hours(
    *,
    centre: Centre,
    periods: Sequence[OpeningPeriod],
    is_accepted: bool,
    actor: str,
    now: datetime,
) -> None:
    """Put these weekly hours, of booked visits and of the door, in place of the centre's.

    Raises Refused with what is wrong at `{place}.{field}`, and VisitsAffected unless `is_accepted`.
    """
    for problem in problems_with_periods(periods):
        raise Refused(problem.code, field=f"{problem.index}.{problem.field}")
    with changed_roster(
        centre=centre,
        event=Event.HOURS_CHANGED,
        facts={"periods": len(periods)},
        is_accepted=is_accepted,
        actor=actor,
        now=now,
    ):
        centre.hours.all().delete()
        OpeningHours.objects.bulk_create(
            OpeningHours(
                centre=centre,
                weekday=period.weekday,
                opens_minute=period.opens_minute,
                closes_minute=period.closes_minute,
                valid_from=period.valid_from,
                valid_to=period.valid_to,
                use=OpeningHours.Use.DOOR if period.is_of_door else OpeningHours.Use.BOOKING,
            )
            for period in periods
        )


def add_closure(
    *,
    centre: Centre,
    closing: Closing,
    reason: str,
    is_accepted: bool,
    actor: str,
    now: datetime,
) -> Closure:
    """Close the centre from one day to another, both included, or some hours of them.

    Raises Refused, and VisitsAffected unless `is_accepted`.
    """
    check_days(closing.first_day, closing.last_day, now=now)
    _check_reason(reason)
    with changed_roster(
        centre=centre,
        event=Event.CLOSURE_ADDED,
        facts=facts_of(closing),
        is_accepted=is_accepted,
        actor=actor,
        now=now,
    ):
        known = _closings(centre, closing.first_day, closing.last_day)
        _refuse_last(problems_with_closings([*known, closing]), "closure_overlaps")
        return Closure.objects.create(
            centre=centre,
            first_day=closing.first_day,
            last_day=closing.last_day,
            from_minute=closing.from_minute,
            to_minute=closing.to_minute,
            reason=reason.strip()[:LONGEST_REASON],
        )


def remove_closure(*, closure: Closure, actor: str, now: datetime) -> None:
    """Open the time of a closure again, as the hours say. What is over stays as it was.

    Raises Refused `closure_is_over`, `done_already`.
    """
    if closure.last_day < danish_date(now):
        raise Refused("closure_is_over")
    with changed_roster(
        centre=closure.centre,
        event=Event.CLOSURE_REMOVED,
        facts={"from": closure.first_day.isoformat(), "to": closure.last_day.isoformat()},
        is_accepted=True,  # opening takes no time from anybody
        actor=actor,
        now=now,
    ):
        if not closure.delete()[0]:
            raise Refused("done_already")


def add_extra_opening(
    *,
    centre: Centre,
    day: date,
    opens_minute: int,
    closes_minute: int,
    reason: str,
    actor: str,
    now: datetime,
) -> ExtraOpening:
    """Open the centre for some hours of a day although its hours or a holiday say no.

    Raises Refused; also where it is closed then, which no extra opening changes.
    """
    if day < danish_date(now):
        raise Refused("closure_is_over", field="day")
    _check_reason(reason)
    extra = Extra(day, opens_minute, closes_minute)
    with changed_roster(
        centre=centre,
        event=Event.EXTRA_OPENING_ADDED,
        facts={"day": day.isoformat(), "from": opens_minute, "to": closes_minute},
        is_accepted=True,  # opening takes no time from anybody
        actor=actor,
        now=now,
    ):
        there = centre.extra_openings.filter(day=day)
        known = [Extra(one.day, one.opens_minute, one.closes_minute) for one in there]
        _refuse_last(problems_with_extras([*known, extra]), "extra_opening_overlaps")
        if shut_ticks(day, _closings(centre, day, day)) & mask_within(opens_minute, closes_minute):
            raise Refused("closure_overlaps", field="opens_minute")
        return ExtraOpening.objects.create(
            centre=centre,
            day=day,
            opens_minute=opens_minute,
            closes_minute=closes_minute,
            reason=reason.strip()[:LONGEST_REASON],
        )


def remove_extra_opening(
    *, extra: ExtraOpening, is_accepted: bool, actor: str, now: datetime
) -> None:
    """Take an extra opening back. Raises Refused, and VisitsAffected unless `is_accepted`."""
    if extra.day < danish_date(now):
        raise Refused("closure_is_over")
    with changed_roster(
        centre=extra.centre,
        event=Event.EXTRA_OPENING_REMOVED,
        facts={"day": extra.day.isoformat()},
        is_accepted=is_accepted,
        actor=actor,
        now=now,
    ):
        if not extra.delete()[0]:
            raise Refused("done_already")


def check_days(first_day: date, last_day: date, *, now: datetime) -> None:
    """Raise Refused for days that are over, too many, or the wrong way round."""
    if last_day < first_day:
        raise Refused("closure_reversed", field="last_day")
    if last_day < danish_date(now):
        raise Refused("closure_is_over", field="last_day")
    if (last_day - first_day).days >= LONGEST_CLOSURE_DAYS:
        raise Refused("closure_too_long", field="last_day")


def facts_of(closing: Closing) -> dict[str, object]:
    """The days and minutes as the audit trail keeps them."""
    return {
        "from": closing.first_day.isoformat(),
        "to": closing.last_day.isoformat(),
        "minutes": f"{closing.from_minute}-{closing.to_minute}",
    }


def _closings(centre: Centre, first_day: date, last_day: date) -> list[Closing]:
    there = centre.closures.filter(first_day__lte=last_day, last_day__gte=first_day)
    return [Closing(c.first_day, c.last_day, c.from_minute, c.to_minute) for c in there]


def _check_reason(reason: str) -> None:
    if holds_cpr_number(reason):
        raise Refused("looks_like_cpr", field="reason")


def _refuse_last(problems: Sequence[Problem], overlap: str) -> None:
    """Raise Refused for what is wrong with the entry that comes last."""
    for problem in problems:
        code = overlap if problem.other_index is not None else problem.code
        raise Refused(code, field=problem.field)
