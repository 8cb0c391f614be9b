"""What staff do with a case: the addresses, and what a visit's page offers. Views: `desk/`."""

from collections.abc import Iterable

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from borgerservice.admin import (
    Link,
    MenuItem,
    Role,
    add_menu,
    add_pages,
    own_number_address,
)
from borgerservice.municipalities.policies import Workplace, has_own_number
from borgerservice.participant_acts import Attendee, add_participant_acts
from witnesses.desk import after, approvals, audit, letters, schedule, sign_in, signals, views
from witnesses.desk.page import ROLES, case_address
from witnesses.models import IdentityProofing
from witnesses.rules.lifecycle import CaseState, is_over
from witnesses.selectors.desk import newest_case

VISITOR = "<slug:code>/visits/<str:reference>/<int:position>"
CASE = "<slug:code>/proofings/<str:reference>"
REVERSAL = "<slug:code>/approvals/reversals/<int:number>"
LINK = "<slug:code>/approvals/links/<int:number>"


def case_acts(workplace: Workplace, attendee: Attendee) -> Iterable[Link]:
    """What a visit's page offers for one participant: open a case, go on with it, or see it."""
    if not attendee.proves_identity or not workplace.has(*ROLES):
        return
    case = newest_case(
        municipality=workplace.municipality,
        visit=attendee.reference,
        position=attendee.position,
    )
    if case is None:
        if attendee.status == "checked_in":
            yield _opening(workplace, attendee)
        return
    yield Link(_case_label(case), case_address(workplace, case.reference))


def _opening(workplace: Workplace, attendee: Attendee) -> Link:
    """The button that opens a case; before the first one, the way to telling the own number."""
    visit = {"code": workplace.municipality.code, "reference": attendee.reference}
    if not has_own_number(workplace.staff):
        back = reverse("admin:visit", kwargs=visit)
        return Link(_("Write your own number first"), own_number_address(back))
    where = {**visit, "position": attendee.position}
    address = reverse("admin:proofing_open", kwargs=where)
    return Link(_("Prove identity"), address, is_act=True, is_main=True)


def _case_label(case: IdentityProofing) -> str:
    if not is_over(CaseState(case.state)):
        return _("Go on with the case")
    return case.get_outcome_display() or case.get_state_display()


add_participant_acts(case_acts)
add_menu([MenuItem(gettext_lazy("Letters"), "letters", frozenset({Role.ADMINISTRATOR}))])
add_menu([MenuItem(gettext_lazy("Approvals"), "approvals", frozenset(approvals.APPROVERS))])
add_menu([MenuItem(gettext_lazy("Fraud signals"), "signals", frozenset({Role.FRAUD_REVIEWER}))])
add_pages(
    [
        (f"{VISITOR}/proofing/", views.proofing_open, "proofing_open"),
        (f"{CASE}/", views.proofing, "proofing"),
        (f"{CASE}/documents/", views.proofing_documents, "proofing_documents"),
        (f"{CASE}/questions/", views.proofing_questions, "proofing_questions"),
        (f"{CASE}/witness/", views.proofing_witness, "proofing_witness"),
        (f"{CASE}/no-witness/", views.proofing_no_witness, "proofing_no_witness"),
        (
            f"{CASE}/declaration/signed/",
            after.proofing_declaration_signed,
            "proofing_declaration_signed",
        ),
        (
            f"{CASE}/declaration/<slug:language>/",
            after.proofing_declaration,
            "proofing_declaration",
        ),
        (f"{CASE}/sign-in/", sign_in.proofing_sign_in, "proofing_sign_in"),
        (f"{CASE}/letter/<slug:language>/", letters.proofing_letter, "proofing_letter"),
        ("<slug:code>/letters/", letters.letters, "letters"),
        (f"{CASE}/client-answer/", after.proofing_client_answer, "proofing_client_answer"),
        (f"{CASE}/reversal/", approvals.proofing_reversal, "proofing_reversal"),
        ("<slug:code>/approvals/", approvals.approvals, "approvals"),
        (f"{REVERSAL}/", approvals.reversal_answer, "reversal_answer"),
        (f"{LINK}/", approvals.link_answer, "link_answer"),
        ("<slug:code>/links/new/", approvals.link_propose, "link_propose"),
        ("<slug:code>/signals/", signals.signals, "signals"),
        ("<slug:code>/signals/closed/", signals.signals_closed, "signals_closed"),
        ("<slug:code>/signals/<int:number>/", signals.signal, "signal"),
        (f"{CASE}/decide/", after.proofing_decide, "proofing_decide"),
        (f"{CASE}/abandon/", views.proofing_abandon, "proofing_abandon"),
    ]
)
add_menu(audit.MENU)
add_pages(audit.PAGES)
add_menu(schedule.MENU)
add_pages(schedule.PAGES)
