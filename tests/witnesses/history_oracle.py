"""What may enter the ledger: a second reading of the law that knows nothing of the product.

Days are plain numbers. Persons are numbers too; who is one human being is kept as sets.
"""

from bisect import bisect_left
from dataclasses import dataclass, field
from itertools import islice


@dataclass(frozen=True)
class Figures:
    """What holds from a day on."""

    since: int
    unit: str
    limit: int
    days: int
    reversals: int


@dataclass
class Row:
    """One witnessing that was accepted."""

    witness: int
    applicant: int
    on: int
    reversed_on: int | None = None


@dataclass
class Oracle:
    """One history: who turned out to be whom, what was witnessed, and what was reversed."""

    schedule: tuple[Figures, ...]
    humans: dict[int, frozenset[int]] = field(default_factory=dict)
    rows: list[Row] = field(default_factory=list)
    approved: set[frozenset[int]] = field(default_factory=set)
    """Pairs that two of the staff found to be one."""

    def human(self, person: int) -> frozenset[int]:
        return self.humans.get(person, frozenset((person,)))

    def figures(self, day: int) -> Figures:
        return max((one for one in self.schedule if one.since <= day), key=lambda one: one.since)

    def may_link(self, person: int, root: int) -> bool:
        """Both are the ones known first of their groups, the root before the other; two approved.

        Whichever of the one group and whichever of the other: what was approved is that they are one.
        """
        group, other_group = self.human(person), self.human(root)
        return (
            root < person
            and person == min(group)
            and root == min(other_group)
            and any(pair & group and pair & other_group for pair in self.approved)
        )

    def link(self, one: int, other: int) -> None:
        together = self.human(one) | self.human(other)
        self.humans.update(dict.fromkeys(together, together))

    def may_witness(self, witness: int, applicant: int, on: int) -> bool:
        """No four within the days, the new one among them; nobody for themselves."""
        who = self.human(witness)
        if applicant in who:
            return False
        figures = self.figures(on)
        counted = sorted(
            (row.on, min(self.human(row.applicant)))
            for row in self.rows
            if row.witness in who and row.reversed_on is None
        )
        new = (on, min(self.human(applicant)))
        place = bisect_left(counted, new)
        counted.insert(place, new)
        if figures.unit == "witnessings":
            return self._no_run_is_too_long([day for day, _who in counted], place, figures)
        return self._no_run_has_too_many(counted, place, figures)

    def may_reverse(self, row: Row, on: int) -> bool:
        """It counts still, has happened, and the witness has not had too many reversed."""
        if row.reversed_on is not None or on < row.on:
            return False
        figures = self.figures(on)
        who = self.human(row.witness)
        days = sorted(
            other.reversed_on
            for other in self.rows
            if other.witness in who and other.reversed_on is not None
        )
        place = bisect_left(days, on)
        days.insert(place, on)
        return self._no_run_is_too_long(days, place, figures, limit=figures.reversals)

    @staticmethod
    def _no_run_is_too_long(
        days: list[int], place: int, figures: Figures, *, limit: int | None = None
    ) -> bool:
        """Of so many neighbours, the new one among them, the outermost lie too far apart."""
        reach = figures.limit if limit is None else limit
        pairs = zip(days, islice(days, reach, None), strict=False)
        near = list(pairs)[max(place - reach, 0) : place + 1]
        return all(last - first > figures.days for first, last in near)

    @staticmethod
    def _no_run_has_too_many(counted: list[tuple[int, int]], place: int, figures: Figures) -> bool:
        """From each that is not after the new one, take neighbours as far as the days reach."""
        for first in range(place + 1):
            begin = counted[first][0]
            run = [who for day, who in counted[first:] if day - begin <= figures.days]
            if len(run) > place - first and len(set(run)) > figures.limit:
                return False
        return True
