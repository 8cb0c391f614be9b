"""What a decision rests on changes between reading and writing: it is made anew, or not at all."""

from datetime import timedelta

import pytest

from borgerservice.audit.models import AuditEntry
from borgerservice.people.services import new_person, person_of
from borgerservice.vault.services import open_data_key
from tests.builders import NOW, TODAY
from tests.links import build_link
from tests.platform.raw import schedule
from tests.witnesses.cases import FOREIGN_PASSPORT, number, witness
from tests.witnesses.ledgers import Entry, build_place, write
from witnesses.exceptions import CaseOver, Refused
from witnesses.models import Witnessing
from witnesses.selectors.cases import decision_facts
from witnesses.services import abandon_proofing, decide_proofing, record_documents
from witnesses.services import decision as decision_service

pytestmark = pytest.mark.django_db


@pytest.fixture
def overtaken(monkeypatch):
    """Something happens as soon as the decision has read what it rests on; once, or every time."""

    def let(*changes):
        look, left = decision_service.record_of, list(changes)

        def look_and_be_overtaken(**asked):
            found = look(**asked)
            if left:
                left.pop(0)()
            return found

        monkeypatch.setattr(decision_service, "record_of", look_and_be_overtaken)
        return left

    return let


def person(serial: int) -> int:
    return person_of(kind="replacement", normalised=number(serial).digits, now=NOW).pk


def decided_on(case) -> dict:
    case.refresh_from_db()
    return decision_facts(case, open_data_key(case.data_key))


def entering(place, *, days=-30, by=2):
    on = TODAY + timedelta(days=days)
    return lambda: write([Entry(person(by), new_person(now=NOW).pk, on, place)])


def test_a_witnessing_that_came_in_between_is_among_the_facts(office, overtaken):
    place = build_place("0751", "Aarhus")
    case = office.with_witness(witness(2))
    left = overtaken(entering(place))

    decide_proofing(proofing=case, staff=office.clerk, now=office.now)

    assert left == []
    assert len(decided_on(case)["witness"]["earlier_witnessings"]) == 1
    assert Witnessing.unscoped.count() == 2
    assert AuditEntry.unscoped.filter(event="proofing.decided").count() == 1


def test_control_without_looking_again_the_facts_are_stale(office, overtaken, monkeypatch):
    place = build_place("0751", "Aarhus")
    case = office.with_witness(witness(2))
    overtaken(entering(place))
    monkeypatch.setattr(decision_service, "still_told", lambda *_asked: ("1 = 1", []))

    decide_proofing(proofing=case, staff=office.clerk, now=office.now)

    assert decided_on(case)["witness"]["earlier_witnessings"] == []
    assert Witnessing.unscoped.count() == 2


def test_the_last_witnessing_that_somebody_else_took_is_not_given_twice(office, overtaken):
    place = build_place("0751", "Aarhus")
    case = office.with_witness(witness(2))
    overtaken(*(entering(place, days=-days) for days in (30, 20, 10)))

    decided = decide_proofing(proofing=case, staff=office.clerk, now=office.now)

    assert decided.failed == ["applicant.proof", "witness.quota"]
    assert Witnessing.unscoped.count() == 3


def test_a_link_that_came_in_between_joins_the_histories(office, overtaken):
    place = build_place("0751", "Aarhus")
    case = office.with_witness(witness(2))
    entering(place, by=3)()
    overtaken(lambda: build_link(person(2), person(3)))

    decide_proofing(proofing=case, staff=office.clerk, now=office.now)

    assert len(decided_on(case)["witness"]["earlier_witnessings"]) == 1


def test_an_applicant_who_turns_out_to_be_the_clerk_is_refused(office, overtaken):
    case = office.with_witness(witness(2))
    office.clerk.refresh_from_db()
    overtaken(lambda: build_link(case.applicant_id, office.clerk.person_id))
    case.refresh_from_db()

    with pytest.raises(Refused) as refusal:
        decide_proofing(proofing=case, staff=office.clerk, now=office.now)

    assert refusal.value.code == "own_case"
    assert not Witnessing.unscoped.exists()


def test_a_rule_set_that_came_into_force_in_between_is_the_one(office, overtaken):
    case = office.with_witness(witness(2))
    overtaken(lambda: schedule(rule_set="mitid-2025", since=TODAY))

    decided = decide_proofing(proofing=case, staff=office.clerk, now=office.now)

    assert decided.rule_set == decided_on(case)["rule_set"] == "mitid-2025"


def test_papers_recorded_in_between_are_among_the_facts(office, overtaken):
    case = office.with_witness(witness(2))
    overtaken(
        lambda: record_documents(
            proofing=case,
            number=number(1),
            birth_date=None,
            wants_cpr_link=True,
            documents=[FOREIGN_PASSPORT],
            staff=office.clerk,
            now=office.now,
        )
    )

    decide_proofing(proofing=case, staff=office.clerk, now=office.now)

    (paper,) = decided_on(case)["applicant"]["documents"]
    assert paper["issuer"] == FOREIGN_PASSPORT.issuer


def test_a_case_left_in_between_is_not_decided(office, overtaken):
    case = office.with_witness(witness(2))
    overtaken(lambda: abandon_proofing(proofing=case, staff=office.clerk, now=office.now))

    with pytest.raises(CaseOver):
        decide_proofing(proofing=case, staff=office.clerk, now=office.now)

    case.refresh_from_db()
    assert case.state == "abandoned"
    assert not Witnessing.unscoped.exists()


def test_who_is_overtaken_again_and_again_is_told_so(office, overtaken):
    place = build_place("0751", "Aarhus")
    case = office.with_witness(witness(2))
    before = [entering(place, days=-1000 * n) for n in range(1, 30)]
    left = overtaken(*before)

    with pytest.raises(Refused) as refusal:
        decide_proofing(proofing=case, staff=office.clerk, now=office.now)

    assert refusal.value.code == "changed_meanwhile"
    assert len(before) - len(left) == decision_service.MOST_ATTEMPTS
    case.refresh_from_db()
    assert case.state != "decided"
