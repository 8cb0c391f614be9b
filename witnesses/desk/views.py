"""The addresses of a case: one page, and one for each step."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from appointments.exceptions import NotFound
from appointments.selectors.bookable import get_appointment
from borgerservice.admin import act_at_once, admin_page, tell_way_out
from borgerservice.audit.events import Event
from borgerservice.kernel import clock
from borgerservice.kernel.cpr import CprNumber
from borgerservice.kernel.errors import DomainError
from borgerservice.municipalities.policies import Workplace
from borgerservice.sent_again import done_once_slowly
from witnesses.desk.page import (
    PAGES,
    ROLES,
    StepForm,
    case_address,
    case_page,
    find_case,
    form_of,
    revision_seen,
)
from witnesses.exceptions import CaseOver
from witnesses.rules.lifecycle import Step
from witnesses.selectors.audit import step_taken_at
from witnesses.services import (
    abandon_proofing,
    is_recognised,
    note_reading,
    open_proofing,
    record_documents,
    record_no_witness,
    record_questions,
    record_witness,
    require_open,
)
from witnesses.wording import REFUSALS

SERVICES: dict[Step, Callable[..., Any]] = {
    Step.RECORD_DOCUMENTS: record_documents,
    Step.RECORD_QUESTIONS: record_questions,
    Step.RECORD_WITNESS: record_witness,
}
EVENTS: dict[Step, Event] = {
    Step.RECORD_DOCUMENTS: Event.PROOFING_DOCUMENTS_RECORDED,
    Step.RECORD_QUESTIONS: Event.PROOFING_QUESTIONS_RECORDED,
    Step.RECORD_WITNESS: Event.PROOFING_WITNESS_RECORDED,
}


@admin_page(*ROLES)
def proofing_open(
    request: HttpRequest, workplace: Workplace, reference: str, position: int
) -> HttpResponse:
    """Open the case of one who has come; the one already open is gone on with."""
    try:
        visit = get_appointment(municipality=workplace.municipality, reference=reference)
    except NotFound:
        raise Http404 from None
    comer = next((one for one in visit.participants.all() if one.position == position), None)
    if comer is None:
        raise Http404
    where = {"code": workplace.municipality.code, "reference": reference}
    return act_at_once(
        request,
        do=partial(open_proofing, participant=comer, staff=workplace.staff, now=clock.now()),
        done=lambda case: case_address(workplace, case.reference),
        otherwise=reverse("admin:visit", kwargs=where),
    )


@require_safe
@admin_page(*ROLES)
def proofing(request: HttpRequest, workplace: Workplace, reference: str) -> HttpResponse:
    """A case: where it stands, what is recorded, and the next step's form or the decision."""
    shown = find_case(workplace, reference)
    note_reading(proofing=shown.case, staff=workplace.staff, now=clock.now())
    step = shown.current
    form = form_of(request, shown, step) if step in PAGES else None
    return case_page(request, workplace, shown, step=step, form=form)


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
def proofing_abandon(request: HttpRequest, workplace: Workplace, reference: str) -> HttpResponse:
    """Leave the case without a decision."""
    said = _("The case was closed without a decision.")
    return _at_once(request, workplace, reference, abandon_proofing, said)


def _take(request: HttpRequest, workplace: Workplace, reference: str, step: Step) -> HttpResponse:
    """Show a step's form; when it comes back sound, take the step and go on with the case."""
    shown = find_case(workplace, reference)
    here = case_address(workplace, reference)
    if request.method != "POST" and not any(s.step is step and s.is_open for s in shown.steps):
        return redirect(here)
    form, now = form_of(request, shown, step), clock.now()
    do = partial(
        SERVICES[step],
        proofing=shown.case,
        staff=workplace.staff,
        now=now,
        seen=revision_seen(request),
    )
    try:
        require_open(shown.case)
        if form.is_bound and form.is_valid():
            taken = done_once_slowly(
                request,
                partial(do, **form.facts),
                leads_to=here,
                now=now,
                still_stands=lambda at: at == step_taken_at(shown.case, EVENTS[step]),
            )
            messages.success(request, _("Recorded."))
            _ask_to_look_again(request, form)
            case = taken or find_case(workplace, reference).case
            if step is Step.RECORD_DOCUMENTS and not is_recognised(case):
                messages.warning(request, REFUSALS["ledger_unavailable"])
            return redirect(here)
    except CaseOver as over:
        messages.error(request, over.sentence)
        return redirect(here)
    except DomainError as refusal:
        if not tell_way_out(request, refusal, back=here):
            form.refuse(refusal)
    note_reading(proofing=shown.case, staff=workplace.staff, now=clock.now())
    return case_page(request, workplace, shown, step=step, form=form)


def _ask_to_look_again(request: HttpRequest, form: StepForm) -> None:
    """A hint, never a refusal: a typed CPR number without check digit may be a slip of the hand."""
    number = form.cleaned_data.get("number")
    if isinstance(number, CprNumber) and not (number.is_replacement or number.has_check_digit):
        messages.warning(
            request,
            _(
                "Look at the number once more: it has no check digit. Numbers without one have"
                " been given out since 2007."
            ),
        )


def _at_once(
    request: HttpRequest,
    workplace: Workplace,
    reference: str,
    service: Callable[..., Any],
    said: str,
) -> HttpResponse:
    case = find_case(workplace, reference).case
    return act_at_once(
        request,
        do=partial(
            service,
            proofing=case,
            staff=workplace.staff,
            now=clock.now(),
            seen=revision_seen(request),
        ),
        done=case_address(workplace, reference),
        said=said,
        once=True,
    )
