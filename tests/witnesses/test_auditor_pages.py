"""An auditor's pages: what was decided and why, what if, who did what; and nobody by name."""

import json
import re
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import translation
from django.utils.html import escape

from borgerservice.audit.events import Event
from borgerservice.audit.models import AuditEntry
from borgerservice.kernel.cpr import CprNumber
from borgerservice.municipalities.models import StaffRole
from borgerservice.vault.models import DataKey
from borgerservice.vault.services import shred
from tests.appointments.desk import signed_in
from tests.appointments.pages import text_of
from tests.builders import NOW, TODAY, build_staff
from tests.witnesses.archive import decided, decided_in_a_year, forged, held
from tests.witnesses.cases import PASSPORT, Questions, build_office, number, witness
from witnesses.desk import audit
from witnesses.models import IdentityProofing
from witnesses.rules.rule_sets import RULE_SETS
from witnesses.selectors.audit import decisions_of
from witnesses.selectors.cases import account_of
from witnesses.selectors.letters import letter_of
from witnesses.services import (
    decide_proofing,
    record_client_answer,
    record_documents,
    record_questions,
)
from witnesses.services.letters import note_letter_read

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
LIST = "/admin/0657/decisions/"
COUNTED = f"{LIST}summary/"
YEAR = "first=2026-01-01&last=2026-12-31"
DAY_BEFORE = TODAY - timedelta(days=1)


@pytest.fixture
def auditor(office):
    return build_staff(office.world.municipality, role="auditor", username="auditor")


@pytest.fixture
def client(auditor):
    return signed_in(auditor)


@pytest.fixture
def refused(office):
    """Refused: the witness has had MitID for 5 days, and no more than that is wrong."""
    return decided(office, 2, PASSPORT, **held(office, 5))


@pytest.fixture
def confirmed(office):
    """Confirmed: the witness has had MitID for 20 days, which mitid-2025 does not take."""
    return decided(office, 1, PASSPORT, **held(office, 20))


def listed(page) -> list[str]:
    """The references of a list, in their order."""
    return re.findall(r'decisions/([A-Z0-9-]+)/"', page.content.decode())


def one(client: Client, case: IdentityProofing, query: str = ""):
    return client.get(f"{LIST}{case.reference}/{query}")


def passage(page, heading: str) -> str:
    """The words of the section under a heading's id."""
    section = re.search(
        rf'<(section|aside)[^>]*aria-labelledby="{heading}".*?</\1>',
        page.content.decode(),
        re.DOTALL,
    )
    return " ".join(re.sub(r"<[^>]+>", " ", section[0]).split())


# --- the list ----------------------------------------------------------------------------------------


def test_the_auditor_is_led_to_every_decision_and_to_nothing_else(
    client, office, confirmed, refused
):
    office.with_witness(witness(30), applicant=31)
    start = client.get("/admin/", follow=True)
    assert f'href="{LIST}"' in start.content.decode()
    page = client.get(LIST)
    assert listed(page) == [refused.reference, confirmed.reference]
    told = text_of(page)
    for words in (
        office.world.centre.name,
        "Identitet bekræftet",
        "Identitet ikke bekræftet",
        "Bekræftet af et vidne",
        "Spørgsmål eller vidne",
        "Vidnets tid med MitID",
        "mitid-2022",
    ):
        assert words in told
    assert len(re.findall(r'href="(/admin/0657/[^"]+)"', start.content.decode())) == 1


def test_what_the_national_client_answered_last_is_told(client, office, confirmed):
    for answer in ("refused", "issued"):
        record_client_answer(proofing=confirmed, answer=answer, staff=office.clerk, now=NOW)
    told = text_of(client.get(LIST))
    assert "MitID udstedt" in told
    assert "Afvist" not in told


def test_days_and_outcome_narrow_the_list(client, office, confirmed, refused):
    assert listed(client.get(f"{LIST}?outcome=confirmed")) == [confirmed.reference]
    assert listed(client.get(f"{LIST}?outcome=not_confirmed")) == [refused.reference]
    assert len(listed(client.get(f"{LIST}?first={TODAY}&last={TODAY}"))) == 2
    earlier = forged(office, confirmed, decided_on=DAY_BEFORE)
    assert listed(client.get(f"{LIST}?last={DAY_BEFORE}")) == [earlier.reference]
    assert listed(client.get(LIST))[-1] == earlier.reference
    for nothing in ("last=2026-11-01", f"first={TODAY + timedelta(days=1)}"):
        page = client.get(f"{LIST}?{nothing}")
        assert listed(page) == []
        assert "Der blev ikke fundet nogen afgørelser." in text_of(page)


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("first=31-02-2026", "first"),
        ("last=610190-1000", "last"),
        ("first=2026-11-23&last=2026-11-22", "last"),
        ("outcome=perhaps", "outcome"),
    ],
)
def test_what_is_not_understood_is_told_at_its_field(client, confirmed, query, field):
    page = client.get(f"{LIST}?{query}&after=2026-11-23.1")
    assert list(page.context_data["form"].errors) == [field]
    assert listed(page) == []
    assert "610190" not in page.content.decode()
    assert "<title>Fejl:" in page.content.decode()


def test_a_long_list_is_turned_page_by_page(client, office, monkeypatch):
    monkeypatch.setattr("witnesses.selectors.audit.PAGE_ROWS", 2)
    first = office.decided(witness(1), applicant=100)
    cases = [first, *(forged(office, first) for _ in range(4))]
    found, address = [], "?outcome=confirmed"
    for _page in range(3):
        page = client.get(f"{LIST}{address}")
        found.append(listed(page))
        older = re.search(r'href="(\?[^"]+)" rel="next"', page.content.decode())
        address = older[1].replace("&amp;", "&") if older else ""
    assert [len(rows) for rows in found] == [2, 2, 1]
    assert [row for rows in found for row in rows] == [case.reference for case in cases[::-1]]
    assert not address
    assert 'href="?outcome=confirmed"' in page.content.decode(), "the way back keeps what was asked"
    for odd in ("after=x", "after=2026-13-01.1", "after=2026-11-23.x", "page=99"):
        assert listed(client.get(f"{LIST}?{odd}")) == found[0]


def test_a_list_takes_as_many_statements_however_long_it_is(
    client, office, confirmed, django_assert_num_queries
):
    client.get(LIST)
    with django_assert_num_queries(5):  # three of who asks, the list, the answers
        client.get(LIST)
    for _ in range(9):
        forged(office, confirmed)
    with django_assert_num_queries(5):
        assert len(listed(client.get(LIST))) == 10


def test_a_later_page_is_read_from_where_the_one_before_ended(office, confirmed):
    ask = {"municipality": office.world.municipality, "after": (TODAY, confirmed.pk + 1)}
    with CaptureQueriesContext(connection) as read:
        assert [row.case for row in decisions_of(**ask).rows] == [confirmed]
    sql = read.captured_queries[0]["sql"]
    assert re.search(r"decided_on\"? <= ", sql), "a bound, not only an order"
    if connection.vendor == "sqlite":  # PostgreSQL plans by what it last counted
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN QUERY PLAN {sql}")
            plan = str(cursor.fetchall())
        assert re.search(r"decisions_by_day \(municipality_id=\? AND decided_on<\?\)", plan)
        assert "MULTI-INDEX" not in plan


# --- one decision ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("which", ["confirmed", "refused"])
def test_every_ground_is_told_with_its_figure_its_source_and_the_words_of_the_letter(
    client, request, which
):
    case = request.getfixturevalue(which)
    page = one(client, case)
    told = passage(page, "grounds")
    account, letter = account_of(case, "da"), letter_of(case, "da").account
    assert len(account.grounds) == 9
    for ground, in_letter in zip(account.grounds, letter.grounds, strict=True):
        assert escape(f"{ground.name}: {'opfyldt' if ground.passed else 'ikke opfyldt'}") in told
        for words in (ground.text, in_letter.text, *in_letter.help):
            assert escape(words) in told
    assert "Krav: Mindst 10 dage." in told
    assert "Krav: Højst 3 gange inden for 120 dage." in told
    assert "Talt med, inklusive dette: 1." in told
    assert "mitid.dk: Non-citizens in Denmark (2022)" in told
    assert "falder ud nøjagtig som dengang" in text_of(page)


def test_the_facts_are_shown_without_a_birthday_and_without_a_person(client, office):
    for applicant in (300, 301):
        office.decided(witness(7), applicant=applicant)
    case = office.decided(witness(7), applicant=302)
    record_client_answer(proofing=case, answer="issued", staff=office.clerk, now=NOW)
    told = passage(one(client, case), "facts")
    assert told.count("Alder på dagen 36") == 2
    assert "Pas (DK), foto, viser CPR-nummer" in told
    assert "Kørekort (DK), foto, viser CPR-nummer" in told
    assert "Spørgsmål Kunne ikke stilles" in told
    assert f"MitID siden {TODAY - timedelta(days=400):%d-%m-%Y}" in told
    assert "Vidne tidligere 23-11-2026, 23-11-2026" in told
    assert "MitID udstedt" in told


def test_no_page_names_a_citizen_or_says_how_to_reach_one(client, office, confirmed, refused):
    case = office.decided(witness(7), applicant=8)
    pages = [
        client.get(LIST),
        one(client, case),
        one(client, refused, "?rule_set=mitid-2025"),
        client.get(f"{COUNTED}?{YEAR}&rule_set=mitid-2025"),
    ]
    visit = case.participant.appointment
    said = " ".join(page.content.decode() for page in pages)
    names = ("Amina", "Hassan", "Bente", visit.reference, "example.com", "+45")
    for word in (*names, "01-01-1990", "1990-01-01", "1. januar 1990"):
        assert word not in said
    for serial in (1, 2, 7, 8, 1001, 1002):
        assert number(serial).digits not in said.replace("-", "")
    assert "/proofings/" not in said


def test_a_child_that_was_too_young_is_not_told_by_its_birthday(client, office):
    child = record_documents(
        proofing=office.case(),
        number=CprNumber("6503145101"),
        birth_date=None,
        wants_cpr_link=True,
        documents=(PASSPORT,),
        staff=office.clerk,
        now=NOW,
    )
    acts = {"proofing": child, "staff": office.clerk, "now": NOW}
    record_questions(outcome=Questions.PASSED, **acts)
    case = decide_proofing(**acts)
    birthday = "5. marts 2027"
    assert case.failed == ["applicant.minimum_age"]
    assert birthday in " ".join(letter_of(case, "da").account.grounds[0].help)
    for query in ("", "?rule_set=mitid-2025"):
        page = one(client, case, query)
        assert "Bestil en ny tid, når du er fyldt 13 år." in passage(page, "grounds")
        assert birthday not in page.content.decode()


def test_a_decision_takes_as_many_statements_whatever_happened_to_it(
    client, office, confirmed, django_assert_num_queries
):
    for _ in range(3):
        one(client, confirmed, "?rule_set=mitid-2025")
    with django_assert_num_queries(8):  # three of who asks, case, look, trail, answers, staff
        one(client, confirmed, "?rule_set=mitid-2025")


def test_another_rule_set_says_what_would_have_come_out(client, confirmed):
    page = one(client, confirmed, "?rule_set=mitid-2025")
    told = passage(page, "what-if")
    assert "Udfaldet ville have været et andet." in told
    assert "Efter MitID 2025" in told
    assert "Identitet ikke bekræftet" in told
    assert "Vidnet har haft MitID i 20 dage. Kravet er mere end 30 dage." in told
    assert "Krav: Mindst 10 dage." in told, "the figure it was decided by stands beside it"
    changed = [one.rule for one in page.context_data["what_if"].changed]
    assert changed == ["applicant.proof", "witness.mitid_held"]
    confirmed.refresh_from_db()
    assert confirmed.outcome == "confirmed"


def test_a_rule_set_that_changes_nothing_says_so(client, refused):
    told = passage(one(client, refused, "?rule_set=mitid-2022"), "what-if")
    assert "Den ville være faldet ens ud" in told


def test_a_change_of_grounds_alone_is_told_apart(office, client):
    case = decided(office, 3, PASSPORT, **held(office, 20, brought_mitid=False))
    told = passage(one(client, case, "?rule_set=mitid-2025"), "what-if")
    assert "men med en anden begrundelse" in told


def test_every_installed_set_can_be_chosen_and_no_other(client, confirmed):
    choices = one(client, confirmed).context_data["form"].fields["rule_set"].choices
    assert [key for key, _title in choices] == list(RULE_SETS)
    page = one(client, confirmed, "?rule_set=mitid-2031")
    assert page.status_code == 200
    assert list(page.context_data["form"].errors) == ["rule_set"]
    assert page.context_data["what_if"] is None


# --- what cannot be vouched for -----------------------------------------------------------------------------


def test_a_decision_that_its_facts_do_not_give_is_not_vouched_for(client, office, confirmed):
    case = forged(office, confirmed, outcome="not_confirmed", findings=[{"rule": "odd"}])
    page = one(client, case, "?rule_set=mitid-2025")
    assert "Vi kan ikke stå inde for denne afgørelse." in text_of(page)
    assert "odd" in passage(page, "grounds")
    assert "følger ikke af oplysningerne" in passage(page, "what-if")
    assert "Uden sine oplysninger" not in passage(page, "what-if")
    assert page.context_data["what_if"] is None


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"sealed": b"x" * 60}, "De forseglede oplysninger er blevet ændret."),
        ({"facts": {"on": "2026-11-22"}}, "Oplysningerne hører ikke til denne afgørelse."),
        ({"rule_set": "mitid-2031"}, "Afgørelsens regelsæt findes ikke her."),
    ],
)
def test_facts_that_cannot_be_used_are_told(client, office, confirmed, changed, said):
    case = forged(office, confirmed, **changed)
    told = text_of(one(client, case, "?rule_set=mitid-2025"))
    assert said in told
    assert "Vi kan ikke stå inde for denne afgørelse." in told


ODD = ([{"rule": "odd"}], [{"rule": "applicant.proof"}], [{"rule": []}], ["odd"], {"odd": 1})


@pytest.mark.parametrize("findings", ODD)
@pytest.mark.parametrize("outcome", ["confirmed", "not_confirmed"])
@pytest.mark.parametrize("has_facts", [True, False])
def test_findings_that_no_rule_gave_are_no_fault_of_the_page(
    client, office, confirmed, findings, outcome, has_facts
):
    case = forged(office, confirmed, findings=findings, outcome=outcome)
    if not has_facts:
        shred([case.data_key_id], now=NOW)
    for address in (COUNTED, f"{COUNTED}?rule_set=mitid-2025"):
        assert client.get(address).context_data["report"].decisions == 2
    told = passage(one(client, case, "?rule_set=mitid-2025"), "grounds")
    assert "da den ikke kan siges med ord" in told


def test_a_decision_whose_facts_were_deleted_keeps_its_grounds(client, refused):
    shred([refused.data_key_id], now=NOW)
    page = one(client, refused, "?rule_set=mitid-2025")
    assert "Oplysningerne er slettet, som de skal med tiden." in text_of(page)
    assert "Vi kan ikke stå inde for" not in text_of(page)
    assert "Vidnets tid med MitID: ikke opfyldt" in passage(page, "grounds")
    assert "kan afgørelsen ikke afgøres efter andre regler" in passage(page, "what-if")


def test_without_the_wrapping_key_the_page_says_so(client, confirmed):
    DataKey.objects.filter(pk=confirmed.data_key_id).update(key_version=99)
    assert "Nøglen til oplysningerne findes ikke her." in text_of(one(client, confirmed))


# --- who did what -----------------------------------------------------------------------------------------------


def test_the_cases_own_trail_names_staff_and_holds_every_look(client, office, confirmed, auditor):
    office.clerk.first_name, office.clerk.last_name = "Kirsten", "Kontor"
    office.clerk.save()
    note_letter_read(proofing=confirmed, language="da", staff=office.clerk, now=NOW)
    office.decided(witness(40), applicant=41)
    one(client, confirmed, "?rule_set=mitid-2025")
    page = one(client, confirmed)
    lines = [(str(line.what), line.who) for line in page.context_data["trail"]]
    with translation.override("da"):
        assert [str(what) for what, _who in lines] == [
            "Set",
            "Set",
            "Brevet vist",
            "Afgjort",
            "Vidnet godkendte erklæringen",
            "Vidne, eller at der ikke var noget, registreret",
            "Spørgsmål registreret",
            "Dokumenter registreret",
            "Sagen oprettet",
        ]
    assert {who for _what, who in lines[2:]} == {"Kirsten Kontor"}
    looks = AuditEntry.unscoped.filter(event="proofing.read").order_by("id")
    assert [(look.actor, look.facts) for look in looks] == [
        (auditor.actor, {"read": "audit:mitid-2025"}),
        (auditor.actor, {"read": "audit"}),
    ]


def test_every_event_of_a_decided_case_has_words():
    told = {event for event in Event if event.startswith(("proofing.", "letter.", "reversal."))}
    assert set(audit.EVENTS) == told - {Event.PROOFING_ABANDONED}
    with translation.override("en"):
        assert not [words for words in audit.EVENTS.values() if "." in str(words)]


def test_a_long_trail_is_cut_and_says_so(client, confirmed, monkeypatch):
    monkeypatch.setattr("witnesses.selectors.audit.TRAIL_ROWS", 3)
    monkeypatch.setattr("witnesses.desk.audit.TRAIL_ROWS", 3)
    page = one(client, confirmed)
    assert len(page.context_data["trail"]) == 3
    assert "De nyeste 3 linjer er vist." in passage(page, "trail")


# --- a span, counted ----------------------------------------------------------------------------------------------


@pytest.fixture
def year():
    return decided_in_a_year()


def of(code: str) -> Client:
    """The auditor of one of the year's municipalities."""
    place = IdentityProofing.unscoped.filter(municipality__code=code).first().municipality
    return signed_in(build_staff(place, role="auditor", username=f"auditor {code}"))


def counted(client: Client, code: str, query: str = YEAR):
    return client.get(f"/admin/{code}/decisions/summary/?{query}")


def test_a_span_is_counted_by_outcome_and_rule_for_ones_own_municipality_alone(year):
    page = counted(of("0657"), "0657")
    told = page.context_data
    assert told["counted"].decisions == 3
    assert dict(told["outcomes"]) == {"Bekræftet af et vidne": 2, "Ikke bekræftet": 1}
    assert dict(told["failed"]) == {"Spørgsmål eller vidne": 1, "Vidnets tid med MitID": 1}
    assert (told["report"].decisions, told["report"].same, told["report"].broken) == (3, 3, 0)
    assert "De er alle afgjort igen" in text_of(page)
    assert "Identitet" not in passage(page, "again")


def test_what_another_set_would_have_changed_is_what_replay_counts(year):
    expected = {
        "0657": ({"to_not_confirmed": 1}, [year[1]]),
        "0751": ({"to_not_confirmed": 1, "to_confirmed": 1}, [year[4], year[3]]),
        "0461": ({"other_grounds": 1}, [year[6]]),
    }
    for code, (changes, cases) in expected.items():
        page = counted(of(code), code, f"{YEAR}&rule_set=mitid-2025")
        assert page.context_data["report"].changes == changes
        assert listed_in(page) == [case.reference for case in cases]
        assert "Efter MitID 2025" in text_of(page)


def listed_in(page) -> list[str]:
    return re.findall(r'decisions/([A-Z0-9-]+)/\?rule_set=mitid-2025"', page.content.decode())


def test_only_so_many_are_decided_again_and_the_page_says_how_many(year, monkeypatch):
    monkeypatch.setattr("witnesses.desk.audit.DECIDED_AGAIN", 2)
    page = counted(of("0751"), "0751", f"{YEAR}&rule_set=mitid-2025")
    assert page.context_data["report"].decisions == 2
    assert page.context_data["counted"].decisions == 3
    assert "De nyeste 2 af de 3 afgørelser" in text_of(page)
    assert listed_in(page) == [year[4].reference, year[3].reference]


def test_the_statements_of_a_summary_do_not_grow_with_the_decisions(
    client, office, confirmed, django_assert_num_queries
):
    query = f"{YEAR}&rule_set=mitid-2025"
    counted(client, "0657", query)
    with django_assert_num_queries(6):  # three of who asks, the facts, the entry, the count
        counted(client, "0657", query)
    for _ in range(9):
        forged(office, confirmed)
    with django_assert_num_queries(6):
        assert counted(client, "0657", query).context_data["report"].decisions == 10


def test_deciding_again_is_written_down_with_who_asked(client, office, auditor, confirmed):
    counted(client, "0657", f"{YEAR}&rule_set=mitid-2025")
    entry = AuditEntry.unscoped.latest("id")
    assert (entry.event, entry.actor) == ("decisions.replayed", auditor.actor)
    assert entry.municipality == office.world.municipality
    assert entry.subject == "decisions:2026-01-01/2026-12-31"
    assert entry.facts == {"rule_set": "mitid-2025", "decisions": 1, "same": 0, "broken": 0}


def test_a_span_not_asked_for_is_the_last_thirty_days(client, confirmed):
    page = client.get(COUNTED)
    assert page.context_data["counted"].decisions == 1
    assert page.context_data["form"].cleaned_data["first"] == TODAY - timedelta(days=29)
    assert page.context_data["form"].cleaned_data["last"] == TODAY


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("first=&last=2026-11-23", "first"),
        ("first=2026-01-01&last=2027-01-02", "last"),
        ("first=2026-01-02&last=2026-01-01", "last"),
        (f"{YEAR}&rule_set=mitid-2031", "rule_set"),
    ],
)
def test_a_span_that_cannot_be_counted_is_told_at_its_field(client, confirmed, query, field):
    page = client.get(f"{COUNTED}?{query}")
    assert list(page.context_data["form"].errors) == [field]
    assert "counted" not in page.context_data
    assert not AuditEntry.unscoped.filter(event="decisions.replayed").exists()


def test_decisions_that_cannot_be_vouched_for_are_counted_and_named(client, office, confirmed):
    rows = [
        forged(office, confirmed, outcome="not_confirmed"),
        forged(office, confirmed, sealed=b"x" * 60),
    ]
    page = client.get(COUNTED)
    assert "2 afgørelser kan vi ikke stå inde for." in text_of(page)
    assert listed(page) == [row.reference for row in rows[::-1]]


def test_decisions_that_cannot_be_vouched_for_are_named_before_those_whose_facts_are_deleted(
    client, office, confirmed, monkeypatch
):
    monkeypatch.setattr("witnesses.desk.audit.LISTED_CASES", 2)
    forged_one, changed = forged(office, confirmed, sealed=b"x" * 60), confirmed
    deleted = [forged(office, confirmed) for _ in range(2)]
    shred([row.data_key_id for row in deleted], now=NOW)
    page = client.get(f"{COUNTED}?{YEAR}&rule_set=mitid-2025")
    assert listed_in(page) == [forged_one.reference, changed.reference]
    told = passage(page, "again")
    assert "Og 2 til." in told
    assert "De er alle afgjort igen" not in told


# --- who may ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "role", [role for role in StaffRole.Role if role not in {"auditor", "rule_steward"}]
)
def test_nobody_else_has_the_pages(office, confirmed, role):
    other = signed_in(build_staff(office.world.municipality, role=role, username="other"))
    for address in (LIST, COUNTED, f"{LIST}{confirmed.reference}/"):
        assert other.get(address).status_code == 404
        assert "/decisions/" not in other.get("/admin/", follow=True).content.decode()


def test_an_auditor_can_change_nothing(client, office, confirmed):
    before = json.dumps(list(IdentityProofing.unscoped.values("pk", "revision", "outcome")))
    for address in (LIST, COUNTED, f"{LIST}{confirmed.reference}/"):
        assert client.post(address, {"outcome": "not_confirmed"}).status_code == 405
        page = client.get(address).content.decode()
        posts = re.findall(r'<form[^>]*method="post"[^>]*action="([^"]+)"', page)
        assert posts == ["/accounts/language/", "/accounts/logout/"]
    assert json.dumps(list(IdentityProofing.unscoped.values("pk", "revision", "outcome"))) == before


def test_what_is_not_decided_here_is_not_found(client, office, confirmed):
    open_case = office.with_witness(witness(30), applicant=31)
    elsewhere = build_office("0751", "Aarhus").decided(witness(50), applicant=51)
    for reference in (open_case.reference, elsewhere.reference, "BBBB-BBBB-BB", "x"):
        assert client.get(f"{LIST}{reference}/").status_code == 404
    assert elsewhere.reference not in client.get(LIST).content.decode()


def test_nobody_signed_in_is_sent_to_sign_in(confirmed):
    for address in (LIST, COUNTED, f"{LIST}{confirmed.reference}/"):
        assert Client().get(address).headers["Location"].startswith("/accounts/login/")


def test_a_protected_citizen_is_named_no_more_than_others(client, office, confirmed):
    confirmed.participant.is_protected = True
    confirmed.participant.save()
    page = one(client, confirmed).content.decode()
    assert "Amina" not in page
    assert date(1990, 1, 1).isoformat() not in page
