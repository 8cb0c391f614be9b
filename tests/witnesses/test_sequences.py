"""Steps in any order, as a hurried or dishonest clerk might try them: none is ever illegal."""

import random
from collections import Counter
from dataclasses import dataclass, field

import pytest
from django.db import connection, transaction

from appointments.services.visits.attendance import check_in
from tests.builders import NOW, build_visit
from tests.servers import IS_FULL
from tests.witnesses.cases import Questions, Reason, build_office, number, witness
from witnesses.exceptions import Refused
from witnesses.models import ClientAnswer, Declaration, IdentityProofing, Witnessing
from witnesses.selectors.cases import current_statement, declaration_of
from witnesses.services import (
    abandon_proofing,
    accept_declaration,
    decide_proofing,
    open_proofing,
    record_client_answer,
    record_documents,
    record_no_witness,
    record_questions,
    record_witness,
)

STEPS = {"sqlite": 50_000 if IS_FULL else 3_000, "postgresql": 10_000 if IS_FULL else 1_000}
SEED = 20261122
SAME_AGAIN, PRINTED = 0.3, 0.5
ACTS = {
    "documents": 4,
    "questions": 4,
    "witness": 3,
    "no_witness": 2,
    "accept": 3,
    "decide": 3,
    "client_answer": 2,
    "abandon": 1,
    "open": 2,
}
QUOTA = 3


@dataclass
class Expected:
    """A second, plainer telling of the order: a list of what has been done.

    `witness` is who stands in the case, by number; `accepted` all who accepted the declaration.
    """

    done: set[str] = field(default_factory=set)
    passed: bool = False
    witness: int | None = None
    accepted: set[int] = field(default_factory=set)
    end: str = ""
    is_confirmed: bool = False
    answer: str = ""

    def allows(self, act: str) -> bool:
        if act == "client_answer":
            return self.is_confirmed
        if self.end:
            return False
        has_accepted = self.witness in self.accepted
        has_asked = "questions" in self.done
        has_proof = "witness" in self.done and (self.witness is None or has_accepted)
        return {
            "documents": True,
            "abandon": True,
            "questions": "documents" in self.done,
            "witness": has_asked,
            "no_witness": has_asked,
            "accept": self.witness is not None and not has_accepted,
            "decide": has_asked and (self.passed or has_proof),
        }[act]

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
    case, expected, used, answers = None, Expected(end="none"), Counter(), 0
    for _ in range(STEPS[connection.vendor]):
        (act,) = chance.choices(list(ACTS), ACTS.values())
        outcome = chance.choice(list(Questions))
        answer = chance.choice(list(ClientAnswer.Answer))
        again = expected.witness if chance.random() < SAME_AGAIN else None
        serial = again or chance.choice((chance.randrange(50, 60), chance.randrange(60, 3000)))
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
                take(
                    act, case, office, outcome=outcome, answer=answer, serial=serial, chance=chance
                )
            taken = True
        except Refused:
            taken = False
        assert taken is expected.allows(act), (act, expected)
        if taken:
            note(expected, act, outcome, serial=serial, used=used)
        if taken and act == "client_answer":
            answers += answer != expected.answer
            expected.answer = answer
        case.refresh_from_db()
        assert case.state == expected.state(), (act, expected)
        assert (case.outcome == "confirmed") is expected.is_confirmed, (act, expected)
    assert ClientAnswer.unscoped.count() == answers > 0
    decided = IdentityProofing.unscoped.filter(state="decided")
    assert decided.filter(outcome="confirmed").exists()
    assert not decided.filter(outcome="", rule_set="").exists()
    confirmed = decided.filter(route="witness", outcome="confirmed")
    assert set(Witnessing.unscoped.values_list("proofing", flat=True)) == set(
        confirmed.values_list("pk", flat=True)
    )
    assert confirmed.count() == sum(used.values())
    assert 0 < max(used.values()) <= QUOTA
    for case in confirmed:
        assert declaration_of(case, current_statement(case)) is not None


def opened(participant, office):
    return open_proofing(participant=participant, staff=office.clerk, now=NOW)


def another(participant, office):
    """The next participant of the same visit, made without booking anew."""
    participant.pk, participant.position = None, participant.position + 1
    participant.name_sealed = None
    participant.save()
    return participant


def take(act, case, office, *, outcome, answer, serial, chance):
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
        record_witness(witness=witness(serial), reason=Reason.NEWLY_ARRIVED, **acts)
    elif act == "accept":
        printed = chance.random() < PRINTED
        how = Declaration.Accepted.PRINTED if printed else Declaration.Accepted.SIGNED_IN
        accept_declaration(
            proofing=case,
            language=chance.choice(("da", "en")),
            how=how,
            staff=office.clerk if printed else None,
            now=NOW,
        )
    elif act == "client_answer":
        record_client_answer(answer=answer, **acts)
    elif act == "no_witness":
        record_no_witness(**acts)
    elif act == "decide":
        decide_proofing(**acts)
    else:
        abandon_proofing(**acts)


def note(expected: Expected, act: str, outcome: str, *, serial: int, used: Counter) -> None:
    if act == "client_answer":
        return
    if act in ("decide", "abandon"):
        expected.end = "decided" if act == "decide" else "abandoned"
        if act == "decide":
            by_witness = expected.witness is not None and used[expected.witness] < QUOTA
            expected.is_confirmed = expected.passed or by_witness
            if not expected.passed and by_witness:
                used[expected.witness] += 1
        return
    if act == "accept":
        expected.accepted.add(expected.witness)
        return
    expected.done.add("witness" if act == "no_witness" else act)
    if act == "questions":
        expected.passed = outcome == "passed"
    if act in ("witness", "no_witness"):
        expected.witness = serial if act == "witness" else None
