"""The witness accepts the declaration: on the printed text, or signed in with MitID."""

from datetime import datetime

from django.db import transaction

from borgerservice.audit.events import Event
from borgerservice.kernel.clock import danish_date
from borgerservice.municipalities.models import StaffMember
from witnesses.exceptions import Refused
from witnesses.models import Declaration, IdentityProofing, WitnessStatement
from witnesses.policies import is_own_case
from witnesses.rules.declarations import DeclarationText, declaration_in_use, declaration_text
from witnesses.rules.figures import LANGUAGES
from witnesses.rules.lifecycle import Step
from witnesses.selectors.cases import current_statement, declaration_of, met_on
from witnesses.services.steps import held_case, note, step_forward


def accept_declaration(
    *,
    proofing: IdentityProofing,
    language: str,
    how: Declaration.Accepted,
    staff: StaffMember | None,
    now: datetime,
    statement: WitnessStatement | None = None,
    version: str = "",
    seen: int | None = None,
) -> Declaration:
    """Record that the witness of a case accepted the declaration, for this case and this person.

    `staff` is who saw the printed text signed; None where the witness signed in. `statement` is the
    one the witness was asked under: another person's meanwhile is refused. `version` is the one
    that was read; left out, the one in use now. Raises CaseOver, Refused `wrong_step`,
    `no_witness`, `witness_changed`, `declaration_accepted`, `declaration_outdated`,
    `unknown_language`, `own_case`, `changed_meanwhile`.
    """
    with transaction.atomic():
        case = held_case(proofing, Step.ACCEPT_DECLARATION, staff=staff, seen=seen)
        if staff is not None and is_own_case(case, staff=staff):
            raise Refused("own_case")
        current = current_statement(case)
        if current is None:
            raise Refused("no_witness")
        if statement is not None and statement.person_id != current.person_id:
            raise Refused("witness_changed")
        if declaration_of(case, current) is not None:
            raise Refused("declaration_accepted")
        text = _text_read(case, version=version, language=language, now=now)
        declaration = Declaration.unscoped.create(
            municipality_id=case.municipality_id,
            proofing=case,
            person_id=current.person_id,
            version=text.version,
            language=text.language,
            text_sha256=text.sha256,
            accepted=how,
            recorded_by=staff,
            accepted_at=now,
        )
        step_forward(case, Step.ACCEPT_DECLARATION)
        case.save(update_fields=["state", "revision"])
        facts: dict[str, object] = {
            "how": str(how),
            "version": text.version,
            "language": text.language,
            "statement": current.position,
        }
        event = Event.PROOFING_DECLARATION_ACCEPTED
        note(event, case, staff=staff, now=now, facts=facts)
    return declaration


def _text_read(
    case: IdentityProofing, *, version: str, language: str, now: datetime
) -> DeclarationText:
    """The text that was read: of the version in use now, or on the day of the meeting."""
    read_in = next((one for one in LANGUAGES if one == language), None)
    if read_in is None:
        raise Refused("unknown_language", field="language")
    in_use = [declaration_in_use(day).version for day in (danish_date(now), met_on(case))]
    if version and version not in in_use:
        raise Refused("declaration_outdated")
    return declaration_text(version or in_use[0], read_in)
