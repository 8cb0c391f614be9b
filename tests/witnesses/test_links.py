"""Two numbers of one human being: linked by two people, counted together from then on."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connections

from borgerservice.audit.models import AuditEntry
from borgerservice.municipalities.models import StaffRole
from borgerservice.people.models import Person, PersonAlias, PersonLink
from borgerservice.people.services import are_one, roots_of
from tests.builders import NOW, build_staff
from tests.links import build_link
from tests.witnesses.cases import build_office, number, witness
from witnesses.exceptions import Refused
from witnesses.models import LinkProposal, Witnessing
from witnesses.rules.numbers import PCode
from witnesses.services import answer_link, decide_proofing, propose_link
from witnesses.services.steps import marks_for, person_behind

Reason = LinkProposal.Reason


@pytest.fixture
def office(db):
    return build_office()


@pytest.fixture
def lead(office):
    return build_staff(office.world.municipality, role=StaffRole.Role.LEAD)


def propose(office, one, other, *, reason=Reason.NEW_NUMBER, staff=None):
    return propose_link(
        municipality=office.world.municipality,
        number=one,
        other_number=other,
        reason=reason,
        staff=staff or office.clerk,
        now=NOW,
    )


def answer(proposal, staff, *, approve=True):
    return answer_link(proposal=proposal, approve=approve, staff=staff, now=NOW)


def person(of) -> int:
    return person_behind(of, marks_for(of), now=NOW).pk


def refusal(act, *arguments, **options) -> str:
    with pytest.raises(Refused) as refused:
        act(*arguments, **options)
    assert refused.value.sentence
    return refused.value.code


def test_a_second_number_opens_no_second_quota_once_it_is_linked(office, lead):
    for applicant in (101, 102):
        office.decided(witness(1), applicant=applicant)
    office.decided(witness(2), applicant=103)

    proposal = propose(office, number(1), number(2))
    assert not are_one(person(number(1)), person(number(2)))
    answer(proposal, lead)

    assert are_one(person(number(1)), person(number(2)))
    for serial in (1, 2):
        assert "witness.quota" in office.decided(witness(serial), applicant=110 + serial).failed
    assert Witnessing.unscoped.count() == 3


def test_a_declined_link_links_nobody(office, lead):
    answer(propose(office, number(1), number(2)), lead, approve=False)
    assert not PersonLink.objects.exists()
    assert propose(office, number(1), number(2)).pk, "it may be proposed again"


def test_neither_number_is_kept_with_the_proposal_or_in_the_audit_trail(office, lead):
    answer(propose(office, number(1), PCode("12345678")), lead)

    entries = list(AuditEntry.unscoped.filter(event__startswith="link"))
    assert [entry.event for entry in entries] == ["link.proposed", "link.approved"]
    assert [entry.actor for entry in entries] == [f"staff:{office.clerk.pk}", f"staff:{lead.pk}"]
    assert [entry.facts for entry in entries] == [{"reason": "new_number"}] * 2
    kept = [str(vars(row)) for row in [*entries, *LinkProposal.unscoped.all()]]
    kept += [str(vars(row)) for row in [*PersonAlias.objects.all(), *Person.objects.all()]]
    assert not any(one.digits in text for one in (number(1), PCode("12345678")) for text in kept)


def test_one_number_and_those_linked_already_are_refused(office, lead):
    assert refusal(propose, office, number(1), number(1)) == "same_number"
    answer(propose(office, number(1), number(2)), lead)
    answer(propose(office, number(2), number(3)), lead)
    assert refusal(propose, office, number(3), number(1)) == "already_linked"
    assert len(set(roots_of(map(person, (number(1), number(2), number(3)))).values())) == 1


def test_the_same_pair_is_proposed_once_whichever_number_comes_first(office):
    propose(office, number(1), number(2))
    assert refusal(propose, office, number(1), number(2)) == "link_waits"
    assert refusal(propose, office, number(2), number(1)) == "link_waits"
    assert propose(office, number(1), number(3))
    assert refusal(propose, office, number(4), number(5), reason="a hunch") == "unknown_reason"


def test_a_link_is_answered_once_and_by_somebody_else(office, lead):
    proposal = propose(office, number(1), number(2), staff=lead)
    assert refusal(answer, proposal, lead) == "own_proposal"
    answer(proposal, office.clerk)
    assert refusal(answer, proposal, office.clerk, approve=False) == "already_answered"


def test_nor_is_it_answered_under_a_second_account_of_who_proposed_it(office, lead):
    proposal = propose(office, number(1), number(2), staff=lead)
    build_link(lead.person_id, office.clerk.person_id)
    for approve in (True, False):
        assert refusal(answer, proposal, office.clerk, approve=approve) == "own_proposal"


def test_nobody_proposes_or_answers_a_link_of_their_own(office, lead):
    build_link(lead.person_id, person(number(2)))
    assert refusal(propose, office, number(1), number(2), staff=lead) == "about_yourself"
    proposal = propose(office, number(1), number(2))
    assert refusal(answer, proposal, lead) == "about_yourself"


def test_two_who_became_one_meanwhile_are_not_linked_again(office, lead):
    proposal = propose(office, number(1), number(2))
    build_link(person(number(1)), person(number(2)))
    assert refusal(answer, proposal, lead) == "already_linked"
    assert answer(proposal, lead, approve=False).is_approved is False


def test_a_witness_linked_to_the_applicant_is_no_witness(office, lead):
    case = office.with_witness(witness(1), applicant=2)
    answer(propose(office, number(1), number(2)), lead)

    decided = decide_proofing(proofing=case, staff=office.clerk, now=NOW)

    assert "witness.independent" in decided.failed
    assert not Witnessing.unscoped.exists()


@pytest.mark.parametrize(
    "pairs",
    [
        pytest.param(((1, 2), (3, 4), (5, 6), (2, 4), (6, 1)), id="groups with groups"),
        pytest.param(((6, 5), (5, 4), (4, 3), (3, 2), (2, 1)), id="each with one known before"),
        pytest.param(((6, 1), (1, 5), (5, 2), (2, 4), (4, 3)), id="all with the first"),
    ],
)
def test_groups_grow_into_one_from_any_two_numbers(office, lead, pairs):
    for serial in range(1, 7):
        person(number(serial))
    for pair in pairs:
        answer(propose(office, number(pair[0]), number(pair[1])), lead)
    roots = roots_of(person(number(serial)) for serial in range(1, 7))
    assert set(roots.values()) == {person(number(1))}


def test_links_approved_at_once_end_in_one_group(fresh_database):
    """Six numbers, a chain of links between them, all approved at the same moment."""
    with fresh_database.opened():
        office = build_office()
        leads = [build_staff(office.world.municipality, role=StaffRole.Role.LEAD) for _ in range(5)]
        for rounds in range(3):
            first = 10 * rounds
            chain = [
                propose(office, number(first + serial + 1), number(first + serial))
                for serial in range(1, 6)
            ]
            barrier = Barrier(len(chain))

            def approve(pair, barrier=barrier):
                try:
                    barrier.wait(30)
                    answer(*pair)
                finally:
                    connections.close_all()

            with ThreadPoolExecutor(len(chain)) as pool:
                list(pool.map(approve, zip(chain, leads, strict=True)))
            people = [person(number(first + serial)) for serial in range(1, 7)]
            assert set(roots_of(people).values()) == {min(people)}


def test_the_same_pair_proposed_twice_at_once_waits_once(fresh_database):
    with fresh_database.opened():
        office = build_office()
        barrier = Barrier(4)

        def one(_caller) -> str:
            try:
                barrier.wait(30)
                propose(office, number(1), number(2))
            except Refused as refused:
                return refused.code
            finally:
                connections.close_all()
            return "proposed"

        with ThreadPoolExecutor(4) as pool:
            assert sorted(pool.map(one, range(4))) == [*["link_waits"] * 3, "proposed"]
        assert LinkProposal.unscoped.count() == 1
