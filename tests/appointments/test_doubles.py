"""One live booking per person and purpose, in the whole country; and a kind way out."""

from datetime import timedelta

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from appointments.models import Appointment, CentreService, DoubleBooking
from appointments.rules.doubles import answer_by
from appointments.services import (
    cancel_appointment,
    check_in,
)
from appointments.services.booking.doubles import (
    answer_question,
    compare_new_visits,
    end_unanswered,
)
from borgerservice.audit.models import AuditEntry
from borgerservice.notifications import gsm
from borgerservice.notifications.delivery import deliver
from borgerservice.notifications.models import Contact, Message
from borgerservice.notifications.wording import word
from borgerservice.vault.links import derive_link
from tests.appointments.desk import at_work, visit_page, words
from tests.appointments.pages import book, text_of
from tests.builders import NOW, TODAY, World, build_service, build_visit, build_world

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
TOMORROW = TODAY + timedelta(days=1)
Answer = DoubleBooking.Answer
Status = Appointment.Status


@pytest.fixture
def herning() -> World:
    return build_world(desks=3)


@pytest.fixture
def aarhus() -> World:
    return build_world(code="0751", name="Aarhus", desks=3)


def twice(here: World, there: World, **second: str) -> tuple[Appointment, Appointment]:
    """Two visits from one phone, in two municipalities."""
    first = build_visit(here, day=TOMORROW)
    return first, build_visit(there, day=TOMORROW, minute=11 * 60, **second)


def asked(now=NOW) -> DoubleBooking:
    compare_new_visits(now=now)
    return DoubleBooking.objects.get()


def link_of(row: DoubleBooking) -> str:
    return derive_link("keep", row.link_salt)


def page_of(row: DoubleBooking) -> str:
    return f"/en/keep/{link_of(row)}/"


def statuses(*visits: Appointment) -> list[str]:
    for visit in visits:
        visit.refresh_from_db()
    return [visit.status for visit in visits]


def questions() -> list[Message]:
    return list(Message.unscoped.filter(kind="double").order_by("id"))


def test_a_second_visit_anywhere_in_the_country_is_asked_about_once(herning, aarhus):
    first, second = twice(herning, aarhus)
    row = asked()
    assert (row.first, row.second, row.answer) == (first, second, Answer.OPEN)
    assert [message.channel for message in questions()] == ["sms"]
    assert statuses(first, second) == [Status.BOOKED, Status.BOOKED]
    compare_new_visits(now=NOW)
    assert DoubleBooking.objects.count() == len(questions()) == 1


@pytest.mark.parametrize(
    "other",
    [
        pytest.param({"phone": "+4520304051"}, id="another phone"),
        pytest.param({"phone": "", "email": "amina@example.com"}, id="no phone in common"),
    ],
)
def test_other_people_are_not_asked(herning, aarhus, other):
    twice(herning, aarhus, **other)
    assert compare_new_visits(now=NOW) == 0


def test_another_purpose_is_another_visit(herning, aarhus):
    build_visit(herning, day=TOMORROW)
    CentreService.objects.create(
        centre=aarhus.centre, service=build_service("passport"), minutes=15
    )
    passport = World(aarhus.municipality, aarhus.centre, build_service("passport"), aarhus.desks)
    build_visit(passport, day=TOMORROW, minute=11 * 60)
    assert compare_new_visits(now=NOW) == 0


def test_a_visit_that_is_cancelled_or_over_is_no_second_one(herning, aarhus):
    first, _second = twice(herning, aarhus)
    cancel_appointment(appointment=first, actor="citizen", now=NOW)
    assert compare_new_visits(now=NOW) == 0
    earlier = build_visit(herning, day=TODAY, phone="+4530405060")
    build_visit(aarhus, day=TOMORROW, minute=12 * 60, phone="+4530405060")
    assert compare_new_visits(now=earlier.starts_at) == 0


def test_an_email_address_is_known_however_its_letters_are_written(herning, aarhus):
    build_visit(herning, day=TOMORROW, phone="", email="Amina@Example.com")
    build_visit(aarhus, day=TOMORROW, minute=660, phone="", email="amina@example.com")
    asked()
    assert [message.channel for message in questions()] == ["email"]


def test_the_question_goes_only_to_what_both_visits_have(herning, aarhus):
    """Whoever types somebody's phone with an address of their own gets no say over that visit."""
    build_visit(herning, day=TOMORROW, email="amina@example.com")
    build_visit(aarhus, day=TOMORROW, minute=660, email="stranger@example.com")
    asked()
    assert [message.channel for message in questions()] == ["sms"]


def test_a_contact_is_known_under_a_former_key(herning, aarhus, monkeypatch):
    first, second = twice(herning, aarhus)
    Contact.unscoped.filter(pk=second.contact_id).update(phone_mark="0" * 64, mark_version=2)
    assert asked().first == first


def test_walk_ins_and_visits_without_contact_are_not_compared(herning, aarhus):
    twice(herning, aarhus)
    Appointment.unscoped.update(to_compare=False)
    assert compare_new_visits(now=NOW) == 0


@pytest.mark.parametrize(
    ("answer", "kept"),
    [
        pytest.param("earlier", [Status.BOOKED, Status.CANCELLED], id="the first"),
        pytest.param("later", [Status.CANCELLED, Status.BOOKED], id="the new one"),
        pytest.param("both", [Status.BOOKED, Status.BOOKED], id="both"),
    ],
)
def test_the_contact_says_what_stays(client: Client, herning, aarhus, answer, kept):
    first, second = twice(herning, aarhus)
    row = asked()
    page = text_of(client.get(page_of(row)))
    for told in ("Tuesday 24 November 2026 at 10:00", "at 11:00", "Herning", "Aarhus"):
        assert told in page
    assert "Hassan" not in page
    assert statuses(first, second) == [Status.BOOKED, Status.BOOKED], "looking changes nothing"
    for _click in range(2):
        answered = client.post(page_of(row), {"answer": answer})
        assert answered.headers["Location"] == page_of(row)
    assert statuses(first, second) == kept
    after = client.get(page_of(row))
    assert after.status_code == 200
    assert "Thank you for your answer" in text_of(after)
    end_unanswered(now=NOW + timedelta(days=2))
    assert statuses(first, second) == kept
    cancelled = Message.unscoped.filter(kind="cancelled").count()
    assert cancelled == kept.count(Status.CANCELLED)


def test_a_different_answer_afterwards_changes_nothing(client: Client, herning, aarhus):
    visits = twice(herning, aarhus)
    row = asked()
    client.post(page_of(row), {"answer": "both"})
    again = client.post(page_of(row), {"answer": "earlier"})
    assert again.status_code == 409
    assert "You have answered already." in text_of(again)
    assert statuses(*visits) == [Status.BOOKED, Status.BOOKED]


@pytest.mark.parametrize("answer", ["", "neither", "open", "over"])
def test_an_answer_that_is_none_is_asked_for_again(client: Client, herning, aarhus, answer):
    visits = twice(herning, aarhus)
    page = client.post(page_of(asked()), {"answer": answer})
    assert "Choose what you want to keep." in text_of(page)
    assert statuses(*visits) == [Status.BOOKED, Status.BOOKED]


def test_a_wrong_link_is_answered_like_any_other(client: Client, herning, aarhus):
    twice(herning, aarhus)
    link = page_of(asked())
    for wrong in ("/en/keep/x/", f"{link[:-3]}xx/"):
        assert client.get(wrong).status_code == client.post(wrong).status_code == 404
    assert "no-store" in client.get(link).headers["Cache-Control"]


def test_without_an_answer_the_one_booked_last_is_cancelled(client: Client, herning, aarhus, clock):
    # The one booked last comes first: what counts is the order of booking.
    first = build_visit(herning, day=TODAY + timedelta(days=3))
    second = build_visit(aarhus, day=TODAY + timedelta(days=2))
    row = asked()
    deliver(now=NOW)
    just_before = row.answer_by - timedelta(seconds=1)
    assert end_unanswered(now=just_before) == 0
    clock.move_to(row.answer_by)
    late = client.post(page_of(row), {"answer": "both"})
    assert late.status_code == 409
    assert "too late" in text_of(late)
    assert end_unanswered(now=row.answer_by) == 1
    assert statuses(first, second) == [Status.BOOKED, Status.CANCELLED]
    assert client.get(page_of(row)).status_code == 410
    assert [m.contact_id for m in Message.unscoped.filter(kind="cancelled")] == [second.contact_id]
    assert AuditEntry.unscoped.filter(event="double.ended").count() == 2


def test_a_question_that_reached_nobody_costs_nobody_a_visit(herning, aarhus):
    visits = twice(herning, aarhus)
    row = asked()
    Message.unscoped.filter(kind="double").update(status=Message.Status.FAILED)
    assert end_unanswered(now=row.answer_by) == 1
    assert statuses(*visits) == [Status.BOOKED, Status.BOOKED]


def test_a_visit_cancelled_or_begun_meanwhile_leaves_nothing_to_choose(
    client: Client, herning, aarhus
):
    first, second = twice(herning, aarhus)
    row = asked()
    cancel_appointment(appointment=first, actor="citizen", now=NOW)
    page = client.get(page_of(row))
    assert page.status_code == 410
    assert "One of the two times is over or cancelled." in text_of(page)
    assert client.post(page_of(row), {"answer": "earlier"}).status_code == 409
    end_unanswered(now=row.answer_by)
    assert statuses(second) == [Status.BOOKED]


def test_when_both_visits_are_over_the_link_shows_nothing(client: Client, herning, aarhus, clock):
    _first, second = twice(herning, aarhus)
    row = asked()
    answer_question(link=link_of(row), answer="both", now=NOW)
    clock.move_to(second.ends_at)
    page = client.get(page_of(row))
    assert page.status_code == 410
    assert second.reference not in page.content.decode()


def test_who_has_come_loses_nothing(herning, aarhus):
    first = build_visit(herning, day=TODAY)
    second = build_visit(aarhus, day=TOMORROW)
    row = asked()
    deliver(now=NOW)
    check_in(appointment=first, actor="staff:1", now=NOW)
    end_unanswered(now=row.answer_by)
    assert statuses(first, second) == [Status.CHECKED_IN, Status.BOOKED]


def test_with_three_visits_one_remains_whatever_is_answered(herning, aarhus):
    visits = [build_visit(herning, day=TOMORROW, minute=600 + 30 * n) for n in range(3)]
    assert compare_new_visits(now=NOW) == 2, "each later one is held against the first"
    rows = list(DoubleBooking.objects.order_by("id"))
    answer_question(link=link_of(rows[0]), answer="later", now=NOW)
    compare_new_visits(now=NOW)
    deliver(now=NOW)
    last_day = max(row.answer_by for row in DoubleBooking.objects.all())
    for _run in range(3):
        end_unanswered(now=last_day)
        compare_new_visits(now=NOW)
        deliver(now=NOW)
    assert statuses(*visits).count(Status.BOOKED) == 1


def test_a_family_on_one_phone_says_so_once_for_each(herning):
    visits = [build_visit(herning, day=TOMORROW, minute=600 + 30 * n) for n in range(3)]
    compare_new_visits(now=NOW)
    for row in DoubleBooking.objects.all():
        answer_question(link=link_of(row), answer="both", now=NOW)
    compare_new_visits(now=NOW)
    end_unanswered(now=NOW + timedelta(days=3))
    assert statuses(*visits) == [Status.BOOKED] * 3
    assert DoubleBooking.objects.count() == 2


def test_booking_answers_alike_whether_or_not_there_is_another(client: Client, herning, aarhus):
    def receipt(**details: str) -> tuple[str, int]:
        messages = Message.unscoped.count()
        address = book(client, aarhus, **details)
        visit = Appointment.unscoped.latest("id")
        page = text_of(client.get(address)).replace(visit.reference, "").replace("10:00", "")
        return page.replace("09:00", "").replace("09:30", ""), Message.unscoped.count() - messages

    alone = receipt(phone="20 30 40 51")
    build_visit(herning, day=TOMORROW)
    assert receipt(phone="20 30 40 50") == alone


def test_staff_see_that_a_question_is_open_and_nothing_of_the_other_visit(herning, aarhus):
    first, second = twice(herning, aarhus)
    asked()
    page = at_work(herning.municipality).get(visit_page(herning, first.reference))
    told = page.content.decode()
    assert words("Asked which of two times to keep") in told
    assert second.reference not in told
    assert "Aarhus" not in told


@pytest.mark.parametrize("language", ["da", "en"])
def test_the_text_message_is_one_and_holds_the_link(herning, aarhus, settings: Settings, language):
    settings.PUBLIC_ADDRESS = "https://borgerservice.lyngby-taarbaek.dk"
    first, _second = twice(herning, aarhus, language=language)
    link = link_of(asked())
    (message,) = questions()
    wording = word(message)
    assert link in wording.text
    assert gsm.length(wording.text) <= gsm.LONGEST
    for told in (first.centre.name, "Aarhus", "MitID"):
        assert told not in wording.text


def test_there_is_a_day_to_answer_or_until_shortly_before_the_visit():
    hours = [
        (answer_by(asked_at=NOW, first_start=NOW + timedelta(hours=ahead)) - NOW)
        / timedelta(hours=1)
        for ahead in (100, 26, 25, 10, 3, 2, 1)
    ]
    assert hours == [24, 24, 23, 8, 1, 1, 1]
