"""Staff tell their own number once, so that nobody works on a case of their own."""

import logging
import re

import pytest
from django.urls import reverse

from borgerservice.audit.models import AuditEntry
from borgerservice.municipalities.models import StaffMember, StaffRole
from borgerservice.municipalities.policies import has_own_number
from borgerservice.people.models import Person, PersonAlias
from borgerservice.people.services import person_of
from borgerservice.staff.exceptions import StaffRefused
from borgerservice.staff.own_number import record_own_number
from tests.appointments.desk import signed_in
from tests.builders import NOW, build_staff
from tests.links import build_link
from tests.witnesses.cases import Questions, number, witness
from tests.witnesses.test_case_canaries import everything_stored, spellings
from witnesses.exceptions import Refused
from witnesses.models import IdentityProofing, Witnessing
from witnesses.services import (
    abandon_proofing,
    decide_proofing,
    open_proofing,
    record_no_witness,
    record_questions,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
TYPED = "6101907771"
ELSEWHERE = "6101907772"


@pytest.fixture
def newcomer(office):
    """A clerk who has not told their own number."""
    return build_staff(office.world.municipality, username="newcomer", has_number=False)


def known(serial: int) -> Person:
    return person_of(kind="replacement", normalised=number(serial).digits, now=NOW)


def tell(staff, serial: int) -> StaffMember:
    return record_own_number(staff=staff, number=number(serial), now=NOW)


PAGE = "/admin/own-number/"


def test_a_number_nobody_has_shown_makes_the_clerk_known(newcomer):
    assert not has_own_number(newcomer)
    tell(newcomer, 9)
    newcomer.refresh_from_db()
    assert newcomer.person == known(9)
    assert has_own_number(newcomer)


def test_a_clerk_who_was_a_citizen_first_becomes_the_person_known(newcomer):
    before = known(9)
    assert tell(newcomer, 9).person == before
    assert StaffMember.objects.get(pk=newcomer.pk).person == before


def test_a_number_told_is_not_changed_by_the_one_who_told_it(newcomer):
    tell(newcomer, 9)
    for serial in (9, 10):
        with pytest.raises(StaffRefused, match="own_number_recorded"):
            tell(newcomer, serial)
    newcomer.refresh_from_db()
    assert newcomer.person == known(9)


def test_two_colleagues_cannot_tell_one_number(office, newcomer):
    tell(newcomer, 9)
    other = build_staff(office.world.municipality, has_number=False)
    with pytest.raises(StaffRefused, match="own_number_refused"):
        tell(other, 9)
    other.refresh_from_db()
    assert other.person != newcomer.person
    assert not has_own_number(other)


def test_two_colleagues_cannot_tell_two_numbers_of_one_person(office, newcomer):
    build_link(known(9).pk, known(10).pk)
    build_link(known(10).pk, known(11).pk)
    tell(newcomer, 9)
    other = build_staff(office.world.municipality, has_number=False)
    for serial in (10, 11):
        with pytest.raises(StaffRefused, match="own_number_refused"):
            tell(other, serial)
    aliases = PersonAlias.objects.count()
    tell(other, 12)
    assert PersonAlias.objects.count() == aliases + 1


def test_telling_the_number_is_written_down_without_it(newcomer):
    tell(newcomer, 9)
    entry = AuditEntry.unscoped.get(event="staff.number_recorded")
    assert (entry.subject, entry.facts) == (f"staff:{newcomer.pk}", {"kind": "replacement"})


def test_without_the_own_number_no_case_is_opened(office, newcomer):
    with pytest.raises(Refused, match="own_number_needed"):
        open_proofing(participant=office.participant(), staff=newcomer, now=NOW)
    assert not IdentityProofing.unscoped.exists()


def test_without_the_own_number_no_step_is_taken_and_nothing_decided(office, newcomer):
    case = office.with_witness(witness(7))
    told = {"proofing": case, "staff": newcomer, "now": NOW}
    for step in (
        lambda: record_questions(outcome=Questions.PASSED, **told),
        lambda: record_no_witness(**told),
        lambda: decide_proofing(**told),
        lambda: abandon_proofing(**told),
    ):
        with pytest.raises(Refused, match="own_number_needed"):
            step()
    case.refresh_from_db()
    assert case.state == "witness"
    assert not Witnessing.unscoped.exists()
    tell(newcomer, 9)
    assert decide_proofing(**told).outcome == "confirmed"


def test_a_clerk_cannot_work_on_the_case_of_the_number_they_told(office):
    tell_anew(office.clerk, 1)
    with pytest.raises(Refused, match="own_case"):
        office.with_documents(1)


def test_a_clerk_cannot_be_the_applicant_under_another_number_of_theirs(office):
    tell_anew(office.clerk, 9)
    build_link(known(1).pk, known(9).pk)
    with pytest.raises(Refused, match="own_case"):
        office.with_documents(1)


def test_a_clerk_found_out_to_be_the_applicant_cannot_decide(office):
    tell_anew(office.clerk, 9)
    case = office.with_witness(witness(7))
    build_link(known(1).pk, known(9).pk)
    with pytest.raises(Refused, match="own_case"):
        decide_proofing(proofing=case, staff=office.clerk, now=NOW)


def test_a_clerk_cannot_be_the_witness_under_another_number_of_theirs(office):
    tell_anew(office.clerk, 9)
    build_link(known(7).pk, known(9).pk)
    case = office.with_witness(witness(7), is_signed=False)
    colleague = build_staff(office.world.municipality)
    with pytest.raises(Refused, match="own_case"):
        office.sign(case)
    office.sign(case, staff=colleague)
    with pytest.raises(Refused, match="own_case"):
        decide_proofing(proofing=case, staff=office.clerk, now=NOW)
    case = decide_proofing(proofing=case, staff=colleague, now=NOW)
    assert case.outcome == "not_confirmed"
    assert case.failed == ["applicant.proof", "witness.independent"]
    assert not Witnessing.unscoped.exists()


def test_control_a_clerk_who_is_neither_confirms(office):
    tell_anew(office.clerk, 9)
    assert office.decided(witness(7)).outcome == "confirmed"


def tell_anew(staff, serial: int) -> None:
    """The builders' staff have told some number already; here it is this one."""
    staff.person = Person.objects.create(created_at=NOW)
    staff.save()
    tell(staff, serial)
    staff.refresh_from_db()


def test_a_clerk_is_led_to_the_page_at_sign_in_once_a_session(newcomer):
    client = signed_in(newcomer)
    assert client.get("/admin/").headers["Location"] == PAGE
    assert client.get("/admin/").headers.get("Location") != PAGE


@pytest.mark.parametrize("role", [StaffRole.Role.ADMINISTRATOR, StaffRole.Role.FRAUD_REVIEWER])
def test_who_works_on_no_case_is_not_led_there_but_finds_the_page(office, role):
    client = signed_in(build_staff(office.world.municipality, role=role, has_number=False))
    page = client.get("/admin/", follow=True)
    assert page.redirect_chain in ([], [(f"/admin/0657/{_first_page(role)}/", 302)])
    assert PAGE in page.content.decode()
    assert client.get(PAGE).status_code == 200


def _first_page(role: str) -> str:
    return {"administrator": "staff", "fraud_reviewer": "signals"}[role]


def test_a_clerk_who_told_it_is_not_asked_again(office):
    assert signed_in(office.clerk).get("/admin/").headers.get("Location", "") != PAGE


def test_a_visit_leads_to_the_page_before_the_first_case_and_back(office, newcomer):
    visit = office.visit()
    client = signed_in(newcomer)
    where = reverse("admin:visit", kwargs={"code": "0657", "reference": visit.reference})
    page = client.get(where).content.decode()
    assert f'href="{PAGE}?next={where.replace("/", "%2F")}"' in page
    assert "proofing" not in page
    answer = client.post(f"{PAGE}?next={where}", {"number": TYPED})
    assert answer.headers["Location"] == where
    assert f'action="{where}0/proofing/"' in client.get(where).content.decode()


@pytest.mark.parametrize("next_", ["https://elsewhere.example/admin/", "//elsewhere.example", "/x"])
def test_the_way_back_is_one_of_our_own_pages(newcomer, next_):
    answer = signed_in(newcomer).post(f"{PAGE}?next={next_}", {"number": TYPED})
    assert answer.headers["Location"] == "/admin/"


def test_a_step_refused_for_it_says_so_with_the_way_there_and_keeps_what_was_typed(
    office, newcomer
):
    case = office.with_documents(1)
    here = reverse("admin:proofing", kwargs={"code": "0657", "reference": case.reference})
    page = signed_in(newcomer).post(f"{here}questions/", {"outcome": "declined"})
    told = page.content.decode()
    assert f'{PAGE}?next={here.replace("/", "%2F")}"' in told
    assert re.search(r'<input[^>]*value="declined"[^>]*checked', told)
    again = signed_in(newcomer).post(f"{here}abandon/", follow=True).content.decode()
    assert PAGE in again.replace(f'href="{PAGE}"', "")
    case.refresh_from_db()
    assert case.state == "documents"


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("", "number_needed"),
        ("123", "impossible_cpr_number"),
        ("6113901234", "impossible_cpr_number"),
    ],
)
def test_a_mistake_is_told_at_the_field_and_nothing_is_shown_back(newcomer, typed, code):
    page = signed_in(newcomer).post(PAGE, {"number": typed})
    assert page.status_code == 200
    assert list(page.context_data["form"].errors) == ["number"]
    assert not typed or typed not in page.content.decode()
    assert not has_own_number(newcomer)


def test_told_once_the_page_only_says_so(newcomer):
    client = signed_in(newcomer)
    client.post(PAGE, {"number": TYPED})
    for page in (client.get(PAGE), client.post(PAGE, {"number": ELSEWHERE})):
        assert page.status_code == 200
        assert 'name="number"' not in page.content.decode()
    newcomer.refresh_from_db()
    assert newcomer.person == person_of(kind="replacement", normalised=TYPED, now=NOW)


def test_a_number_typed_is_nowhere_in_page_log_or_database(office, newcomer, caplog):
    caplog.set_level(logging.DEBUG)
    other = build_staff(office.world.municipality, has_number=False)
    pages = []
    for staff in (newcomer, other):
        client = signed_in(staff)
        forms = ({"number": TYPED + "1"}, {"number": f"{TYPED[:6]}-{TYPED[6:]}"}, {})
        pages += [client.post(PAGE, form, follow=True) for form in forms]
        pages.append(client.get(PAGE))
    assert has_own_number(newcomer)
    assert not has_own_number(other)
    told = "\n".join(page.content.decode() for page in pages)
    for where in (told, caplog.text, everything_stored()):
        assert [form for form in spellings(TYPED) if form in where] == []


def test_control_a_number_that_leaked_into_a_row_is_found(newcomer):
    newcomer.last_name = TYPED
    newcomer.save()
    assert TYPED in everything_stored()


def test_on_a_visit_without_a_case_opening_one_is_the_main_button(office):
    client = signed_in(office.clerk)
    visit = office.visit()
    where = {"code": "0657", "reference": visit.reference}
    page = reverse("admin:visit", kwargs=where)
    opening = reverse("admin:proofing_open", kwargs={**where, "position": 0})
    closing = reverse("admin:visit_complete", kwargs=where)

    def main_buttons() -> list[str]:
        forms = re.findall(r"<form.*?</form>", client.get(page).content.decode(), flags=re.DOTALL)
        main = [form for form in forms if 'class="button default"' in form]
        return [re.search(r'action="([^"]+)"', form)[1] for form in main]

    assert main_buttons() == [opening]
    client.post(opening)
    assert main_buttons() == [closing]
