"""The page of a case: where it stands, what is recorded, and a step's form or the decision."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from borgerservice.admin import Words, posted, show
from borgerservice.municipalities.policies import Workplace
from witnesses.exceptions import NotFound
from witnesses.forms import COUNTRIES, DocumentsForm, QuestionsForm, WitnessForm, language_now
from witnesses.models import IdentityProofing
from witnesses.rules.lifecycle import Step
from witnesses.selectors_desk import CaseShown, case_shown

StepForm = DocumentsForm | QuestionsForm | WitnessForm
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
                "wants_cpr_link": case.wants_cpr_link,
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
        },
        **options,
    )


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
    form: StepForm | None,
) -> HttpResponse:
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
        decide_address=case_address(workplace, reference, "proofing_decide"),
        abandon_address=case_address(workplace, reference, "proofing_abandon"),
        here=case_address(workplace, reference),
        visit_address=reverse("admin:visit", kwargs=visit),
        reopen_address=reverse("admin:proofing_open", kwargs=again),
    )


def _step_address(workplace: Workplace, reference: str, step: Step) -> str:
    return case_address(workplace, reference, PAGES[step]) if step in PAGES else ""
