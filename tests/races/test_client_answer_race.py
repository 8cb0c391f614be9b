"""The national client's answer is recorded by several at one moment: it stands once."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from django.db import connections

from borgerservice.audit.events import Event
from borgerservice.audit.models import AuditEntry
from tests.rig.databases import Database
from tests.witnesses.cases import Office, build_office, witness
from witnesses.models import ClientAnswer, IdentityProofing
from witnesses.services import record_client_answer

CASES, AT_ONCE = 6, 4


def answer_together(office: Office, case: IdentityProofing) -> set[int]:
    """Several record the same, each over a connection of its own; what they were told stands."""
    together = Barrier(AT_ONCE)

    def one(_nth: int) -> int:
        together.wait(60)
        try:
            return record_client_answer(
                proofing=case,
                answer=ClientAnswer.Answer.ISSUED,
                staff=office.clerk,
                now=office.now,
            ).pk
        finally:
            connections.close_all()

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return set(pool.map(one, range(AT_ONCE)))


def test_of_those_who_record_the_same_answer_at_once_one_does(fresh_database: Database) -> None:
    with fresh_database.opened():
        office = build_office()
        for nth in range(CASES):
            case = office.decided(witness(nth), applicant=nth + 100)
            told = answer_together(office, case)
            assert {answer.pk for answer in case.client_answers.all()} == told
            assert len(told) == 1
        noted = AuditEntry.unscoped.filter(event=Event.PROOFING_CLIENT_ANSWERED)
        assert noted.count() == CASES
