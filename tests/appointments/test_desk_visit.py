"""A visit's page and the acts at the desk."""

from datetime import timedelta

import pytest

from appointments.models import Appointment, DeskDay
from appointments.services import check_in
from appointments.wording import REFUSALS
from borgerservice.audit.models import AuditEntry
from borgerservice.municipalities.models import StaffRole
from borgerservice.notifications.models import Message
from tests.appointments.desk import (
    at,
    at_work,
    centre_page,
    pressed_twice,
    signed_in,
    visit_page,
    words,
)
from tests.appointments.pages import starts_on
from tests.builders import NOW, TODAY, build_staff, build_visit, build_world

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
Status = Appointment.Status
TEN_O_CLOCK = NOW + timedelta(hours=2)


def events(reference):
    return list(
        AuditEntry.unscoped.filter(subject=f"appointment:{reference}")
        .order_by("id")
        .values_list("event", flat=True)
    )


def test_the_page_tells_the_facts_and_what_has_happened_in_words():
    world = build_world()
    visit = build_visit(world, names=["Amina Hassan"])
    page = at_work(world.municipality).get(visit_page(world, visit.reference)).content.decode()
    for told in ("Amina Hassan", visit.reference, world.centre.name, words("The citizen")):
        assert told in page
    assert "appointment.booked" not in page


def test_phone_and_email_are_only_shown_on_asking_and_that_is_recorded():
    world = build_world()
    visit = build_visit(world, phone="+4520304050", email="amina@example.com")
    clerk = at_work(world.municipality)
    assert "20304050" not in clerk.get(visit_page(world, visit.reference)).content.decode()
    address = visit_page(world, visit.reference, "visit_contact")
    opened = clerk.get(address)
    assert opened.headers["Location"] == visit_page(world, visit.reference)
    assert "contact.read" not in events(visit.reference)
    page = clerk.post(address).content.decode()
    assert "+4520304050" in page
    assert "amina@example.com" in page
    assert events(visit.reference)[-1] == "contact.read"


def test_a_name_with_markup_is_shown_as_text():
    world = build_world()
    visit = build_visit(world, names=["<script>alert(1)</script> Bo"])
    page = at_work(world.municipality).get(visit_page(world, visit.reference)).content.decode()
    assert "<script>alert" not in page
    assert "&lt;script&gt;" in page


def test_a_visit_is_checked_in_then_closed():
    world = build_world()
    visit = build_visit(world)
    staff = build_staff(world.municipality)
    clerk = signed_in(staff)
    clerk.post(visit_page(world, visit.reference, "visit_check_in"))
    clerk.post(visit_page(world, visit.reference, "visit_complete"))
    visit.refresh_from_db()
    assert visit.status == Status.COMPLETED
    assert events(visit.reference)[1:] == ["appointment.checked_in", "appointment.completed"]
    assert AuditEntry.unscoped.last().actor == f"staff:{staff.pk}"


def test_the_second_press_on_a_button_is_told_what_the_first_was_and_a_later_one_why_not():
    world = build_world()
    visit = build_visit(world)
    clerk, page = at_work(world.municipality), visit_page(world, visit.reference)
    address = visit_page(world, visit.reference, "visit_check_in")
    pressed = pressed_twice(clerk, page, address)
    assert words("Checked in.") in pressed
    assert words(REFUSALS["cannot_check_in"]) not in pressed
    assert events(visit.reference)[1:] == ["appointment.checked_in"]
    later = at_work(world.municipality).post(address, follow=True).content.decode()
    assert words(REFUSALS["cannot_check_in"]) in later


def test_a_second_press_does_not_say_that_somebody_did_not_come_who_came_meanwhile():
    world = build_world()
    visit = build_visit(world)
    address = visit_page(world, visit.reference, "visit_no_show")
    with at(TEN_O_CLOCK):
        clerk = at_work(world.municipality)
        seal = str(clerk.get(visit_page(world, visit.reference)).context["csrf_token"])
        sent = {"csrfmiddlewaretoken": seal}
        for _press in range(2):
            page = clerk.post(address, sent, follow=True).content.decode()
            assert words("Marked: did not come.") in page
        check_in(appointment=visit, actor="staff:1", now=TEN_O_CLOCK)
        page = clerk.post(address, sent, follow=True).content.decode()
    assert words("Marked: did not come.") not in page.partition("<table")[0]
    assert words(REFUSALS["cannot_mark_no_show"]) in page
    visit.refresh_from_db()
    assert visit.status == Status.CHECKED_IN


def test_no_show_is_refused_before_the_visit_and_taken_after():
    world = build_world()
    visit = build_visit(world)
    clerk = at_work(world.municipality)
    address = visit_page(world, visit.reference, "visit_no_show")
    page = clerk.post(address, follow=True).content.decode()
    assert words("The visit has not begun yet.") in page
    with at(TEN_O_CLOCK):
        clerk.force_login(build_staff(world.municipality))
        clerk.post(address)
    visit.refresh_from_db()
    assert visit.status == Status.NO_SHOW


def test_the_page_offers_only_the_acts_that_would_succeed():
    world = build_world(desks=2)
    today, tomorrow = build_visit(world), build_visit(world, day=TODAY + timedelta(days=1))
    clerk = at_work(world.municipality)

    def offered(visit):
        page = clerk.get(visit_page(world, visit.reference)).content.decode()
        return {
            act
            for act in ("check_in", "no_show", "complete", "cancel", "move")
            if visit_page(world, visit.reference, f"visit_{act}") in page
        }

    assert offered(today) == {"check_in", "cancel", "move"}
    assert offered(tomorrow) == {"cancel", "move"}
    check_in(appointment=today, actor="staff:1", now=NOW)
    assert offered(today) == {"complete"}


def test_cancelling_asks_first_then_frees_the_time_and_tells_the_citizen():
    world = build_world()
    visit = build_visit(world)
    clerk = at_work(world.municipality)
    address = visit_page(world, visit.reference, "visit_cancel")
    clerk.get(address)
    visit.refresh_from_db()
    assert visit.status == Status.BOOKED
    clerk.post(address)
    visit.refresh_from_db()
    assert visit.status == Status.CANCELLED
    assert Message.unscoped.filter(kind="cancelled").exists()
    assert build_visit(world).starts_at == visit.starts_at


def test_moving_shows_free_times_and_keeps_the_reference():
    world = build_world()
    visit = build_visit(world)
    clerk = at_work(world.municipality)
    address = visit_page(world, visit.reference, "visit_move")
    offered = starts_on(clerk.get(address))
    assert visit.starts_at not in offered
    clerk.post(address, {"start": offered[-1].isoformat()})
    moved = Appointment.unscoped.get(reference=visit.reference)
    assert moved.starts_at == offered[-1]
    assert events(visit.reference)[-1] == "appointment.moved"


def test_a_time_taken_meanwhile_is_told_at_the_times_and_no_longer_offered():
    world = build_world()
    visit = build_visit(world)
    clerk = at_work(world.municipality)
    address = visit_page(world, visit.reference, "visit_move")
    wanted = starts_on(clerk.get(address))[0]
    build_visit(world, minute=10 * 60 + 30)
    page = clerk.post(address, {"start": wanted.isoformat()})
    assert words("That time has just been taken. Choose another time.") in page.content.decode()
    assert wanted not in starts_on(page)


@pytest.mark.parametrize(
    "name",
    ["visit", "visit_cancel", "visit_move", "visit_contact", "visit_check_in", "visit_no_show"],
)
def test_another_municipality_s_visit_is_not_found(name):
    world, elsewhere = build_world(), build_world(code="0751", name="Aarhus")
    visit = build_visit(elsewhere)
    clerk = at_work(world.municipality)
    for address in (
        visit_page(elsewhere, visit.reference, name),
        visit_page(world, visit.reference, name),
    ):
        assert clerk.post(address).status_code in {404, 405}
        assert clerk.get(address, follow=True).status_code == 404
    visit.refresh_from_db()
    assert visit.status == Status.BOOKED


def test_an_administrator_who_is_no_clerk_opens_no_visit():
    world = build_world()
    visit = build_visit(world)
    administrator = at_work(world.municipality, StaffRole.Role.ADMINISTRATOR)
    assert administrator.get(visit_page(world, visit.reference)).status_code == 404


def test_a_shredded_visit_still_opens_without_its_names():
    world = build_world()
    visit = build_visit(world, names=["Amina Hassan"])
    key = visit.contact.data_key
    key.wrapped, key.destroyed_at = None, NOW
    key.save()
    clerk = at_work(world.municipality)
    page = clerk.get(visit_page(world, visit.reference))
    assert page.status_code == 200
    assert "Amina" not in page.content.decode()
    assert clerk.get(centre_page(world, "day")).status_code == 200
    assert DeskDay.objects.exists()
