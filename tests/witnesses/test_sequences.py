"""Steps in any order, as a hurried or dishonest clerk might try them: none is ever illegal."""

import random
from dataclasses import dataclass, field

import pytest
from django.db import connection, transaction

from appointments.services.visits import check_in
from tests.builders import NOW, build_visit
from tests.servers import IS_FULL
from tests.witnesses.cases import Questions, Reason, build_office, number, witness
from witnesses.exceptions import Refused
from witnesses.models import IdentityProofing, Witnessing
from witnesses.services import (
    abandon_proofing,
    decide_proofing,
    open_proofing,
    record_documents,
    record_no_witness,
    record_questions,
    record_witness,
)

STEPS = {"sqlite": 50_000 if IS_FULL else 5_000, "postgresql": 10_000 if IS_FULL else 1_000}
SEED = 20261122
ACTS = {
    "documents": 4,
    "questions": 4,
    "witness": 3,
    "no_witness": 2,
    "decide": 3,
    "abandon": 1,
    "open": 2,
}


@dataclass
class Expected:
    """A second, plainer telling of the order: a list of what has been done."""

    done: set[str] = field(default_factory=set)
    passed: bool = False
    end: str = ""

    def allows(self, act: str) -> bool:
        if self.end:
            return False
        if act in ("documents", "abandon"):
            return True
        if act == "questions":
            return "documents" in self.done
        if act in ("witness", "no_witness"):
            return "questions" in self.done
        return "witness" in self.done or ("questions" in self.done and self.passed)

    def state(self) -> str:
        if self.end:
            return self.end
        for furthest in ("witness", "questions", "documents"):
            if furthest in self.done:
                return furthest
        return "opened"


@pytest.mark.django_db
def test_no_order_of_steps_ever_makes_an_illegal_transition():
    chance = random.Random(SEED)
    office = build_office()
    visit = build_visit(office.world, minute=12 * 60)
    participant = check_in(appointment=visit, actor="staff:1", now=NOW).participants.get()
    case, expected = None, Expected(end="none")
    for _ in range(STEPS[connection.vendor]):
        (act,) = chance.choices(list(ACTS), ACTS.values())
        outcome = chance.choice(list(Questions))
        if act == "open":
            if expected.end == "":
                assert opened(participant, office) == case
            elif expected.end == "decided" and case.outcome == "confirmed":
                with pytest.raises(Refused):
                    opened(participant, office)
                # A new citizen: the confirmed one is done.
                participant = another(participant, office)
                case, expected = opened(participant, office), Expected()
            else:
                case, expected = opened(participant, office), Expected()
            continue
        if case is None:
            continue
        try:
            with transaction.atomic():
                take(act, case, office, outcome, chance)
            taken = True
        except Refused:
            taken = False
        assert taken is expected.allows(act), (act, expected)
        if taken:
            note(expected, act, outcome)
        case.refresh_from_db()
        assert case.state == expected.state(), (act, expected)
    decided = IdentityProofing.unscoped.filter(state="decided")
    assert decided.filter(outcome="confirmed").exists()
    assert not decided.filter(outcome="", rule_set="").exists()
    confirmed = decided.filter(route="witness", outcome="confirmed")
    assert set(Witnessing.unscoped.values_list("proofing", flat=True)) == set(
        confirmed.values_list("pk", flat=True)
    )


def opened(participant, office):
    return open_proofing(participant=participant, staff=office.clerk, now=NOW)


def another(participant, office):
    """The next participant of the same visit, made without booking anew."""
    participant.pk, participant.position = None, participant.position + 1
    participant.name_sealed = None
    participant.save()
    return participant


def take(act, case, office, outcome, chance):
    acts = {"proofing": case, "staff": office.clerk, "now": NOW}
    if act == "documents":
        record_documents(
            number=number(chance.randrange(1, 50)),
            birth_date=None,
            wants_cpr_link=True,
            documents=witness(0).documents,
            **acts,
        )
    elif act == "questions":
        record_questions(outcome=outcome, **acts)
    elif act == "witness":
        record_witness(
            witness=witness(chance.randrange(50, 3000)), reason=Reason.NEWLY_ARRIVED, **acts
        )
    elif act == "no_witness":
        record_no_witness(**acts)
    elif act == "decide":
        decide_proofing(**acts)
    else:
        abandon_proofing(**acts)


def note(expected: Expected, act: str, outcome: str) -> None:
    if act in ("decide", "abandon"):
        expected.end = "decided" if act == "decide" else "abandoned"
        return
    expected.done.add("witness" if act == "no_witness" else act)
    if act == "questions":
        expected.passed = outcome == "passed"
