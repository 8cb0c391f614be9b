"""What the national client answered after a confirmed case. It changes nothing we decided."""

from datetime import datetime

from django.db import transaction

from borgerservice.audit.events import Event
from borgerservice.municipalities.models import StaffMember
from witnesses.exceptions import Refused
from witnesses.models import ClientAnswer, IdentityProofing
from witnesses.policies import is_own_case
from witnesses.selectors.cases import client_answers
from witnesses.services.steps import note


def record_client_answer(
    *,
    proofing: IdentityProofing,
    answer: ClientAnswer.Answer,
    staff: StaffMember,
    now: datetime,
) -> ClientAnswer:
    """Add what the national client answered. The newest counts; those before it stay.

    The same answer again is the same as once: what stands is returned. Decision and ledger stay as
    they are: a witnessing that came to nothing goes back only by reversal.
    Raises Refused `not_confirmed`, `own_case`.
    """
    with transaction.atomic():
        case = (
            IdentityProofing.objects.for_municipality(proofing.municipality_id)
            .select_for_update(of=("self",))
            .get(pk=proofing.pk)
        )
        if case.outcome != IdentityProofing.Outcome.CONFIRMED:
            raise Refused("not_confirmed")
        if is_own_case(case, staff=staff):
            raise Refused("own_case")
        newest = next(iter(client_answers(case)), None)
        if newest is not None and newest.answer == answer:
            return newest
        added = ClientAnswer.unscoped.create(
            municipality_id=case.municipality_id,
            proofing=case,
            answer=answer,
            recorded_by=staff,
            recorded_at=now,
        )
        facts: dict[str, object] = {"answer": str(answer)}
        note(Event.PROOFING_CLIENT_ANSWERED, case, staff=staff, now=now, facts=facts)
    return added
