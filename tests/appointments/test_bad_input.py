"""What a person mistypes on the way to a booking, and where they go back."""

import pytest
from django.test import Client

from appointments.models import Appointment
from borgerservice.vault.services import open_data_key
from tests.appointments.pages import begin, fill_in, text_of, times_address
from tests.builders import build_world

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


def booked_with(**details: str) -> tuple[str, str]:
    """Book with what was typed; the phone number and the e-mail address as they are kept."""
    world, client = build_world(), Client()
    draft = begin(client, world)
    answer = fill_in(client, draft, **details)
    assert answer.status_code == 302, text_of(answer)
    client.post(f"{draft}check/")
    contact = Appointment.unscoped.select_related("contact__data_key").get().contact
    key = open_data_key(contact.data_key)
    assert key is not None
    return (
        key.open(contact.phone_sealed, "contact.phone"),
        key.open(contact.email_sealed, "contact.email"),
    )


@pytest.mark.parametrize(
    "typed",
    [
        "+45 20 30 40 50",
        "+4520304050",
        "0045 20304050",
        "(+45) 20-30-40-50",
        " 20.30.40.50 ",
        "٢٠٣٠٤٠٥٠",
    ],
)
def test_a_danish_number_is_one_number_however_it_is_written(typed):
    assert booked_with(phone=typed)[0] == "+4520304050"


@pytest.mark.parametrize(
    "typed", [" amina@example.com", "amina@example.com ", "\tamina@example.com"]
)
def test_a_space_around_an_address_is_no_part_of_it(typed):
    assert booked_with(phone="", email=typed)[1] == "amina@example.com"


def test_a_space_within_an_address_is_said_at_the_field():
    world, client = build_world(), Client()
    answer = fill_in(client, begin(client, world), phone="", email="amina @example.com")
    assert answer.status_code == 200
    assert 'href="#id_email"' in answer.content.decode()
    assert "amina @example.com" in answer.content.decode()


@pytest.mark.parametrize("name", ["X", "O'Neill", "D’Arcy", "محمد عبد الله", "李", "王小明"])
def test_a_short_name_an_apostrophe_and_any_script_is_a_name(name):
    world, client = build_world(), Client()
    draft = begin(client, world)
    assert fill_in(client, draft, name_0=name).status_code == 302
    assert name in text_of(client.get(f"{draft}check/"))


def test_at_every_step_one_can_go_back_and_nothing_typed_is_lost():
    world, client = build_world(), Client()
    draft = begin(client, world)
    steps = [times_address(world), draft, f"{draft}time/"]
    for page in steps:
        assert client.get(page).status_code == 200
    fill_in(client, draft, email="amina@example.com")
    for page in [*steps, f"{draft}check/"]:
        assert client.get(page).status_code == 200
    typed = client.get(draft).content.decode()
    for value in ("Amina Hassan", "20 30 40 50", "amina@example.com"):
        assert f'value="{value}"' in typed
    fill_in(client, draft, name_0="Amina B. Hassan")
    assert "Amina B. Hassan" in text_of(client.get(f"{draft}check/"))


def test_adding_people_in_two_tabs_of_one_booking_leaves_what_was_sent_last():
    world, client = build_world(), Client()
    draft = begin(client, world)
    first = {"name_0": "Amina Hassan", "phone": "20304050", "add": "1"}
    client.post(draft, first)
    client.post(draft, first)
    page = client.get(draft).content.decode()
    assert 'name="name_2"' in page
    late = client.post(draft, {"name_0": "Amina Hassan", "phone": "20304050"})
    assert late.status_code == 200, "a tab that knows of one person only is shown all of them"
    assert 'name="name_2"' in late.content.decode()


def test_somebody_else_who_opens_the_link_learns_neither_name_nor_number_nor_address():
    world, client = build_world(), Client()
    draft = begin(client, world)
    fill_in(client, draft, name_0="Zenobia Palmyra", email="zenobia@example.com")
    receipt = client.post(f"{draft}check/").headers["Location"]
    stranger, pages = Client(), [receipt, *(f"{receipt}{page}/" for page in ("move", "cancel"))]
    told = [text_of(client.get(receipt)), *(text_of(stranger.get(page)) for page in pages)]
    assert Appointment.unscoped.get().reference in told[1]
    for text in told:
        for private in ("Zenobia", "Palmyra", "20 30 40 50", "20304050", "zenobia@"):
            assert private not in text
    assert stranger.get(f"{draft}check/").headers["Location"].endswith(receipt.removeprefix("/en"))
