"""A change to a centre's roster. No change cancels a visit.

Visits that another desk can take at their time go there. Those that fit again keep their times:
what was offered instead is recalled.

The desk-days follow first, which holds bookings back; then whoever changes is told which visits and
which times held just now no longer fit, and has to say that visits stay booked and holds end.
"""

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime

from django.db import transaction
from django.db.models import Q, QuerySet

from appointments.exceptions import Refused
from appointments.models import Appointment, Desk, DeskDay, Hold, Offer
from appointments.rules.local_time import wall_clock
from appointments.rules.ticks import mask
from appointments.selectors.waiting import of_unreceived
from appointments.services.centres.desk_days import differences, lock_roster, set_right
from appointments.services.centres.reseating import reseat_all
from appointments.services.centres.roster import closed_bits, last_day_kept
from appointments.services.history import record_centre
from appointments.services.offering.recalling import end_times, recall_offers, say_after_all, unsay
from borgerservice.audit.events import Event
from borgerservice.kernel.clock import danish_date
from borgerservice.municipalities.models import Centre


class VisitsAffected(Refused):
    """Booked visits no longer fit, which stay booked, or held times, which end.

    Somebody has to say so knowingly.
    """

    def __init__(
        self, visits: Sequence[Appointment], holds: Sequence[Hold] = (), *, code: str = ""
    ) -> None:
        code = code or ("visits_affected" if visits else "holds_affected")
        super().__init__(code, params={"count": len(visits or holds)})
        self.visits, self.holds = tuple(visits), tuple(holds)


@contextmanager
def changed_roster(
    *,
    centre: Centre,
    event: Event,
    facts: dict[str, object],
    is_accepted: bool,
    actor: str,
    now: datetime,
) -> Iterator[None]:
    """What is changed inside is done, follows in the desk-days and is written down; or nothing is.

    Raises VisitsAffected for visits that fitted before and do not now, and for times that somebody
    holds and that do not fit now, unless `is_accepted`.
    """
    today = danish_date(now)
    with transaction.atomic():
        lock_roster(centre=centre)
        offers = _lock_offers(centre, now)
        _lock_days(centre, today)
        before = misfits(centre=centre, now=now)
        yield
        last = last_day_kept(centre=centre, today=today)
        found = differences(centre=centre, first=today, last=last)
        held = _held(centre, found.unfit_holds, now)
        set_right(centre=centre, found=found)
        record_centre(event, centre, actor=actor, now=now, facts=facts)
        unfit = misfits(centre=centre, now=now)
        unfit -= reseat_all(centre=centre, visits=unfit, actor=actor, now=now)
        affected = unfit - before
        visits = coming(centre, now)
        unsay(visits.filter(pk__in=affected))
        _follow(centre, offers, unfit=unfit, ended=found.unfit_holds, now=now)
        say_after_all(visits.filter(pk__in=before - unfit), now=now)
        if (affected or held) and not is_accepted:
            raise VisitsAffected(list(visits.filter(pk__in=affected)), held)


def _lock_offers(centre: Centre, now: datetime) -> list[int]:
    """Take offers that may change with the roster first: whoever answers one does so, too."""
    known = Offer.objects.for_municipality(centre.municipality_id)
    of_times_here = known.filter(centre=centre, answer=Offer.Answer.OPEN)
    concerned = Q(pk__in=of_unreceived(centre, now=now)) | Q(pk__in=of_times_here)
    offers = known.filter(concerned).select_for_update(of=("self",)).order_by("pk")
    return list(offers.values_list("pk", flat=True))


def _follow(
    centre: Centre,
    locked: Collection[int],
    *,
    unfit: Collection[int],
    ended: Collection[int],
    now: datetime,
) -> None:
    """Let the offers follow: of visits that fit again, and of times that are held no more."""
    unreceived = of_unreceived(centre, now=now).filter(pk__in=locked)
    recall_offers(unreceived.exclude(appointment__in=unfit), now=now)
    offers = Offer.objects.for_municipality(centre.municipality_id)
    over = offers.filter(hold__in=ended, answer=Offer.Answer.OPEN)
    also = _lock_since(over.exclude(pk__in=locked)) if ended else []
    end_times(over.filter(pk__in=[*locked, *also]), now=now)


def _lock_since(offers: QuerySet[Offer]) -> list[int]:
    """Take offers made after the others were taken, by who had the days then.

    Whoever is answering one waits for the days and is then told that the time is gone.
    """
    made = offers.select_for_update(of=("self",), skip_locked=True).order_by("pk")
    return list(made.values_list("pk", flat=True))


def _lock_days(centre: Centre, today: date) -> None:
    """Take the centre's days before anything else that a booking there touches, in one order."""
    days = DeskDay.objects.select_for_update().filter(centre=centre, day__gte=today)
    list(days.order_by("pk").values_list("pk"))


def coming(centre: Centre, now: datetime) -> QuerySet[Appointment]:
    """The visits booked at a centre that lie ahead, in order."""
    return (
        Appointment.objects.for_municipality(centre.municipality_id)
        .filter(centre=centre, status=Appointment.Status.BOOKED, starts_at__gte=now)
        .order_by("starts_at")
    )


def unreceivable(*, centre: Centre, now: datetime) -> QuerySet[Appointment]:
    """The coming visits that the centre cannot receive as they are booked, in order."""
    return coming(centre, now).filter(pk__in=misfits(centre=centre, now=now))


def _held(centre: Centre, unfit: Collection[int], now: datetime) -> list[Hold]:
    """Those of the holds that still keep a time for somebody."""
    known = Hold.objects.for_municipality(centre.municipality_id)
    live = known.filter(pk__in=unfit, expires_at__gt=now)
    return list(live.exclude(purpose=Hold.Purpose.RETURNED).order_by("starts_at"))


def misfits(*, centre: Centre, now: datetime) -> set[int]:
    """The coming visits in time that is closed at their desk, or for what it cannot do."""
    visits = list(
        coming(centre, now).values_list(
            "pk", "desk_id", "starts_at", "ends_at", "participants__service__bit"
        )
    )
    desks = {desk.pk: desk for desk in Desk.objects.filter(centre=centre)}
    days = {danish_date(starts_at) for _pk, _desk, starts_at, *_rest in visits}
    closed = closed_bits(centre=centre, desks=desks.values(), days=days)
    found = set()
    for pk, desk_id, starts_at, ends_at, bit in visits:
        day, minute = wall_clock(starts_at)
        length = int((ends_at - starts_at).total_seconds()) // 60
        if closed[desk_id, day] & mask(minute, length) or not desks[desk_id].caps >> bit & 1:
            found.add(pk)
    return found
