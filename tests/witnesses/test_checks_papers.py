"""Which papers a witness will bring: asked before the visit, judged for its day, kept sealed."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from appointments.models import Participant
from appointments.rules.local_time import instant
from appointments.services import move_appointment
from appointments.services.visits.expiry import forget_expired
from borgerservice.notifications.models import Message
from borgerservice.vault.links import derive_link, link_hash
from tests.builders import NOW, TODAY, build_visit
from tests.witnesses.asked import BENTE, asked_address, signs_in, told
from tests.witnesses.cases import witness
from tests.witnesses.phones import words
from witnesses.models import WitnessCheck
from witnesses.selectors.checks import Standing, checked_witness, comers_of, papers_said
from witnesses.services.checks import ask_witness, link_of
from witnesses.services.checks_again import look_at_witnesses_again

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.usefixtures("monday_with_mitid"),
    pytest.mark.filterwarnings("ignore:get_jwt_config:DeprecationWarning"),  # the demo's own
]
VISIT_DAY = TODAY + timedelta(days=7)
SOONER = VISIT_DAY - timedelta(days=3)


@pytest.fixture
def visit(office):
    return build_visit(office.world, day=VISIT_DAY, minute=600)


@pytest.fixture
def citizen(visit):
    return f"/witness/for/{derive_link('visit', visit.link_salt)}/"


def passport(until="", *, issuer="DK", form="physical"):
    return f"had=long&step=2&p=passport&pa-issuer={issuer}&pa-form={form}&pa-expires={until}"


def written(day):
    return day.strftime("%d-%m-%Y")


def standing(citizen):
    (comer,) = comers_of(link_hash(citizen.split("/")[-2]), now=NOW)
    return comer.standing


def read_in_english(address, query=""):
    return words(Client().get(f"/en{address}?{query}"))


def test_a_witness_is_asked_for_the_papers_of_the_rules_in_force(citizen):
    page = Client().get(asked_address(Client(), citizen)).content.decode()
    assert re.findall(r'name="p" value="(\w+)"', page) == ["passport", "driving_licence"]


def test_a_paper_valid_on_the_day_leads_to_the_sign_in_and_is_kept_sealed(citizen):
    address = asked_address(Client(), citizen)
    said = passport(written(VISIT_DAY))
    assert "The ID you will bring is enough on" in read_in_english(address, said)
    answer = words(signs_in(address, BENTE, had=said))
    assert "Pas" in answer
    check = WitnessCheck.unscoped.get()
    assert (check.verdict, check.failed) == ("may", [])
    assert b"paDK" not in bytes(check.papers_sealed)
    (kept,) = papers_said(check)
    assert (kept.type, kept.issuer, kept.expires_on) == ("passport", "DK", VISIT_DAY)
    assert told() == ["witness_fine"]


@pytest.mark.parametrize(
    ("said", "why"),
    [
        (passport(written(VISIT_DAY - timedelta(days=1))), "has expired"),
        (passport(issuer="ZZ"), "Denmark or Greenland"),
        (passport(form="copy"), "copy"),
        (passport(form="temporary"), "provisional"),
    ],
)
def test_an_unfit_paper_is_told_before_the_sign_in_with_what_would_help(citizen, said, why):
    page = read_in_english(asked_address(Client(), citizen), said)
    assert "Not yet: bring other ID" in page
    assert why in page
    assert "passport or driving licence" in page
    assert WitnessCheck.unscoped.get().checked_at is None


def test_who_signs_in_with_an_unfit_paper_is_told_not_yet_and_may_change_it(citizen):
    client = Client()
    address = asked_address(client, citizen)
    answer = words(signs_in(address, BENTE, had=passport(written(TODAY))))
    assert "Ikke endnu" in answer
    check = WitnessCheck.unscoped.get()
    assert (check.verdict, check.failed) == ("not_yet", ["witness.documents"])
    assert told() == ["witness_again"]
    assert standing(citizen) == Standing.SIGN_IN_AGAIN
    page = words(client.get(citizen))
    assert address in page
    of_the_witness = page.partition("Vi skal tjekke")[2].partition("Spørg en anden")[0]
    for private in ("ID", "Pas", "udløb"):
        assert private not in of_the_witness.replace(address, "")
    signs_in(address, BENTE, had=passport(written(VISIT_DAY)))
    assert WitnessCheck.unscoped.get().verdict == "may"
    assert told() == ["witness_again", "witness_fine"]
    assert standing(citizen) == Standing.FINE
    assert Participant.unscoped.get().witness_flagged_at is None


def test_who_may_not_for_another_reason_is_told_of_the_paper_too(office, citizen):
    for applicant in (11, 12, 13):
        office.decided(witness(2), applicant=applicant)
    answer = words(signs_in(asked_address(Client(), citizen), BENTE, had=passport(issuer="ZZ")))
    assert WitnessCheck.unscoped.get().failed == ["witness.documents", "witness.quota"]
    assert "udstedt i Danmark eller Grønland" in answer
    assert "witness_not_fine" in told()


def test_a_paper_that_expires_before_the_day_the_visit_is_moved_to_flags_it(citizen, visit):
    signs_in(asked_address(Client(), citizen), BENTE, had=passport(written(VISIT_DAY)))
    visit.refresh_from_db()
    later = VISIT_DAY + timedelta(days=1)
    move_appointment(appointment=visit, start=instant(later, 660), actor="citizen", now=NOW)
    assert standing(citizen) == Standing.SIGN_IN_AGAIN
    assert [look_at_witnesses_again(now=NOW) for _ in range(2)] == [1, 0]
    assert told().count("witness_again") == 1
    visit.refresh_from_db()
    move_appointment(appointment=visit, start=instant(VISIT_DAY, 660), actor="citizen", now=NOW)
    assert look_at_witnesses_again(now=NOW) == 0
    assert standing(citizen) == Standing.FINE
    assert Participant.unscoped.get().witness_flagged_at is None


def test_a_paper_unfit_on_the_day_is_fit_when_the_visit_is_sooner(citizen, visit):
    signs_in(asked_address(Client(), citizen), BENTE, had=passport(written(SOONER)))
    assert standing(citizen) == Standing.SIGN_IN_AGAIN
    visit.refresh_from_db()
    move_appointment(appointment=visit, start=instant(SOONER, 660), actor="citizen", now=NOW)
    look_at_witnesses_again(now=NOW)
    assert standing(citizen) == Standing.FINE
    assert Participant.unscoped.get().witness_flagged_at is None


def test_the_same_answer_twice_is_told_once(citizen):
    address = asked_address(Client(), citizen)
    for _ in range(3):
        signs_in(address, BENTE, had=passport(written(TODAY)))
    assert told() == ["witness_again"]
    assert look_at_witnesses_again(now=NOW) == 0
    for _ in range(3):
        signs_in(address, BENTE, had=passport(written(VISIT_DAY)))
    assert told() == ["witness_again", "witness_fine"]
    assert Message.unscoped.filter(kind__startswith="witness").count() == 2


def test_who_does_not_know_yet_is_told_what_is_enough_and_asked_nothing_more(citizen):
    address = asked_address(Client(), citizen)
    assert "Find your ID before the visit" in read_in_english(address, "had=long&step=1")
    signs_in(address, BENTE, had="had=long&step=1")
    check = WitnessCheck.unscoped.get()
    assert (check.verdict, check.papers_sealed) == ("may", None)


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("2027", "Write the day and the month too"),
        ("1/2/27", "Write the year with four digits"),
        ("31-02-2027", "Write a date"),
        ("soon", "Write a date"),
    ],
)
def test_a_date_that_is_none_is_told_at_its_field_and_kept(citizen, typed, sentence):
    address = f"/en{asked_address(Client(), citizen)}"
    page = Client().get(f"{address}?{passport(typed)}").content.decode()
    assert sentence in page
    assert f'value="{typed}"' in page
    assert 'id="errors-heading"' in page


@pytest.mark.parametrize(("papers", "is_refused"), [(3, False), (4, True)])
def test_more_papers_than_anybody_needs_are_refused_at_the_field(citizen, papers, is_refused):
    address = asked_address(Client(), citizen)
    page = read_in_english(address, "had=long&step=1" + "&p=passport" * papers)
    assert ("Choose at most 3 papers." in page) is is_refused


def test_a_half_answer_by_hand_is_no_paper(citizen):
    address = asked_address(Client(), citizen)
    for said in ("had=long&p=passport", "had=long&step=2&p=passport", "had=long&p=unicorn&step=2"):
        signs_in(address, BENTE, had=said)
        assert WitnessCheck.unscoped.get().papers_sealed is None
        assert "[" not in words(Client().get(f"{address}?{said}"))


def test_the_clerk_sees_the_papers_and_they_are_gone_with_the_contact(office):
    case = office.with_questions(1)
    check = ask_witness(participant=case.participant, now=NOW)
    said = passport("01-02-2027", form="app")
    signs_in(f"/witness/check/{link_of(check)}/", BENTE, had=said)
    desk, where = Client(), {"code": "0657", "reference": case.reference}
    desk.force_login(office.clerk)
    page = reverse("admin:proofing_witness", kwargs=where)
    assert "Pas (Danmark), gyldigt til 1. februar 2027, kun som app" in words(desk.get(page))
    assert papers_said(checked_witness(case))
    forget_expired(now=NOW + timedelta(days=60))
    assert papers_said(checked_witness(case)) == ()
    assert "Pas (Danmark)" not in words(desk.get(page))


def test_every_language_asks_and_tells(citizen, settings):
    address = asked_address(Client(), citizen)
    said = passport(written(TODAY))
    for code, _name in settings.LANGUAGES:
        with translation.override(code):
            title = translation.gettext("Not yet: bring other ID")
        prefix = "" if code == settings.LANGUAGE_CODE else f"/{code}"
        assert title in words(Client().get(f"{prefix}{address}?{said}"))
