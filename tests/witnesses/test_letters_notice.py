"""Once a case is decided, whoever booked is told that it was: when, where, whom to call."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from appointments.models import Participant
from appointments.services.visits.attendance import check_in
from borgerservice.notifications import gsm
from borgerservice.notifications.delivery import deliver
from borgerservice.notifications.models import Contact, Message
from borgerservice.notifications.wording import word
from tests.builders import NOW, build_visit
from tests.platform.test_messages_wording import every_centre
from tests.witnesses.cases import Questions, witness
from tests.witnesses.test_letters import refused
from witnesses.exceptions import CaseOver, Refused
from witnesses.services import decide_proofing
from witnesses.services.notices import WORTH_TELLING

pytestmark = pytest.mark.django_db


def told() -> list[Message]:
    return list(Message.unscoped.filter(kind="decided").order_by("channel"))


def change_contact(case, **sealed) -> None:
    Contact.unscoped.filter(appointment=case.participant.appointment_id).update(**sealed)


def test_whoever_booked_is_told_once_of_a_decision(office):
    case = office.decided(witness(2))

    (message,) = told()
    assert (message.channel, message.language) == ("sms", "da")
    assert message.subject == f"proofing:{case.reference}"
    assert message.due_at == NOW
    with pytest.raises(CaseOver):
        decide_proofing(proofing=case, staff=office.clerk, now=NOW)
    assert len(told()) == 1


def test_a_no_is_told_in_the_same_words_as_a_yes(office):
    def words(case) -> set[str]:
        visit = case.participant.appointment
        found = [m for m in told() if m.subject == f"proofing:{case.reference}"]
        return {word(m).text.replace(visit.reference, "") for m in found}

    assert words(office.decided(witness(3))) == words(refused(office)) != set()


@pytest.mark.parametrize("language", ["da", "en"])
@pytest.mark.parametrize("channel", ["sms", "email"])
def test_the_notice_tells_time_place_and_number_and_nothing_of_what_or_whom(
    office, language, channel
):
    case = office.decided(witness(2))
    (message,) = told()
    message.language, message.channel = language, channel

    wording = word(message)

    whole = f"{wording.subject}\n{wording.text}"
    assert "+45 96 28 24 00" in whole
    assert case.participant.appointment.reference in whole
    assert "Borgerservice Herning" in whole
    assert "8.00" in whole or "08.00" in whole or "08:00" in whole
    assert wording.link == ""
    assert "http" not in whole
    for kept in (
        "Amina",
        "Hassan",
        "Bente",
        "MitID",
        "dentit",
        "idne",
        "itness",
        "onfirm",
        case.reference,
    ):
        assert kept not in whole, kept


@pytest.mark.parametrize("language", ["da", "en"])
def test_a_text_message_is_one_message_whatever_the_centre_is_called(office, language):
    office.decided(witness(2))
    (message,) = told()
    message.language = language
    for centre in every_centre():
        message.facts = {**message.facts, **centre}
        wording = word(message)
        assert gsm.length(wording.text) <= gsm.LONGEST
        assert message.facts["reference"] in wording.text
        assert message.facts["phone"].strip() in wording.text


def test_it_is_told_in_the_language_of_the_visit_on_every_channel_there_is(office):
    visit = build_visit(
        office.world, minute=14 * 60, email="amina@example.org", language="en",
        now=NOW - timedelta(days=1),
    )  # fmt: skip
    check_in(appointment=visit, actor="staff:1", now=NOW)
    case = office.with_questions(outcome=Questions.PASSED)
    participant = Participant.unscoped.get(appointment=visit)
    type(case).unscoped.filter(pk=case.pk).update(participant=participant)

    decide_proofing(proofing=case, staff=office.clerk, now=NOW)

    assert [(m.channel, m.language) for m in told()] == [("email", "en"), ("sms", "en")]


def test_nobody_is_told_where_there_is_no_contact(office):
    case = office.with_witness(witness(2))
    change_contact(case, phone_sealed=None, email_sealed=None)

    decide_proofing(proofing=case, staff=office.clerk, now=NOW)

    assert told() == []


def test_it_is_sent_without_delay_and_long_after_not_any_more(office):
    office.decided(witness(2))
    office.decided(witness(3), applicant=4)
    first, second = told()

    deliver(now=NOW + timedelta(seconds=1), ids=[first.pk])
    deliver(now=NOW + WORTH_TELLING, ids=[second.pk])

    first.refresh_from_db()
    second.refresh_from_db()
    assert first.status == Message.Status.SENT
    assert (second.status, second.problem) == (Message.Status.DROPPED, "too_late")


def test_moving_or_cancelling_another_visit_does_not_take_it_back(office):
    """What is taken back goes by the visit; this stands under the case."""
    case = office.decided(witness(2))

    (message,) = told()

    assert message.subject != f"appointment:{case.participant.appointment.reference}"


def statements_to_decide(office, case) -> int:
    with CaptureQueriesContext(connection) as spent:
        decide_proofing(proofing=case, staff=office.clerk, now=NOW)
    return len(spent)


@pytest.mark.only("postgresql")
def test_the_notice_costs_a_decision_no_statement_of_its_own(office):
    silent = office.with_witness(witness(2), applicant=11)
    change_contact(silent, phone_sealed=None, email_sealed=None)
    spent = statements_to_decide(office, silent)
    assert told() == []

    assert statements_to_decide(office, office.with_witness(witness(3), applicant=12)) == spent
    assert len(told()) == 1


def test_a_decision_that_is_not_made_is_not_told(office):
    case = office.with_questions(outcome=Questions.FAILED)

    with pytest.raises(Refused):
        decide_proofing(proofing=case, staff=office.clerk, now=NOW)
    assert told() == []
