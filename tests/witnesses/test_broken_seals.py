"""A broken seal in a case: its page tells the rest, and each step says what to do instead."""

import pytest
from django.urls import reverse

from borgerservice.people.models import Person
from tests.appointments.desk import signed_in, words
from tests.broken import break_key, break_seal
from tests.witnesses.case_pages import address, applicant_form, text_of, witness_form
from tests.witnesses.cases import Office, witness
from witnesses.models import IdentityProofing

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
NOTICE = words(
    "Something of this case cannot be read. Those who run the system have been told. Everything"
    " else is here."
)
UNREADABLE = words("Cannot be read")


def with_witness(office: Office) -> IdentityProofing:
    """A case ready to be decided, as it stands now."""
    return IdentityProofing.unscoped.get(pk=office.with_witness(witness(7)).pk)


@pytest.mark.parametrize("field", ["name_sealed", "birth_date_sealed"])
@pytest.mark.parametrize("whose", ["applicant", "witness"])
def test_the_page_of_an_open_case_tells_the_rest(office, whose, field):
    case = office.with_witness(witness(7))
    break_seal(case if whose == "applicant" else case.statements.get(), field)
    page = text_of(signed_in(office.clerk).get(address(case)))
    assert NOTICE in page
    assert page.count(UNREADABLE) == 1
    assert case.reference in page


def test_nothing_is_decided_without_a_date_of_birth_and_recording_again_mends_it(office):
    case, clerk = with_witness(office), signed_in(office.clerk)
    break_seal(case, "birth_date_sealed")
    refused = clerk.post(address(case, "decide"), {"seen": case.revision}, follow=True)
    assert words(
        "A date of birth that was recorded cannot be read any more. Record the documents again, and"
        " the witness."
    ) in text_of(refused)
    case.refresh_from_db()
    assert case.state != IdentityProofing.State.DECIDED
    kept = applicant_form(number_kind="keep", number=None, birth_date="1-1-1990")
    answer = text_of(clerk.post(address(case, "documents"), kept))
    assert words("What the number told cannot be read any more. Write the number again.") in answer
    recorded = clerk.post(address(case, "documents"), applicant_form(), follow=True)
    assert words("Recorded.") in text_of(recorded)
    assert NOTICE not in text_of(clerk.get(address(case)))


@pytest.mark.parametrize("field", ["number_sealed", "birth_date_sealed"])
def test_a_witness_whose_number_cannot_be_read_is_recorded_anew(office, field):
    case, clerk = office.with_witness(witness(7)), signed_in(office.clerk)
    break_seal(case.statements.get(), field)
    kept = witness_form(number_kind="keep", number=None)
    answer = text_of(clerk.post(address(case, "witness"), kept))
    assert words("What the number told cannot be read any more. Write the number again.") in answer
    recorded = clerk.post(address(case, "witness"), witness_form(), follow=True)
    assert words("Recorded.") in text_of(recorded)


def test_a_case_whose_key_does_not_open_is_shown_takes_nothing_and_can_be_left(office):
    case, clerk = with_witness(office), signed_in(office.clerk)
    break_key(case.data_key)
    assert NOTICE in text_of(clerk.get(address(case)))
    persons = Person.objects.count()
    refusal = words(
        "What is sealed in this case cannot be read any more, and nothing can be added. Close it"
        " without a decision, and start a new one."
    )
    for step, sent in (
        ("documents", applicant_form()),
        ("witness", witness_form()),
        ("decide", {"seen": case.revision}),
    ):
        assert refusal in text_of(clerk.post(address(case, step), sent, follow=True)), step
    assert Person.objects.count() == persons
    left = clerk.post(address(case, "abandon"), {"seen": case.revision}, follow=True)
    assert left.status_code == 200
    case.refresh_from_db()
    assert case.state == IdentityProofing.State.ABANDONED


def test_a_decided_case_and_its_letter_tell_what_was_found_without_the_facts(office):
    case, clerk = office.decided(witness(7)), signed_in(office.clerk)
    break_key(case.data_key)
    page = text_of(clerk.get(address(case)))
    assert words("The facts of the decision cannot be read. What was found is still here.") in page
    assert words("What is met") in page
    told = {"code": "0657", "reference": case.reference, "language": "da"}
    letter = clerk.get(reverse("admin:proofing_letter", kwargs=told))
    assert (letter.status_code, case.reference in letter.content.decode()) == (200, True)


def test_a_case_is_opened_for_somebody_whose_name_cannot_be_read(office):
    comer = office.participant()
    visit, clerk = comer.appointment, signed_in(office.clerk)
    break_key(visit.contact.data_key)
    whose = {"code": "0657", "reference": visit.reference, "position": 0}
    opened = clerk.post(reverse("admin:proofing_open", kwargs=whose), follow=True)
    assert opened.status_code == 200
    assert IdentityProofing.unscoped.get(participant=comer).name_sealed is None
