"""The witness signs the declaration with MitID: asked by a clerk, for one case, once, at once."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from borgerservice.audit.events import Event
from borgerservice.kernel.clock import danish_date
from borgerservice.municipalities.models import StaffMember
from borgerservice.people.models import PersonAlias
from borgerservice.people.services import are_one, give_marks, known_by
from borgerservice.vault.keys import KeyUnavailable
from borgerservice.vault.links import derive_link, link_hash, new_salt
from witnesses.exceptions import CaseOver, Refused, SignInRefused
from witnesses.models import Declaration, SignInRequest, WitnessStatement
from witnesses.models import IdentityProofing as Case
from witnesses.policies import is_own_case
from witnesses.ports import Begun, sign_in_broker
from witnesses.rules.declarations import declaration_in_use
from witnesses.rules.figures import LANGUAGES
from witnesses.rules.lifecycle import Step
from witnesses.selectors.cases import current_statement, declaration_of
from witnesses.selectors.sign_in import require_open_request, sign_in_by_id
from witnesses.services import mitid
from witnesses.services.declarations import accept_declaration
from witnesses.services.mitid import Known, UnderWay, require_level
from witnesses.services.steps import held_case, note

PURPOSE: Final = "witness sign-in"
LIFE: Final = timedelta(minutes=10)
MITID: Final = PersonAlias.Kind.MITID


@dataclass(frozen=True, slots=True, repr=False)
class Return:
    """Somebody back from the broker: the request they left for, and what they had read."""

    request: SignInRequest
    language: str
    version: str
    begun: Begun


def request_sign_in(
    *, proofing: Case, language: str, staff: StaffMember, now: datetime, seen: int | None = None
) -> SignInRequest:
    """Invite the witness of a case to sign the declaration with MitID; of several, the last holds.

    Raises CaseOver, Refused `wrong_step`, `own_number_needed`, `own_case`, `no_witness`,
    `declaration_accepted`, `no_cpr_for_sign_in`, `sign_in_off`, `unknown_language`,
    `changed_meanwhile`.
    """
    if sign_in_broker() is None:
        raise Refused("sign_in_off")
    if language not in LANGUAGES:
        raise Refused("unknown_language", field="language")
    salt = new_salt(secrets.token_urlsafe(12))
    with transaction.atomic():
        case = held_case(proofing, Step.ACCEPT_DECLARATION, staff=staff, seen=seen)
        if is_own_case(case, staff=staff):
            raise Refused("own_case")
        statement = _statement_to_sign(case)
        request = SignInRequest.unscoped.create(
            municipality_id=case.municipality_id,
            statement=statement,
            language=language,
            link_salt=salt,
            link_hash=link_hash(derive_link(PURPOSE, salt)),
            requested_by=staff,
            requested_at=now,
            expires_at=now + LIFE,
        )
        facts: dict[str, object] = {"statement": statement.position, "language": language}
        note(Event.PROOFING_SIGN_IN_REQUESTED, case, staff=staff, now=now, facts=facts)
    return request


def link_of(request: SignInRequest) -> str:
    """The secret part of the request's address."""
    return derive_link(PURPOSE, request.link_salt)


def begin_sign_in(
    *, request: SignInRequest, language: str, return_to: str, now: datetime
) -> UnderWay:
    """Begin a sign-in for a request, whose text was read in a language.

    Raises SignInRefused `link_over`, `already_signed`, `off`, `broker_down`.
    """
    require_open_request(request, now=now)
    case = request.statement.proofing
    with override(language):
        text = _("Witness in case {reference}").format(reference=case.reference)
    kept = {
        "request": request.pk,
        "language": language,
        "version": declaration_in_use(danish_date(now)).version,
    }
    return mitid.begin(
        purpose=PURPOSE,
        kept=kept,
        level=case.assurance_level,
        text=text,
        language=language,
        return_to=return_to,
        now=now,
    )


def come_back(sealed: str) -> Return:
    """What the browser kept of a sign-in under way. Raises SignInRefused `invalid`, `link_over`."""
    kept, begun = mitid.opened(sealed, purpose=PURPOSE)
    request = sign_in_by_id(kept["request"])
    return Return(request, kept["language"], kept["version"], begun)


def finish_sign_in(
    *, back: Return, answer: Mapping[str, str], return_to: str, now: datetime
) -> Declaration:
    """Accept the declaration for the witness who came back, if it was them; the request is used.

    Who signed in is in memory only: the CPR number becomes marks and is dropped, and of MitID's own
    id a mark is kept. Raises SignInRefused; then nothing was accepted.
    """
    require_open_request(back.request, now=now)
    signed_in = mitid.signed_in(back.begun, answer, return_to=return_to, now=now)
    try:
        return _accept(back, mitid.known(signed_in), now=now)
    except SignInRefused as refusal:
        case, facts = back.request.statement.proofing, {"why": refusal.code}
        note(Event.PROOFING_SIGN_IN_REFUSED, case, staff=None, now=now, facts=facts)
        raise


def _statement_to_sign(case: Case) -> WitnessStatement:
    statement = current_statement(case)
    if statement is None:
        raise Refused("no_witness")
    if declaration_of(case, statement) is not None:
        raise Refused("declaration_accepted")
    if statement.number_kind == PersonAlias.Kind.P_CODE:
        raise Refused("no_cpr_for_sign_in")
    return statement


def _accept(back: Return, who: Known, *, now: datetime) -> Declaration:
    proofing = back.request.statement.proofing
    with transaction.atomic():
        try:
            case = held_case(proofing, Step.ACCEPT_DECLARATION, staff=None)
        except (CaseOver, Refused):
            raise SignInRefused("link_over") from None
        request = sign_in_by_id(back.request.pk)
        require_open_request(request, now=now)
        require_level(who.level, case.assurance_level)
        _require_witness(request, who, now=now)
        try:
            declaration = accept_declaration(
                proofing=case,
                language=back.language,
                how=Declaration.Accepted.SIGNED_IN,
                staff=None,
                now=now,
                statement=request.statement,
                version=back.version,
            )
        except Refused as refused:
            is_signed = refused.code == "declaration_accepted"
            raise SignInRefused("already_signed" if is_signed else "link_over") from None
        request.used_at = now
        request.save(update_fields=["used_at"])
    return declaration


def _require_witness(request: SignInRequest, who: Known, *, now: datetime) -> None:
    """Refuse, in one and the same way, whoever is not the witness by number and by MitID."""
    witness = request.statement.person
    person = known_by(kind=who.kind, marks=who.number)
    if person is None or not are_one(person.pk, witness.pk):
        raise SignInRefused("does_not_match")
    try:
        owner = give_marks(witness, kind=MITID, marks=who.mitid, now=now)
    except KeyUnavailable:
        raise SignInRefused("off") from None
    if not are_one(owner.pk, witness.pk):
        raise SignInRefused("does_not_match")
