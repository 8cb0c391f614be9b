"""The witness signs the declaration with MitID, over real HTTP with the provider of the demo."""

import logging
import re
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from borgerservice.adapters.mitid.demo_witnesses import DemoWitness
from borgerservice.audit.selectors import history_of
from borgerservice.municipalities.models import StaffMember
from borgerservice.people.models import Person, PersonAlias
from borgerservice.people.services import known_by, marks_of, person_of
from tests.builders import NOW
from tests.links import build_link
from tests.rig.mitid import choose, demo_running, use_broker
from tests.witnesses.cases import build_office, number, witness
from tests.witnesses.phones import Phone, words
from tests.witnesses.test_case_canaries import everything_stored, spellings
from witnesses.exceptions import Refused
from witnesses.models import AssuranceLevel, Declaration, SignInRequest, WitnessStatement
from witnesses.rules.numbers import PCode
from witnesses.selectors.cases import declaration_of
from witnesses.services import decide_proofing, record_no_witness
from witnesses.services.sign_in import link_of, request_sign_in

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.filterwarnings("ignore:get_jwt_config:DeprecationWarning"),  # the demo's own
]

BENTE = DemoWitness("uuid-bente", "Bente Vidne", number(2).digits, "substantial")
OTHER = DemoWitness("uuid-other", "Ole Anden", number(3).digits, "high")
LOW = DemoWitness("uuid-bente", "Bente Vidne", number(2).digits, "low")
WITHOUT = DemoWitness("uuid-without", "Pia P. Kode", "", "substantial")


@pytest.fixture(scope="module")
def issuer():
    with demo_running(BENTE, OTHER, WITHOUT) as issuer:
        yield issuer


@pytest.fixture(autouse=True)
def _bente_stands_at_the_desk_at_eight(settings, issuer):
    use_broker(settings, issuer)
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def case(office):
    case = office.with_witness(witness(2), is_signed=False)
    case.refresh_from_db()
    return case


@pytest.fixture
def desk(office):
    desk = Client()
    desk.force_login(office.clerk)
    return desk


@pytest.fixture
def asked(office, case):
    return request_sign_in(proofing=case, language="da", staff=office.clerk, now=NOW)


def nothing_signed(case) -> bool:
    return not Declaration.unscoped.filter(proofing=case).exists()


# --- the way it is meant ----------------------------------------------------------------------------


def test_a_witness_signs_on_their_own_phone_and_the_clerk_decides(office, case, desk):
    page = reverse("admin:proofing", kwargs={"code": "0657", "reference": case.reference})
    ask = reverse("admin:proofing_sign_in", kwargs={"code": "0657", "reference": case.reference})
    assert "Lad vidnet" in words(desk.get(page)) or "Let the witness" in words(desk.get(page))
    shown = desk.post(ask, {"language": "da", "seen": case.revision}, follow=True)
    assert shown.redirect_chain == [(page, 302)]
    link = link_of(SignInRequest.unscoped.get())
    assert f"http://testserver/witness/{link}/" in words(shown)
    assert "8.10" in words(shown)
    assert re.search(
        r'<svg class="sign-in-code" viewBox="0 0 \d+ \d+" role="img"', shown.content.decode()
    )

    phone = Phone(link)
    text = words(phone.opens())
    assert "Erklæring fra vidnet" in text
    assert case.reference in text
    assert office.world.centre.name in text
    for private in ("Amina", "Bente", BENTE.number):
        assert private not in text

    done = phone.signs_as(BENTE)
    assert done.status_code == 302
    assert done["Location"] == f"/witness/{link}/"
    assert phone.opens().status_code == 200

    (declaration,) = Declaration.unscoped.filter(proofing=case)
    assert declaration.accepted == "signed_in"
    assert declaration.recorded_by is None
    assert declaration.language == "da"
    assert "MitID" in words(desk.get(page))
    case.refresh_from_db()
    decided = decide_proofing(proofing=case, staff=office.clerk, now=NOW, seen=case.revision)
    assert decided.outcome == "confirmed"
    subject = f"proofing:{case.reference}"
    history = history_of(municipality=office.world.municipality, subject=subject)
    events = [entry.event for entry in history]
    assert "proofing.sign_in_requested" in events
    assert "proofing.declaration_accepted" in events


def test_the_broker_is_asked_for_this_very_case(asked, case):
    address = urlsplit(Phone(link_of(asked)).leaves())
    query = {name: values[0] for name, values in parse_qs(address.query).items()}

    assert query["response_type"] == "code"
    assert query["code_challenge_method"] == "S256"
    assert query["redirect_uri"] == "http://testserver/witness/signed/"
    assert query["prompt"] == "login"
    assert query["acr_values"] == "substantial high"
    assert case.reference in query["reference_text"]
    assert query["ui_locales"] == "da"
    for secret in ("state", "nonce", "code_challenge"):
        assert len(query[secret]) >= 32
    assert link_of(asked) not in address.query


def test_the_declaration_is_kept_in_the_language_it_was_read_in(asked, case):
    phone = Phone(link_of(asked))
    assert "Declaration by the witness" in words(phone.opens("en"))

    done = phone.signs_as(BENTE, "en")

    assert done["Location"] == f"/en/witness/{phone.link}/"
    assert Declaration.unscoped.get(proofing=case).language == "en"


def test_mitids_own_id_is_kept_as_a_mark_of_the_same_person_and_nobody_is_made(asked, case):
    before = Person.objects.count(), StaffMember.objects.count()

    Phone(link_of(asked)).signs_as(BENTE)

    mine = WitnessStatement.unscoped.get(proofing=case).person
    marks = marks_of(kind="mitid", normalised=BENTE.subject)
    assert known_by(kind="mitid", marks=marks) == mine
    assert (Person.objects.count(), StaffMember.objects.count()) == before
    assert set(mine.aliases.values_list("kind", flat=True)) == {"replacement", "mitid"}


def test_a_witness_who_is_known_under_two_numbers_is_still_the_witness(office, case, asked):
    """The number shown at the desk and the one in MitID differ; the two persons are linked."""
    other = person_of(kind="replacement", normalised=OTHER.number, now=NOW)
    build_link(WitnessStatement.unscoped.get(proofing=case).person_id, other.pk)

    Phone(link_of(asked)).signs_as(OTHER)

    assert not nothing_signed(case)


# --- what is refused, and nothing signed ------------------------------------------------------------


def test_another_person_is_refused_and_not_remembered(asked, case):
    aliases = PersonAlias.objects.count()
    phone = Phone(link_of(asked))

    answer = phone.signs_as(OTHER)

    assert answer.status_code == 403
    assert nothing_signed(case)
    assert PersonAlias.objects.count() == aliases
    assert SignInRequest.unscoped.get().used_at is None
    for private in ("Ole", "Bente", BENTE.number, OTHER.number, OTHER.subject):
        assert private not in words(answer)
    assert phone.signs_as(BENTE).status_code == 302, "the witness themselves can still sign"


def test_every_other_person_is_refused_in_the_same_words(office, case, asked):
    """Known to us or not, witness elsewhere or not: the answer never tells."""
    phone = Phone(link_of(asked))
    unknown = phone.signs_as(OTHER)
    office.with_witness(witness(3), applicant=20)
    known = phone.signs_as(OTHER)

    assert words(unknown) == words(known)
    assert unknown.status_code == known.status_code == 403


def test_a_mitid_that_was_seen_with_another_person_is_refused(asked, case):
    person_of(kind="mitid", normalised=BENTE.subject, now=NOW)

    answer = Phone(link_of(asked)).signs_as(BENTE)

    assert answer.status_code == 403
    assert nothing_signed(case)


def test_a_mitid_without_a_cpr_number_leads_to_the_printed_text(asked, case):
    answer = Phone(link_of(asked)).signs_as(WITHOUT)

    assert answer.status_code == 403
    assert nothing_signed(case)
    assert "papir" in words(answer) or "paper" in words(answer)


def test_a_witness_with_a_p_code_is_not_sent_to_mitid(office, desk):
    seen = witness(2, number=PCode("90817263"), birth_date=number(2).birth_date)
    case = office.with_witness(seen, is_signed=False)

    with pytest.raises(Refused) as refused:
        request_sign_in(proofing=case, language="da", staff=office.clerk, now=NOW)

    assert refused.value.code == "no_cpr_for_sign_in"
    page = reverse("admin:proofing", kwargs={"code": "0657", "reference": case.reference})
    assert "P-kode" in words(desk.get(page)) or "P-code" in words(desk.get(page))


def test_a_witness_who_cancels_has_signed_nothing_and_may_try_again(asked, case):
    phone = Phone(link_of(asked))

    answer = phone.comes_back(choose(phone.leaves(), action="deny"))

    assert answer.status_code == 200
    assert f"/witness/{phone.link}/" in answer.content.decode()
    assert nothing_signed(case)
    assert phone.signs_as(BENTE).status_code == 302


@pytest.mark.parametrize("minutes", [10, 11])
def test_a_link_holds_for_ten_minutes(asked, case, minutes):
    phone = Phone(link_of(asked))
    back = choose(phone.leaves(), sub=BENTE.subject)
    with time_machine.travel(NOW + timedelta(minutes=minutes), tick=False):
        answers = [
            phone.comes_back(back),
            phone.opens(),
            phone.client.get(f"/witness/{phone.link}/mitid/"),
        ]

    assert {answer.status_code for answer in answers} == {404}
    assert nothing_signed(case)


def test_a_link_is_used_once(asked, case):
    first, second = Phone(link_of(asked)), Phone(link_of(asked))
    waiting = choose(second.leaves(), sub=BENTE.subject)
    first.signs_as(BENTE)

    answer = second.comes_back(waiting)

    assert answer.status_code == 200
    assert Declaration.unscoped.filter(proofing=case).count() == 1
    assert second.client.get(f"/witness/{second.link}/mitid/").status_code == 200


def test_a_new_link_ends_the_one_before(office, case, asked):
    first = Phone(link_of(asked))
    back = choose(first.leaves(), sub=BENTE.subject)
    newer = request_sign_in(
        proofing=case, language="en", staff=office.clerk, now=NOW + timedelta(seconds=5)
    )

    with time_machine.travel(NOW + timedelta(seconds=5), tick=False):
        assert first.comes_back(back).status_code == 404
        assert nothing_signed(case)
        assert Phone(link_of(newer)).signs_as(BENTE).status_code == 302


def test_a_link_ends_with_the_witness_and_with_the_case(office, case, asked):
    phone = Phone(link_of(asked))
    back = choose(phone.leaves(), sub=BENTE.subject)
    record_no_witness(proofing=case, staff=office.clerk, now=NOW)

    assert phone.comes_back(back).status_code == 404
    assert phone.opens().status_code == 404
    assert nothing_signed(case)


def test_a_link_that_is_none_is_said_so(client):
    for link in ("x", "a" * 32, "signed/x", "%00", "é" * 32):
        for end in ("", "mitid/"):
            assert client.get(f"/witness/{link}/{end}").status_code == 404
    for query in ("", "?code=x&state=y", "?error=access_denied&state=y"):
        answer = client.get(f"/witness/signed/{query}")
        assert answer.status_code == 400
        assert "500" not in words(answer)


def test_a_level_below_the_cases_is_refused(settings, case, asked):
    with demo_running(LOW) as low:
        use_broker(settings, low)
        answer = Phone(link_of(asked)).signs_as(LOW)

    assert answer.status_code == 403
    assert nothing_signed(case)


def test_a_case_at_the_high_level_asks_for_it_and_takes_no_less(office, case):
    case.assurance_level = AssuranceLevel.HIGH
    case.save(update_fields=["assurance_level"])
    asked = request_sign_in(proofing=case, language="da", staff=office.clerk, now=NOW)
    phone = Phone(link_of(asked))

    assert parse_qs(urlsplit(phone.leaves()).query)["acr_values"] == ["high"]
    assert phone.signs_as(BENTE).status_code == 403
    assert nothing_signed(case)


# --- where MitID cannot be used ---------------------------------------------------------------------


def test_without_a_broker_the_step_is_not_there(settings, office, case, desk, asked):
    settings.MITID_BROKER = ""
    page = reverse("admin:proofing", kwargs={"code": "0657", "reference": case.reference})

    assert "sign-in/" not in desk.get(page).content.decode()
    with pytest.raises(Refused) as refused:
        request_sign_in(proofing=case, language="da", staff=office.clerk, now=NOW)
    assert refused.value.code == "sign_in_off"
    phone = Phone(link_of(asked))
    assert "mitid/" not in phone.opens().content.decode()
    assert phone.client.get(f"/witness/{phone.link}/mitid/").status_code == 503


def test_with_the_broker_down_only_this_step_closes(settings, office, case, desk, asked):
    use_broker(settings, "http://127.0.0.1:9")
    phone = Phone(link_of(asked))

    assert phone.opens().status_code == 200
    assert phone.client.get(f"/witness/{phone.link}/mitid/").status_code == 503
    page = reverse("admin:proofing", kwargs={"code": "0657", "reference": case.reference})
    assert desk.get(page).status_code == 200
    office.sign(case)
    assert declaration_of(case, WitnessStatement.unscoped.get(proofing=case)).accepted == "printed"


def test_the_pages_are_kept_nowhere_and_leave_no_trace(asked):
    phone = Phone(link_of(asked))
    leaving = phone.client.get(f"/witness/{phone.link}/mitid/")
    answers = [phone.opens(), leaving, phone.comes_back(choose(leaving["Location"], action="deny"))]

    for answer in answers:
        assert answer["Cache-Control"] == "no-store, private"
        assert answer["Referrer-Policy"] == "no-referrer"
    cookie = leaving.cookies["witness_sign_in"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert cookie["path"] == "/witness/signed/"
    assert "sessionid" not in phone.client.cookies
    assert answers[-1].cookies["witness_sign_in"].value == "", "what was kept is forgotten"


@pytest.mark.parametrize("role", ["lead", "clerk"])
def test_a_clerk_of_another_municipality_cannot_ask_for_a_link(case, role):
    elsewhere = build_office("0751", "Aarhus")
    stranger = Client()
    stranger.force_login(elsewhere.clerk)

    for code in ("0657", "0751"):
        where = {"code": code, "reference": case.reference}
        answer = stranger.post(reverse("admin:proofing_sign_in", kwargs=where), {"language": "da"})
        assert answer.status_code == 404
    assert not SignInRequest.unscoped.exists()


def test_who_signed_in_is_found_nowhere_afterwards(asked, case, caplog):
    caplog.set_level(logging.DEBUG)
    phone = Phone(link_of(asked))
    pages = [phone.signs_as(OTHER), phone.signs_as(WITHOUT), phone.signs_as(BENTE), phone.opens()]
    assert not nothing_signed(case)

    told = "\n".join([*(page.content.decode() for page in pages), caplog.text])
    stored = everything_stored()
    for one in (BENTE, OTHER, WITHOUT):
        for secret in filter(None, (one.number, one.subject)):
            for form in spellings(secret):
                assert form not in stored
                assert form not in told
    assert link_of(asked) not in stored
