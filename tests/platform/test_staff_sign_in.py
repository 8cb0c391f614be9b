"""Signing in as staff: who gets in, how strongly, and for how long."""

from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import (
    format_hotp_value,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.contrib import admin
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.template.loader import render_to_string
from django.test import Client
from django.urls import NoReverseMatch, reverse

from borgerservice.kernel import clock
from borgerservice.municipalities.models import StaffMember
from borgerservice.people.services import new_person
from tests.appointments.desk import at, centre_page, signed_in, visit_page, words
from tests.builders import NOW, PASSWORD, build_staff, build_world

pytestmark = pytest.mark.django_db
SIGN_IN = "/accounts/login/"


@pytest.fixture(autouse=True)
def monday_morning():
    cache.clear()
    with at(NOW):
        yield


def sign_in(client, staff, password=PASSWORD, **options):
    return client.post(SIGN_IN, {"login": staff.username, "password": password}, **options)


def code_of(secret):
    counter = next(yield_hotp_counters_from_time())
    return format_hotp_value(hotp_value(secret, counter))


def set_up_second_factor(client):
    """Set up an app; its secret."""
    page = reverse("mfa_activate_totp")
    secret = client.get(page).context["form"].secret
    assert client.post(page, {"code": code_of(secret)}).status_code == 302
    return secret


@pytest.mark.parametrize(("minutes", "is_asked"), [(0, False), (4, False), (6, True)])
def test_the_password_is_not_asked_twice_before_the_first_second_factor(
    settings, minutes, is_asked
):
    settings.SECOND_FACTOR_REQUIRED = True
    client, staff = Client(), build_staff(build_world().municipality)
    assert sign_in(client, staff).headers["Location"] == "/admin/"
    session = client.session
    session["account_authentication_methods"][0]["at"] = NOW.timestamp() - minutes * 60
    session.save()
    page = client.get("/admin/", follow=True)
    where = "account_reauthenticate" if is_asked else "mfa_activate_totp"
    assert page.request["PATH_INFO"] == reverse(where)


def test_whoever_has_a_second_factor_is_asked_again_before_it_changes():
    client, staff = Client(), build_staff(build_world().municipality)
    sign_in(client, staff)
    set_up_second_factor(client)
    client.logout()
    client.force_login(staff)
    for name in ("mfa_deactivate_totp", "mfa_generate_recovery_codes"):
        asked = client.get(reverse(name), follow=True).request["PATH_INFO"]
        assert asked == reverse("account_reauthenticate")


def test_a_stranger_is_sent_to_sign_in_and_back_to_the_page_asked_for():
    world = build_world()
    page = centre_page(world, "day")
    client = Client()
    asked = client.get(page)
    assert asked.headers["Location"] == f"{SIGN_IN}?next={page}"
    staff = build_staff(world.municipality)
    answer = client.post(
        asked.headers["Location"], {"login": staff.username, "password": PASSWORD, "next": page}
    )
    assert answer.headers["Location"] == page


def test_signing_in_never_leads_to_another_site():
    staff = build_staff(build_world().municipality)
    client = Client()
    typed = {"login": staff.username, "password": PASSWORD, "next": "https://example.com/"}
    assert client.post(SIGN_IN, typed).headers["Location"] == "/admin/"


def test_an_account_that_is_not_staff_sees_nothing():
    build_world()
    other = StaffMember.objects.create_user(
        username="other", password=PASSWORD, person=new_person(now=NOW)
    )
    assert signed_in(other).get("/admin/").headers["Location"].startswith(SIGN_IN)


def test_a_closed_account_is_out_at_once():
    world = build_world()
    staff = build_staff(world.municipality)
    client = signed_in(staff)
    assert client.get(centre_page(world, "day")).status_code == 200
    StaffMember.objects.filter(pk=staff.pk).update(is_active=False)
    assert client.get(centre_page(world, "day")).status_code == 302


def test_a_session_that_is_over_in_the_database_opens_nothing():
    world = build_world()
    staff = build_staff(world.municipality)
    client, page = signed_in(staff), centre_page(world, "day")
    assert client.get(page).status_code == 200
    key = client.cookies["sessionid"].value
    Session.objects.filter(session_key=key).update(expire_date=NOW)
    assert client.get(page).headers["Location"].startswith(SIGN_IN)


def test_a_session_ends_by_the_one_clock_it_is_read_by(monkeypatch):
    moved = NOW + timedelta(days=7)
    monkeypatch.setattr(clock, "now", lambda: moved)
    key = signed_in(build_staff(build_world().municipality)).cookies["sessionid"].value
    assert Session.objects.get(session_key=key).expire_date == moved + timedelta(hours=10)


def test_a_new_password_ends_the_sessions_begun_with_the_old_one():
    world = build_world()
    staff = build_staff(world.municipality)
    client, page = signed_in(staff), centre_page(world, "day")
    assert client.get(page).status_code == 200
    staff.set_password("another long password")
    staff.save()
    assert client.get(page).headers["Location"].startswith(SIGN_IN)


def test_a_role_ends_at_its_minute_and_begins_at_its_own():
    world = build_world()
    staff = build_staff(world.municipality)
    client, page = signed_in(staff), centre_page(world, "day")
    staff.roles.update(ended_at=NOW + timedelta(seconds=1))
    assert client.get(page).status_code == 200
    staff.roles.update(ended_at=NOW)
    assert client.get(page).status_code == 404
    staff.roles.update(ended_at=None, since=NOW + timedelta(seconds=1))
    assert client.get(page).status_code == 404


def test_pages_with_citizens_are_kept_nowhere():
    world = build_world()
    page = signed_in(build_staff(world.municipality)).get(centre_page(world, "day"))
    assert "no-store" in page.headers["Cache-Control"]


def test_no_table_is_shown_in_the_frame():
    assert not admin.site._registry
    for name in ("app_list", "password_change", "view_on_site", "autocomplete"):
        with pytest.raises(NoReverseMatch):
            reverse(f"admin:{name}")


@pytest.mark.parametrize("address", ["/accounts/signup/", "/accounts/password/new/"])
def test_nobody_signs_up_by_themselves(address):
    assert Client().get(address).status_code == 404
    assert Client().post(address, {"username": "me", "password1": PASSWORD}).status_code == 404


def test_who_sits_idle_for_a_quarter_of_an_hour_signs_in_again():
    world = build_world()
    staff = build_staff(world.municipality)
    client = signed_in(staff)
    page = centre_page(world, "day")
    client.get(page)
    with at(NOW + timedelta(minutes=15)):
        assert client.get(page).status_code == 200
    with at(NOW + timedelta(minutes=30, seconds=1)):
        assert client.get(page).headers["Location"] == f"{SIGN_IN}?next={page}"
        assert (
            words("You were signed out because time ran out. Sign in again.")
            in client.get(SIGN_IN).content.decode()
        )
        assert client.get(page).status_code == 302


def test_who_sent_something_too_late_hears_that_it_is_lost_and_comes_back_to_the_page():
    world = build_world()
    staff = build_staff(world.municipality)
    client = signed_in(staff)
    page = centre_page(world, "walk_in")
    client.get(page)
    with at(NOW + timedelta(minutes=15, seconds=1)):
        sent = client.post(page, {"name_0": "Amina Hassan"}, follow=True)
        assert sent.redirect_chain == [(f"{SIGN_IN}?next={page}", 302)]
        lost = words("What you sent is not saved. Sign in, and send it again.")
        assert lost in sent.content.decode()
        answer = client.post(SIGN_IN, {"login": staff.username, "password": PASSWORD, "next": page})
        assert answer.headers["Location"] == page
    act = visit_page(world, "AAAA-BBBB-CC", "visit_complete")
    assert Client().post(act).headers["Location"] == f"{SIGN_IN}?next={act}"


def test_nobody_works_longer_than_ten_hours_on_one_sign_in():
    world = build_world()
    client = signed_in(build_staff(world.municipality))
    page = centre_page(world, "day")
    for minutes in range(0, 10 * 60 + 1, 10):
        with at(NOW + timedelta(minutes=minutes)):
            assert client.get(page).status_code == 200
    with at(NOW + timedelta(hours=10, minutes=5)):
        assert client.get(page).status_code == 302


def test_without_a_second_factor_one_sets_it_up_before_seeing_anything(settings):
    settings.SECOND_FACTOR_REQUIRED = True
    world = build_world()
    staff = build_staff(world.municipality)
    client = Client()
    sign_in(client, staff)
    for page in ("/admin/", centre_page(world, "day")):
        answer = client.get(page)
        assert answer.headers["Location"] == reverse("mfa_activate_totp")
    set_up_second_factor(client)
    assert client.get(centre_page(world, "day")).status_code == 200


def test_with_a_second_factor_the_password_alone_opens_nothing(settings):
    settings.SECOND_FACTOR_REQUIRED = True
    world = build_world()
    staff = build_staff(world.municipality)
    client = Client()
    sign_in(client, staff)
    secret = set_up_second_factor(client)
    later = Client()
    with at(NOW + timedelta(minutes=5)):
        assert sign_in(later, staff).headers["Location"] == reverse("mfa_authenticate")
        assert later.get("/admin/").headers["Location"].startswith(SIGN_IN)
        wrong = later.post(reverse("mfa_authenticate"), {"code": "000000"})
        assert wrong.status_code == 200
        later.post(reverse("mfa_authenticate"), {"code": code_of(secret)})
        assert later.get(centre_page(world, "day")).status_code == 200


def test_the_codes_for_an_emergency_have_one_name():
    said = render_to_string("mfa/messages/recovery_codes_generated.txt")
    assert said.strip() == "Du har fået nye nødkoder. Gem dem, hvor ingen andre finder dem."


def test_the_secret_of_a_second_factor_is_stored_sealed():
    world = build_world()
    client = Client()
    sign_in(client, build_staff(world.municipality))
    secret = set_up_second_factor(client)
    stored = Authenticator.objects.get(type="totp").data["secret"]
    assert secret not in stored
    assert Authenticator.objects.get(type="totp").wrap().validate_code(code_of(secret))


def test_guessing_from_one_network_stops_there_and_locks_nobody_out():
    staff = build_staff(build_world().municipality)
    attacker, clerk = Client(REMOTE_ADDR="203.0.113.9"), Client(REMOTE_ADDR="192.0.2.7")
    for guess in range(8):
        sign_in(attacker, staff, password=f"guess-number-{guess}")
    assert sign_in(attacker, staff).status_code != 302
    assert sign_in(clerk, staff).status_code == 302


def test_a_wrong_password_says_no_more_than_that():
    staff = build_staff(build_world().municipality)
    client = Client()
    known = sign_in(client, staff, password="not-the-password").context["form"].errors
    typed = {"login": "nobody-of-that-name", "password": "not-the-password"}
    unknown = client.post(SIGN_IN, typed).context["form"].errors
    assert known == unknown
