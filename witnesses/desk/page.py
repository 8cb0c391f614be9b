"""The page of a case: where it stands, what is recorded, and a step's form or the decision."""

import re
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from borgerservice.admin import Role, Words, posted, show
from borgerservice.kernel import clock
from borgerservice.kernel.clock import danish_date
from borgerservice.municipalities.policies import Workplace
from witnesses.desk.papers import papers_in_words
from witnesses.exceptions import NotFound
from witnesses.forms import (
    COUNTRIES,
    ClientAnswerForm,
    DecideForm,
    DocumentsForm,
    QuestionsForm,
    WitnessForm,
    language_now,
)
from witnesses.forms.approvals import ReversalForm
from witnesses.models import IdentityProofing
from witnesses.rules.declarations import declaration_in_use
from witnesses.rules.figures import LANGUAGES
from witnesses.rules.lifecycle import CaseState, Step
from witnesses.selectors.cases import met_on
from witnesses.selectors.checks import checked_witness, papers_said
from witnesses.selectors.desk import CaseShown, case_shown

ROLES = (Role.CLERK, Role.LEAD)
StepForm = DocumentsForm | QuestionsForm | WitnessForm
PageForm = StepForm | DecideForm | ClientAnswerForm
WITHOUT_CPR = "mitid_without_cpr"
_COUNT = re.compile(r"[0-9]{1,5}")
NAMES: dict[Step, Words] = {
    Step.RECORD_DOCUMENTS: gettext_lazy("Documents"),
    Step.RECORD_QUESTIONS: gettext_lazy("Questions"),
    Step.RECORD_WITNESS: gettext_lazy("Witness"),
    Step.DECIDE: gettext_lazy("Decision"),
}
PAGES = {
    Step.RECORD_DOCUMENTS: "proofing_documents",
    Step.RECORD_QUESTIONS: "proofing_questions",
    Step.RECORD_WITNESS: "proofing_witness",
}


def case_address(workplace: Workplace, reference: str, name: str = "proofing") -> str:
    """Where a case's page is, or one of its steps."""
    where = {"code": workplace.municipality.code, "reference": reference}
    return reverse(f"admin:{name}", kwargs=where)


def find_case(workplace: Workplace, reference: str) -> CaseShown:
    try:
        return case_shown(
            municipality=workplace.municipality, reference=reference, language=language_now()
        )
    except NotFound:
        raise Http404 from None


def form_of(request: HttpRequest, shown: CaseShown, step: Step) -> StepForm:
    """The form of a step, with what is recorded in it; bound when it was sent to be recorded."""
    case, data = shown.case, posted(request)
    if step is Step.RECORD_QUESTIONS:
        outcome = case.questions if case.state not in {"opened", "documents"} else None
        return QuestionsForm(data, initial={"outcome": outcome})
    options: dict[str, Any] = {}
    if data is not None and "more" in data:
        options["draft"], data = data, None
    if step is Step.RECORD_DOCUMENTS:
        return DocumentsForm(
            data,
            has_number=bool(case.number_kind),
            shown=[document.row for document in shown.documents],
            initial={
                "birth_date": shown.applicant.birth_date,
                "wants_cpr_link": _starts_with_cpr_link(case),
                "assurance_level": case.assurance_level,
                "number_kind": _kind_chosen(case),
            },
            **options,
        )
    if shown.witness is None:
        return WitnessForm(data, **options)
    statement, known = shown.witness.statement, shown.witness.known
    return WitnessForm(
        data,
        has_number=True,
        shown=[document.row for document in shown.witness.documents],
        initial={
            "name": known.name,
            "birth_date": known.birth_date,
            "relationship": statement.relationship,
            "reason": case.witness_reason,
            "established": statement.mitid_established,
            "mitid_since": statement.mitid_since,
            "brought_mitid": statement.brought_mitid,
            "assurance_level": statement.assurance_level,
        },
        **options,
    )


def _starts_with_cpr_link(case: IdentityProofing) -> bool:
    """Whether the MitID is to carry the number: as recorded, before that as the service says."""
    if case.state == CaseState.OPENED:
        return case.participant.service.code != WITHOUT_CPR
    return case.wants_cpr_link


def _kind_chosen(case: IdentityProofing) -> str:
    """What was chosen for the applicant's number before, where that was none at all."""
    if case.number_kind:
        return "keep"
    return "none" if case.applicant_id else "cpr"


def case_page(
    request: HttpRequest,
    workplace: Workplace,
    shown: CaseShown,
    *,
    step: Step | None,
    form: PageForm | None,
    reversal_form: ReversalForm | None = None,
) -> HttpResponse:
    case = shown.case
    if form is None and shown.current is Step.DECIDE:
        form = DecideForm(is_late=is_late(case))
    if form is None and ClientAnswerForm.is_for(case):
        form = ClientAnswerForm()
    reference = shown.case.reference
    visit = {"code": workplace.municipality.code, "reference": shown.visit.reference}
    again = {**visit, "position": shown.case.participant.position}
    return show(
        request,
        "admin/proofing.html",
        title=_("Identity case {reference}").format(reference=reference),
        workplace=workplace,
        centre=shown.visit.centre,
        shown=shown,
        case=shown.case,
        step=step,
        form=form,
        countries=COUNTRIES,
        steps=[
            (standing, NAMES[standing.step], _step_address(workplace, reference, standing.step))
            for standing in shown.steps
        ],
        step_address=_step_address(workplace, reference, step) if step else "",
        no_witness_address=case_address(workplace, reference, "proofing_no_witness"),
        **_found_beforehand(shown.case, step),
        declaration_version=declaration_in_use(danish_date(clock.now())).version,
        declaration_addresses=[
            (one, _declaration_address(workplace, reference, one)) for one in LANGUAGES
        ],
        signed_address=case_address(workplace, reference, "proofing_declaration_signed"),
        answer_address=case_address(workplace, reference, "proofing_client_answer"),
        reversal_form=reversal_form or ReversalForm(),
        reversal_address=case_address(workplace, reference, "proofing_reversal"),
        decide_address=case_address(workplace, reference, "proofing_decide"),
        abandon_address=case_address(workplace, reference, "proofing_abandon"),
        here=case_address(workplace, reference),
        visit_address=reverse("admin:visit", kwargs=visit),
        reopen_address=reverse("admin:proofing_open", kwargs=again),
    )


def _found_beforehand(case: IdentityProofing, step: Step | None) -> dict[str, Any]:
    """What the witness said and was told before the visit, where it is the witness's turn."""
    check = checked_witness(case) if step is Step.RECORD_WITNESS else None
    return {"checked": check, "papers_said": papers_in_words(papers_said(check)) if check else []}


def is_late(case: IdentityProofing) -> bool:
    """Whether the day of the meeting is over."""
    return danish_date(clock.now()) > met_on(case)


def revision_seen(request: HttpRequest) -> int | None:
    """The revision of the case that was on the page the form came from."""
    text = request.POST.get("seen", "")
    return int(text) if _COUNT.fullmatch(text) else None


def _declaration_address(workplace: Workplace, reference: str, language: str) -> str:
    where = {"code": workplace.municipality.code, "reference": reference, "language": language}
    return reverse("admin:proofing_declaration", kwargs=where)


def _step_address(workplace: Workplace, reference: str, step: Step) -> str:
    return case_address(workplace, reference, PAGES[step]) if step in PAGES else ""
