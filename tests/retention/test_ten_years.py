"""Ten years passed through in steps: what goes, and when, beside a plain account of the terms."""

import random
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta

import pytest

from appointments.models import Appointment
from borgerservice.audit.models import AuditEntry
from borgerservice.people.models import Person
from borgerservice.retention.disposal import answer_disposal, propose_disposal
from borgerservice.retention.exceptions import RetentionRefused
from borgerservice.retention.letting_go import let_go
from borgerservice.retention.models import LegalHold
from tests.builders import NOW, build_staff, build_world
from tests.retention.lives import Lives, build_lives
from tests.servers import IS_FULL
from witnesses.models import IdentityProofing, Witnessing

SEED = 20
VISITS = 400 if IS_FULL else 60
STEP = timedelta(days=7 if IS_FULL else 61)
FIRST = date(2014, 1, 1)
YEARS_OF_VISITS = 10

pytestmark = pytest.mark.django_db


@dataclass
class Told:
    """One visit as it was written, and when it is held."""

    visit: int
    place: str
    on: date
    case: int | None = None
    witnessing: int | None = None
    hold: LegalHold | None = None
    held: tuple[date, date] | None = None
    lifted: date = date.min
    entries: set[int] = field(default_factory=set)

    def is_held(self, today: date) -> bool:
        return self.held is not None and self.held[0] <= today < self.held[1]


def before(today: date, years: int) -> date:
    """So many years ago; 29 February counts as the 28th."""
    is_leap_day = (today.month, today.day) == (2, 29)
    return date(today.year - years, today.month, 28 if is_leap_day else today.day)


def written(lives: Lives, chance: random.Random) -> Told:
    """A visit of any day; some with a case, with a witness, and kept for some time."""
    on = FIRST + timedelta(days=chance.randrange(365 * YEARS_OF_VISITS))
    known = set(AuditEntry.unscoped.values_list("pk", flat=True))
    visit = lives.visit(on)
    told = Told(visit.pk, lives.world.municipality.code, on)
    if chance.random() < 0.6:
        witness = lives.person(visit.starts_at) if chance.random() < 0.6 else None
        case = lives.case(visit, witness=witness)
        told.case = case.pk
        if witness:
            told.witnessing = Witnessing.unscoped.get(proofing=case).pk
    if chance.random() < 0.3:
        begins = on + timedelta(days=chance.randrange(30, 1200))
        told.held = begins, begins + timedelta(days=chance.randrange(100, 2500))
    told.entries = set(AuditEntry.unscoped.values_list("pk", flat=True)) - known
    return told


def keep_up(told: list[Told], places: dict[str, Lives], today: date) -> None:
    """Place and lift the holds of the day."""
    for one in told:
        visit = Appointment.unscoped.filter(pk=one.visit).first()
        if visit and one.is_held(today) and one.hold is None:
            one.hold = places[one.place].hold(visit)
        elif one.hold and not one.is_held(today) and visit:
            places[one.place].lift(one.hold, datetime.combine(today, time(12), UTC))
            one.hold, one.lifted = None, today


def test_exactly_what_is_due_goes_day_by_day_and_nothing_that_is_kept() -> None:
    chance = random.Random(SEED)
    places = {
        code: build_lives(build_world(code=code, name=name))
        for code, name in (("0657", "Herning"), ("0101", "København"))
    }
    two = {
        code: [build_staff(one.world.municipality, role="administrator") for _ in range(2)]
        for code, one in places.items()
    }
    told = [written(places[chance.choice(list(places))], chance) for _ in range(VISITS)]
    visits, witnessings = {one.visit for one in told}, {one.witnessing for one in told} - {None}
    entries = {pk for one in told for pk in one.entries}
    today = FIRST + timedelta(days=700)
    last = NOW.date()
    approved: dict[str, list[tuple[date, date]]] = {code: [] for code in places}
    while today <= last:
        now = datetime.combine(today, time(12), UTC)
        keep_up(told, places, today)
        if chance.random() < 0.2:
            code = chance.choice(list(places))
            with suppress(RetentionRefused):  # where nothing is due
                proposal = propose_disposal(
                    municipality=places[code].world.municipality,
                    before=before(today, 5),
                    authority="26/1",
                    staff=two[code][0],
                    now=now,
                )
                answer_disposal(proposal=proposal, approve=True, staff=two[code][1], now=now)
                approved[code].append((today, before(today, 5)))
        let_go(now=now)
        for one in told:
            if one.is_held(today):
                continue
            if one.on < before(today, 2) - timedelta(days=1):
                witnessings.discard(one.witnessing)
                entries -= one.entries
            if any(one.on < day and one.lifted < given for given, day in approved[one.place]):
                visits.discard(one.visit)
                witnessings.discard(one.witnessing)
        assert set(Appointment.unscoped.values_list("pk", flat=True)) == visits
        assert set(Witnessing.unscoped.values_list("pk", flat=True)) == witnessings
        known = AuditEntry.unscoped.filter(pk__in=[pk for one in told for pk in one.entries])
        assert set(known.values_list("pk", flat=True)) == entries
        today += STEP
    assert 0 < len(visits) < VISITS / 2
    cases = {one.case for one in told if one.case and one.visit in visits}
    assert set(IdentityProofing.unscoped.values_list("pk", flat=True)) == cases
    assert Person.objects.filter(proofings__isnull=False).exists()
