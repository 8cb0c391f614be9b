"""Witnesses who are asked before the visit: who they are, and what is done with their links."""

import re
from datetime import timedelta
from typing import Any

from django.test import Client

from borgerservice.adapters.mitid.demo_witnesses import DemoWitness
from borgerservice.notifications.models import Message
from tests.builders import TODAY
from tests.rig.mitid import choose
from tests.witnesses.cases import number
from tests.witnesses.phones import HERE, words

CITIZEN = DemoWitness("uuid-citizen", "Amina Hassan", number(1).digits, "substantial")
BENTE = DemoWitness("uuid-bente", "Bente Vidne", number(2).digits, "substantial")
OTHER = DemoWitness("uuid-other", "Ole Anden", number(3).digits, "high")
LOW = DemoWitness("uuid-low", "Lise Lav", number(4).digits, "low")
WITHOUT = DemoWitness("uuid-without", "Pia P. Kode", "", "substantial")
COMES_OF_AGE = TODAY + timedelta(days=2)
YOUNG = DemoWitness("uuid-young", "Ung", f"{COMES_OF_AGE.day + 60}{COMES_OF_AGE:%m}084005", "high")
WITNESSES = (CITIZEN, BENTE, OTHER, LOW, WITHOUT, YOUNG)


def asked_address(client: Client, citizen: str) -> str:
    """Ask a witness on the citizen's page: the address of the link for them."""
    client.post(citizen, {"who": "0"})
    page = client.get(citizen).content.decode()
    (address,) = re.findall(rf'href="{HERE}(/witness/check/[^"]+)"', page)
    return str(address)


def signs_in(
    address: str, one: DemoWitness, *, had: str = "long", client: Client | None = None
) -> Any:
    """Say how long they have had MitID and sign in: the page that tells how it came out."""
    client = client or Client()
    left = client.get(f"{address}mitid/?{'had=' + had if '=' not in had else had}")
    assert left.status_code == 302, words(left)
    back = choose(left["Location"], sub=one.subject)
    return client.get(back.removeprefix(HERE))


def told() -> list[str]:
    """What was written to anybody, but for the confirmations of visits."""
    return sorted({message.kind for message in Message.unscoped.exclude(kind="booked")})
