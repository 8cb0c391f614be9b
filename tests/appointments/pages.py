"""Small helpers for the tests of citizens' pages: read a page as text, walk to a step."""

import html
import re
from datetime import datetime

from django.http import HttpResponse
from django.test import Client

from appointments.models import Appointment, Offer
from borgerservice.vault.links import derive_link
from tests.builders import World


def text_of(response: HttpResponse) -> str:
    """What a reader sees, in one line."""
    body = re.sub(r"<(head|script|style).*?</\1>", " ", response.content.decode(), flags=re.DOTALL)
    body = re.sub(r"</?bdi[^>]*>", "", body)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", body)).split())


def title_of(response: HttpResponse) -> str:
    return html.unescape(re.search(r"<title>(.*?)</title>", response.content.decode())[1])


def starts_on(response: HttpResponse) -> list[datetime]:
    """The times a page offers."""
    found = re.findall(r'name="start" value="([^"]+)"', response.content.decode())
    return [datetime.fromisoformat(start) for start in found]


def times_address(world: World, language: str = "en") -> str:
    prefix = "/en" if language == "en" else ""
    return f"{prefix}/{world.centre.key}/{world.service.code}/"


def begin(client: Client, world: World, *, people: int = 1, nth: int = 0) -> str:
    """Choose one of the times offered; the address of the booking under way."""
    address = times_address(world)
    offered = starts_on(client.get(address, {"people": people}))
    data = {"people": people, "start": offered[nth].isoformat()}
    return client.post(address, data).headers["Location"]


def fill_in(client: Client, draft: str, **changed: str) -> HttpResponse:
    """Send the details of one person."""
    details = {"name_0": "Amina Hassan", "phone": "20 30 40 50", "email": ""}
    return client.post(draft, {**details, **changed})


def book(client: Client, world: World, **details: str) -> str:
    """Go all the way; the secret address of the visit."""
    draft = begin(client, world)
    fill_in(client, draft, **details)
    return client.post(f"{draft}check/").headers["Location"]


def link_of(offer: Offer) -> str:
    """The secret part of an offer's address."""
    return derive_link("offer", offer.link_salt)


def visit_address(appointment: Appointment, language: str = "en") -> str:
    prefix = "/en" if language == "en" else ""
    return f"{prefix}/visit/{derive_link('visit', appointment.link_salt)}/"
