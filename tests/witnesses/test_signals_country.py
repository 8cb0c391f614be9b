"""A country of honest witnesses with rings planted among them: every planted pattern is found.

The honest are drawn as people live: most witness once or twice, near home, for somebody new; a few
help many newcomers, now and then in the neighbouring municipality; a newcomer may witness later.
"""

import calendar
import logging
import random
from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date, timedelta

import pytest
from django.db import connection

from tests.builders import NOW, TODAY
from tests.servers import IS_FULL
from tests.witnesses.ledgers import Entry, Place, build_place, many_people, reversed_by, write
from witnesses.models import FraudSignal, IdentityProofing, Witnessing
from witnesses.services.signals import look_again

logger = logging.getLogger(__name__)
HONEST = (100_000 if connection.vendor == "sqlite" else 20_000) if IS_FULL else 2_000
PLACES = 20 if IS_FULL else 5
OF_EACH = 40 if IS_FULL else 6
YEARS = 4
SEED = 20261122
BEGINS = TODAY - timedelta(days=365 * YEARS)


@dataclass
class Country:
    """What is told: who witnessed for whom, and which of it is planted."""

    chance: random.Random
    places: list[Place]
    entries: list[Entry]
    uses: dict[int, list[date]]
    planted: list[tuple[str, Entry]]
    decoys: list[tuple[str, Entry]]

    def person(self) -> int:
        return self._people.pop()

    def add(self, witness: int, applicant: int, on: date, place: Place) -> Entry | None:
        """One witnessing, where the limit allows it."""
        days = sorted([*self.uses[witness], on])
        if any((days[n + 3] - days[n]).days <= 120 for n in range(len(days) - 3)):
            return None
        self.uses[witness] = days
        entry = Entry(witness, applicant, on, place)
        self.entries.append(entry)
        return entry

    def any_day(self, margin: int = 0) -> date:
        return BEGINS + timedelta(days=self.chance.randrange(365 * YEARS - margin))


def build_country() -> Country:
    places = [build_place(f"{500 + n:04}", f"Sted {n}") for n in range(PLACES)]
    country = Country(random.Random(SEED), places, [], defaultdict(list), [], [])
    country._people = many_people(HONEST * 2 + OF_EACH * 80)
    return country


def live_honestly(country: Country) -> None:
    chance, newcomers = country.chance, []
    while len(country.entries) < HONEST:
        is_helper = chance.random() < 0.05
        witness, since = country.person(), BEGINS
        if newcomers and chance.random() < 0.2:
            witness, was_new = newcomers.pop(chance.randrange(len(newcomers)))
            since = was_new + timedelta(days=int(chance.expovariate(1 / 700)))
        home = chance.randrange(len(country.places))
        for _ in range(chance.randint(6, 16) if is_helper else chance.choice((1, 1, 1, 2))):
            on = max(since, country.any_day())
            away = chance.random() < (0.05 if is_helper else 0.02)
            place = country.places[(home + away) % len(country.places)]
            applicant = country.person()
            if on < TODAY and country.add(witness, applicant, on, place):
                newcomers.append((applicant, on))


def months_later(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def plant(country: Country) -> None:
    """Each pattern at its last day, and the same a day later, which is none."""
    here, there = country.places[:2]
    for number in range(OF_EACH * 2):
        late, kept = number % 2, country.decoys if number % 2 else country.planted
        day = country.any_day(margin=900).replace(day=15)
        one, other, *rest = [country.person() for _ in range(8)]
        country.add(one, rest[0], day, here)
        last = country.add(one, rest[1], day + timedelta(days=120 + late), there)
        kept.append(("several_municipalities", last))

        one, other = country.person(), country.person()
        country.add(one, other, day, here)
        last = country.add(other, one, months_later(day, 24) + timedelta(days=late), there)
        kept.append(("each_other", last))

        one, other = country.person(), country.person()
        country.add(one, other, day, here)
        last = country.add(other, rest[2], day + timedelta(days=179 + late), here)
        kept.append(("recently_witnessed", last))

        one = country.person()
        for use, days in enumerate((0, country.chance.randrange(121), 120)):
            country.add(one, rest[3 + use], day + timedelta(days=days), here)
        last = country.add(one, country.person(), day + timedelta(days=128 + late), here)
        kept.append(("at_the_limit", last))
    assert all(entry is not None for _pattern, entry in country.planted + country.decoys)


def expected(rows: list[Witnessing]) -> set[tuple[str, int]]:
    """A second telling of the patterns, from lists of days alone, in the order of the ledger."""
    as_witness, as_applicant = defaultdict(list), defaultdict(list)
    found = set()
    for row in rows:
        own = as_witness[row.witness_id]
        near = [one for one in own if abs((one.on_date - row.on_date).days) <= 120]
        if {one.municipality_id for one in near} - {row.municipality_id}:
            found.add(("several_municipalities", row.pk))
        back = [one for one in as_witness[row.applicant_id] if one.applicant_id == row.witness_id]
        if any(row.on_date <= months_later(one.on_date, 24) for one in back):
            found.add(("each_other", row.pk))
        before = [(row.on_date - one.on_date).days for one in as_applicant[row.witness_id]]
        same_day = [one for one in as_witness[row.applicant_id] if one.on_date == row.on_date]
        if any(days < 180 for days in before) or same_day:
            found.add(("recently_witnessed", row.pk))
        days = [one.on_date for one in own]
        if len(days) > 2 and (days[-1] - days[-3]).days <= 120:
            waited = (row.on_date - days[-3]).days - 121
            if 0 <= waited <= 7:
                found.add(("at_the_limit", row.pk))
        own.append(row)
        as_applicant[row.applicant_id].append(row)
    return found


def fingerprint() -> list:
    """Everything that was decided."""
    cases = IdentityProofing.unscoped.order_by("id").values_list("id", "state", "outcome", "route")
    return [list(cases), list(Witnessing.unscoped.order_by("id").values_list())]


@pytest.mark.django_db
def test_every_planted_pattern_is_found_and_nobody_is_refused():
    country = build_country()
    plant(country)
    planted = {id(entry) for _p, entry in country.planted}
    ringed = {id(entry) for entry in country.entries}
    live_honestly(country)
    entries = sorted(country.entries, key=lambda entry: entry.on)
    rows = write(entries)
    row_of = {id(entry): row for entry, row in zip(entries, rows, strict=True)}
    decided = fingerprint()

    look_again(since=NOW - timedelta(days=365 * YEARS + 30), now=NOW)

    found = set(FraudSignal.unscoped.values_list("pattern", "witnessing"))
    wanted = {(pattern, row_of[id(entry)].pk) for pattern, entry in country.planted}
    assert wanted <= found, "every planted pattern"
    assert len(planted) == len(wanted) == OF_EACH * 4
    decoys = {(pattern, row_of[id(entry)].pk) for pattern, entry in country.decoys}
    assert decoys & found == set()
    assert found == expected(rows)
    assert fingerprint() == decided, "0 automatic refusals: what was decided stands"

    honest = {row.pk for entry, row in zip(entries, rows, strict=True) if id(entry) not in ringed}
    alerted = {pk for _pattern, pk in found} & honest
    share = len(alerted) / len(honest)
    each = Counter(pattern for pattern, pk in found if pk in honest)
    logger.info("%d honest, %d alerted (%.2f %%): %s", len(honest), len(alerted), 100 * share, each)
    assert 0 < share < 0.05


@pytest.mark.django_db
def test_every_planted_pair_of_reversals_is_found():
    country = build_country()
    here, there = country.places[:2]
    for number in range(OF_EACH):
        one, a, b = (country.person() for _ in range(3))
        days = [TODAY - timedelta(days=200), TODAY - timedelta(days=190)]
        rows = write([Entry(one, a, days[0], here), Entry(one, b, days[1], there)])
        reversed_by(rows[0], here, days=-180)
        reversed_by(rows[1], there, days=-60 + number % 2)
    found = FraudSignal.unscoped.filter(pattern="reversals")
    assert found.count() == 2 * OF_EACH / 2
    assert found.values("witness").distinct().count() == OF_EACH / 2
