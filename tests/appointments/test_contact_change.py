"""Phone number and e-mail address changed at the desk."""

from datetime import timedelta

import pytest

from appointments.exceptions import Refused
from appointments.models import Appointment
from appointments.selectors.desk import contact_data
from appointments.services import (
    cancel_appointment,
    check_in,
)
from appointments.services.visits.contact import change_contact
from appointments.services.visits.expiry import forget_expired
from borgerservice.audit.models import AuditEntry
from borgerservice.municipalities.models import StaffRole
from borgerservice.notifications.delivery import address_of
from borgerservice.notifications.models import Contact, Message
from borgerservice.notifications.wording import word
from borgerservice.vault.links import derive_link
from borgerservice.vault.marks import contact_mark
from tests.appointments.desk import at_work, visit_page, words
from tests.builders import NOW, build_visit, build_world
from tests.witnesses.cases import number

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
OLD, NEW = "+4520304050", "+4531323334"


def form_of(world, visit):
    return visit_page(world, visit.reference, "visit_contact_change")


def fresh(visit):
    return Appointment.unscoped.select_related("contact__data_key", "municipality").get(pk=visit.pk)


def change(visit, *, phone=NEW, email="", seen=0, now=NOW):
    change_contact(appointment=visit, phone=phone, email=email, seen=seen, actor="staff:1", now=now)


@pytest.mark.parametrize("role", [StaffRole.Role.CLERK, StaffRole.Role.LEAD])
def test_clerk_and_lead_change_the_contact_and_the_names_stay(world, role):
    visit = build_visit(world, phone=OLD, names=["Amina Hassan"])
    staff = at_work(world.municipality, role)
    assert form_of(world, visit) in staff.get(visit_page(world, visit.reference)).content.decode()
    typed = {"phone": "31 32 33 34", "email": "amina@example.com", "seen": "0"}
    assert OLD[3:] not in staff.get(form_of(world, visit)).content.decode()
    page = staff.post(form_of(world, visit), typed, follow=True).content.decode()
    assert words("Phone number and e-mail address changed") in page
    assert "Amina Hassan" in page
    known = contact_data(fresh(visit))
    assert (known.phone, known.email) == (NEW, "amina@example.com")
    contact = fresh(visit).contact
    assert contact.phone_mark == contact_mark("phone", NEW)[1]
    assert contact.email_mark == contact_mark("email", "amina@example.com")[1]


def test_the_former_contact_is_told_and_the_new_one_gets_a_link_of_its_own(world):
    visit = build_visit(world, phone=OLD)
    Message.unscoped.update(status=Message.Status.SENT)
    change(visit)
    told = {row.kind: row for row in Message.unscoped.filter(status=Message.Status.DUE)}
    assert {kind: address_of(row) for kind, row in told.items()} == {
        "contact_changed": OLD,
        "booked": NEW,
    }
    link = derive_link("visit", fresh(visit).link_salt)
    assert word(told["contact_changed"]).text.startswith("Kontakten på din tid er ændret")
    assert link not in word(told["contact_changed"]).text
    assert link in word(told["booked"]).text


def test_the_old_link_opens_nothing_any_more(world, client):
    visit = build_visit(world)
    old = f"/visit/{derive_link('visit', visit.link_salt)}/"
    assert client.get(old).status_code == 200
    change(visit)
    assert client.get(old).status_code == 404
    assert client.get(f"/visit/{derive_link('visit', fresh(visit).link_salt)}/").status_code == 200


def test_what_was_not_told_yet_is_not_told_to_the_wrong_one(world):
    visit = build_visit(world)
    before = list(Message.unscoped.values_list("pk", flat=True))
    change(visit)
    assert before
    statuses = set(Message.unscoped.filter(pk__in=before).values_list("status", flat=True))
    assert statuses == {Message.Status.DROPPED}


@pytest.mark.parametrize("act", ["change", "cancel"])
def test_every_former_contact_is_told_whatever_happens_next(world, act):
    visit = build_visit(world, phone=OLD)
    change(visit)
    if act == "change":
        change(visit, phone="+4541424344", seen=1)
    else:
        cancel_appointment(appointment=fresh(visit), actor="citizen", now=NOW)
    due = Message.unscoped.filter(status=Message.Status.DUE)
    told = {address_of(row) for row in due if row.kind == "contact_changed"}
    assert told == {"change": {OLD, NEW}, "cancel": {OLD}}[act]
    forget_expired(now=visit.ends_at + timedelta(days=31))
    assert not Contact.unscoped.filter(data_key__wrapped__isnull=False).exists()


def test_that_it_was_changed_is_recorded_without_what_it_was(world):
    visit = build_visit(world, phone=OLD)
    change(visit, email="amina@example.com")
    entry = AuditEntry.unscoped.get(event="contact.changed")
    assert (entry.actor, entry.subject) == ("staff:1", f"appointment:{visit.reference}")
    assert entry.facts == {}


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({}, "Write a phone number or an e-mail address."),
        ({"phone": "12"}, "Write a Danish number"),
        ({"email": "amina@"}, "Write an e-mail address"),
    ],
)
def test_what_cannot_reach_anybody_is_refused_at_its_field(world, typed, said):
    visit = build_visit(world, phone=OLD)
    page = at_work(world.municipality).post(form_of(world, visit), {"seen": "0", **typed})
    field = next(iter(typed), "phone")
    assert list(page.context["form"].errors) == [field]
    assert contact_data(fresh(visit)).phone == OLD


def test_a_cpr_number_is_refused_and_not_shown_back(world):
    visit = build_visit(world, phone=OLD)
    cpr = number(1).digits
    page = at_work(world.municipality).post(form_of(world, visit), {"seen": "0", "phone": cpr})
    assert list(page.context["form"].errors) == ["phone"]
    assert cpr not in page.content.decode()
    assert contact_data(fresh(visit)).phone == OLD


def test_an_address_of_digits_is_taken_at_the_desk_as_it_is_at_booking(world):
    address = f"{number(1).digits}@example.com"
    visit = build_visit(world, email=address)
    assert contact_data(visit).email == address
    other = f"{number(2).digits}@example.com"
    at_work(world.municipality).post(form_of(world, visit), {"seen": "0", "email": other})
    assert contact_data(fresh(visit)).email == other


def test_the_second_of_two_who_change_it_at_once_is_refused(world):
    visit = build_visit(world)
    change(visit)
    with pytest.raises(Refused, match="contact_changed_meanwhile"):
        change(visit, phone="+4541424344")
    assert contact_data(fresh(visit)).phone == NEW
    change(visit, phone="+4541424344", seen=1)
    assert contact_data(fresh(visit)).phone == "+4541424344"


def test_a_visit_that_has_begun_keeps_its_contact(world):
    visit = build_visit(world)
    with pytest.raises(Refused, match="cannot_change_contact"):
        change(visit, now=visit.starts_at)
    check_in(appointment=visit, actor="staff:1", now=NOW)
    with pytest.raises(Refused, match="cannot_change_contact"):
        change(visit)
    page = at_work(world.municipality).get(visit_page(world, visit.reference)).content.decode()
    assert form_of(world, visit) not in page


def test_another_municipality_s_visit_is_not_found(world):
    elsewhere = build_world(code="0751", name="Aarhus")
    visit = build_visit(elsewhere, phone=OLD)
    clerk = at_work(world.municipality)
    for address in (form_of(world, visit), form_of(elsewhere, visit)):
        assert clerk.get(address).status_code == 404
        assert clerk.post(address, {"phone": NEW, "seen": "0"}).status_code == 404
    assert contact_data(fresh(visit)).phone == OLD


def test_the_former_contact_is_forgotten_with_the_visit(world):
    visit = build_visit(world)
    change(visit)
    forget_expired(now=visit.ends_at + timedelta(days=31))
    assert Contact.unscoped.count() == 2
    assert not Contact.unscoped.filter(data_key__wrapped__isnull=False).exists()
    assert not Contact.unscoped.exclude(phone_mark="").exists()
