"""How often one person may be a witness, looked at both ways in time."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from datetime import date

from witnesses.rules.dates import day_of
from witnesses.rules.facts import EarlierWitnessing
from witnesses.rules.figures import Quota

_Day = tuple[int, str]  # ordinal of the local day, person


def highest_count(
    history: Iterable[EarlierWitnessing], *, on: date, person: str, quota: Quota
) -> int:
    """The highest count in any span of the quota's days that holds a witnessing added on `on`.

    `person` is whom the new one is for. The count is of witnessings or of distinct persons, the
    new one included. Reversed witnessings (`counted` false) are left out.

    Law: the page a set's `witness.quota` names.
    Reading: a span is [s, s + days], both ends included, so day 120 still counts and a witnessing
    on p is free again on p + 121. Equal entries are two witnessings. Days after `on` count as
    well: they were recorded late elsewhere.
    """
    return _highest(_counted(history), on.toordinal(), person, quota)


def eligible_from(
    history: Iterable[EarlierWitnessing], *, on: date, person: str | None, quota: Quota
) -> date | None:
    """The first local day, `on` or later, on which the witness is within the quota.

    `person` is whom they would witness for; None: somebody they never witnessed for. None comes
    back where the calendar ends before such a day, or the limit allows nobody at all.

    Reading: a day can only become free when some span moves past its first witnessing, so only
    `on` itself and the days right after each span need be tried.
    """
    days = _counted(history)
    first, last = on.toordinal(), date.max.toordinal()
    freed = {day + quota.days + 1 for day, _ in days}
    for candidate in [first, *sorted(day for day in freed if first < day <= last)]:
        if _highest(days, candidate, person, quota) <= quota.at_most:
            return date.fromordinal(candidate)
    return None


def _counted(history: Iterable[EarlierWitnessing]) -> list[_Day]:
    """The days that count, in order. Ordinals, since sums with them never leave the calendar."""
    return sorted(
        (day_of(earlier["on"]).toordinal(), earlier["person"])
        for earlier in history
        if earlier.get("counted", True)
    )


def _highest(days: Sequence[_Day], on: int, person: str | None, quota: Quota) -> int:
    """Try the spans that begin on `on` or on a day that counts before it: no other holds more.

    `person` None is somebody new: no history holds it.
    """
    reach = quota.days
    near = [day for day in days if -reach <= day[0] - on <= reach]
    ordinals = [ordinal for ordinal, _ in near]
    highest = 0
    for start in {on, *(ordinal for ordinal in ordinals if ordinal < on)}:
        begin, end = bisect_left(ordinals, start), bisect_right(ordinals, start + reach)
        if quota.unit == "persons":
            count = len({person, *(known for _, known in near[begin:end])})
        else:
            count = end - begin + 1
        highest = max(highest, count)
    return highest
