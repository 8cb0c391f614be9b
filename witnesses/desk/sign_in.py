"""The clerk lets the witness sign the declaration with MitID."""

from functools import partial

from django.http import HttpRequest, HttpResponse

from borgerservice.admin import act_at_once, admin_page
from borgerservice.kernel import clock
from borgerservice.municipalities.policies import Workplace
from witnesses.desk.page import ROLES, case_address, find_case, revision_seen
from witnesses.services.sign_in import request_sign_in


@admin_page(*ROLES)
def proofing_sign_in(request: HttpRequest, workplace: Workplace, reference: str) -> HttpResponse:
    """Make a link for the witness; the case's page shows it. The one made before ends."""
    return act_at_once(
        request,
        do=partial(
            request_sign_in,
            proofing=find_case(workplace, reference).case,
            language=request.POST.get("language", ""),
            staff=workplace.staff,
            now=clock.now(),
            seen=revision_seen(request),
        ),
        done=case_address(workplace, reference),
    )
