"""What staff do with a case: the addresses, and what a visit's page offers. Views: `desk/`."""

from collections.abc import Iterable

from django.urls import reverse
from django.utils.translation import gettext as _

from borgerservice.admin import Attendee, Link, add_pages, add_participant_acts
from borgerservice.municipalities.policies import Workplace
from witnesses.desk import views
from witnesses.desk.page import case_address
from witnesses.models import IdentityProofing
from witnesses.rules.lifecycle import CaseState, is_over
from witnesses.selectors_desk import newest_case

VISITOR = "<slug:code>/visits/<str:reference>/<int:position>"
CASE = "<slug:code>/proofings/<str:reference>"


def case_acts(workplace: Workplace, attendee: Attendee) -> Iterable[Link]:
    """What a visit's page offers for one participant: open a case, go on with it, or see it."""
    if not attendee.proves_identity or not workplace.has(*views.ROLES):
        return
    case = newest_case(
        municipality=workplace.municipality,
        visit=attendee.reference,
        position=attendee.position,
    )
    if case is None:
        if attendee.status == "checked_in":
            where = {
                "code": workplace.municipality.code,
                "reference": attendee.reference,
                "position": attendee.position,
            }
            yield Link(_("Prove identity"), reverse("admin:proofing_open", kwargs=where), True)
        return
    yield Link(_case_label(case), case_address(workplace, case.reference))


def _case_label(case: IdentityProofing) -> str:
    if not is_over(CaseState(case.state)):
        return _("Go on with the case")
    return case.get_outcome_display() or case.get_state_display()


add_participant_acts(case_acts)
add_pages(
    [
        (f"{VISITOR}/proofing/", views.proofing_open, "proofing_open"),
        (f"{CASE}/", views.proofing, "proofing"),
        (f"{CASE}/documents/", views.proofing_documents, "proofing_documents"),
        (f"{CASE}/questions/", views.proofing_questions, "proofing_questions"),
        (f"{CASE}/witness/", views.proofing_witness, "proofing_witness"),
        (f"{CASE}/no-witness/", views.proofing_no_witness, "proofing_no_witness"),
        (f"{CASE}/decide/", views.proofing_decide, "proofing_decide"),
        (f"{CASE}/abandon/", views.proofing_abandon, "proofing_abandon"),
    ]
)
