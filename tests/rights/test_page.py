"""The administrator's page: what is asked for by POST alone, answered on paper or as a file."""

import html
import json

import pytest
import time_machine

from borgerservice.audit.models import AuditEntry
from borgerservice.municipalities.models import StaffMember
from tests.appointments.desk import at_work
from tests.builders import NOW, build_staff
from tests.rights.planted import House, build_both
from tests.witnesses.case_pages import error_at, text_of, values_of
from tests.witnesses.cases import number

PAGE = "/admin/0657/held/"
pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def house(rows_of_the_module: None) -> House:
    with time_machine.travel(NOW, tick=False):
        return build_both()[0]


@pytest.fixture
def client(house, clock):
    return at_work(house.municipality, role="administrator")


def asked(house: House, **changed) -> dict[str, str]:
    usual = {
        "number": house.first.number.digits,
        "phone": house.first.phone,
        "email": house.first.email,
        "name": house.first.name,
        "journal": "26/012345",
        "language": "da",
        "is_checked": "on",
    }
    return {name: value for name, value in {**usual, **changed}.items() if value}


def trail(house: House) -> list[AuditEntry]:
    entries = AuditEntry.objects.for_municipality(house.municipality)
    return list(entries.filter(event="held_data.told"))


def test_an_administrator_finds_the_page_and_is_told_to_check_who_it_is(client):
    assert PAGE in client.get("/admin/").content.decode()
    said = text_of(client.get(PAGE))
    assert "Tjek først, hvem det er." in said
    assert "Jeg har tjekket, hvem personen er" in said


def test_nothing_in_the_address_asks_for_anybody(client, house):
    answer = client.get(PAGE, asked(house))
    assert answer.status_code == 200
    assert trail(house) == []
    assert not any(values_of(answer).get(name) for name in ("number", "phone", "name"))


def test_the_account_is_one_page_of_everything_and_of_nobody_else(client, house):
    answer = client.post(PAGE, asked(house))
    page = html.unescape(answer.content.decode())
    account = answer.context["account"]
    facts = [fact for group in account.groups for item in group.items for fact in item.facts]
    assert len(facts) > 80
    assert [fact.label for fact in facts if fact.said not in page] == []
    assert all(group.title in page for group in account.groups)
    assert all(why in page for why in account.withheld)
    assert house.second.name not in page
    assert house.first.number.digits not in page
    assert "no-store" in answer["Cache-Control"]
    assert len(trail(house)) == 3


def test_each_group_says_why_it_is_held_and_when_it_goes(client, house):
    groups = client.post(PAGE, asked(house)).context["account"].groups
    assert [group.code for group in groups] == [
        *("contact", "visits", "waiting", "messages", "cases", "witness", "links", "trail")
    ]
    assert all(group.items and group.why and group.goes for group in groups)
    goes = {group.code: " ".join(group.goes) for group in groups}
    assert "30 dage efter besøget" in goes["contact"]
    assert "5 år efter afgørelsen" in goes["cases"]
    assert "121 dage" in goes["witness"]
    assert "24 måneder" in goes["trail"]


def test_the_file_is_the_same_for_a_machine(client, house):
    page = client.post(PAGE, asked(house)).context["account"]
    answer = client.post(PAGE, asked(house, file="1"))
    assert answer["Content-Type"] == "application/json; charset=utf-8"
    assert answer["Content-Disposition"] == 'attachment; filename="2026-11-23-0657.json"'
    assert "no-store" in answer["Cache-Control"]
    told = json.loads(answer.content)
    assert (told["municipality"], told["journal"], told["language"]) == ("0657", "26/012345", "da")
    codes = [group["code"] for group in told["groups"]]
    assert codes == [group.code for group in page.groups]
    contact = told["groups"][0]["items"][0]["facts"][0]
    assert contact["fields"] == ["notifications.Contact.phone_sealed"]
    assert contact["value"] == house.first.phone
    assert {entry.facts["as"] for entry in trail(house)} == {"page", "file"}


def test_the_account_is_in_the_language_of_the_person(client, house):
    answer = client.post(PAGE, asked(house, language="en"))
    page = answer.content.decode()
    assert '<html lang="en">' in page
    assert "What we hold about you" in page
    assert "For medarbejdere, udskrives ikke" in page, "the tools speak the staff's language"
    assert "Hvad vi har" not in page


def test_nothing_found_is_told_and_recorded(client, house):
    whom = asked(house, number=number(999).digits, phone="+4540506070", email="", name="Ingen Her")
    said = text_of(client.post(PAGE, whom))
    assert "Vi har intet om dig ud over, at du har spurgt." in said
    assert len(trail(house)) == 2


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"number": "", "phone": "", "email": ""}, ""),
        ({"number": "not a number"}, "number"),
        ({"phone": "12"}, "phone"),
        ({"email": "x"}, "email"),
        ({"name": ""}, "name"),
        ({"journal": ""}, "journal"),
        ({"journal": "Amina is my neighbour"}, "journal"),
        ({"journal": "610190-1234"}, "journal"),
        ({"language": "tr"}, "language"),
        ({"is_checked": ""}, "is_checked"),
    ],
)
def test_what_is_not_whole_is_told_shows_no_number_and_looks_nobody_up(
    client, house, changed, field
):
    answer = client.post(PAGE, asked(house, **changed))
    page = answer.content.decode()
    assert answer.status_code == 200
    if field:
        assert error_at(answer, field)
    else:
        assert "Skriv et CPR-nummer, et telefonnummer eller en e-mailadresse." in text_of(answer)
    assert house.first.number.digits not in page
    assert "610190" not in page
    assert trail(house) == []


def test_without_the_key_of_the_marks_the_page_says_so(client, house, keys):
    keys.lose()
    answer = client.post(PAGE, asked(house))
    assert "kan ikke slås op lige nu" in error_at(answer, "number")


@pytest.mark.parametrize("role", ["clerk", "lead", "auditor", "fraud_reviewer"])
def test_nobody_but_an_administrator_is_told(house, clock, role):
    client = at_work(house.municipality, role=role)
    assert client.get(PAGE).status_code == 404
    assert client.post(PAGE, asked(house)).status_code == 404
    assert trail(house) == []


def test_staff_are_named_nowhere(client, house):
    build_staff(house.municipality, username="nobody else")
    names = StaffMember.objects.values_list("username", flat=True)
    page = client.post(PAGE, asked(house)).content.decode()
    main = page.partition("<main>")[2].partition("</main>")[0]
    assert not any(name in main for name in names)
