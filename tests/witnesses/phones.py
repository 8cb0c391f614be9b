"""The witness's own phone, and what its pages say."""

import html
import re
from dataclasses import dataclass, field
from typing import Any, ClassVar

from django.test import Client

from borgerservice.adapters.mitid.demo_witnesses import DemoWitness
from tests.rig.mitid import choose

HERE = "http://testserver"


def words(response: Any) -> str:
    """The words of a page."""
    body = re.sub(r"<head.*?</head>", " ", response.content.decode(), flags=re.DOTALL)
    body = re.sub(r"</?bdi[^>]*>", "", body)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", body)).split())


@dataclass
class Phone:
    """A witness's own phone with a link open: what they press, one thing after the other."""

    link: str
    client: Client = field(default_factory=Client)
    cookie: ClassVar[str] = "witness_sign_in"
    returns_to: ClassVar[str] = "/witness/signed/"
    welcomes: ClassVar[int] = 302

    def opens(self, language: str = "") -> Any:
        return self.client.get(f"{_prefix(language)}/witness/{self.link}/")

    def presses(self, language: str = "") -> Any:
        """Press "Sign with MitID"."""
        return self.client.get(f"{_prefix(language)}/witness/{self.link}/mitid/")

    def leaves(self, language: str = "") -> str:
        """The address of the broker, to which the press leads."""
        answer = self.presses(language)
        assert answer.status_code == 302, words(answer)
        return str(answer["Location"])

    def comes_back(self, address: str) -> Any:
        assert address.startswith(f"{HERE}{self.returns_to}?"), address
        return self.client.get(address.removeprefix(HERE))

    def signs_as(self, one: DemoWitness, language: str = "") -> Any:
        """All of it, with the demo's provider."""
        return self.comes_back(choose(self.leaves(language), sub=one.subject))


class PhoneBefore(Phone):
    """The same before the visit, where the link leads to the check."""

    cookie = "witness_check"
    returns_to = "/witness/checked/"
    welcomes = 200

    def opens(self, language: str = "") -> Any:
        return self.client.get(f"{_prefix(language)}/witness/check/{self.link}/")

    def presses(self, language: str = "") -> Any:
        """Press "Go on to MitID"."""
        address = f"{_prefix(language)}/witness/check/{self.link}/mitid/"
        return self.client.get(address, {"had": "long"})


def _prefix(language: str) -> str:
    return f"/{language}" if language else ""
