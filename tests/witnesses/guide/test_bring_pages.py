"""What do I bring, as pages: two forms and an answer, no person, nothing stored, bad input told."""

import html
import re
from datetime import date
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from appointments.services.centres.reference import load_reference
from tests.appointments.pages import text_of, title_of
from tests.witnesses.stewards import scheduled
from witnesses.rules.guide.links import read

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
VISIT = {"step": "1", "number": "yes", "lived": "settled", "address": "yes", "on": "01-12-2026"}
PAPERS = {**VISIT, "step": "2"}
DANISH_PASSPORT = {"p": "passport", "0-issuer": "DK", "0-form": "physical", "0-cpr": "on"}
BRING, ANSWER = "/en/guide/bring/", "/en/guide/bring/answer/"


def ask(client: Client, data: dict, address: str = BRING):
    return client.get(address, data)


def answered(client: Client, data: dict):
    """Send all answers, and follow to what they lead to."""
    sent = ask(client, data)
    assert sent.status_code == 302, text_of(sent)
    return client.get(sent.headers["Location"])


def error_at(page, name: str) -> str:
    """What is told at a field; empty where nothing is."""
    found = re.search(
        rf'id="id_{name}_error"[^>]*>(.*?)</span>\s*[<\n]', page.content.decode(), re.DOTALL
    )
    return html.unescape(re.sub(r"<[^>]+>", "", found[1])).strip() if found else ""


def test_one_who_has_what_is_needed_is_told_so(client: Client) -> None:
    load_reference(tell=lambda _line: None)
    page = answered(client, {**PAPERS, **DANISH_PASSPORT, "0-expires": "01-12-2026"})
    told = text_of(page)
    assert "Your papers are enough" in title_of(page)
    assert "For a visit on Tuesday 1 December 2026" in told
    assert "questions about yourself" in told
    assert "When you book, choose “New MitID”." in told
    assert "must be 13 or older" in told


def test_a_newcomer_is_told_to_bring_a_witness_and_why(client: Client) -> None:
    load_reference(tell=lambda _line: None)
    told = text_of(answered(client, {**PAPERS, **DANISH_PASSPORT, "lived": "new"}))
    assert "Your papers are enough if you bring a witness" in told
    assert "You have lived in Denmark for less than a year." in told
    assert "You have no postal address" not in told
    assert "at least 10 days" in told
    assert "“New MitID with a witness”" in told


def test_an_expired_passport_is_not_enough_and_a_new_one_is(client: Client) -> None:
    told = text_of(answered(client, {**PAPERS, **DANISH_PASSPORT, "0-expires": "30-11-2026"}))
    assert "Your papers are not enough yet" in told
    assert "Passport does not count: it has expired." in told
    assert "Passport, renewed before the visit" in told
    assert "Driving licence with the CPR number, issued in Denmark or Greenland" in told


def test_the_original_is_asked_for_in_place_of_a_copy(client: Client) -> None:
    data = {**PAPERS, **DANISH_PASSPORT, "0-form": "copy"}
    told = text_of(answered(client, data))
    assert "Passport: the original, not a copy or an app" in told


def test_what_goes_together_is_told_together(client: Client) -> None:
    told = text_of(answered(client, VISIT))
    assert "Or two things together" in told
    assert re.search(r"Together with one of these: .*Health card .*One of these: ", told)
    assert "Driving licence, issued in any country but the Faroe Islands" in told


def test_the_rules_in_force_on_the_day_decide(client: Client) -> None:
    """A foreign passport without a number is enough in 2022's rules, and not in 2025's."""
    scheduled("mitid-2025", date(2026, 12, 1))
    data = {**PAPERS, "number": "no", "p": "passport", "0-issuer": "ZZ", "0-form": "physical"}
    before = text_of(answered(client, {**data, "on": "30-11-2026"}))
    assert "you need a P-code" in before
    after = text_of(answered(client, {**data, "on": "01-12-2026"}))
    assert "Your papers are enough if you bring a witness" in before
    assert "Your papers are not enough yet" in after


def test_the_link_leads_back_to_the_answer_and_to_the_forms_filled_in(client: Client) -> None:
    sent = ask(client, {**PAPERS, **DANISH_PASSPORT, "0-expires": "2 12 2027"})
    link = parse_qs(urlsplit(sent.headers["Location"]).query)["a"][0]
    assert link == "1.20261201.ysy_paDKp3.20271202.0"
    assert read(link).papers[0].expires_on == date(2027, 12, 2)
    page = client.get(sent.headers["Location"]).content.decode()
    assert link in page
    forms = [html.unescape(one) for one in re.findall(r'href="(/en/guide/bring/\?[^"]+)"', page)]
    visit, papers = (client.get(form).content.decode() for form in forms)
    assert re.search(r'name="p" value="passport"[^>]* checked', visit)
    assert re.search(r'name="lived" value="settled"[^>]* checked', visit)
    assert 'value="01-12-2026"' in visit
    assert 'value="02-12-2027"' in papers
    assert re.search(r'name="0-cpr"[^>]* checked', papers)


def test_a_day_that_is_over_is_said(client: Client) -> None:
    page = client.get(ANSWER, {"a": "1.20261101.ysy_paDKp3.0.0"})
    assert "for a day that is over" in text_of(page)


def test_one_more_of_a_kind_can_be_added(client: Client) -> None:
    page = ask(client, {**PAPERS, **DANISH_PASSPORT, "0-issuer": "FO", "again": "passport"})
    body = page.content.decode()
    assert len(re.findall(r'name="p" value="passport"', body)) == 2
    assert re.search(r'<option value="FO" selected', body)
    assert "Something is missing" not in text_of(page)


def test_each_paper_is_asked_only_what_differs(client: Client) -> None:
    page = ask(
        client, {**VISIT, "p": ["health_card", "foreign_ministry_id_card", "benefit_letter"]}
    )
    body = page.content.decode()
    assert "0-issuer" not in body  # one issuer
    assert "1-expires" not in body  # no day of expiry
    assert "1-cpr" not in body  # always shows it
    assert "2-issued" in body
    assert "1-issued" not in body
    nobody = ask(client, {**VISIT, "number": "no", "p": ["passport"]})
    assert "0-cpr" not in nobody.content.decode()


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("2027", "the day and the month too"),
        ("1/2/90", "year with four digits"),
        ("01-02-90", "year with four digits"),
        ("31-02-2027", "Write a date"),
        ("soon", "Write a date"),
        ("01-01-0001", "Write a date"),
        ("31-12-9999", "Write a date"),
        ("01-01-2027" * 500, "Write a date"),
        ("<script>", "Write a date"),
        ("\x00", "Write a date"),
        ("٠١-٠١-٢٠٢٧", ""),
    ],
)
def test_half_a_date_is_told_at_its_field(client: Client, typed, told) -> None:
    page = ask(client, {**PAPERS, **DANISH_PASSPORT, "0-expires": typed})
    if not told:
        assert page.status_code in {200, 302}
        return
    assert page.status_code == 200
    assert told in error_at(page, "0-expires")
    assert f"Passport, Valid until: {error_at(page, '0-expires').removeprefix('Error: ')}" in (
        text_of(page)
    )
    assert title_of(page).startswith("Error:")
    assert "<script>" not in page.content.decode()


@pytest.mark.parametrize(
    ("changed", "field", "told"),
    [
        ({"number": ""}, "number", "Choose one."),
        ({"lived": "mars"}, "lived", "Choose one of the answers shown."),
        ({"address": "perhaps"}, "address", "Choose one of the answers shown."),
        ({"on": "22-11-2026"}, "on", "The day is over."),
        ({"on": "2026"}, "on", "the day and the month too"),
        ({"on": "1/2/90"}, "on", "year with four digits"),
        ({"on": "01-01-2035"}, "on", "too far ahead"),
        ({"p": "visa"}, "p", "among the papers shown"),
        ({"p": ["passport"] * 11}, "p", "at most 10"),
        ({"p": "\x00"}, "p", "among the papers shown"),
    ],
)
def test_what_is_wrong_about_the_visit_is_told_at_its_field(
    client: Client, changed, field, told
) -> None:
    for step in (VISIT, PAPERS):
        page = ask(client, {**step, **changed})
        assert page.status_code == 200
        assert told in error_at(page, field)
        assert f'href="#id_{field}"' in page.content.decode()


@pytest.mark.parametrize(
    "changed",
    [
        {"0-issuer": "XX"},
        {"0-issuer": ""},
        {"0-form": ""},
        {"0-form": "hologram"},
        {"0-issuer": "ZZ", "0-cpr": "on"},
    ],
)
def test_what_is_wrong_about_a_paper_is_told_at_its_field(client: Client, changed) -> None:
    page = ask(client, {**PAPERS, **DANISH_PASSPORT, **changed})
    assert page.status_code == 200
    wrong = list(changed)[-1]
    assert error_at(page, wrong)


def test_no_country_is_taken_for_granted(client: Client) -> None:
    """A newcomer who overlooks the question must not be told that a foreign passport is enough."""
    page = ask(client, {**VISIT, "p": "passport"}).content.decode()
    assert not re.search(r'<option value="[A-Z]+" selected', page)


def test_one_can_go_back_from_the_papers_to_the_visit(client: Client) -> None:
    page = ask(client, {**VISIT, "p": "passport", "lived": "abroad"}).content.decode()
    back = html.unescape(re.search(r'href="(/en/guide/bring/\?[^"]+change=1[^"]*)"', page)[1])
    visit = client.get(back).content.decode()
    assert re.search(r'name="lived" value="abroad"[^>]* checked', visit)


def test_a_letter_needs_its_date(client: Client) -> None:
    letter = {"p": "benefit_letter", "0-issuer": "DK", "0-form": "physical"}
    page = ask(client, {**PAPERS, **letter})
    assert "Write the date of the letter." in error_at(page, "0-issued")


@pytest.mark.parametrize("a", ["", "x", "1.20261201.ysy_paXXp3.0.0", "\x00", "%" * 9000, "é"])
def test_a_link_that_is_none_is_said_and_the_questions_asked(client: Client, a) -> None:
    page = client.get(ANSWER, {"a": a})
    assert page.status_code == 400
    assert "The link was not understood." in text_of(page)
    assert 'name="number"' in page.content.decode()


@pytest.mark.parametrize(
    "query",
    [
        "step=2&p=passport&0-issuer=DK&0-issuer=SE&number=yes&lived=new&address=no&0-form=app",
        "step=9&p=passport",
        "step=1&step=2",
        "step=2&change=1&p=passport&number=yes&lived=new&address=no&0-form=%00&0-issuer=%00",
        "step=2&again=visa&p=passport&number=yes&lived=new&address=no",
        "again=passport",
        "step=2&" + "&".join(f"{n}-form=physical" for n in range(150)),
        "step=1&number=yes&lived=new&address=no&p=" + "x" * 5000,
        "%ff=%fe&step=1",
    ],
)
def test_a_hostile_query_is_a_page(client: Client, query) -> None:
    for address in ("/guide/bring/", BRING):
        assert client.get(f"{address}?{query}").status_code in {200, 302}


def test_what_looks_like_a_cpr_number_is_not_shown_back(client: Client) -> None:
    typed = "610190-1234"
    page = ask(client, {**VISIT, "on": typed})
    assert typed not in page.content.decode()
    page = ask(client, {**PAPERS, **DANISH_PASSPORT, "0-expires": typed})
    assert typed not in page.content.decode()


def test_no_page_asks_the_database_more_than_three_times_or_keeps_anything(client: Client) -> None:
    load_reference(tell=lambda _line: None)
    link = "1.20261201.nan_paDKp1.20261101.0"
    for address, data in (
        (BRING, {}),
        (BRING, {**VISIT, "p": "passport"}),
        (BRING, {**PAPERS, **DANISH_PASSPORT}),
        (ANSWER, {"a": link}),
    ):
        for prefix in ("", "/en"):
            with CaptureQueriesContext(connection) as asked:
                page = client.get(address.replace("/en", prefix), data)
            assert page.status_code in {200, 302}
            assert len(asked) <= 3, [one["sql"] for one in asked]
            assert all(one["sql"].startswith("SELECT") for one in asked)
    assert set(client.cookies) <= {"csrftoken"}, "the seal of a form is no answer"


def test_the_other_language_keeps_what_was_answered(client: Client) -> None:
    page = client.get(ANSWER, {"a": "1.20261201.ysy_paDKp3.0.0"}).content.decode()
    assert 'href="/guide/bring/answer/?a=1.20261201.ysy_paDKp3.0.0"' in page
    page = ask(client, {**VISIT, "p": "passport"}).content.decode()
    assert 'href="/guide/bring/?step=1&amp;number=yes' in page


def test_who_adds_a_paper_keeps_what_was_answered_of_the_others(client: Client) -> None:
    load_reference(tell=lambda _line: None)
    passport = {**DANISH_PASSPORT, "0-expires": "01-05-2039"}
    page = answered(client, {**PAPERS, **passport}).content.decode()
    change = html.unescape(re.search(r'href="([^"]+change=1&amp;a=[^"]+)"', page)[1])
    visit = client.get(change)
    link = re.search(r'name="a" value="([^"]+)"', visit.content.decode())[1]
    papers = ask(client, {**VISIT, "p": ["driving_licence", "passport"], "a": link})
    rows = papers.context["papers"]
    assert [row.kind.type for row in rows] == ["passport", "driving_licence"]
    assert rows[0].initial["expires"] == "01-05-2039"
    assert rows[1].initial == {}
    assert ask(client, {**VISIT, "p": "passport", "a": "x"}).status_code == 200
