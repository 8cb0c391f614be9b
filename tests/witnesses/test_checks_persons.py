"""A witness who is the citizen, and one whom several citizens ask: before the visit and at the desk."""

from datetime import timedelta

import pytest
from django.test import Client

from appointments.models import Participant
from borgerservice.vault.links import derive_link, link_hash
from tests.builders import NOW, TODAY, build_visit
from tests.witnesses.asked import BENTE, CITIZEN, asked_address, signs_in, told
from tests.witnesses.case_pages import address, values_of, witness_form
from tests.witnesses.cases import witness
from tests.witnesses.phones import words
from witnesses.models import WitnessCheck, Witnessing
from witnesses.selectors.checks import Standing, comers_of
from witnesses.services.checks import ask_witness, link_of
from witnesses.services.checks_again import look_at_witnesses_again

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.usefixtures("monday_with_mitid"),
    pytest.mark.filterwarnings("ignore:get_jwt_config:DeprecationWarning"),  # the demo's own
]
VISIT_DAY = TODAY + timedelta(days=1)


def citizens(office, count):
    """So many visits of one day, each another citizen's: the page where they ask a witness."""
    visits = [build_visit(office.world, day=VISIT_DAY, minute=540 + 30 * n) for n in range(count)]
    return [f"/witness/for/{derive_link('visit', visit.link_salt)}/" for visit in visits]


def standing(citizen):
    (comer,) = comers_of(link_hash(citizen.split("/")[-2]), now=NOW)
    return comer.standing


def test_who_is_the_citizen_is_told_that_they_cannot_be_their_own_witness(office):
    case = office.with_questions(1)
    check = ask_witness(participant=case.participant, now=NOW)
    answer = words(signs_in(f"/witness/check/{link_of(check)}/", CITIZEN))
    assert "Du kan ikke være vidne ved dette besøg" in answer
    check.refresh_from_db()
    assert (check.verdict, check.failed, check.from_day) == (
        "may_not",
        ["witness.independent"],
        None,
    )
    assert "witness_not_fine" in told()


def test_who_is_another_citizen_may_be_this_ones_witness(office):
    office.with_questions(1)
    other = office.with_questions(5)
    check = ask_witness(participant=other.participant, now=NOW)
    signs_in(f"/witness/check/{link_of(check)}/", CITIZEN)
    check.refresh_from_db()
    assert (check.verdict, check.failed) == ("may", [])


def test_at_the_desk_nobody_is_their_own_witness(office):
    case, desk = office.with_questions(1), Client()
    desk.force_login(office.clerk)
    desk.post(address(case, "witness"), witness_form(serial=1))
    signed = {**values_of(desk.get(address(case))), "language": "da"}
    desk.post(address(case, "declaration_signed"), signed)
    desk.post(address(case, "decide"))
    case.refresh_from_db()
    assert (case.outcome, case.failed) == (
        "not_confirmed",
        ["applicant.proof", "witness.independent"],
    )
    assert "sit eget vidne" in words(desk.get(address(case)))
    assert not Witnessing.unscoped.exists()


def test_whom_several_citizens_ask_is_fine_for_each_until_they_have_been_it_too_often(office):
    pages = citizens(office, 4)
    for page in pages:
        signs_in(asked_address(Client(), page), BENTE)
    assert [standing(page) for page in pages] == [Standing.FINE] * 4
    assert len({check.person for check in WitnessCheck.unscoped.all()}) == 1
    for applicant in (11, 12):
        office.decided(witness(2), applicant=applicant)
    assert look_at_witnesses_again(now=NOW) == 0
    office.decided(witness(2), applicant=13)
    assert look_at_witnesses_again(now=NOW) == len(pages)
    assert [standing(page) for page in pages] == [Standing.ASK_ANOTHER] * 4
    for page in pages:
        shown = words(Client().get(page))
        assert "Spørg en anden" in shown
        assert "120" not in shown
    assert Participant.unscoped.filter(witness_flagged_at=NOW).count() == len(pages)


def test_a_witness_of_another_citizen_today_may_act_once_more_and_the_page_tells_of_nobody(office):
    office.decided(witness(2), applicant=11)
    (page,) = citizens(office, 1)
    answer = words(signs_in(asked_address(Client(), page), BENTE))
    assert "Du må gerne være vidne" in answer
    for private in ("Amina", "gange", "11", "tidligere"):
        assert (
            private not in answer.partition("Det skal du have med")[0].partition("Du må gerne")[2]
        )
    assert standing(page) == Standing.FINE
