"""A lost pseudonym key closes the witness route, with a clear message, and nothing else."""

from dataclasses import dataclass
from datetime import timedelta

import pytest
import time_machine
from django.core.cache import cache
from django.core.management import call_command
from django.test import Client
from django.utils.translation import gettext

from appointments.models import Appointment
from borgerservice.audit.models import AuditEntry
from borgerservice.audit.selectors import history_of
from borgerservice.people.models import Person, PersonAlias
from borgerservice.people.services import person_of
from borgerservice.vault.keys import KeyUnavailable
from borgerservice.vault.models import PseudonymKey
from borgerservice.vault.services import shred
from tests.appointments.api_bookings import wanted
from tests.broken import break_key
from tests.builders import NOW, PASSWORD, build_visit
from tests.keys import KeyFile
from tests.platform.api_calls import System, build_system
from tests.witnesses.case_pages import address, applicant_form, text_of, witness_form
from tests.witnesses.cases import (
    PASSPORT,
    Office,
    Questions,
    Reason,
    build_office,
    number,
    witness,
)
from witnesses.exceptions import Refused
from witnesses.models import IdentityProofing, Witnessing
from witnesses.rules.numbers import PCode
from witnesses.selectors.cases import current_statement
from witnesses.services import (
    KEEP,
    decide_proofing,
    record_documents,
    record_no_witness,
    record_questions,
    record_witness,
)
from witnesses.wording import REFUSALS

pytestmark = pytest.mark.django_db
WITNESS = 9


@pytest.fixture(autouse=True)
def monday_morning():
    cache.clear()
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def office(keys):
    """An office where somebody has witnessed as often as they may."""
    office = build_office()
    for applicant in (101, 102, 103):
        assert office.decided(witness(WITNESS), applicant=applicant).outcome == "confirmed"
    return office


@dataclass
class Loss:
    """The key that is lost, and the way to put it back."""

    keys: KeyFile
    kept: str

    def put_back(self) -> None:
        self.keys.put(self.kept)


@pytest.fixture(params=["replaced", "gone"])
def lost(request, keys, office):
    """The pseudonym key is lost; or a fresh one lies in its place."""
    kept = keys.text
    keys.replace_marks() if request.param == "replaced" else keys.lose()
    return Loss(keys, kept)


def documents(office, case, serial, **differences):
    usual = {"birth_date": None, "wants_cpr_link": True, "documents": (PASSPORT,)}
    return record_documents(
        proofing=case,
        number=KEEP if serial is None else number(serial),
        staff=office.clerk,
        now=office.now,
        **{**usual, **differences},
    )


def bring(office, case, seen):
    return record_witness(
        proofing=case,
        witness=seen,
        reason=Reason.QUESTIONS_NOT_POSSIBLE,
        staff=office.clerk,
        now=office.now,
    )


def decide(office, case):
    return decide_proofing(proofing=case, staff=office.clerk, now=office.now)


def known():
    return PersonAlias.objects.values_list("pseudonym", flat=True).order_by("id")


# --- the witness route -----------------------------------------------------------------------------


@pytest.mark.parametrize("serial", [WITNESS, 777], ids=["known", "unknown"])
def test_every_witness_is_refused_with_the_message_and_nobody_new_is_made(office, lost, serial):
    case = office.with_questions(5)
    people, aliases, listed = (
        Person.objects.count(),
        list(known()),
        list(PseudonymKey.objects.values()),
    )

    with pytest.raises(Refused) as refused:
        bring(office, case, witness(serial))

    assert (refused.value.code, refused.value.field) == ("ledger_unavailable", "number")
    assert refused.value.code == "ledger_unavailable"
    assert (Person.objects.count(), list(known())) == (people, aliases)
    assert list(PseudonymKey.objects.values()) == listed
    assert current_statement(case) is None


def test_no_look_up_answers_for_any_kind_of_number(office, lost):
    people = Person.objects.count()
    for kind in PersonAlias.Kind.values:
        with pytest.raises(KeyUnavailable):
            person_of(kind=kind, normalised="12345678", now=NOW)
    assert Person.objects.count() == people


def test_the_clerk_reads_the_message_at_the_number_and_nothing_typed_is_lost(office, lost):
    client = Client()
    client.force_login(office.clerk)
    case = office.with_questions(5)

    page = client.post(address(case, "witness"), witness_form(WITNESS), HTTP_ACCEPT_LANGUAGE="en")

    assert page.status_code == 200
    assert str(REFUSALS["ledger_unavailable"]) in text_of(page)
    assert "Bente Vidne" in page.content.decode()


def test_with_the_key_back_the_witness_has_as_little_left_as_before(office, lost):
    case = office.with_questions(5)
    with pytest.raises(Refused):
        bring(office, case, witness(WITNESS))
    lost.put_back()

    bring(office, case, witness(WITNESS))
    office.sign(case)
    decided = decide(office, case)

    assert (decided.outcome, "witness.quota" in decided.failed) == ("not_confirmed", True)
    assert Witnessing.unscoped.count() == 3


def test_a_case_whose_witness_was_recorded_before_is_decided(office, keys):
    case = office.with_witness(witness(WITNESS), applicant=5)
    keys.replace_marks()

    assert "witness.quota" in decide(office, case).failed


# --- everything else goes on -------------------------------------------------------------------------


def test_documents_and_questions_go_on_and_confirm_without_recognising_anybody(office, lost):
    case = documents(office, office.case(), 101)

    assert not PersonAlias.objects.filter(person=case.applicant).exists()
    assert (case.number_kind, bool(case.number_sealed)) == ("replacement", True)
    record_questions(proofing=case, outcome=Questions.PASSED, staff=office.clerk, now=office.now)
    assert decide(office, case).outcome == "confirmed"
    noted = history_of(municipality=office.world.municipality, subject=f"proofing:{case.reference}")
    facts = [entry.facts for entry in noted if entry.event == "proofing.documents_recorded"]
    assert [fact.get("is_recognised") for fact in facts] == [False]


def test_documents_go_on_through_the_page(office, lost):
    client = Client()
    client.force_login(office.clerk)
    case = office.case()

    page = client.post(
        address(case, "documents"), applicant_form(), follow=True, HTTP_ACCEPT_LANGUAGE="en"
    )

    case.refresh_from_db()
    assert case.state == "documents"
    assert str(REFUSALS["ledger_unavailable"]) in text_of(page)


def test_correcting_the_number_of_a_stranger_makes_no_second_stranger(office, lost):
    case = documents(office, office.case(), 101)
    people = Person.objects.count()

    again = documents(office, case, 102)

    assert again.applicant == case.applicant
    assert Person.objects.count() == people


def test_an_applicant_known_before_is_not_taken_for_the_owner_of_another_number(office, keys):
    case = office.with_documents(5)
    keys.replace_marks()

    again = documents(office, case, 6)

    assert again.applicant != case.applicant


def test_bookings_check_in_sign_in_letters_decided_cases_and_the_api_go_on(office, lost):
    world = office.world
    visit = build_visit(world, day=office.day + timedelta(days=1))
    assert visit.status == Appointment.Status.BOOKED
    assert office.visit().status == Appointment.Status.CHECKED_IN
    booked = build_system(world.municipality).book(wanted(world, phone="+4520304051"))
    assert booked.status_code == 201, booked.content
    answered = System().post(
        "decisions/",
        {
            "on": "2026-11-23",
            "applicant": {"birth_date": "1990-01-01", "documents": [], "questions": "passed"},
        },
    )
    assert answered.status_code == 200
    client = Client()
    entered = client.post(
        "/accounts/login/", {"login": office.clerk.username, "password": PASSWORD}
    )
    assert entered.status_code == 302
    decided = IdentityProofing.unscoped.order_by("id")[0]
    page = client.get(address(decided))
    assert page.status_code == 200
    assert "Amina Hassan" in page.content.decode()
    assert client.get("/readyz").content == b"ready"
    assert client.get(f"/{world.centre.key}/").status_code == 200


# --- when the key is back ------------------------------------------------------------------------------


def test_the_applicant_is_recognised_from_the_sealed_number_before_the_witness(office, lost):
    case = office.with_questions(101)
    stranger = case.applicant
    lost.put_back()

    bring(office, case, witness(20))

    case.refresh_from_db()
    assert case.applicant != stranger
    assert case.applicant == person_of(kind="replacement", normalised=number(101).digits, now=NOW)


def test_whoever_was_recorded_meanwhile_is_not_their_own_witness(office, lost):
    case = office.with_questions(30)
    lost.put_back()

    bring(office, case, witness(30))
    office.sign(case)
    decided = decide(office, case)

    assert "witness.independent" in decided.failed
    assert decided.outcome == "not_confirmed"


def test_a_clerk_recorded_as_applicant_meanwhile_works_no_further_on_the_case(office, lost):
    case = office.with_questions(31)
    lost.put_back()
    office.clerk.person = person_of(kind="replacement", normalised=number(31).digits, now=NOW)
    office.clerk.save()

    with pytest.raises(Refused) as refused:
        bring(office, case, witness(20))
    assert refused.value.code == "own_case"


def test_a_witness_with_a_case_of_a_stranger_is_refused_until_the_key_is_back(office, keys):
    """A P-code, a number kept, a number typed anew: no way in without recognising both."""
    before = keys.text
    keys.replace_marks()
    case = office.with_questions(40)
    for given in (number(WITNESS), PCode("12345678"), KEEP):
        with pytest.raises(Refused) as refused:
            bring(office, case, witness(0, number=given, birth_date=None))
        assert refused.value.code == "ledger_unavailable"
    keys.put(before)
    assert bring(office, case, witness(20)).person_id


def test_the_applicant_of_a_case_with_a_witness_stays_recognised(office, keys):
    case = office.with_witness(witness(20), applicant=41)
    known_as = case.applicant_id
    keys.replace_marks()

    with pytest.raises(Refused) as refused:
        documents(office, case, 20)
    assert (refused.value.code, refused.value.field) == ("ledger_unavailable", "number")
    kept = documents(office, case, None)
    assert kept.applicant_id == known_as

    record_no_witness(proofing=case, staff=office.clerk, now=office.now)
    assert documents(office, case, 20).applicant_id != known_as


# --- a new version of the key --------------------------------------------------------------------------


def test_a_new_version_opens_no_second_quota(office, keys):
    keys.rotate()

    decided = office.decided(witness(WITNESS), applicant=104)

    assert "witness.quota" in decided.failed
    assert PersonAlias.objects.filter(
        person=current_statement(decided).person, key_version=2
    ).exists()


def marked_under(version):
    return set(PersonAlias.objects.filter(key_version=version).values_list("person_id", flat=True))


def applicants_and_witnesses():
    cases = IdentityProofing.unscoped.exclude(number_kind="")
    return set(cases.values_list("applicant_id", flat=True)) | set(
        cases.filter(statements__isnull=False).values_list("statements__person_id", flat=True)
    )


def test_everybody_whose_number_is_kept_gets_the_new_mark_at_once(office: Office, keys, capsys):
    keys.rotate()
    assert marked_under(2) == set()

    call_command("rekey", batch=2)

    assert marked_under(2) == applicants_and_witnesses()
    assert len(applicants_and_witnesses()) == 4
    assert "4 marks made" in capsys.readouterr().out
    for person in applicants_and_witnesses():
        assert PersonAlias.objects.filter(person=person).count() == 2
    assert person_of(
        kind="replacement", normalised=number(WITNESS).digits, now=NOW
    ).pk in marked_under(2)
    assert "witness.quota" in office.decided(witness(WITNESS), applicant=104).failed


def test_every_batch_of_numbers_that_is_opened_is_written_down(office: Office, keys):
    keys.rotate()
    call_command("rekey", batch=2)
    call_command("rekey")

    entries = AuditEntry.unscoped.filter(event="numbers.rekeyed")
    told = {(one.actor, one.subject, one.municipality) for one in entries}
    assert told == {("command", "pseudonym_key:2", None)}
    assert sum(one.facts["marked"] for one in entries) == len(applicants_and_witnesses())
    assert max(one.facts["looked_at"] for one in entries) == 2


def test_stopped_and_run_again_it_passes_over_whoever_has_the_mark(office, keys, capsys):
    keys.rotate()
    person_of(kind="replacement", normalised=number(101).digits, now=NOW)
    call_command("rekey")
    assert "3 marks made" in capsys.readouterr().out

    call_command("rekey")

    assert "0 numbers looked at, 0 marks made" in capsys.readouterr().out


def test_numbers_whose_key_is_destroyed_are_passed_over(office, keys, capsys):
    case = IdentityProofing.unscoped.order_by("id")[0]
    shred([case.data_key_id], now=NOW)
    keys.rotate()

    call_command("rekey")

    assert "2 of cases whose key is destroyed" in capsys.readouterr().out
    assert case.applicant_id not in marked_under(2)


def test_a_number_whose_seal_is_broken_holds_up_nobody_else_and_is_told_to_the_log(
    office, keys, capsys, caplog
):
    case = IdentityProofing.unscoped.order_by("id")[0]
    break_key(case.data_key)
    keys.rotate()

    call_command("rekey")

    assert "2 of cases whose key is destroyed or broken" in capsys.readouterr().out
    assert marked_under(2) == applicants_and_witnesses() - {case.applicant_id}
    assert f"vault.seal_broken row=witnesses.IdentityProofing:{case.pk} " in caplog.text


def test_strangers_stay_strangers(office, lost, capsys):
    case = documents(office, office.case(), 101)
    lost.put_back()
    lost.keys.rotate()

    call_command("rekey")

    assert case.applicant_id not in marked_under(2)


# --- a hint about the number -----------------------------------------------------------------------------


def with_check_digit(*, is_right):
    """Ten digits of a birth date, with a check digit that is right, or one too high."""
    weights = (4, 3, 2, 7, 6, 5, 4, 3, 2)
    for serial in range(100, 200):
        digits = f"010190{serial}"
        rest = sum(int(d) * w for d, w in zip(digits, weights, strict=True)) % 11
        check = (11 - rest) % 11
        if check < 9:
            return digits + str(check if is_right else check + 1)
    raise AssertionError


@pytest.mark.parametrize(
    ("typed", "is_hinted"),
    [
        pytest.param(with_check_digit(is_right=False), True, id="no check digit"),
        pytest.param(with_check_digit(is_right=True), False, id="check digit"),
        pytest.param(number(1).digits, False, id="replacement number"),
    ],
)
def test_a_cpr_number_without_check_digit_is_recorded_and_the_clerk_told_to_look(
    office, typed, is_hinted
):
    client = Client(headers={"Accept-Language": "en"})
    client.force_login(office.clerk)
    case = office.case()

    page = client.post(address(case, "documents"), applicant_form(number=typed), follow=True)

    case.refresh_from_db()
    assert case.state == "documents"
    hint = gettext(
        "Look at the number once more: it has no check digit. Numbers without one have been given"
        " out since 2007."
    )
    assert (hint in text_of(page)) is is_hinted
    assert typed not in page.content.decode()
