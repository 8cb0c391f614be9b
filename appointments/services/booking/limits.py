"""How often one network or one contact may book: counted exactly, however many come at once.

One statement adds a use and tells the new count, so of two at the same moment each gets a number of
its own. A booking counts itself as it is written, and only then: the database refuses it where it
is one too many. What is stored is a keyed mark, for a day; never an address or a number. Staff have
no limit.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection
from django.db.models import F

from appointments.exceptions import TooMany
from appointments.models import UseCount
from appointments.rules.local_time import instant
from borgerservice.database.planned import planned
from borgerservice.database.rows import new_row
from borgerservice.database.together import New
from borgerservice.kernel.clock import danish_date
from borgerservice.municipalities.models import Centre
from borgerservice.vault.marks import contact_mark

START, CENTRE, CONTACT, FIND, ARRIVE = "start", "centre", "contact", "find", "arrive"
FIND_NET, CODE, CODE_NET, WRONG_CODE = "find_net", "code", "code_net", "wrong_code"
_OF_NETWORK = frozenset({START, CENTRE, FIND_NET, CODE_NET, WRONG_CODE})
"""Of each of these only the network counts, and never the contact."""

ONE_TOO_MANY = "no_more_uses_than_may_be"
_OF_THE_SAME = "(what, mark, span) DO UPDATE SET uses = appointments_usecount.uses + 1"
_WITHIN = f"{_OF_THE_SAME}, most = excluded.most"
# A count that a crash forgets does no harm, so nobody waits for it to reach the disk.
_COUNT = """
INSERT INTO appointments_usecount (what, mark, span, uses) VALUES {marks}
ON CONFLICT {of_the_same}, most = NULL RETURNING what, uses
"""
_MARK = "(%s, %s, %s, 1)"
_UNHURRIED = {"postgresql": ", set_config('synchronous_commit', 'off', true)", "sqlite": ""}


@dataclass(frozen=True, slots=True)
class Limit:
    """At most so many uses in each span of so many seconds; the first of a day begins with it."""

    what: str
    most: int
    seconds: int

    def span_of(self, now: datetime) -> datetime:
        """The beginning of the span that a moment lies in."""
        passed = _seconds_of_the_day(now)
        return now.replace(microsecond=0) - timedelta(seconds=passed % self.seconds)

    def seconds_left(self, now: datetime) -> int:
        """Until the next span begins."""
        return self.seconds - _seconds_of_the_day(now) % self.seconds


def limit(what: str) -> Limit:
    """A limit as this installation has set it."""
    most, seconds = settings.BOOKING_LIMITS[what]
    return Limit(what, most, seconds)


def count_start(*, network: str, centre: Centre, now: datetime) -> int:
    """Count that a network begins a booking; how many it has begun. Raises TooMany.

    Whoever has no network of the internet, such as a centre's own screens, is counted and let in.
    A network that has its places at a centre that is short of times holds none of the others.
    """
    marks = {START: contact_mark("network", network)[1]}
    counted = _count(marks.items(), now=now)
    if network:
        _require(counted, now=now)
        if centre.returns_slowly:
            _require_a_place_left(centre, network, now=now)
    return counted[START]


def uses_of_booking(
    *, centre: Centre, phone: str, email: str, network: str, now: datetime
) -> list[New]:
    """What counts a booking, written with it: see `count_wait`. One too many is refused."""
    marks = _marks_of_booking(centre=centre, phone=phone, email=email, network=network)
    return [
        New(
            f"use_{place}",
            new_row(
                UseCount,
                what=what,
                mark=mark,
                span=(which := limit(what)).span_of(now),
                uses=1,
                most=which.most,
            ),
            otherwise=_WITHIN,
        )
        for place, (what, mark) in enumerate(marks)
    ]


def too_many(uses: Sequence[New], *, now: datetime) -> TooMany:
    """What to tell somebody whose booking is one too many."""
    counts = [new.row for new in uses if isinstance(new.row, UseCount)]
    return _too_many([limit(count.what) for count in counts], now=now)


def count_wait(*, centre: Centre, phone: str, email: str, network: str, now: datetime) -> None:
    """Count a wish to wait as a booking: for its contact, and for its network at a short centre.

    A centre is short where it gives returned times out slowly. Raises TooMany.
    """
    marks = _marks_of_booking(centre=centre, phone=phone, email=email, network=network)
    _require(_count(marks, now=now), now=now)


def count_find(*, phone: str, email: str, network: str, now: datetime) -> None:
    """Count that somebody asks for a lost link, for the contact and the network. Raises TooMany."""
    marks = _marks_of(FIND, FIND_NET, phone=phone, email=email, network=network)
    _require(_count(marks, now=now), now=now)


def count_arrival(*, centre: Centre, now: datetime) -> None:
    """Count that somebody tries a reference at a centre's own screen. Raises TooMany."""
    _require(
        _count([(ARRIVE, contact_mark("network", f"screen {centre.key}")[1])], now=now), now=now
    )


def count_code(*, phone: str, email: str, network: str, now: datetime) -> None:
    """Count that a code is asked for, for the contact and the network. Raises TooMany."""
    marks = _marks_of(CODE, CODE_NET, phone=phone, email=email, network=network)
    _require(_count(marks, now=now), now=now)


def count_wrong_code(*, network: str, now: datetime) -> None:
    """Count a code that a network typed, before anybody looks whether it is wrong. Raises TooMany.

    Of those typed at once no more are looked at than are left.
    """
    if network:
        _require(_count([(WRONG_CODE, contact_mark("network", network)[1])], now=now), now=now)


def forgive_code(*, network: str, now: datetime) -> None:
    """Count one less: it was not wrong."""
    if network:
        UseCount.objects.filter(
            what=WRONG_CODE,
            mark=contact_mark("network", network)[1],
            span=limit(WRONG_CODE).span_of(now),
        ).update(uses=F("uses") - 1)


def starts_lately(*, now: datetime) -> int:
    """How many bookings were begun in the last span, by everybody together."""
    which = limit(START)
    this = which.span_of(now)
    before = this - timedelta(seconds=which.seconds)
    uses: dict[datetime, int] = {this: 0, before: 0}
    for span, count in UseCount.objects.filter(what=START, span__in=uses).values_list(
        "span", "uses"
    ):
        uses[span] += count
    return uses[this] + uses[before] * which.seconds_left(now) // which.seconds


def forget_uses(*, now: datetime) -> int:
    """Delete the counts of spans that are over; how many went."""
    longest = max(seconds for _most, seconds in settings.BOOKING_LIMITS.values())
    return UseCount.objects.filter(span__lte=now - timedelta(seconds=longest)).delete()[0]


@contextmanager
def _without_waiting_for_the_disk() -> Iterator[None]:
    """On SQLite; on PostgreSQL the statement says it itself."""
    if connection.vendor != "sqlite" or connection.in_atomic_block:
        yield
        return
    connection.ensure_connection()
    connection.connection.execute("PRAGMA synchronous=NORMAL")
    try:
        yield
    finally:
        connection.connection.execute("PRAGMA synchronous=FULL")


def _seconds_of_the_day(now: datetime) -> int:
    return int((now - instant(danish_date(now), 0)).total_seconds())


def _marks_of(
    what: str, of_network: str, *, phone: str, email: str, network: str
) -> list[tuple[str, str]]:
    """What counts for the contact, and what for the network, of which many people may share one."""
    kinds = {"phone": phone, "email": email.casefold()}
    marks = [(what, contact_mark(kind, value)[1]) for kind, value in kinds.items() if value]
    if network:
        marks.append((of_network, contact_mark("network", network)[1]))
    return marks


def _marks_of_booking(
    *, centre: Centre, phone: str, email: str, network: str
) -> list[tuple[str, str]]:
    kinds = {"phone": phone, "email": email.casefold()}
    marks = [(CONTACT, contact_mark(kind, value)[1]) for kind, value in kinds.items() if value]
    if network and centre.returns_slowly:
        marks.append((CENTRE, _at_centre(centre, network)))
    return sorted(marks)  # in one order, so that no two wait for each other


def _at_centre(centre: Centre, network: str) -> str:
    return contact_mark("network", f"{centre.key} {network}")[1]


def _count(marks: Iterable[tuple[str, str]], *, now: datetime) -> dict[str, int]:
    """Add one use for each mark; the highest count of each kind."""
    given: list[object] = []
    for what, mark in sorted(marks):  # in one order, so that no two wait for each other
        given += [what, mark, connection.ops.adapt_datetimefield_value(limit(what).span_of(now))]
    if not given:
        return {}
    places = ", ".join([_MARK] * (len(given) // 3))
    statement = _COUNT.format(marks=places, of_the_same=_OF_THE_SAME)
    counted: dict[str, int] = {}
    with _without_waiting_for_the_disk(), planned() as cursor:
        cursor.execute(statement + _UNHURRIED[connection.vendor], given)
        for what, uses, *_set in cursor.fetchall():
            counted[what] = max(uses, counted.get(what, 0))
    return counted


def _require_a_place_left(centre: Centre, network: str, *, now: datetime) -> None:
    which = limit(CENTRE)
    has_all = UseCount.objects.filter(
        what=CENTRE,
        mark=_at_centre(centre, network),
        span=which.span_of(now),
        uses__gte=which.most,
    )
    if has_all.exists():
        raise _too_many([which], now=now)


def _require(counted: dict[str, int], *, now: datetime) -> None:
    over = [which for what in counted if counted[what] > (which := limit(what)).most]
    if over:
        raise _too_many(over, now=now)


def _too_many(over: Sequence[Limit], *, now: datetime) -> TooMany:
    return TooMany(
        retry_after=max(which.seconds_left(now) for which in over),
        of_network=all(which.what in _OF_NETWORK for which in over),
    )
