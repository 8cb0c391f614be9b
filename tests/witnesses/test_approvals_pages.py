"""The pages of what takes two: proposing at the desk, answering in the list of approvals."""

import re

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from borgerservice.audit.models import AuditEntry
from borgerservice.municipalities.models import StaffRole
from borgerservice.people.models import PersonLink
from tests.appointments.desk import pressed_twice, signed_in
from tests.builders import NOW, build_staff
from tests.links import build_link
from tests.witnesses.case_pages import address, text_of
from tests.witnesses.cases import build_office, number, witness
from witnesses.models import LinkProposal, Reversal, ReversalProposal, Witnessing
from witnesses.services import answer_reversal, propose_link, propose_reversal
from witnesses.wording import REFUSALS

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
Role = StaffRole.Role
APPROVALS = "/admin/0657/approvals/"
LINK = "/admin/0657/links/new/"


@pytest.fixture
def lead(office):
    return build_staff(office.world.municipality, role=Role.LEAD)


@pytest.fixture
def reviewer(office):
    return build_staff(office.world.municipality, role=Role.FRAUD_REVIEWER)


def propose(office, case, *, staff=None, reason="not_issued"):
    staff = staff or build_staff(office.world.municipality)
    return propose_reversal(proofing=case, reason=reason, staff=staff, now=NOW)


def proposed_link(office, *, staff=None):
    return propose_link(
        municipality=office.world.municipality,
        number=number(1),
        other_number=number(2),
        reason="register",
        staff=staff or office.clerk,
        now=NOW,
    )


def answer_of(proposal, kind) -> str:
    return reverse(f"admin:{kind}_answer", kwargs={"code": "0657", "number": proposal.pk})


def link_form(**changed) -> dict[str, str]:
    return {
        "number": number(1).digits,
        "other_number": number(2).digits,
        "reason": "new_number",
        **changed,
    }


def test_a_clerk_proposes_on_the_case_a_lead_approves_and_the_case_tells(office, lead):
    case = office.decided(witness(7))
    clerk, page = signed_in(office.clerk), address(case)
    assert danish("Reverse this witnessing") in read(clerk, page)

    proposed = clerk.post(address(case, "reversal"), {"reversal-reason": "denied"}, follow=True)
    assert danish("The witness says that they were not there") in read(clerk, page)
    assert "reversal-reason" not in proposed.content.decode(), "no second proposal is offered"

    boss = signed_in(lead)
    listed = read(boss, APPROVALS)
    assert case.reference in listed
    assert danish("The witness says that they were not there") in listed
    assert office.clerk.username in listed
    answered = boss.post(
        answer_of(ReversalProposal.unscoped.get(), "reversal"), {"answer": "approve"}
    )

    assert answered["Location"] == APPROVALS
    assert Reversal.unscoped.get().witnessing.proofing == case
    assert case.reference not in read(boss, APPROVALS)
    told = read(clerk, page)
    assert danish("Reverse this witnessing") not in told
    assert danish("Identity confirmed") in told
    assert danish("The witness says that they were not there") in told


def test_a_declined_reversal_is_told_on_the_case_and_may_be_proposed_again(office, lead):
    case = office.decided(witness(7))
    proposal = propose(office, case)
    signed_in(lead).post(answer_of(proposal, "reversal"), {"answer": "decline"})

    page = read(signed_in(office.clerk), address(case))
    assert lead.username in page
    assert danish("Propose to reverse it") in page
    assert not Reversal.unscoped.exists()


def test_without_a_reason_the_mistake_is_told_at_the_field(office):
    case = office.decided(witness(7))
    answer = signed_in(office.clerk).post(address(case, "reversal"), {})
    assert answer.status_code == 200
    assert 'id="id_reversal-reason_error"' in answer.content.decode()
    assert "<details open>" in answer.content.decode()
    assert not ReversalProposal.unscoped.exists()


def test_a_case_without_a_witnessing_offers_no_reversal(office):
    case = office.with_witness(witness(7))
    clerk = signed_in(office.clerk)
    assert "reversal-reason" not in clerk.get(address(case)).content.decode()
    assert clerk.post(address(case, "reversal"), {})["Location"] == address(case)
    answer = clerk.post(address(case, "reversal"), {"reversal-reason": "denied"}, follow=True)
    assert str(REFUSALS["nothing_to_reverse"]) in text_of(answer)


def test_an_answer_sent_twice_or_too_late_is_refused_kindly(office, lead):
    proposal = propose(office, office.decided(witness(7)))
    boss = signed_in(lead)
    for _time in range(2):
        answer = boss.post(answer_of(proposal, "reversal"), {"answer": "approve"}, follow=True)
    assert str(REFUSALS["already_answered"]) in text_of(answer)
    assert Reversal.unscoped.count() == 1
    assert boss.post(answer_of(proposal, "reversal"), {"answer": "maybe"})["Location"] == APPROVALS
    assert boss.get(answer_of(proposal, "reversal"))["Location"] == APPROVALS


def test_who_answers_by_two_presses_sees_the_answer_and_no_fault(office, lead):
    proposal = propose(office, office.decided(witness(7)))
    answer = answer_of(proposal, "reversal")
    page = pressed_twice(signed_in(lead), APPROVALS, answer, answer="approve")
    assert danish("Approved.") in page
    assert danish(REFUSALS["already_answered"]) not in page
    assert Reversal.unscoped.count() == 1


def test_the_third_reversal_is_refused_with_its_limit(office, lead):
    boss = signed_in(lead)
    for applicant in (101, 102, 103):
        proposal = propose(office, office.decided(witness(7), applicant=applicant))
        answer = boss.post(answer_of(proposal, "reversal"), {"answer": "approve"}, follow=True)
    told = str(REFUSALS["too_many_reversals"]).format(limit=2, days=120)
    assert told in text_of(answer)
    assert Reversal.unscoped.count() == 2


def test_own_proposals_have_no_buttons_and_reversals_none_for_a_reviewer(office, lead, reviewer):
    propose(office, office.decided(witness(7)), staff=lead)
    proposed_link(office, staff=reviewer)
    for staff, reversal_button, link_button in (
        (lead, False, True),
        (reviewer, False, False),
        (build_staff(office.world.municipality, role=Role.LEAD), True, True),
    ):
        page = signed_in(staff).get(APPROVALS).content.decode()
        assert ("/approvals/reversals/" in page) is reversal_button
        assert ("/approvals/links/" in page) is link_button


def test_approvals_are_for_leads_and_reviewers_of_the_municipality(office, lead, reviewer):
    reversal, link = propose(office, office.decided(witness(7))), proposed_link(office)
    addresses = (APPROVALS, answer_of(reversal, "reversal"), answer_of(link, "link"))
    elsewhere = build_office("0751", "Aarhus")
    stranger = build_staff(elsewhere.world.municipality, role=Role.LEAD)

    for staff in (office.clerk, stranger, elsewhere.clerk):
        assert signed_in(staff).get(APPROVALS).status_code == 404
        for place in addresses[1:]:
            assert signed_in(staff).post(place, {"answer": "approve"}).status_code == 404
    for proposal, kind in ((reversal, "reversal"), (link, "link")):
        theirs = answer_of(proposal, kind).replace("0657", "0751")
        assert signed_in(stranger).post(theirs, {"answer": "approve"}).status_code == 404
    assert signed_in(reviewer).post(addresses[1], {"answer": "approve"}).status_code == 404
    assert signed_in(reviewer).get(APPROVALS).status_code == 200
    assert signed_in(lead).get(APPROVALS).status_code == 200
    assert not Reversal.unscoped.exists()
    assert LinkProposal.unscoped.get().answered_at is None


def test_a_clerk_proposes_a_link_and_a_reviewer_approves_it(office, reviewer):
    sent = signed_in(office.clerk).post(LINK, link_form(), follow=True)
    assert sent.redirect_chain == [(LINK, 302)]

    approver = signed_in(reviewer)
    assert danish("Has been given a new CPR number") in read(approver, APPROVALS)
    approver.post(answer_of(LinkProposal.unscoped.get(), "link"), {"answer": "approve"})
    assert PersonLink.objects.count() == 1
    assert danish("Has been given a new CPR number") not in read(approver, APPROVALS)


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"number": "1234567890"}, "number"),
        ({"number": ""}, "number"),
        ({"other_number": "123456789"}, "other_number"),
        ({"other_number": "9" * 41}, "other_number"),
        ({"other_number": number(1).digits}, "other_number"),
        ({"reason": ""}, "reason"),
        ({"reason": "a hunch"}, "reason"),
    ],
)
def test_mistakes_in_a_link_are_told_at_the_field_and_no_number_is_shown_back(
    office, changed, field
):
    answer = signed_in(office.clerk).post(LINK, link_form(**changed))
    page = answer.content.decode()
    assert answer.status_code == 200
    assert f'id="id_{field}_error"' in page
    form = page[page.index("<main") : page.index("</main>")]
    assert not re.search(r"\d{8,}", re.sub(r'name="csrf[^>]*>', "", form).replace("id_", ""))
    assert not LinkProposal.unscoped.exists()


def test_a_p_code_may_be_either_of_the_two_numbers(office):
    signed_in(office.clerk).post(LINK, link_form(number="1234 5678"))
    kinds = {alias.kind for alias in LinkProposal.unscoped.get().person.aliases.all()}
    assert kinds == {"p_code"}


def test_proposing_the_same_twice_is_refused_above_the_form(office):
    clerk = signed_in(office.clerk)
    clerk.post(LINK, link_form())
    again = clerk.post(LINK, link_form())
    assert str(REFUSALS["link_waits"]) in text_of(again)
    assert LinkProposal.unscoped.count() == 1


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ("approve", "You have proposed this before, and a colleague has approved it."),
        ("decline", "You have proposed this before, and a colleague has declined it."),
    ],
)
def test_who_sends_a_proposal_again_is_told_what_a_colleague_answered(office, lead, answer, said):
    case, clerk, boss = office.decided(witness(7)), signed_in(office.clerk), signed_in(lead)
    pages = [
        (LINK, LINK, link_form(), "link", LinkProposal),
        (
            *(address(case), address(case, "reversal"), {"reversal-reason": "denied"}),
            *("reversal", ReversalProposal),
        ),
    ]
    for page, sent_to, typed, kind, rows in pages:
        sent = {**typed, "csrfmiddlewaretoken": str(clerk.get(page).context["csrf_token"])}
        for _press in range(2):
            proposed = clerk.post(sent_to, sent, follow=True)
            assert danish("You have proposed this before") not in text_of(proposed)
        boss.post(answer_of(rows.unscoped.get(), kind), {"answer": answer})
        for _press in range(2):
            told = text_of(clerk.post(sent_to, sent, follow=True))
            assert danish(said) in told
            assert danish("Proposed. It holds once a colleague has approved it.") not in told
        assert rows.unscoped.count() == 1, "nothing is proposed anew by the page of before"


def test_a_case_shows_no_trace_of_what_else_its_witness_did(office, lead):
    """The pages of two cases are the same, whatever lies behind one of the two witnesses."""
    busy, fresh = 7, 8
    elsewhere = build_office("0751", "Aarhus")
    boss = build_staff(elsewhere.world.municipality, role=Role.LEAD)
    for applicant in (301, 302):
        case = elsewhere.decided(witness(busy), applicant=applicant)
        proposal = propose(elsewhere, case)
    answer_reversal(proposal=proposal, approve=True, staff=boss, now=NOW)
    alias = elsewhere.decided(witness(9), applicant=303)
    build_link(
        *Witnessing.unscoped.filter(proofing__in=(case, alias)).values_list("witness", flat=True)
    )

    pages = []
    for serial in (busy, fresh):
        case = office.decided(witness(serial), applicant=100 + serial)
        propose(office, case, staff=office.clerk)
        for staff in (office.clerk, lead):
            page = read(signed_in(staff), address(case))
            page = page.replace(case.reference, "CASE").replace(
                case.participant.appointment.reference, "VISIT"
            )
            pages.append(page)
        listed = read(signed_in(lead), APPROVALS)
        assert "Aarhus" not in listed
        signed_in(lead).post(
            answer_of(ReversalProposal.unscoped.latest("id"), "reversal"), {"answer": "decline"}
        )
        pages.append(listed.replace(case.reference, "CASE"))
    assert pages[:3] == pages[3:]


def test_every_act_stands_in_the_audit_trail_with_its_actor(office, lead):
    case = office.decided(witness(7))
    clerk, boss = signed_in(office.clerk), signed_in(lead)
    clerk.post(address(case, "reversal"), {"reversal-reason": "denied"})
    boss.post(answer_of(ReversalProposal.unscoped.get(), "reversal"), {"answer": "approve"})
    clerk.post(LINK, link_form())
    boss.post(answer_of(LinkProposal.unscoped.get(), "link"), {"answer": "decline"})

    kept = AuditEntry.unscoped.filter(event__regex=r"^(reversal|link)\.").order_by("id")
    assert [(entry.event, entry.actor) for entry in kept] == [
        ("reversal.proposed", f"staff:{office.clerk.pk}"),
        ("reversal.approved", f"staff:{lead.pk}"),
        ("link.proposed", f"staff:{office.clerk.pk}"),
        ("link.declined", f"staff:{lead.pk}"),
    ]
    assert {entry.municipality_id for entry in kept} == {office.world.municipality.pk}


def read(client: Client, place: str) -> str:
    return text_of(client.get(place))


def danish(text: str) -> str:
    with translation.override("da"):
        return translation.gettext(text)
