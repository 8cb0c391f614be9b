"""Random histories of the ledger, led through the guards by plain SQL, and what came out wrong.

Many share one transaction that is rolled back, so the persons and cases are made once and used
again. The persons are looked up with the product's own function, before and after a new key.
"""

import random
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError, connection, transaction

from appointments.models import Participant
from borgerservice.people.models import Person
from borgerservice.people.services import (
    Marks,
    give_marks,
    link_persons,
    marks_of,
    person_marked,
    roots_of,
)
from borgerservice.vault.keys import with_new_version
from borgerservice.vault.models import DataKey
from borgerservice.vault.services import unsaved_data_key
from tests.builders import NOW, TODAY, build_staff, build_world
from tests.platform.raw import plain_visit, schedule
from tests.witnesses.history_oracle import Figures, Oracle, Row
from witnesses.models import IdentityProofing
from witnesses.rules.quota import highest_count
from witnesses.rules.rule_sets import rule_set
from witnesses.selectors.cases import earlier_witnessings

SCHEDULE = (
    Figures(-100_000, "witnessings", 3, 120, 2),
    Figures(150, "persons", 3, 120, 2),
)
RULE_SETS = {"witnessings": "mitid-2022", "persons": "digst-2023"}
AT_ONCE = 40
LONGEST = 12
NUMBERS = 8
"""Of a history: four that may turn out to be one witness, one of another, three of applicants."""
READ_EVERY = 25
LOOKED_UP = {False: 1, True: 2}
"""How many numbers of a history are looked up with the old key, and how many with the new one."""
_WITNESSING = (
    "INSERT INTO witnesses_witnessing (witness_id, applicant_id, on_date, municipality_id,"
    " proofing_id, rule_set, recorded_at, recorded_on, late_reason)"
    " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)"
)
_PROPOSAL = (
    "INSERT INTO witnesses_reversalproposal (proposed_by_id, proposed_at, answered_by_id,"
    " answered_at, is_approved, municipality_id, witnessing_id, reason) SELECT %s, %s, %s, %s, %s,"
    " %s, id, 'denied' FROM witnesses_witnessing WHERE proofing_id = %s"
)
_REVERSAL = (
    "INSERT INTO witnesses_reversal (witnessing_id, municipality_id, proposal_id, reversed_on,"
    " recorded_at) SELECT w.id, w.municipality_id, max(p.id), %s, %s FROM witnesses_witnessing w"
    " JOIN witnesses_reversalproposal p ON p.witnessing_id = w.id WHERE w.proofing_id = %s"
    " GROUP BY w.id, w.municipality_id"
)
_LINK_PROPOSAL = (
    "INSERT INTO witnesses_linkproposal (proposed_by_id, proposed_at, answered_by_id, answered_at,"
    " is_approved, municipality_id, person_id, other_id, reason)"
    " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, 'register')"
)
_LINK = "INSERT INTO people_personlink (person_id, root_id, linked_at) VALUES (%s, %s, %s)"


def on_day(day: int) -> date:
    return TODAY + timedelta(days=day)


def at(day: int) -> datetime:
    return NOW + timedelta(days=day)


@dataclass(frozen=True)
class Human:
    """A number, and the marks it has before and after the new key came."""

    person: int
    before: Marks
    after: Marks
    kind: str = "replacement"


@dataclass
class Stock:
    """Persons and cases for as many histories as share a transaction."""

    municipality: int
    clerk: int
    lead: int
    numbers: list[Human]
    logins: dict[int, Human]
    cases: list[int]


@dataclass
class Findings:
    """What came out of the histories; `wrong` names each that did not as the oracle says."""

    counted: Counter[str] = field(default_factory=Counter)
    wrong: Counter[str] = field(default_factory=Counter)
    examples: list[str] = field(default_factory=list)


@transaction.atomic()
def stock(keys: Path) -> Stock:
    """Make what histories need, first under the first key; then a second key is added."""
    world = build_world()
    clerk = build_staff(world.municipality)
    lead = build_staff(world.municipality, role="lead")
    schedule("persons", rule_set="digst-2023", since=on_day(150))
    count = AT_ONCE * NUMBERS
    texts = [f"61{number:08}" for number in range(count)]
    before = {text: marks_of(kind="replacement", normalised=text) for text in texts}
    people = [person_marked(kind="replacement", marks=before[text], now=NOW).pk for text in texts]
    of_logins = {
        place: marks_of(kind="mitid", normalised=f"login {place}") for place in range(0, count, 3)
    }
    for place, marks in of_logins.items():
        give_marks(Person.objects.get(pk=people[place]), kind="mitid", marks=marks, now=NOW)
    keys.write_text(with_new_version(keys.read_text(), "mark")[0])
    numbers = [
        Human(person, before[text], marks_of(kind="replacement", normalised=text))
        for text, person in zip(texts, people, strict=True)
    ]
    logins = {
        place: Human(
            people[place],
            marks,
            marks_of(kind="mitid", normalised=f"login {place}"),
            "mitid",
        )
        for place, marks in of_logins.items()
    }
    cases = plain_cases(AT_ONCE * LONGEST, world, clerk)
    return Stock(world.municipality.pk, clerk.pk, lead.pk, numbers, logins, cases)


def plain_cases(count: int, world: object, clerk: object) -> list[int]:
    """So many cases for a ledger row to point to, on one visit."""
    participant = Participant.unscoped.get(appointment=plain_visit(world))
    keys = DataKey.objects.bulk_create(unsaved_data_key().row for _ in range(count))
    made = IdentityProofing.unscoped.bulk_create(
        IdentityProofing(
            municipality=world.municipality,
            participant=participant,
            reference=f"H{number:09d}",
            data_key=key,
            opened_by=clerk,
            opened_at=NOW,
            state=IdentityProofing.State.ABANDONED,
        )
        for number, key in enumerate(keys)
    )
    return [case.pk for case in made]


def lead_histories(made: Stock, *, count: int, seed: int) -> Findings:
    """So many random histories, each compared step by step with the oracle."""
    findings = Findings()
    chance = random.Random(seed)
    left = count
    while left:
        with connection.cursor() as cursor, transaction.atomic():
            for place in range(min(left, AT_ONCE)):
                _History(made, place, chance, findings, cursor).lead()
            left -= min(left, AT_ONCE)
            transaction.set_rollback(True)
    findings.counted["histories"] = count
    return findings


class _History:
    """One: a witness with several numbers, late entries, links, reversals, and a new key."""

    def __init__(
        self, made: Stock, place: int, chance: random.Random, findings: Findings, cursor: object
    ) -> None:
        self.made, self.chance, self.findings, self.cursor = made, chance, findings, cursor
        self.first = place * NUMBERS
        self.places = range(self.first, self.first + NUMBERS)
        self.cases = iter(made.cases[place * LONGEST :][:LONGEST])
        self.oracle = Oracle(SCHEDULE)
        self.case_of: dict[int, int] = {}
        self.clock = chance.randrange(60)
        self.has_new_key = False
        self.looked_up: dict[bool, list[Human]] = {False: [], True: []}

    def lead(self) -> None:
        steps = self.chance.randint(5, LONGEST)
        rotation = self.chance.randint(1, steps - 1)
        acts = (self.witness, self.link, self.stray_link, self.reverse)
        for step in range(steps):
            self.has_new_key = step >= rotation
            self.clock += self.chance.choice((0, 0, 1, 5, 20, 40))
            (act,) = self.chance.choices(acts, weights=(70, 12, 3, 15))
            if not act():
                return

    def person(self, place: int) -> int:
        """Whoever a number, or the login of the same person, stands for; asked a few times only."""
        login = self.made.logins.get(place)
        human = login if login and self.chance.random() < 0.3 else self.made.numbers[place]
        asked = self.looked_up[self.has_new_key]
        if human not in asked and len(asked) < LOOKED_UP[self.has_new_key]:
            asked.append(human)
            marks = human.after if self.has_new_key else human.before
            if person_marked(kind=human.kind, marks=marks, now=NOW).pk != human.person:
                self._wrong("split persons", f"{human.kind}, new key: {self.has_new_key}")
            self.findings.counted[f"{human.kind} looked up"] += 1
        return human.person

    def witness(self) -> bool:
        witness = self.person(self.chance.choice(self.places[:5]))
        applicant = self.person(self.chance.choice(self.places[1:]))
        late = self.chance.choice((0, 0, 0, 0, 1, 9, 60, 130))
        on = self.clock - late
        is_told = self.chance.random() < 0.97
        is_legal = self.oracle.may_witness(witness, applicant, on)
        if applicant != witness:
            self._compare_rule(witness, applicant, on)
        case = next(self.cases)
        set_of_day = RULE_SETS[self.oracle.figures(on).unit]
        reason = "on_paper" if late and is_told else ""
        day = on_day(on)
        accepted = self._run(
            _WITNESSING,
            *(witness, applicant, day.isoformat(), self.made.municipality, case, set_of_day),
            *(at(self.clock), on_day(self.clock).isoformat(), reason),
        )
        if accepted:
            self.case_of[len(self.oracle.rows)] = case
            self.oracle.rows.append(Row(witness, applicant, on))
        return self._judge("witnessing", accepted, is_legal and (is_told or not late))

    def link(self) -> bool:
        """Two numbers of one human being, as the service links them."""
        groups = (self.places[:4], self.places[5:7])
        one, other = map(self.person, self.chance.sample(self.chance.choice(groups), 2))
        with _kept():
            self._approve_link(one, other)
            link_persons(one, other, now=NOW)
        self.oracle.link(one, other)
        roots = roots_of((one, other))
        first = min(self.oracle.human(one))
        return self._judge("link", set(roots.values()) == {first}, is_legal=True)

    def stray_link(self) -> bool:
        """Any two, by plain SQL, whether or not two of the staff found them to be one."""
        numbers = [self.made.numbers[place].person for place in self.places[:5]]
        one, other = self.chance.choice(numbers), self.chance.choice(numbers)
        answer = self.chance.choices((True, False, None), weights=(70, 15, 15))[0]
        if answer is not None and one != other:
            self._approve_link(one, other, answer=answer)
            if answer:
                self.oracle.approved.add(frozenset((one, other)))
        is_legal = self.oracle.may_link(one, other)
        accepted = self._run(_LINK, one, other, NOW)
        if accepted:
            self.oracle.link(one, other)
        return self._judge("stray link", accepted, is_legal)

    def _approve_link(self, one: int, other: int, *, answer: bool = True) -> None:
        moment, clerk, lead = at(self.clock), self.made.clerk, self.made.lead
        values = (clerk, moment, lead, moment, answer, self.made.municipality, one, other)
        self.cursor.execute(_LINK_PROPOSAL, values)

    def reverse(self) -> bool:
        if not self.oracle.rows:
            return True
        place = self.chance.randrange(len(self.oracle.rows))
        row, case = self.oracle.rows[place], self.case_of[place]
        kind = self.chance.choices(("approved", "declined", "other day"), weights=(90, 5, 5))[0]
        on = self.clock + (kind == "other day") * self.chance.choice((-30, 30, 200))
        lead, moment = self.made.lead, at(self.clock)
        self._run(
            _PROPOSAL,
            *(self.made.clerk, moment, lead, moment, kind != "declined"),
            *(self.made.municipality, case),
        )
        is_legal = kind == "approved" and self.oracle.may_reverse(row, on)
        accepted = self._run(_REVERSAL, on_day(on).isoformat(), moment, case)
        if accepted:
            row.reversed_on = on
        return self._judge("reversal", accepted, is_legal)

    def _compare_rule(self, witness: int, applicant: int, on: int) -> None:
        """The product's rule says the same of the same history, now and then as it reads it."""
        who = self.oracle.human(witness)
        if applicant in who:
            return
        history = [
            {
                "on": on_day(row.on).isoformat(),
                "person": str(min(self.oracle.human(row.applicant))),
                "counted": row.reversed_on is None,
            }
            for row in sorted(
                (row for row in self.oracle.rows if row.witness in who), key=lambda row: row.on
            )
        ]
        if self.chance.randrange(READ_EVERY) == 0:
            root = roots_of((witness,))[witness]
            read = earlier_witnessings(root)
            if _in_any_order(read) != _in_any_order(history):
                self._wrong("read otherwise", f"{read} {history}")
        quota = rule_set(RULE_SETS[self.oracle.figures(on).unit]).witness_quota
        person = str(min(self.oracle.human(applicant)))
        count = highest_count(history, on=on_day(on), person=person, quota=quota)
        if (count <= quota.at_most) != self.oracle.may_witness(witness, applicant, on):
            self._wrong("rule disagrees", f"{history} {on}")

    def _run(self, sql: str, *values: object) -> bool:
        try:
            with _kept():
                self.cursor.execute(sql, values)
                return bool(self.cursor.rowcount)
        except DatabaseError:
            return False

    def _judge(self, what: str, accepted: bool, is_legal: bool) -> bool:  # noqa: FBT001
        self.findings.counted[f"{what} {'accepted' if accepted else 'refused'}"] += 1
        if accepted == is_legal:
            return True
        self._wrong("illegal accepted" if accepted else "legal refused", what)
        return False

    def _wrong(self, what: str, how: str) -> None:
        self.findings.wrong[what] += 1
        self.findings.examples = [*self.findings.examples, f"{what}: {how}"][:5]


@contextmanager
def _kept() -> Iterator[None]:
    """What fails within is undone. SQLite undoes a statement that is refused by itself."""
    if connection.vendor == "sqlite":
        yield
    else:
        with transaction.atomic():
            yield


def _in_any_order(history: list[dict[str, object]]) -> list[tuple[object, ...]]:
    return sorted((one["on"], one["person"], one["counted"]) for one in history)


def fresh_keys(folder: Path) -> Path:
    """A key file of the histories' own, so that a new key in it is nobody else's."""
    keys = folder / "keys.json"
    keys.write_text(Path(settings.KEYS_FILE).read_text())
    return keys
