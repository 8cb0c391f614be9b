"""A witness is checked before the visit, over real HTTP with the provider of the demo."""

import html
import re
from datetime import date, timedelta
from urllib.parse import unquote

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils.translation import gettext, override

from appointments.models import Participant, ServiceType
from appointments.rules.local_time import instant
from appointments.services import (
    cancel_appointment,
    move_appointment,
)
from borgerservice.notifications.models import Message
from borgerservice.people.services import known_by, marks_of
from borgerservice.vault.links import derive_link, link_hash
from tests.builders import NOW, TODAY, build_municipality, build_service, build_visit
from tests.rig.mitid import choose
from tests.witnesses.asked import (
    BENTE,
    COMES_OF_AGE,
    LOW,
    OTHER,
    WITHOUT,
    YOUNG,
    asked_address,
    signs_in,
    told,
)
from tests.witnesses.cases import witness
from tests.witnesses.phones import HERE, words
from tests.witnesses.stewards import scheduled
from tests.witnesses.test_case_canaries import everything_stored, spellings
from witnesses.models import WitnessCheck, WitnessStatement
from witnesses.selectors.checks import Standing, comers_of
from witnesses.services.checks import ask_witness, link_of
from witnesses.services.checks_again import look_at_witnesses_again

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.usefixtures("monday_with_mitid"),
    pytest.mark.filterwarnings("ignore:get_jwt_config:DeprecationWarning"),  # the demo's own
]


@pytest.fixture
def visit(office):
    return build_visit(office.world, day=office.day + timedelta(days=1), minute=600)


@pytest.fixture
def citizen(visit):
    return f"/witness/for/{derive_link('visit', visit.link_salt)}/"


def _page(client, address):
    return client.get(address).content.decode()


def test_the_citizen_asks_the_witness_signs_in_and_both_are_told_what_is_theirs(citizen):
    client = Client()
    assert "endnu ikke" in words(client.get(citizen)) or "not asked" in words(client.get(citizen))
    address = asked_address(client, citizen)
    witness_page = words(Client().get(address))
    assert "120" in witness_page
    assert "Amina" not in witness_page

    answer = signs_in(address, BENTE)
    assert answer.status_code == 200
    assert "BENTE" not in words(answer).upper()
    check = WitnessCheck.unscoped.get()
    assert (check.verdict, check.failed) == ("may", [])
    assert told() == ["witness_fine"]
    assert 'class="alert alert-success"' in _page(client, citizen)


def test_a_new_mitid_is_told_a_day_and_the_citizen_only_that_another_is_needed(citizen, office):
    client = Client()
    address = asked_address(client, citizen)
    since = office.day - timedelta(days=2)
    answer = signs_in(address, BENTE, had=f"had=recent&since={since.isoformat()}")
    first = since + timedelta(days=10)
    assert f"{first.day}. " in words(answer) or f"{first.day} " in words(answer)
    assert WitnessCheck.unscoped.get().from_day == first
    assert told() == ["witness_not_fine"]
    page = words(client.get(citizen))
    for private in ("MitID længe", "had MitID long", str(first.year) + "-"):
        assert private not in page


def test_one_who_has_witnessed_three_times_is_told_from_when_and_never_for_whom(office, citizen):
    for applicant in (11, 12, 13):
        office.decided(witness(2), applicant=applicant)
    client = Client()
    answer = signs_in(asked_address(client, citizen), BENTE)
    assert WitnessCheck.unscoped.get().failed == ["witness.quota"]
    assert "Amina" not in words(answer)
    assert "witness_not_fine" in told()


def test_the_number_is_kept_nowhere(citizen):
    signs_in(asked_address(Client(), citizen), BENTE)
    stored = everything_stored()
    for spelling in spellings(BENTE.number):
        assert spelling not in stored
    assert "uuid-bente" not in stored
    assert "Bente" not in stored


def test_the_same_witness_may_look_again_and_nobody_else_may(citizen):
    address = asked_address(Client(), citizen)
    signs_in(address, BENTE)
    assert signs_in(address, BENTE).status_code == 200
    assert signs_in(address, OTHER).status_code == 404
    kept = known_by(kind="replacement", marks=marks_of(kind="replacement", normalised=BENTE.number))
    assert WitnessCheck.unscoped.get().person == kept


def test_looking_again_does_not_make_a_mitid_of_unknown_age_a_new_one(citizen):
    address = asked_address(Client(), citizen)
    for _ in range(2):
        assert signs_in(address, BENTE, had="unknown").status_code == 200
        check = WitnessCheck.unscoped.get()
        assert (check.verdict, check.is_mitid_unknown) == ("may", True)


def test_a_witness_withdraws_and_the_citizen_is_told_and_asks_another(citizen):
    client, phone = Client(), Client()
    address = asked_address(client, citizen)
    signs_in(address, BENTE, client=phone)
    receipt = citizen.replace("/witness/for/", "/visit/")
    assert "ikke på plads" not in words(client.get(receipt))
    assert phone.post(f"{address}withdraw/").status_code == 200
    assert "witness_withdrew" in told()
    assert phone.get(address).status_code == 404
    second = asked_address(client, citizen)
    assert second != address
    signs_in(second, OTHER)
    assert WitnessCheck.unscoped.filter(withdrawn_at=None).get().verdict == "may"


def test_a_witness_who_withdraws_is_marked_on_the_visit_until_another_is_asked(
    office, visit, citizen
):
    client, desk = Client(), Client()
    desk.force_login(office.clerk)
    page = reverse("admin:visit", kwargs={"code": "0657", "reference": visit.reference})
    mark, sentence = "Regn ikke med vidnet", "Spørg, hvem der kommer med."
    address = asked_address(client, citizen)
    assert mark not in words(desk.get(page))
    Client().post(f"{address}withdraw/")
    assert Participant.unscoped.get(appointment=visit).witness_flagged_at == NOW
    told = words(desk.get(page))
    assert mark in told
    assert sentence in told
    asked_address(client, citizen)
    assert Participant.unscoped.get(appointment=visit).witness_flagged_at is None
    assert mark not in words(desk.get(page))


def stands(citizen):
    (comer,) = comers_of(link_hash(citizen.split("/")[-2]), now=NOW)
    return comer.standing


def moves(visit, day):
    visit.refresh_from_db()
    move_appointment(appointment=visit, start=instant(day, 11 * 60), actor="citizen", now=NOW)


@pytest.fixture
def far(office):
    return build_visit(office.world, day=COMES_OF_AGE, minute=600)


@pytest.fixture
def far_citizen(far):
    return f"/witness/for/{derive_link('visit', far.link_salt)}/"


@pytest.mark.parametrize("days", [1, 4])
def test_a_witness_of_age_long_ago_stays_fine_when_the_visit_is_moved(far, far_citizen, days):
    signs_in(asked_address(Client(), far_citizen), BENTE)
    moves(far, TODAY + timedelta(days=days))
    assert stands(far_citizen) == Standing.FINE
    assert "Dit vidne er i orden" in words(Client().get(far_citizen))


def test_a_witness_who_is_of_age_only_on_the_day_signs_in_again_when_it_is_sooner(far, far_citizen):
    client = Client()
    address = asked_address(client, far_citizen)
    signs_in(address, YOUNG)
    assert stands(far_citizen) == Standing.FINE
    moves(far, COMES_OF_AGE - timedelta(days=1))
    assert stands(far_citizen) == Standing.SIGN_IN_AGAIN
    page = words(client.get(far_citizen))
    assert "Vi skal tjekke dit vidne igen" in page
    assert address in page
    signs_in(address, YOUNG)
    assert stands(far_citizen) == Standing.ASK_ANOTHER
    moves(far, COMES_OF_AGE)
    assert stands(far_citizen) == Standing.FINE


def test_a_mitid_that_is_too_new_on_a_sooner_day_means_another_witness(far, far_citizen):
    since = COMES_OF_AGE - timedelta(days=10)
    signs_in(asked_address(Client(), far_citizen), BENTE, had=f"had=recent&since={since}")
    assert stands(far_citizen) == Standing.FINE
    moves(far, COMES_OF_AGE - timedelta(days=1))
    assert stands(far_citizen) == Standing.ASK_ANOTHER
    moves(far, COMES_OF_AGE + timedelta(days=1))
    assert stands(far_citizen) == Standing.FINE


def test_a_witness_who_has_witnessed_meanwhile_counts_for_no_other_day(office, far, far_citizen):
    signs_in(asked_address(Client(), far_citizen), BENTE)
    for applicant in (11, 12, 13):
        office.decided(witness(2), applicant=applicant)
    moves(far, TODAY + timedelta(days=1))
    assert stands(far_citizen) == Standing.ASK_ANOTHER


def test_a_witness_no_longer_fine_flags_the_visit_and_the_citizen_is_told_once(
    office, far, far_citizen
):
    signs_in(asked_address(Client(), far_citizen), BENTE)
    assert look_at_witnesses_again(now=NOW) == 0
    for applicant in (11, 12, 13):
        office.decided(witness(2), applicant=applicant)
    assert stands(far_citizen) == Standing.FINE
    assert [look_at_witnesses_again(now=NOW) for _ in range(2)] == [1, 0]
    assert stands(far_citizen) == Standing.ASK_ANOTHER
    assert Message.unscoped.filter(kind="witness_not_fine").count() == 1
    desk = Client()
    desk.force_login(office.clerk)
    page = reverse("admin:visit", kwargs={"code": "0657", "reference": far.reference})
    marked = words(desk.get(page))
    assert "Regn ikke med vidnet" in marked
    assert "Et vidne blev tjekket på forhånd Vidnet" in marked
    receipt = Client().get(far_citizen.replace("/witness/for/", "/visit/"))
    assert "Dit vidne er ikke på plads endnu" in words(receipt)
    assert far_citizen in receipt.content.decode()


def test_a_witness_who_must_sign_in_again_is_asked_and_then_flags_nothing(far, far_citizen):
    address = asked_address(Client(), far_citizen)
    signs_in(address, YOUNG)
    moves(far, COMES_OF_AGE - timedelta(days=1))
    assert look_at_witnesses_again(now=NOW) == 1
    assert "witness_again" in told()
    moves(far, COMES_OF_AGE)
    signs_in(address, YOUNG)
    comer = Participant.unscoped.get(appointment=far)
    assert comer.witness_flagged_at is None
    assert look_at_witnesses_again(now=NOW) == 0


@pytest.mark.parametrize(("days", "is_fine"), [(30, False), (31, True)], ids=["30 days", "31 days"])
def test_a_rule_set_to_come_is_asked_for_a_visit_that_it_decides(office, days, is_fine):
    """`mitid-2025` asks for more than 30 days with MitID, today's rules for 10."""
    day = TODAY + timedelta(days=11)
    visit = build_visit(office.world, day=day, minute=600)
    page = f"/witness/for/{derive_link('visit', visit.link_salt)}/"
    since = day - timedelta(days=days)
    signs_in(asked_address(Client(), page), BENTE, had=f"had=recent&since={since}")
    assert WitnessCheck.unscoped.get(participant__appointment=visit).verdict == "may"
    scheduled("mitid-2025", day + timedelta(days=1))
    assert look_at_witnesses_again(now=NOW) == 0
    scheduled("mitid-2025", day)
    assert [look_at_witnesses_again(now=NOW) for _ in range(2)] == [0 if is_fine else 1, 0]
    assert Message.unscoped.filter(kind="witness_not_fine").count() == (not is_fine)
    assert stands(page) == (Standing.FINE if is_fine else Standing.ASK_ANOTHER)
    assert (Participant.unscoped.get().witness_flagged_at is None) == is_fine
    told_the_citizen = words(Client().get(page))
    assert ("Dit vidne er i orden" in told_the_citizen) == is_fine
    assert "30" not in told_the_citizen.partition("Vidne")[2]


def test_a_visit_before_a_rule_set_to_come_is_decided_by_todays(office, far, far_citizen):
    since = COMES_OF_AGE - timedelta(days=10)
    signs_in(asked_address(Client(), far_citizen), BENTE, had=f"had=recent&since={since}")
    scheduled("mitid-2025", COMES_OF_AGE + timedelta(days=1))
    assert look_at_witnesses_again(now=NOW) == 0
    assert stands(far_citizen) == Standing.FINE


def test_a_visit_moved_back_to_a_day_that_suits_the_witness_is_flagged_no_more(far, far_citizen):
    since = COMES_OF_AGE - timedelta(days=10)
    signs_in(asked_address(Client(), far_citizen), BENTE, had=f"had=recent&since={since}")
    moves(far, COMES_OF_AGE - timedelta(days=1))
    assert look_at_witnesses_again(now=NOW) == 1
    moves(far, COMES_OF_AGE)
    assert look_at_witnesses_again(now=NOW) == 0
    assert Participant.unscoped.get(appointment=far).witness_flagged_at is None


def test_a_new_link_ends_the_old_one(citizen):
    client = Client()
    first = asked_address(client, citizen)
    asked_address(client, citizen)
    assert Client().get(first).status_code == 404
    assert Client().get(f"{first}mitid/").status_code == 404


@pytest.mark.parametrize(("one", "status"), [(LOW, 403), (WITHOUT, 403)])
def test_who_cannot_be_recognised_well_enough_is_told_and_nothing_is_kept(citizen, one, status):
    answer = signs_in(asked_address(Client(), citizen), one)
    assert answer.status_code == status
    assert WitnessCheck.unscoped.get().person is None


def test_a_broker_that_is_down_closes_only_this_step(citizen, settings):
    client = Client()
    address = asked_address(client, citizen)
    settings.MITID = {**settings.MITID, "issuer": "http://127.0.0.1:9"}
    answer = Client().get(f"{address}mitid/?had=long")
    assert answer.status_code == 503
    assert client.get(citizen).status_code == 200
    settings.MITID_BROKER = ""
    assert Client().get(address).status_code == 200
    assert Client().get(f"{address}mitid/").status_code == 503


@pytest.mark.parametrize(
    "query", ["state=x&code=y", "error=access_denied", "", "code=" + "9" * 3000, "state=%00"]
)
def test_an_answer_that_proves_nothing_is_refused(citizen, query):
    address = asked_address(Client(), citizen)
    phone = Client()
    phone.get(f"{address}mitid/?had=long")
    answer = phone.get(f"/witness/checked/?{query}")
    assert 200 <= answer.status_code < 500
    assert WitnessCheck.unscoped.get().person is None
    again = phone.get(f"/witness/checked/?{query}")
    assert again.status_code == 400


def test_a_sign_in_for_one_visit_counts_for_no_other(office, visit, citizen):
    other = build_visit(office.world, day=office.day + timedelta(days=2), minute=600)
    comer = Participant.unscoped.select_related("appointment").get(appointment=other)
    elsewhere = ask_witness(participant=comer, now=NOW)
    one, two = Client(), Client()
    left = one.get(f"{asked_address(Client(), citizen)}mitid/?had=long")
    two.get(f"/witness/check/{link_of(elsewhere)}/mitid/?had=long")
    back = choose(left["Location"], sub=BENTE.subject)
    assert two.get(back.removeprefix(HERE)).status_code == 400
    elsewhere.refresh_from_db()
    assert elsewhere.person is None


def test_a_cancelled_visit_asks_nobody(visit, citizen):
    address = asked_address(Client(), citizen)
    cancel_appointment(appointment=visit, actor="citizen", now=NOW)
    assert Client().get(citizen).status_code == 404
    gone = Client().get(address)
    assert gone.status_code == 404
    assert "Du kan stadig komme" not in words(gone)


def test_the_witness_is_sent_the_link_with_a_question(citizen):
    address = asked_address(Client(), citizen)
    letters = re.findall(r'href="(?:sms|mailto):[^"]*body=([^"]+)"', _page(Client(), citizen))
    assert len(letters) == 2
    for letter in map(unquote, letters):
        assert letter.startswith("Vil du være mit vidne")
        assert letter.endswith(address)


def test_an_unknown_link_says_the_same_whatever_it_is(citizen):
    for link in ("x", "a" * 32, "%00", "æøå"):
        assert Client().get(f"/witness/check/{link}/").status_code == 404
        assert Client().get(f"/witness/for/{link}/").status_code == 404


@pytest.mark.parametrize("since", ["1/2/90", "2026", "2030-01-01", "31-02-2026", "01019-0123", ""])
def test_a_day_that_is_none_is_asked_for_again(citizen, since):
    address = asked_address(Client(), citizen)
    page = Client().get(address, {"had": "recent", "since": since})
    assert page.status_code == 200
    assert "/mitid/?had=recent" not in page.content.decode()
    assert 'id="errors-heading"' in page.content.decode()


FOUR_DIGITS = "Write the year with four digits, for example 23-11-2026."
WHOLE_DATE = "Write the day and the month too, for example 23-11-2026."
DATE = "Write a date, for example 23-11-2026."
RANGE = "Write a day from 6 May 2021 until today."


@pytest.mark.parametrize("language", ["da", "en", "ar"])
@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("1/2/90", FOUR_DIGITS),
        ("1-2-26", FOUR_DIGITS),
        ("2026", WHOLE_DATE),
        ("31-02-2026", DATE),
        ("2026-13-01", DATE),
        ("i sommer", DATE),
        ("", DATE),
        ("05-05-2021", RANGE),
        ("01-01-1990", RANGE),
        (f"{TODAY + timedelta(days=1):%d-%m-%Y}", RANGE),
        (f"{TODAY + timedelta(days=1)}", RANGE),
    ],
)
def test_a_wrong_day_is_told_at_the_field_in_the_pages_language_and_kept(
    citizen, language, typed, sentence
):
    address = asked_address(Client(), citizen)
    prefix = "" if language == "da" else f"/{language}"
    page = Client().get(f"{prefix}{address}", {"step": "1", "had": "recent", "since": typed})
    with override(language):
        said = html.escape(gettext(sentence))
    body = re.sub(r"</?bdi[^>]*>", "", page.content.decode())
    field = body.partition('id="id_since_error"')[2].partition("</div>")[0]
    assert said in field
    assert f'name="since" value="{typed}"' in field or not typed
    assert 'value="recent"' in page.content.decode()
    assert "/mitid/" not in page.content.decode()


@pytest.mark.parametrize(
    "typed",
    [
        "20-11-2026",
        "20/11/2026",
        "20.11.2026",
        "20 11 2026",
        "20112026",
        "2026-11-20",
        " 20-11-2026 ",
    ],
)
def test_a_day_is_understood_as_danes_and_as_computers_write_it(citizen, typed):
    address = asked_address(Client(), citizen)
    page = Client().get(address, {"step": "1", "had": "recent", "since": typed})
    (onward,) = re.findall(r'href="(/witness/check/[^"]+/mitid/[^"]+)"', page.content.decode())
    query = html.unescape(onward.partition("?")[2])
    signs_in(address, BENTE, had=query)
    assert WitnessCheck.unscoped.get().mitid_since == date(2026, 11, 20)


@pytest.mark.parametrize("day", [date(2021, 5, 6), TODAY])
def test_the_first_day_of_mitid_and_today_are_days_one_can_have_got_it(citizen, day):
    signs_in(asked_address(Client(), citizen), BENTE, had=f"had=recent&since={day}")
    assert WitnessCheck.unscoped.get().mitid_since == day


def test_a_cpr_number_written_as_the_day_is_not_shown_back_nor_carried_on(citizen):
    address = asked_address(Client(), citizen)
    typed = BENTE.number
    said = {"step": "2", "had": "recent", "since": typed, "p": "passport", "pa-expires": typed}
    assert typed not in Client().get(address, said).content.decode()
    assert typed not in Client().get(address, {**said, "since": "20-11-2026"}).content.decode()
    change = {**said, "since": "20-11-2026", "change": "1"}
    assert typed not in Client().get(address, change).content.decode()


def test_a_day_left_over_from_another_answer_is_in_nobodys_way(citizen):
    address = asked_address(Client(), citizen)
    said = {"step": "1", "had": "long", "since": "1/2/90"}
    assert "/mitid/" in Client().get(address, said).content.decode()


def test_the_clerk_sees_what_was_found_and_examines_all_the_same(office):
    case = office.with_questions(1)
    check = ask_witness(participant=case.participant, now=NOW)
    desk, where = Client(), {"code": "0657", "reference": case.reference}
    desk.force_login(office.clerk)
    page = reverse("admin:proofing_witness", kwargs=where)
    assert "checked-before" not in desk.get(page).content.decode()
    signs_in(f"/witness/check/{link_of(check)}/", BENTE)
    assert "checked-before" in desk.get(page).content.decode()
    assert not WitnessStatement.unscoped.filter(proofing=case).exists()


def test_a_check_never_belongs_to_another_municipality(citizen):
    asked_address(Client(), citizen)
    other = build_municipality("0101", "København")
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE witnesses_witnesscheck SET municipality_id = %s", [other.pk])


def test_a_visit_whose_citizen_asks_a_witness_gets_the_longer_length(office, visit, citizen):
    longer = build_service("new_mitid_witness", minutes=40)
    office.world.centre.offers.create(service=longer, minutes=40)
    ServiceType.objects.filter(pk=office.world.service.pk).update(with_witness=longer)
    asked_address(Client(), citizen)
    visit.refresh_from_db()
    assert visit.ends_at - visit.starts_at == timedelta(minutes=40)
