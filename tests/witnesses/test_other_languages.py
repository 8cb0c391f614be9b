"""Who reads neither Danish nor English reads of papers, and of being a witness, in their own."""

import re

import pytest
from django.test import Client
from django.utils.translation import gettext, override
from icalendar import Calendar

from appointments.models import Participant
from tests.appointments.pages import text_of, visit_address
from tests.builders import NOW, TODAY, build_visit, build_world
from witnesses.rules.wording import texts_held, words_in
from witnesses.services.checks import ask_witness, link_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
LANGUAGES = ("uk", "pl", "de", "ar", "tr", "ro")
COPY_AND_HEALTH_CARD = "1.20261201.ysy_paDKc3.20261101.0_hcDKp2.0.0"


def papers_named_in(language: str) -> set[str]:
    """The names that no other language shares."""
    return {
        name
        for key, name in texts_held(language).items()
        if key.startswith("documents.") and len(name) > 8
    }


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_guide_names_the_papers_in_the_language_of_the_page(client: Client, language) -> None:
    own, danish = texts_held(language), papers_named_in("da") - papers_named_in(language)
    asked = client.get(f"/{language}/guide/bring/")
    told = client.get(f"/{language}/guide/bring/answer/", {"a": COPY_AND_HEALTH_CARD})
    for page in (asked, told):
        shown = text_of(page).lower()
        assert own["documents.passport"].lower() in shown
        without_brackets = re.sub(r"\([^)]*\)", "", shown)
        assert [name for name in danish if name.lower() in without_brackets] == []
    assert own["flaws.copy"] in text_of(told)
    assert own["ways.cpr_if_wanted"] in text_of(told) or own["ways.cpr_always"] in text_of(told)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_witness_reads_what_it_means_in_the_language_of_the_page(
    client: Client, language
) -> None:
    comer = Participant.unscoped.select_related("appointment__centre").get(
        appointment=build_visit(build_world(), day=TODAY)
    )
    check = ask_witness(participant=comer, now=NOW)
    page = text_of(client.get(f"/{language}/witness/check/{link_of(check)}/"))
    assert texts_held(language)["documents.passport"] in page
    for english in ("You must tell the truth", "The municipality keeps", "Du har pligt"):
        assert english not in page


def test_a_calendar_names_the_service_for_who_reads_ukrainian(client: Client) -> None:
    visit = build_visit(build_world(), day=TODAY, language="uk")
    file = client.get(f"/uk{visit_address(visit, 'da')}calendar.ics").content
    description = str(Calendar.from_ical(file).walk("VEVENT")[0]["description"])
    with override("uk"):
        assert description.startswith(f"{gettext('New MitID')}\n")


@pytest.mark.parametrize(("language", "comma"), [("ar", "، "), ("uk", ", "), ("da", ", ")])
def test_names_in_a_row_are_divided_by_the_comma_of_the_language(language, comma) -> None:
    words = words_in(language)
    assert words.listed(["A", "B"]) == f"A{comma}B"
    assert words.either(["A", "B", "C"]) == f"A{comma}B {words.say('words.or')} C"
