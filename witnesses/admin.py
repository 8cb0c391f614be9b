"""What staff do with a case: one page that shows where it stands, and one address for each step."""

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from appointments.models import Participant
from borgerservice.admin import (
    Attendee,
    Link,
    Role,
    Words,
    act_at_once,
    add_pages,
    add_participant_acts,
    admin_page,
    posted,
    show,
)
from borgerservice.kernel import clock
from borgerservice.kernel.errors import DomainError
from borgerservice.municipalities.policies import Workplace
from witnesses.exceptions import CaseOver, NotFound
from witnesses.forms import COUNTRIES, DocumentsForm, QuestionsForm, WitnessForm, language_now
from witnesses.models import IdentityProofing
from witnesses.rules.lifecycle import CaseState, Step, is_over
from witnesses.selectors_desk import CaseShown, case_shown, newest_case
from witnesses.services import (
    abandon_proofing,
    decide_proofing,
    note_reading,
    open_proofing,
    record_documents,
    record_no_witness,
    record_questions,
    record_witness,
)

ROLES = (Role.CLERK, Role.LEAD)
CASE = "<slug:code>/proofings/<str:reference>"
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
SERVICES: dict[Step, Callable[..., Any]] = {
    Step.RECORD_DOCUMENTS: record_documents,
    Step.RECORD_QUESTIONS: record_questions,
    Step.RECORD_WITNESS: record_witness,
}


@admin_page(*ROLES)
def proofing_open(
    request: HttpRequest, workplace: Workplace, reference: str, position: int
) -> HttpResponse:
    """Open the case of one who has come; the one already open is gone on with."""
    participant = (
        Participant.objects.for_municipality(workplace.municipality)
        .select_related("service", "appointment")
        .filter(appointment__reference=reference, position=position)
        .first()
    )
    if participant is None:
        raise Http404
    where = {"code": workplace.municipality.code, "reference": reference}
    return act_at_once(
        request,
        do=partial(open_proofing, participant=participant, staff=workplace.staff, now=clock.now()),
        done=lambda case: case_address(workplace, case.reference),
        otherwise=reverse("admin:visit", kwargs=where),
    )


@require_safe
@admin_page(*ROLES)
def proofing(request: HttpRequest, workplace: Workplace, reference: str) -> HttpResponse:
    """A case: where it stands, what is recorded, and the next step's form or the decision."""
    shown = _find(workplace, reference)
    note_reading(proofing=shown.case, staff=workplace.staff, now=clock.now())
    step = shown.current
    form = _form_of(request, shown, step) if step in PAGES else None
    return _page(request, workplace, shown, step=step, form=form)


@require_http_methods(["GET", "HEAD", "POST"])
@admin_page(*ROLES)
def proofing_documents(request: HttpRequest, workplace: Workplace, reference: str) -> HttpResponse:
    """Who the applicant is and what they show; again, to correct it."""
    return _take(request, workplace, reference, Step.RECORD_DOCUMENTS)


@require_http_methods(["GET", "HEAD", "POST"])
@admin_page(*ROLES)
def proofing_questions(request: HttpRequest, workplace: Workplace, reference: str) -> HttpResponse:
    """How the questions went; again, to correct it."""
    return _take(request, workplace, reference, Step.RECORD_QUESTIONS)


@require_http_methods(["GET", "HEAD", "POST"])
@admin_page(*ROLES)
def proofing_witness(request: HttpRequest, workplace: Workplace, reference: str) -> HttpResponse:
    """The witness; again, to correct or replace."""
    return _take(request, workplace, reference, Step.RECORD_WITNESS)


@admin_page(*ROLES)
def proofing_no_witness(request: HttpRequest, workplace: Workplace, reference: str) -> HttpResponse:
    """Nobody came along as a witness."""
    said = _("Recorded: no witness.")
    return _at_once(request, workplace, reference, record_no_witness, said)


@admin_page(*ROLES)
def proofing_decide(request: HttpRequest, workplace: Workplace, reference: str) -> HttpResponse:
    """Decide. Sent twice, the first decision stands."""
    return _at_once(request, workplace, reference, decide_proofing, "")


@admin_page(*ROLES)
def proofing_abandon(request: HttpRequest, workplace: Workplace, reference: str) -> HttpResponse:
    """Leave the case without a decision."""
    said = _("The case was closed without a decision.")
    return _at_once(request, workplace, reference, abandon_proofing, said)


def case_address(workplace: Workplace, reference: str, name: str = "proofing") -> str:
    """Where a case's page is, or one of its steps."""
    where = {"code": workplace.municipality.code, "reference": reference}
    return reverse(f"admin:{name}", kwargs=where)


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


def _find(workplace: Workplace, reference: str) -> CaseShown:
    try:
        return case_shown(
            municipality=workplace.municipality, reference=reference, language=language_now()
        )
    except NotFound:
        raise Http404 from None


def _take(request: HttpRequest, workplace: Workplace, reference: str, step: Step) -> HttpResponse:
    """Show a step's form; when it comes back sound, take the step and go on with the case."""
    shown = _find(workplace, reference)
    here = case_address(workplace, reference)
    if request.method != "POST" and not any(s.step is step and s.is_open for s in shown.steps):
        return redirect(here)
    form = _form_of(request, shown, step)
    if form.is_bound and form.is_valid():
        do = partial(SERVICES[step], proofing=shown.case, staff=workplace.staff, now=clock.now())
        try:
            do(**form.facts)
        except CaseOver as over:
            messages.error(request, over.sentence)
            return redirect(here)
        except DomainError as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, _("Recorded."))
            return redirect(here)
    return _page(request, workplace, shown, step=step, form=form)


def _form_of(request: HttpRequest, shown: CaseShown, step: Step) -> StepForm:
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


def _page(
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


def _at_once(
    request: HttpRequest,
    workplace: Workplace,
    reference: str,
    service: Callable[..., Any],
    said: str,
) -> HttpResponse:
    case = _find(workplace, reference).case
    return act_at_once(
        request,
        do=partial(service, proofing=case, staff=workplace.staff, now=clock.now()),
        done=case_address(workplace, reference),
        said=said,
    )


add_participant_acts(case_acts)
add_pages(
    [
        (
            "<slug:code>/visits/<str:reference>/<int:position>/proofing/",
            proofing_open,
            "proofing_open",
        ),
        (f"{CASE}/", proofing, "proofing"),
        (f"{CASE}/documents/", proofing_documents, "proofing_documents"),
        (f"{CASE}/questions/", proofing_questions, "proofing_questions"),
        (f"{CASE}/witness/", proofing_witness, "proofing_witness"),
        (f"{CASE}/no-witness/", proofing_no_witness, "proofing_no_witness"),
        (f"{CASE}/decide/", proofing_decide, "proofing_decide"),
        (f"{CASE}/abandon/", proofing_abandon, "proofing_abandon"),
    ]
)
