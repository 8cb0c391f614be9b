"""What a case's page offers of signing with MitID: the button, or the link to show the witness."""

from dataclasses import dataclass
from datetime import datetime

from django import template
from django.conf import settings
from django.urls import reverse
from django.utils.translation import override

from borgerservice.kernel import clock
from borgerservice.people.models import PersonAlias
from borgerservice.qr import Square, square
from witnesses.models import IdentityProofing
from witnesses.ports import sign_in_broker
from witnesses.selectors.cases import current_statement, declaration_of
from witnesses.selectors.sign_in import open_request
from witnesses.services.sign_in import link_of

register = template.Library()


@dataclass(frozen=True, slots=True)
class LinkShown:
    """The link the witness opens, as text and to be scanned, and until when it holds."""

    address: str
    square: Square
    until: datetime


@dataclass(frozen=True, slots=True)
class SignInShown:
    """How signing with MitID stands in a case. `has_number`: MitID can tell who the witness is."""

    has_number: bool
    link: LinkShown | None


@register.simple_tag
def sign_in_shown(case: IdentityProofing) -> SignInShown | None:
    """None where there is nothing to sign with MitID, or no broker to sign in with."""
    statement = current_statement(case) if sign_in_broker() else None
    if statement is None or declaration_of(case, statement) is not None:
        return None
    asked = open_request(case, statement, now=clock.now())
    has_number = statement.number_kind != PersonAlias.Kind.P_CODE
    if asked is None:
        return SignInShown(has_number, None)
    with override(asked.language):
        address = settings.PUBLIC_ADDRESS + reverse("witnesses:sign_in", args=[link_of(asked)])
    return SignInShown(has_number, LinkShown(address, square(address), asked.expires_at))
