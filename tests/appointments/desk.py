"""Staff at their screen: a signed-in client at a moment, and the Danish words of a text."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

import time_machine
from django.test import Client
from django.urls import reverse
from django.utils.html import escape
from django.utils.translation import gettext, override

from borgerservice.municipalities.models import Municipality, StaffMember, StaffRole
from tests.builders import NOW, World, build_staff


def words(text: str) -> str:
    """A text as a staff member's page shows it."""
    with override("da"):
        return escape(gettext(text))


@contextmanager
def at(moment: datetime = NOW) -> Iterator[None]:
    """The doors' clock stands still at a moment."""
    with time_machine.travel(moment, tick=False):
        yield


def signed_in(staff: StaffMember) -> Client:
    client = Client()
    client.force_login(staff)
    return client


def session_of(staff: StaffMember) -> str:
    """What the browser of somebody signed in holds."""
    return signed_in(staff).cookies["sessionid"].value


def at_work(place: Municipality, role: str = StaffRole.Role.CLERK) -> Client:
    """A new staff member with one role, signed in."""
    return signed_in(build_staff(place, role=role))


def pressed_twice(client: Client, page: str, address: str, **sent: str) -> str:
    """Open a page, press a button of it twice, and see what the second press comes to."""
    sent["csrfmiddlewaretoken"] = str(client.get(page).context["csrf_token"])
    client.post(address, sent)
    return client.post(address, sent, follow=True).content.decode()


def centre_page(world: World, name: str, **more: object) -> str:
    return reverse(
        f"admin:{name}",
        kwargs={"code": world.municipality.code, "key": world.centre.key, **more},
    )


def visit_page(world: World, reference: str, name: str = "visit") -> str:
    return reverse(
        f"admin:{name}", kwargs={"code": world.municipality.code, "reference": reference}
    )
