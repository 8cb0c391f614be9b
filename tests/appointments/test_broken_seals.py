"""A broken seal at the desk and in the API: one name or contact is missing, and says so."""

import logging
from datetime import timedelta

import pytest

from appointments.models import Appointment, Participant
from tests.appointments.desk import at_work, centre_page, visit_page, words
from tests.broken import break_key, break_seal
from tests.builders import TODAY, World, build_visit
from tests.platform.api_calls import System
from tests.witnesses.case_pages import text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
UNREADABLE = words("Name cannot be read")
NOTICE = words(
    "Something of this visit cannot be read. Those who run the system have been told. Everything"
    " else is here."
)


@pytest.fixture
def visit(world: World) -> Appointment:
    return build_visit(world, names=["Amina Hassan", "Yusuf Hassan"], phone="+4520304050")


def whole(world: World) -> Appointment:
    return build_visit(world, minute=12 * 60, names=["Bo Berg"])


@pytest.mark.only("sqlite")
def test_one_name_that_cannot_be_read_hides_nothing_else(world, visit, caplog):
    comer = Participant.unscoped.get(appointment=visit, position=1)
    break_seal(comer, "name_sealed")
    other, clerk = whole(world), at_work(world.municipality)
    with caplog.at_level(logging.ERROR, logger="borgerservice.vault.reading"):
        page = text_of(clerk.get(visit_page(world, visit.reference)))
    assert all(one in page for one in ("Amina Hassan", UNREADABLE, NOTICE))
    assert words("Deleted") not in page
    assert [record.getMessage() for record in caplog.records] == [
        f"vault.seal_broken row=appointments.Appointment:{visit.pk} place=participant.name:1"
    ]
    day = text_of(clerk.get(centre_page(world, "day")))
    assert all(one in day for one in ("Amina Hassan", "Bo Berg", UNREADABLE))
    assert day.count(UNREADABLE) == 1
    assert other.reference in clerk.get(centre_page(world, "day")).content.decode()


def test_a_key_that_does_not_open_hides_its_own_visit_alone(world, visit):
    break_key(visit.contact.data_key)
    whole(world)
    clerk = at_work(world.municipality)
    page = text_of(clerk.get(visit_page(world, visit.reference)))
    assert page.count(UNREADABLE) == 2
    assert NOTICE in page
    opened = text_of(clerk.post(visit_page(world, visit.reference, "visit_contact")))
    assert opened.count(words("Cannot be read")) == 1, "there is no e-mail address"
    for query in ("", "?q=4050", "?q=bo"):
        listed = clerk.get(centre_page(world, "day") + query)
        assert listed.status_code == 200
        assert "Bo Berg" in text_of(listed) or query == "?q=4050"
    received = clerk.post(visit_page(world, visit.reference, "visit_check_in"), follow=True)
    assert words("Checked in.") in text_of(received)


def test_a_phone_number_that_cannot_be_read_is_told_beside_what_can(world, visit):
    break_seal(visit.contact, "phone_sealed")
    clerk = at_work(world.municipality)
    closed = text_of(clerk.get(visit_page(world, visit.reference)))
    assert NOTICE not in closed, "nobody has looked yet"
    opened = text_of(clerk.post(visit_page(world, visit.reference, "visit_contact")))
    assert NOTICE in opened
    assert opened.count(words("Cannot be read")) == 1
    assert "Amina Hassan" in opened


def test_a_contact_that_cannot_be_read_is_mended_by_writing_it_anew(world, visit):
    clerk = at_work(world.municipality)
    broken, other = Appointment.unscoped.get(pk=visit.pk), whole(world)
    break_seal(broken.contact, "phone_sealed")
    break_key(other.contact.data_key)
    typed = {"phone": "31 32 33 34", "email": "", "seen": "0"}
    said = words("The phone number and e-mail address are changed.")
    for one, is_mended in ((broken, True), (other, False)):
        page = visit_page(world, one.reference, "visit_contact_change")
        answer = clerk.post(page, typed, follow=True)
        assert (answer.status_code, said in text_of(answer)) == (200, is_mended)
    opened = text_of(clerk.post(visit_page(world, visit.reference, "visit_contact")))
    assert "+4531323334" in opened
    assert NOTICE not in opened


def test_the_lists_for_machines_go_on_with_null_for_the_name(
    world: World, visit: Appointment, system: System
) -> None:
    break_key(visit.contact.data_key)
    whole(world)
    told = system.get("appointments/").json()["results"]
    assert [[one["name"] for one in row["participants"]] for row in told] == [
        [None, None],
        ["Bo Berg"],
    ]
    assert system.get(f"appointments/{visit.reference}/").status_code == 200
    rows = at_work(world.municipality).get(centre_page(world, "day_rows")).json()["visits"]
    assert [row["names"] for row in rows] == [[None, None], ["Bo Berg"]]


def test_without_the_right_key_the_page_is_still_a_503(world, visit, keys):
    clerk = at_work(world.municipality)
    clerk.raise_request_exception = False
    build_visit(world, day=TODAY + timedelta(days=1))
    keys.replace_wrapping()
    assert clerk.get(visit_page(world, visit.reference)).status_code == 503
    assert clerk.get(centre_page(world, "day")).status_code == 503
