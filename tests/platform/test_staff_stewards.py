"""Rule stewards belong to no municipality, and nobody is one beside another role."""

import io
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from borgerservice.audit.models import AuditEntry
from borgerservice.demo import seed
from borgerservice.municipalities.models import StaffMember, StaffRole
from borgerservice.municipalities.policies import is_rule_steward, workplaces_of
from borgerservice.staff.exceptions import StaffRefused
from borgerservice.staff.services import (
    accept_with_account,
    appoint_rule_steward,
    end_role,
    end_rule_steward,
    give_role,
    invite,
    make_rule_steward,
)
from tests.appointments.desk import signed_in, words
from tests.builders import NOW, PASSWORD, build_municipality, build_staff
from tests.platform.raw import execute, refused

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
Role = StaffRole.Role
MIXED = "a_rule_steward_is_nothing_else"
LATER = NOW + timedelta(hours=1)


@pytest.fixture
def place():
    return build_municipality()


def steward(username="steward", now=NOW):
    return appoint_rule_steward(
        username=username, first_name="Ane", last_name="Lov", password=PASSWORD, now=now
    )


def raw_role(staff, *, role, municipality=None, since=NOW, ended_at=None, verb="INSERT", pk=None):
    values = {
        "staff_id": staff.pk,
        "municipality_id": municipality.pk if municipality else None,
        "role": str(role),
        "since": since.isoformat(" ") if hasattr(since, "isoformat") else since,
        "ended_at": ended_at.isoformat(" ") if ended_at else None,
    }
    if pk:
        values["id"] = pk
    return execute(
        f"{verb} INTO municipalities_staffrole ({', '.join(values)})"
        f" VALUES ({', '.join('%s' for _ in values)})",
        *values.values(),
    )


# --- made by commands -------------------------------------------------------------------------------


def created(monkeypatch, *more, word="heste-paa-broen-17"):
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{word}\n"))
    told = io.StringIO()
    call_command("create_rule_steward", "--username", "ane", *more, stdout=told)
    return told.getvalue()


NAMES = ("--first-name", "Ane", "--last-name", "Lov")


def test_a_steward_is_made_by_command_and_works_in_no_municipality(monkeypatch):
    assert created(monkeypatch, *NAMES) == "ane is a rule steward.\n"
    made = StaffMember.objects.get(username="ane")
    assert is_rule_steward(staff=made, now=NOW)
    assert workplaces_of(staff=made, now=NOW) == []
    assert not made.is_superuser
    assert made.person_id
    entry = AuditEntry.unscoped.get()
    assert (entry.event, entry.subject, entry.actor) == (
        "role.given",
        f"staff:{made.pk}",
        "command",
    )
    assert entry.municipality is None


def test_a_steward_without_a_name_is_refused_by_the_options_to_write(monkeypatch):
    with pytest.raises(CommandError, match="needs --first-name and --last-name"):
        created(monkeypatch)
    assert not StaffMember.objects.exists()


def test_a_steward_signs_in_like_other_staff_and_sees_where_they_work(monkeypatch):
    created(monkeypatch, *NAMES)
    client = Client()
    sign_in = {"login": "ane", "password": "heste-paa-broen-17"}
    assert client.post(reverse("account_login"), sign_in).status_code == 302
    page = client.get("/admin/").content.decode()
    assert 'href="/admin/rules/"' in page
    assert words("The whole country") in page
    assert words("You have no role in a municipality yet.")[:20] not in page


def test_a_steward_must_set_up_a_second_factor_where_others_must(settings):
    settings.SECOND_FACTOR_REQUIRED = True
    answer = signed_in(steward()).get("/admin/rules/")
    assert answer["Location"] == reverse("mfa_activate_totp")


@pytest.mark.parametrize(
    ("more", "word"),
    [((), "heste-paa-broen-17"), (NAMES, "kort"), ((*NAMES, "--has-account"), "x")],
)
def test_a_steward_who_cannot_be_made_is_told_why(monkeypatch, more, word):
    with pytest.raises(CommandError):
        created(monkeypatch, *more, word=word)
    assert not StaffMember.objects.exists()


def test_a_user_name_in_use_is_no_steward_s(monkeypatch, place):
    build_staff(place, username="ane")
    with pytest.raises(CommandError):
        created(monkeypatch, *NAMES)
    with pytest.raises(CommandError):
        created(monkeypatch, "--has-account")
    assert not StaffRole.unscoped.filter(role=Role.RULE_STEWARD).exists()


def test_a_steward_ends_by_command_at_once(monkeypatch):
    made = steward("ane")
    client = signed_in(made)
    assert client.get("/admin/rules/").status_code == 200
    call_command("end_rule_steward", "--username", "ane", stdout=io.StringIO())
    assert client.get("/admin/rules/").status_code == 404
    assert AuditEntry.unscoped.latest("id").event == "role.ended"
    for name in ("ane", "nobody"):
        with pytest.raises(CommandError):
            call_command("end_rule_steward", "--username", name, stdout=io.StringIO())


# --- nobody is both: the services -------------------------------------------------------------------


def test_whoever_has_a_municipal_role_becomes_no_steward_until_it_has_ended(place):
    chief, clerk = build_staff(place, role=Role.ADMINISTRATOR), build_staff(place)
    with pytest.raises(StaffRefused, match="works_in_municipality"):
        make_rule_steward(staff=clerk, now=NOW)
    end_role(municipality=place, role_id=clerk.roles.get().pk, ender=chief, now=NOW)
    make_rule_steward(staff=clerk, now=NOW)
    assert is_rule_steward(staff=clerk, now=NOW)
    with pytest.raises(StaffRefused, match="is_rule_steward"):
        give_role(municipality=place, staff_id=clerk.pk, role=Role.LEAD, giver=chief, now=NOW)


def test_a_steward_takes_no_role_by_invitation(place):
    chief, one = build_staff(place, role=Role.ADMINISTRATOR), steward()
    invitation = invite(
        municipality=place, email="a@example.com", role=Role.CLERK, inviter=chief, now=NOW
    )
    with pytest.raises(StaffRefused, match="is_rule_steward"):
        accept_with_account(invitation=invitation, staff=one, now=NOW)
    page = signed_in(one).post("/invitation/x/")
    assert page.status_code == 404
    assert workplaces_of(staff=one, now=LATER) == []


def test_a_steward_is_made_once_and_can_be_made_anew():
    one = steward()
    with pytest.raises(StaffRefused, match="role_held"):
        make_rule_steward(staff=one, now=NOW)
    end_rule_steward(staff=one, now=NOW)
    with pytest.raises(StaffRefused, match="not_rule_steward"):
        end_rule_steward(staff=one, now=NOW)
    make_rule_steward(staff=one, now=LATER)
    assert is_rule_steward(staff=one, now=LATER)


# --- nobody is both: the database itself ------------------------------------------------------------


def test_the_database_refuses_a_steward_a_municipal_role(place):
    one = steward()
    for role in (Role.CLERK, Role.AUDITOR):
        with refused(MIXED):
            raw_role(one, role=role, municipality=place)
        with refused(MIXED):
            raw_role(one, role=role, municipality=place, since=LATER)


def test_the_database_refuses_to_make_a_clerk_a_steward(place):
    clerk = build_staff(place)
    for since in (NOW - timedelta(days=400), NOW, LATER):
        with refused(MIXED):
            raw_role(clerk, role=Role.RULE_STEWARD, since=since)


def test_the_database_refuses_to_turn_one_role_into_the_other_beside_a_third(place):
    clerk = build_staff(place)
    raw_role(clerk, role=Role.LEAD, municipality=place)
    with refused(MIXED):
        execute(
            "UPDATE municipalities_staffrole SET role = 'rule_steward', municipality_id = NULL"
            " WHERE staff_id = %s AND role = 'lead'",
            clerk.pk,
        )


def test_the_database_refuses_to_bring_an_ended_role_back_beside_a_steward_s(place):
    clerk, chief = build_staff(place), build_staff(place, role=Role.ADMINISTRATOR)
    role = clerk.roles.get()
    end_role(municipality=place, role_id=role.pk, ender=chief, now=NOW + timedelta(minutes=1))
    make_rule_steward(staff=clerk, now=LATER)
    with refused(MIXED):
        execute("UPDATE municipalities_staffrole SET ended_at = NULL WHERE id = %s", role.pk)
    other = steward("other")
    with refused(MIXED):
        execute(
            "UPDATE municipalities_staffrole SET staff_id = %s WHERE id = %s", other.pk, role.pk
        )


def test_the_database_refuses_a_second_role_of_steward(place):
    one = steward()
    with refused(MIXED):
        raw_role(one, role=Role.RULE_STEWARD)


def test_the_database_lets_one_role_follow_the_other(place):
    clerk = build_staff(place)
    execute("UPDATE municipalities_staffrole SET ended_at = %s", LATER.isoformat(" "))
    assert raw_role(clerk, role=Role.RULE_STEWARD, since=LATER) == 1
    assert raw_role(clerk, role=Role.LEAD, municipality=place, ended_at=LATER) == 1


@pytest.mark.parametrize(("role", "has_place"), [(Role.CLERK, False), (Role.RULE_STEWARD, True)])
def test_the_database_knows_where_each_role_belongs(place, role, has_place):
    other = steward()
    end_rule_steward(staff=other, now=NOW)
    with refused("only_a_rule_steward_has_no_municipality"):
        raw_role(other, role=role, municipality=place if has_place else None, since=LATER)


@pytest.mark.only("sqlite")
def test_neither_replacing_nor_an_odd_moment_gets_past(place):
    clerk, one = build_staff(place), steward()
    held = clerk.roles.get()
    with refused(MIXED):
        raw_role(clerk, role=Role.RULE_STEWARD, verb="INSERT OR REPLACE", pk=held.pk)
    with refused(MIXED):
        raw_role(
            one, role=Role.CLERK, municipality=place, since="tomorrow", verb="INSERT OR IGNORE"
        )
    execute("UPDATE municipalities_staffrole SET ended_at = 'some day' WHERE id = %s", held.pk)
    with refused(MIXED):
        raw_role(clerk, role=Role.RULE_STEWARD, since=LATER)


@pytest.mark.only("postgresql")
def test_a_stale_snapshot_cannot_tell(rig):
    with rig.fresh_database() as database, database.opened() as connection:
        one = steward()
        with connection.cursor() as cursor:
            cursor.execute("BEGIN ISOLATION LEVEL REPEATABLE READ")
            try:
                with pytest.raises(Exception, match="stale snapshot"):
                    raw_role(one, role=Role.RULE_STEWARD)
            finally:
                cursor.execute("ROLLBACK")


# --- the demo ---------------------------------------------------------------------------------------


def test_the_demo_has_somebody_for_every_role_and_two_stewards(tmp_path):
    for code in seed.STAFFED:
        build_municipality(code, f"By {code}")
    passwords = tmp_path / "passwords.txt"
    seed._add_staff(passwords=passwords, now=NOW, tell=print)
    written = dict(line.split() for line in passwords.read_text().splitlines())
    assert set(written) == {
        *(
            f"{role}-{code}"
            for role in ("clerk", "lead", "administrator", "fraud_reviewer", "auditor")
            for code in ("0101", "0657", "0751")
        ),
        "rule_steward-1",
        "rule_steward-2",
    }
    for username, password in written.items():
        staff = StaffMember.objects.get(username=username)
        assert staff.check_password(password)
        assert is_rule_steward(staff=staff, now=NOW) is username.startswith("rule_steward")
    assert len({staff.get_full_name() for staff in StaffMember.objects.all()}) == len(written)
