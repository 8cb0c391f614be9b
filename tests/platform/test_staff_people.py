"""Who works here: invitations, roles given and ended."""

import io
import re
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from borgerservice.audit.models import AuditEntry
from borgerservice.municipalities.models import Invitation, StaffMember, StaffRole
from borgerservice.municipalities.policies import workplaces_of
from borgerservice.notifications.models import Message
from borgerservice.notifications.wording import word
from borgerservice.staff.exceptions import StaffRefused
from borgerservice.staff.services import accept_invitation, end_role, give_role
from borgerservice.staff.wording import REFUSALS
from tests.appointments.desk import at, at_work, pressed_twice, signed_in, words
from tests.builders import NOW, build_municipality, build_staff

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
Role = StaffRole.Role
JOINING = {
    "first_name": "Mette",
    "last_name": "Holm",
    "username": "mette.holm",
    "password": "heste-paa-broen-17",
    "again": "heste-paa-broen-17",
}


@pytest.fixture
def place():
    return build_municipality()


def page_of(place, name, **more):
    return reverse(f"admin:{name}", kwargs={"code": place.code, **more})


def invited(place, role=Role.CLERK, email="mette@example.com"):
    """Invite through the page; the path of the link in the message."""
    administrator = at_work(place, Role.ADMINISTRATOR)
    administrator.post(page_of(place, "staff_invite"), {"email": email, "role": role})
    text = word(Message.unscoped.latest("id")).text
    return re.search(r"/invitation/\S+", text)[0]


def roles_of(staff):
    return {role for one in workplaces_of(staff=staff, now=NOW) for role in one.roles}


def test_an_invitation_leads_to_an_account_with_the_role(place):
    link = invited(place, Role.LEAD)
    visitor = Client()
    assert words("Team lead") in visitor.get(link).content.decode()
    assert visitor.post(link, JOINING).status_code == 302
    staff = StaffMember.objects.get(username="mette.holm")
    assert roles_of(staff) == {Role.LEAD}
    assert staff.person_id
    assert not staff.is_superuser
    sign_in = {"login": "mette.holm", "password": JOINING["password"]}
    assert Client().post(reverse("account_login"), sign_in).status_code == 302


def test_the_link_is_in_the_message_and_nowhere_else(place):
    secret = invited(place).strip("/").split("/")[-1]
    stored = [
        *Invitation.unscoped.values(),
        *Message.unscoped.values(),
        *AuditEntry.unscoped.values(),
    ]
    assert secret not in str(stored)
    assert "mette" not in str([*Message.unscoped.values(), *AuditEntry.unscoped.values()])


def test_a_link_works_once(place):
    link = invited(place)
    Client().post(link, JOINING)
    again = Client().post(link, JOINING | {"username": "somebody.else"})
    assert again.status_code == 404
    assert not StaffMember.objects.filter(username="somebody.else").exists()


def test_who_presses_twice_has_joined_all_the_same(place):
    link = invited(place)
    page = pressed_twice(Client(), link, link, **JOINING)
    assert words("You can work here now.") in page
    assert StaffMember.objects.filter(username="mette.holm").count() == 1


def test_who_withdraws_or_ends_by_two_presses_is_told_of_no_fault(place):
    invited(place)
    administrator, staff = at_work(place, Role.ADMINISTRATOR), build_staff(place)
    number, role = Invitation.unscoped.get().pk, staff.roles.get().pk
    people = page_of(place, "staff")
    withdraw = page_of(place, "invitation_withdraw", number=number)
    withdrawn = pressed_twice(administrator, people, withdraw)
    assert words("The invitation is withdrawn.") in withdrawn
    assert words(REFUSALS["invitation_over"]) not in withdrawn
    end = page_of(place, "role_end", number=role)
    ended = pressed_twice(administrator, end, end)
    assert words("The role has ended.") in ended
    assert AuditEntry.unscoped.filter(event="role.ended").count() == 1


def test_a_link_works_for_a_week(place):
    link = invited(place)
    with at(NOW + timedelta(days=7, seconds=-1)):
        assert Client().get(link).status_code == 200
    with at(NOW + timedelta(days=7)):
        assert Client().get(link).status_code == 404
        assert Client().post(link, JOINING).status_code == 404


def test_of_two_who_hold_the_same_link_one_joins(place):
    invited(place)
    invitation = Invitation.unscoped.get()
    joining = {name: typed for name, typed in JOINING.items() if name != "again"}
    accept_invitation(invitation=invitation, now=NOW, **joining)
    with pytest.raises(StaffRefused, match="invitation_over"):
        accept_invitation(invitation=invitation, now=NOW, **joining | {"username": "other"})


def test_a_withdrawn_invitation_opens_nothing_and_its_message_is_not_sent(place):
    link = invited(place)
    administrator = at_work(place, Role.ADMINISTRATOR)
    number = Invitation.unscoped.get().pk
    administrator.post(page_of(place, "invitation_withdraw", number=number))
    assert Client().get(link).status_code == 404
    assert Message.unscoped.get().status == Message.Status.DROPPED


def test_a_colleague_from_elsewhere_takes_the_role_with_the_account_they_have(place):
    link = invited(place)
    staff = build_staff(build_municipality("0751", "Aarhus"))
    signed_in(staff).post(link)
    assert {one.municipality.code for one in workplaces_of(staff=staff, now=NOW)} == {
        "0657",
        "0751",
    }


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"password": "kort", "again": "kort"}, "password"),
        ({"password": "password1234", "again": "password1234"}, "password"),
        ({"password": "mette.holm-mette.holm"[:10] + "xy", "again": "x"}, "again"),
        ({"again": "heste-paa-broen-18"}, "again"),
        ({"username": "Administrator-Taken"}, "username"),
        ({"username": "mette holm"}, "username"),
        ({"username": "610190-1234"}, "username"),
        ({"first_name": "  "}, "first_name"),
        ({"last_name": "Holm 6101901234"}, "last_name"),
    ],
)
def test_an_account_that_cannot_be_is_told_at_the_field(place, typed, field):
    build_staff(place, username="administrator-taken")
    link = invited(place)
    page = Client().post(link, JOINING | typed)
    assert page.status_code == 200
    assert field in page.context["form"].errors
    assert Invitation.unscoped.get().accepted_at is None
    assert JOINING["password"] not in page.content.decode()


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"email": "mette", "role": "clerk"}, "email"),
        ({"email": "", "role": "clerk"}, "email"),
        ({"email": "mette@example.com", "role": "rule_steward"}, "role"),
        ({"email": "mette@example.com"}, "role"),
        ({"email": "610190-1234@example.com", "role": "clerk"}, "email"),
    ],
)
def test_an_invitation_that_cannot_be_is_told_at_the_field(place, typed, field):
    page = at_work(place, Role.ADMINISTRATOR).post(page_of(place, "staff_invite"), typed)
    assert page.context["form"].errors.keys() == {field}
    assert not Invitation.unscoped.exists()


def test_nobody_is_invited_twice_to_the_same_role(place):
    administrator = at_work(place, Role.ADMINISTRATOR)
    for _time in range(2):
        page = administrator.post(
            page_of(place, "staff_invite"), {"email": "mette@example.com", "role": "clerk"}
        )
    assert page.context["form"].errors.keys() == {"email"}
    assert Invitation.unscoped.count() == 1


def test_a_role_is_given_and_ended_at_once(place):
    clerk = build_staff(place)
    client = signed_in(clerk)
    administrator = at_work(place, Role.ADMINISTRATOR)
    administrator.post(page_of(place, "role_give", number=clerk.pk), {"role": "administrator"})
    assert client.get(page_of(place, "staff")).status_code == 200
    role = StaffRole.unscoped.get(staff=clerk, role="administrator")
    end = page_of(place, "role_end", number=role.pk)
    administrator.get(end)
    assert client.get(page_of(place, "staff")).status_code == 200
    administrator.post(end)
    assert client.get(page_of(place, "staff")).status_code == 404
    assert [*AuditEntry.unscoped.values_list("event", "subject")] == [
        ("role.given", f"staff:{clerk.pk}"),
        ("role.ended", f"staff:{clerk.pk}"),
    ]


def test_an_ended_role_can_be_given_anew_but_never_held_twice(place):
    clerk = build_staff(place)
    chief = build_staff(place, role=Role.ADMINISTRATOR)
    with pytest.raises(StaffRefused, match="role_held"):
        give_role(municipality=place, staff_id=clerk.pk, role="clerk", giver=chief, now=NOW)
    end_role(municipality=place, role_id=clerk.roles.get().pk, ender=chief, now=NOW)
    with pytest.raises(StaffRefused, match="role_is_over"):
        end_role(municipality=place, role_id=clerk.roles.get().pk, ender=chief, now=NOW)
    give_role(municipality=place, staff_id=clerk.pk, role="clerk", giver=chief, now=NOW)
    assert roles_of(clerk) == {Role.CLERK}


def test_nobody_ends_their_own_role_as_administrator(place):
    chief = build_staff(place, role=Role.ADMINISTRATOR)
    build_staff(place, role=Role.ADMINISTRATOR)
    page = signed_in(chief).post(page_of(place, "role_end", number=chief.roles.get().pk))
    told = "You cannot end your own role as administrator. Ask another administrator."
    assert words(told) in page.content.decode()
    assert roles_of(chief) == {Role.ADMINISTRATOR}


def test_two_administrators_who_end_each_other_leave_one(place):
    one, other = (build_staff(place, role=Role.ADMINISTRATOR) for _ in range(2))
    end_role(municipality=place, role_id=other.roles.get().pk, ender=one, now=NOW)
    with pytest.raises(StaffRefused, match="not_administrator"):
        end_role(municipality=place, role_id=one.roles.get().pk, ender=other, now=NOW)


def test_an_administrator_reaches_nobody_elsewhere(place):
    elsewhere = build_municipality("0751", "Aarhus")
    theirs = build_staff(elsewhere)
    administrator = at_work(place, Role.ADMINISTRATOR)
    role = theirs.roles.get().pk
    for address in (
        page_of(elsewhere, "staff"),
        page_of(elsewhere, "staff_invite"),
        page_of(place, "role_give", number=theirs.pk),
        page_of(place, "role_end", number=role),
        page_of(elsewhere, "role_end", number=role),
    ):
        assert administrator.get(address).status_code == 404
        assert administrator.post(address, {"role": "clerk"}).status_code in {404, 405}
    assert roles_of(theirs) == {Role.CLERK}
    assert theirs.username not in administrator.get(page_of(place, "staff")).content.decode()


@pytest.mark.parametrize("role", [Role.CLERK, Role.LEAD, Role.AUDITOR])
def test_only_an_administrator_sees_the_staff(place, role):
    assert at_work(place, role).get(page_of(place, "staff")).status_code == 404


def test_a_new_installation_gets_its_first_administrator_by_command(place, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO("heste-paa-broen-17\n"))
    names = ["--username", "chief", "--first-name", "Mette", "--last-name", "Holm"]
    call_command("create_administrator", "--municipality", place.code, *names, stdout=io.StringIO())
    chief = StaffMember.objects.get(username="chief")
    assert chief.check_password("heste-paa-broen-17")
    assert signed_in(chief).get(page_of(place, "staff_invite")).status_code == 200
    assert AuditEntry.unscoped.get().actor == "command"


def test_the_command_refuses_a_weak_password_and_makes_nobody(place, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO("kort\n"))
    names = ["--username", "chief", "--first-name", "Mette", "--last-name", "Holm"]
    with pytest.raises(CommandError):
        call_command("create_administrator", "--municipality", place.code, *names)
    assert not StaffMember.objects.exists()
