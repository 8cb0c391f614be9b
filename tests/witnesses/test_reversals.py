"""A witnessing is reversed by two people, at most twice in a window, and never rewritten."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import connections

from borgerservice.audit.models import AuditEntry
from borgerservice.municipalities.models import StaffRole
from tests.builders import NOW, TODAY, build_staff, build_world
from tests.links import build_link
from tests.platform.raw import rows_of
from tests.witnesses.cases import Office, Questions, build_office, witness
from witnesses.exceptions import Refused
from witnesses.models import IdentityProofing, Reversal, ReversalProposal, Witnessing
from witnesses.selectors.desk import case_shown
from witnesses.services import (
    answer_reversal,
    decide_proofing,
    open_proofing,
    propose_reversal,
)

Reason = ReversalProposal.Reason


@pytest.fixture
def office(db) -> Office:
    return build_office()


@pytest.fixture
def colleague(office):
    return build_staff(office.world.municipality)


@pytest.fixture
def lead(office):
    return build_staff(office.world.municipality, role=StaffRole.Role.LEAD)


def propose(case, staff, *, reason=Reason.NOT_ISSUED, now=NOW):
    return propose_reversal(proofing=case, reason=reason, staff=staff, now=now)


def answer(proposal, staff, *, approve=True, now=NOW):
    return answer_reversal(proposal=proposal, approve=approve, staff=staff, now=now)


def refusal(act, *arguments, **options) -> str:
    with pytest.raises(Refused) as refused:
        act(*arguments, **options)
    assert refused.value.sentence
    return refused.value.code


def reverse(case, by, approver, *, now=NOW):
    return answer(propose(case, by, now=now), approver, now=now)


def events(case) -> list[str]:
    entries = AuditEntry.unscoped.filter(subject=f"proofing:{case.reference}").order_by("id")
    return [entry.event for entry in entries if entry.event.startswith("reversal")]


def test_a_reversed_witnessing_gives_the_witness_exactly_one_back(office, colleague, lead):
    seen = witness(1)
    cases = [office.decided(seen, applicant=100 + number) for number in range(3)]
    fourth = office.decided(seen, applicant=104)
    assert fourth.failed == ["applicant.proof", "witness.quota"]
    before = rows_of("witnesses_witnessing")

    proposal = propose(cases[0], colleague)
    assert "witness.quota" in office.decided(seen, applicant=105).failed
    answer(proposal, lead)

    assert office.decided(seen, applicant=106).outcome == "confirmed"
    assert "witness.quota" in office.decided(seen, applicant=107).failed
    assert rows_of("witnesses_witnessing")[:3] == before
    assert events(cases[0]) == ["reversal.proposed", "reversal.approved"]


def test_a_case_whose_witnessing_was_reversed_is_taken_up_anew(office, colleague, lead):
    case = office.decided(witness(7))
    again = {"participant": case.participant, "staff": colleague, "now": NOW}
    place = {"municipality": office.world.municipality, "reference": case.reference}
    proposal = propose(case, colleague)
    assert refusal(open_proofing, **again) == "already_confirmed"
    assert not case_shown(**place, language="da").may_reopen

    answer(proposal, lead)

    assert case_shown(**place, language="da").may_reopen
    assert open_proofing(**again).previous == case
    assert not case_shown(**place, language="da").may_reopen, "the new one is gone on with"


def test_a_declined_reversal_leaves_the_ledger_as_it_was(office, colleague, lead):
    seen = witness(1)
    case, *_others = (office.decided(seen, applicant=100 + number) for number in range(3))

    proposal = answer(propose(case, colleague), lead, approve=False)

    assert (proposal.is_approved, proposal.answered_by) == (False, lead)
    assert not Reversal.unscoped.exists()
    assert "witness.quota" in office.decided(seen, applicant=105).failed
    assert events(case) == ["reversal.proposed", "reversal.declined"]
    assert reverse(case, colleague, lead).is_approved, "it may be proposed again"


def test_a_reversal_is_dated_by_the_local_day_of_the_approval(office, colleague, lead):
    case = office.decided(witness(7))
    proposal = propose(case, colleague)
    just_before_midnight_utc = NOW.replace(hour=23, minute=30)

    answer(proposal, lead, now=just_before_midnight_utc)

    assert Reversal.unscoped.get().reversed_on == TODAY + timedelta(days=1)


def test_whoever_proposed_or_decided_does_not_answer(office, lead):
    second_lead = build_staff(office.world.municipality, role=StaffRole.Role.LEAD)
    case = office.decided(witness(7))
    proposal = propose(case, lead)

    assert refusal(answer, proposal, lead) == "own_proposal"
    assert refusal(answer, proposal, office.clerk) == "own_decision"
    assert refusal(answer, proposal, lead, approve=False) == "own_proposal"
    assert answer(proposal, second_lead).is_approved


def test_nor_does_a_second_account_of_whoever_did(office, colleague, lead):
    second_lead = build_staff(office.world.municipality, role=StaffRole.Role.LEAD)
    case = office.decided(witness(7))
    proposal = propose(case, colleague)

    build_link(colleague.person_id, lead.person_id)
    assert refusal(answer, proposal, lead) == "own_proposal"
    build_link(office.clerk.person_id, second_lead.person_id)
    assert refusal(answer, proposal, second_lead) == "own_decision"
    assert not Reversal.unscoped.exists()


@pytest.mark.parametrize("role", ["witness_id", "applicant_id"])
def test_nobody_reverses_what_is_about_themselves_whatever_number_they_showed(
    office, colleague, lead, role
):
    case = office.decided(witness(7))
    somebody = getattr(Witnessing.unscoped.get(), role)

    build_link(colleague.person_id, somebody)
    assert refusal(propose, case, colleague) == "about_yourself"
    proposal = propose(case, office.clerk)
    build_link(lead.person_id, somebody)
    assert refusal(answer, proposal, lead) == "about_yourself"
    assert refusal(answer, proposal, lead, approve=False) == "about_yourself"


def test_staff_whose_own_number_is_unknown_neither_propose_nor_answer(office, colleague):
    stranger = build_staff(office.world.municipality, role=StaffRole.Role.LEAD, has_number=False)
    case = office.decided(witness(7))
    assert refusal(propose, case, stranger) == "own_number_needed"
    assert refusal(answer, propose(case, colleague), stranger) == "own_number_needed"


def test_a_proposal_is_answered_once_and_a_witnessing_reversed_once(office, colleague, lead):
    second_lead = build_staff(office.world.municipality, role=StaffRole.Role.LEAD)
    case = office.decided(witness(7))
    proposal = propose(case, colleague)
    assert refusal(propose, case, office.clerk) == "reversal_waits"

    answer(proposal, lead)

    assert refusal(answer, proposal, second_lead) == "already_answered"
    assert refusal(answer, proposal, lead, approve=False) == "already_answered"
    assert refusal(propose, case, colleague) == "already_reversed"


def test_only_a_witnessing_can_be_reversed_and_only_for_a_listed_reason(office, colleague):
    by_questions = decide_proofing(
        proofing=office.with_questions(outcome=Questions.PASSED), staff=office.clerk, now=NOW
    )
    assert refusal(propose, by_questions, colleague) == "nothing_to_reverse"
    assert refusal(propose, office.with_witness(witness(7)), colleague) == "nothing_to_reverse"
    case = office.decided(witness(2), applicant=3)
    assert refusal(propose, case, colleague, reason="statement_was_false") == "unknown_reason"


def test_the_third_reversal_in_a_window_is_refused_and_says_the_limit(office, colleague, lead):
    seen = witness(1)
    cases = [office.decided(seen, applicant=100 + number) for number in range(3)]
    for case in cases[:2]:
        reverse(case, colleague, lead)
    third = propose(cases[2], colleague)

    with pytest.raises(Refused, match="too_many_reversals") as refused:
        answer(third, lead, now=NOW + timedelta(days=120))
    assert refused.value.params == {"limit": 2, "days": 120}
    assert "2" in refused.value.sentence
    assert ReversalProposal.unscoped.get(pk=third.pk).answered_at is None

    assert answer(third, lead, now=NOW + timedelta(days=121)).is_approved


def test_the_guard_s_refusal_comes_out_as_the_rule_s(office, colleague, lead, monkeypatch):
    cases = [office.decided(witness(1), applicant=100 + number) for number in range(3)]
    for case in cases[:2]:
        reverse(case, colleague, lead)
    third = propose(cases[2], colleague)

    monkeypatch.setattr("witnesses.services.reversals.days_of_reversals", lambda _root: [])

    assert refusal(answer, third, lead) == "too_many_reversals"
    assert Reversal.unscoped.count() == 2


def test_reversals_of_all_numbers_of_a_witness_count_together(office, colleague, lead):
    cases = [
        office.decided(witness(serial), applicant=100 + number)
        for number, serial in enumerate((1, 1, 2))
    ]
    build_link(*{row.witness_id for row in Witnessing.unscoped.all()})
    for case in cases[:2]:
        reverse(case, colleague, lead)
    assert refusal(answer, propose(cases[2], colleague), lead) == "too_many_reversals"


def test_of_two_who_approve_at_once_one_does(fresh_database):
    """And of eight reversals of one witness approved at once, two get through."""
    leads, proposals = [], []
    with fresh_database.opened():
        office = build_office(desks=8)
        place = office.world.municipality
        proposer = build_staff(place)
        leads = [build_staff(place, role=StaffRole.Role.LEAD) for _ in range(2)]
        for window in range(3):
            for number in range(3):
                case = office.decided(witness(window + 1), applicant=100 * window + 50 + number)
                proposals.append(propose(case, proposer))

    def approve_all_of_one_witness(window: int) -> list[str]:
        mine = [(proposal, lead) for proposal in proposals[3 * window :][:3] for lead in leads]
        barrier = Barrier(len(mine))

        def one(pair) -> str:
            try:
                barrier.wait(30)
                answer(*pair)
            except Refused as refused:
                return refused.code
            finally:
                connections.close_all()
            return "approved"

        with ThreadPoolExecutor(len(mine)) as pool:
            return list(pool.map(one, mine))

    for window in range(3):
        with fresh_database.opened():
            outcomes = approve_all_of_one_witness(window)
        assert outcomes.count("approved") == 2, outcomes
        assert set(outcomes) == {"approved", "already_answered", "too_many_reversals"}
    with fresh_database.opened():
        assert Reversal.unscoped.count() == 6
        assert ReversalProposal.unscoped.filter(answered_at=None).count() == 3
        assert AuditEntry.unscoped.filter(event="reversal.approved").count() == 6


def test_a_proposal_belongs_to_its_municipality(office, colleague):
    elsewhere = build_world(code="0751", name="Aarhus")
    propose(office.decided(witness(7)), colleague)
    assert not ReversalProposal.objects.for_municipality(elsewhere.municipality).exists()
    assert IdentityProofing.unscoped.get().outcome == "confirmed"
