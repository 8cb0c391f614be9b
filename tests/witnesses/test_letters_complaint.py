"""How to complain, in the municipality's own words: who may write it, and what it may hold."""

import html
import re

import pytest
from django.test import Client

from borgerservice.audit.models import AuditEntry
from tests.builders import NOW, build_staff
from tests.witnesses.test_letters import address, letter, refused
from witnesses.exceptions import Refused
from witnesses.selectors.letters import complaint_text, usual_complaint_texts
from witnesses.services import change_complaint_texts
from witnesses.services.letters import LONGEST_TEXT

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
HERE = "/admin/0657/letters/"
OWN = {
    "danish": "Klag her.\n\nMandag til fredag.",
    "english": "Complain here.\n\nMonday to Friday.",
}


@pytest.fixture
def administrator(office):
    return build_staff(office.world.municipality, role="administrator")


@pytest.fixture
def client(administrator):
    client = Client()
    client.force_login(administrator)
    return client


def typed_back(answer) -> dict[str, str]:
    areas = re.findall(
        r'<textarea name="(\w+)"[^>]*>\n?(.*?)</textarea>', answer.content.decode(), re.DOTALL
    )
    return {name: html.unescape(text) for name, text in areas}


def changes() -> list[AuditEntry]:
    return list(AuditEntry.unscoped.filter(event="municipality.texts_changed"))


def test_an_administrator_s_text_stands_in_every_letter_that_says_no(client, office):
    case = refused(office)

    answer = client.post(HERE, OWN)

    assert answer.headers["Location"] == HERE
    clerk = Client()
    clerk.force_login(office.clerk)
    said = letter(clerk, case, "da")
    assert "Klag her. Mandag til fredag." in said
    assert usual_complaint_texts()["da"].split("\n\n")[0] not in said
    page = clerk.get(address(case, "en")).content.decode()
    assert "<p>Complain here.</p>" in page
    assert "<p>Monday to Friday.</p>" in page


def test_the_text_is_shown_again_and_emptied_it_is_our_usual_one(client, office):
    client.post(HERE, OWN)
    assert typed_back(client.get(HERE)) == OWN

    client.post(HERE, {"danish": " \r\n ", "english": ""})

    place = office.world.municipality
    place.refresh_from_db()
    assert complaint_text(place, "da") == usual_complaint_texts()["da"]
    assert complaint_text(place, "en") == usual_complaint_texts()["en"]


def test_a_change_is_written_down_without_the_text_and_saving_the_same_is_none(
    client, administrator
):
    client.post(HERE, OWN)
    client.post(HERE, OWN)

    (entry,) = changes()
    assert (entry.actor, entry.subject) == (f"staff:{administrator.pk}", "municipality:0657")
    assert set(entry.facts) == {"danish", "english"}
    assert "Klag" not in str(entry.facts)


def test_what_looks_like_a_cpr_number_is_refused_and_only_that_is_lost(client, office):
    answer = client.post(HERE, {**OWN, "danish": "Ring til Bo, 610190-4321.\n\nVi har åbent 9-15."})

    assert answer.status_code == 200
    assert 'id="id_danish_error"' in answer.content.decode()
    assert "4321" not in answer.content.decode()
    assert typed_back(answer)["danish"] == "Ring til Bo, ….\n\nVi har åbent 9-15."
    assert typed_back(answer)["english"] == OWN["english"]
    assert changes() == []


@pytest.mark.parametrize(
    ("number", "back"),
    [
        ("\uff16\uff11\uff10\uff11\uff19\uff10-\uff14\uff13\uff12\uff11", "Ring til …."),
        ("\u0666\u0661\u0660\u0661\u0669\u0660 \u0664\u0663\u0662\u0661", "Ring til …."),
        ("\u2076\u00b9\u2070\u00b9\u2079\u2070\u2074\u00b3\u00b2\u00b9", ""),
    ],
    ids=["full-width", "arabic", "superscript"],
)
def test_no_alphabet_brings_a_cpr_number_back_onto_the_page(client, office, number, back):
    answer = client.post(HERE, {"danish": f"Ring til {number}.", "english": "x"})
    assert typed_back(answer)["danish"] == back


@pytest.mark.parametrize(
    ("texts", "code", "field"),
    [
        ({"danish": "å" * (LONGEST_TEXT + 1), "english": "x"}, "text_too_long", "danish"),
        ({"danish": "Klag 6101904321", "english": "x"}, "text_holds_cpr", "danish"),
        ({"danish": "Klag her.", "english": " "}, "text_in_one_language_only", "english"),
        ({"danish": "", "english": "Complain."}, "text_in_one_language_only", "danish"),
    ],
)
def test_a_text_that_cannot_stand_is_refused_at_its_field(
    office, administrator, texts, code, field
):
    with pytest.raises(Refused) as refusal:
        change_complaint_texts(
            municipality=office.world.municipality, staff=administrator, now=NOW, **texts
        )

    assert (refusal.value.code, refusal.value.field) == (code, field)
    office.world.municipality.refresh_from_db()
    assert office.world.municipality.complaint_da == ""


def test_the_longest_text_is_taken_whole_however_its_lines_end(office, administrator):
    text = "\r\n".join(["å" * 999, "ø" * 999, "æ" * 1000])

    change_complaint_texts(
        municipality=office.world.municipality,
        danish=text,
        english="x",
        staff=administrator,
        now=NOW,
    )

    office.world.municipality.refresh_from_db()
    assert len(office.world.municipality.complaint_da) == LONGEST_TEXT


def test_signs_of_the_page_s_own_language_are_only_text(client, office):
    client.post(HERE, {"danish": "<b>Klag</b> & vent", "english": "<script>x</script>"})
    clerk = Client()
    clerk.force_login(office.clerk)

    page = clerk.get(address(refused(office), "en")).content.decode()

    assert "<script>" not in page
    assert "&lt;script&gt;" in page


@pytest.mark.parametrize("role", ["clerk", "lead", "auditor", "fraud_reviewer"])
def test_only_an_administrator_writes_it(office, role):
    other = Client()
    other.force_login(build_staff(office.world.municipality, role=role))

    assert other.get(HERE).status_code == 404
    assert other.post(HERE, OWN).status_code == 404
    assert changes() == []


def test_our_usual_text_names_no_municipality_no_time_limit_and_no_price():
    for text in usual_complaint_texts().values():
        assert "Digitaliseringsstyrelsen" in text
        assert not re.search(r"\d", text)
        assert not re.search(r"gratis|koster|free of charge|weeks|uger|Herning", text)


def test_the_menu_of_an_administrator_has_the_letters(client):
    assert f'href="{HERE}"' in client.get(HERE).content.decode()
