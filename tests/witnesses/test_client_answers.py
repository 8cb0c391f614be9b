"""What the national client answered after a decision: kept, the newest counts, nothing changes."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.urls import reverse

from borgerservice.audit.models import AuditEntry
from borgerservice.audit.selectors import history_of
from tests.appointments.desk import signed_in, words
from tests.builders import NOW, build_staff
from tests.witnesses.cases import Questions, build_office, witness
from witnesses.exceptions import Refused
from witnesses.models import ClientAnswer, IdentityProofing, Witnessing
from witnesses.selectors.cases import client_answers
from witnesses.services import (
    abandon_proofing,
    decide_proofing,
    record_client_answer,
    record_questions,
)
from witnesses.wording import REFUSALS

pytestmark = pytest.mark.django_db
Answer = ClientAnswer.Answer
REFUSED = words(REFUSALS["changed_meanwhile"])


@pytest.fixture
def client(office, clock):
    return signed_in(office.clerk)


def page_of(case, name="proofing"):
    return reverse(f"admin:{name}", kwargs={"code": "0657", "reference": case.reference})


def stored(case):
    return IdentityProofing.unscoped.filter(pk=case.pk).values().get()


@pytest.mark.parametrize("answer", list(Answer))
def test_an_answer_is_added_and_nothing_decided_changes(office, answer):
    case = office.decided(witness(2))
    before, ledger = stored(case), list(Witnessing.unscoped.values())

    record_client_answer(proofing=case, answer=answer, staff=office.clerk, now=office.now)

    assert [one.answer for one in client_answers(case)] == [answer]
    assert stored(case) == before
    assert list(Witnessing.unscoped.values()) == ledger
    entry = list(
        history_of(municipality=office.world.municipality, subject=f"proofing:{case.reference}")
    )[-1]
    assert (entry.event, entry.facts) == ("proofing.client_answered", {"answer": str(answer)})
    assert entry.actor == f"staff:{office.clerk.pk}"


def test_the_newest_answer_counts_and_those_before_it_stay(office):
    case = office.decided(witness(2))
    colleague = build_staff(office.world.municipality)
    acts = {"proofing": case}
    record_client_answer(answer=Answer.NOT_FINISHED, staff=office.clerk, now=NOW, **acts)
    later = NOW + timedelta(days=2)
    record_client_answer(answer=Answer.ISSUED, staff=colleague, now=later, **acts)

    assert [(one.answer, one.recorded_by) for one in client_answers(case)] == [
        ("issued", colleague),
        ("not_finished", office.clerk),
    ]
    for change in (
        "UPDATE witnesses_clientanswer SET answer = 'refused'",
        "DELETE FROM witnesses_clientanswer",
    ):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(change)


def answered(case, *, in_order):
    subject = f"proofing:{case.reference}"
    noted = [
        entry.facts["answer"]
        for entry in history_of(municipality=case.municipality, subject=subject)
        if entry.event == "proofing.client_answered"
    ]
    assert [one.answer for one in client_answers(case)][::-1] == noted == in_order
    return True


def test_the_same_answer_again_is_the_same_as_once(office):
    case = office.decided(witness(2))
    acts = {"proofing": case, "now": office.now}
    first = record_client_answer(answer=Answer.ISSUED, staff=office.clerk, **acts)

    for clerk in (office.clerk, build_staff(office.world.municipality)):
        assert record_client_answer(answer=Answer.ISSUED, staff=clerk, **acts) == first

    assert answered(case, in_order=["issued"])


def test_an_answer_put_right_and_right_again_is_kept_each_time(office):
    case = office.decided(witness(2))
    for answer in (Answer.ISSUED, Answer.REFUSED, Answer.ISSUED):
        record_client_answer(proofing=case, answer=answer, staff=office.clerk, now=office.now)

    assert answered(case, in_order=["issued", "refused", "issued"])


def test_a_witnessing_that_came_to_nothing_still_counts(office):
    for applicant in (1, 3, 4):
        case = office.decided(witness(2), applicant=applicant)
        record_client_answer(
            proofing=case, answer=Answer.NOT_FINISHED, staff=office.clerk, now=office.now
        )

    assert "witness.quota" in office.decided(witness(2), applicant=5).failed


def test_only_a_confirmed_case_is_answered(office):
    refused = office.decided(witness(2, brought_mitid=False))
    left = office.with_documents(4)
    abandon_proofing(proofing=left, staff=office.clerk, now=office.now)

    for case in (refused, left, office.with_witness(witness(3), applicant=5)):
        with pytest.raises(Refused) as told:
            record_client_answer(
                proofing=case, answer=Answer.ISSUED, staff=office.clerk, now=office.now
            )
        assert told.value.code == "not_confirmed"
    assert not ClientAnswer.unscoped.exists()


def test_nobody_answers_for_their_own_case(office):
    case = office.decided(witness(2), applicant=6)
    mine = build_staff(office.world.municipality)
    mine.person = case.applicant
    mine.save()

    with pytest.raises(Refused) as told:
        record_client_answer(proofing=case, answer=Answer.ISSUED, staff=mine, now=office.now)
    assert told.value.code == "own_case"


# --- at the desk ---------------------------------------------------------------------------------


def test_the_desk_asks_on_a_confirmed_case_and_shows_every_answer(client, office):
    case = office.decided(witness(2))
    answering = page_of(case, "proofing_client_answer")
    assert answering in client.get(page_of(case)).content.decode()

    answer = client.post(answering, {"answer": "guessed"})
    assert answer.status_code == 200
    assert 'id="id_answer_error"' in answer.content.decode()
    answer = client.post(answering, {"answer": "not_finished"}, follow=True)
    assert answer.redirect_chain == [(page_of(case), 302)]
    assert '<p class="notice">' in answer.content.decode()
    for _click in range(2):
        answer = client.post(answering, {"answer": "issued"}, follow=True)

    assert [one.answer for one in answer.context["shown"].client_answers] == [
        "issued",
        "not_finished",
    ]
    assert '<p class="notice">' not in answer.content.decode()


def test_a_page_of_before_does_not_say_again_what_was_put_right_since(client, office):
    case = office.decided(witness(2))
    answering = page_of(case, "proofing_client_answer")
    sent = {"answer": "refused"}
    sent["csrfmiddlewaretoken"] = str(client.get(page_of(case)).context["csrf_token"])
    for _press in range(2):
        assert REFUSED not in client.post(answering, sent, follow=True).content.decode()
    client.post(answering, {"answer": "issued"})
    assert REFUSED in client.post(answering, sent, follow=True).content.decode()
    assert answered(case, in_order=["refused", "issued"])


@pytest.mark.parametrize(
    "name", ["proofing_decide", "proofing_client_answer", "proofing_reversal", "proofing_abandon"]
)
def test_an_act_s_address_opened_leads_to_the_case_and_writes_nothing(client, office, name):
    case = office.decided(witness(2))
    before = AuditEntry.unscoped.count()
    for method in (client.get, client.head):
        answer = method(page_of(case, name))
        assert (answer.status_code, answer.headers["Location"]) == (302, page_of(case))
    assert client.put(page_of(case, name)).status_code == 405
    assert AuditEntry.unscoped.count() == before
    again = client.get(page_of(case, name), follow=True)
    assert again.context["shown"].case == case


def test_without_a_witness_nothing_is_said_of_reversal(client, office):
    case = office.with_questions(outcome=Questions.PASSED)
    decide_proofing(proofing=case, staff=office.clerk, now=office.now)

    answer = client.post(
        page_of(case, "proofing_client_answer"), {"answer": "refused"}, follow=True
    )

    assert '<p class="notice">' not in answer.content.decode()


def test_a_refused_or_open_case_is_not_asked_about(client, office):
    refused = office.decided(witness(2, brought_mitid=False))
    waiting = office.with_questions(5)
    record_questions(proofing=waiting, outcome=Questions.PASSED, staff=office.clerk, now=office.now)

    for case in (refused, waiting):
        answering = page_of(case, "proofing_client_answer")
        assert answering not in client.get(page_of(case)).content.decode()
        for sent in ({}, {"answer": "issued"}):
            assert client.post(answering, sent).headers["Location"] == page_of(case)
    assert not ClientAnswer.unscoped.exists()


def test_another_municipality_s_case_is_not_answered(client):
    elsewhere = build_office("0101", "København")
    case = elsewhere.decided(witness(2))

    assert (
        client.post(page_of(case, "proofing_client_answer"), {"answer": "issued"}).status_code
        == 404
    )
    there = page_of(case, "proofing_client_answer").replace("0657", "0101")
    assert client.post(there, {"answer": "issued"}).status_code == 404
