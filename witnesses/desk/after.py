"""What follows the witness: the declaration on paper, the decision, and what came of it."""

from functools import partial

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from borgerservice.admin import act_at_once, admin_page, show, told
from borgerservice.kernel import clock
from borgerservice.kernel.clock import danish_date
from borgerservice.kernel.errors import DomainError
from borgerservice.municipalities.policies import Workplace
from borgerservice.sent_again import done_before_at
from witnesses.desk.page import (
    ROLES,
    case_address,
    case_page,
    find_case,
    is_late,
    revision_seen,
)
from witnesses.exceptions import CaseOver
from witnesses.forms import ClientAnswerForm, DecideForm
from witnesses.models import Declaration, IdentityProofing
from witnesses.rules.declarations import DeclarationText, declaration_in_use, declaration_text
from witnesses.rules.figures import LANGUAGES, Language
from witnesses.rules.lifecycle import Step
from witnesses.selectors.cases import client_answers
from witnesses.selectors.desk import CaseShown
from witnesses.services import (
    accept_declaration,
    decide_proofing,
    note_reading,
    record_client_answer,
    require_open,
)
from witnesses.wording import REFUSALS


@require_safe
@admin_page(*ROLES)
def proofing_declaration(
    request: HttpRequest, workplace: Workplace, reference: str, language: str
) -> HttpResponse:
    """The declaration to be printed and signed; once accepted, the text that was accepted."""
    shown = find_case(workplace, reference)
    read_in = next((one for one in LANGUAGES if one == language), None)
    if read_in is None or shown.witness is None:
        raise Http404
    text = _text_for(shown, read_in)
    note_reading(
        proofing=shown.case,
        staff=workplace.staff,
        now=clock.now(),
        read=f"declaration:{text.version}:{text.language}",
    )
    return show(
        request,
        "admin/proofing_declaration.html",
        title=_("The witness's declaration"),
        workplace=workplace,
        centre=shown.visit.centre,
        shown=shown,
        case=shown.case,
        text=text,
        here=case_address(workplace, reference),
        signed_address=case_address(workplace, reference, "proofing_declaration_signed"),
    )


@admin_page(*ROLES)
def proofing_declaration_signed(
    request: HttpRequest, workplace: Workplace, reference: str
) -> HttpResponse:
    """The witness has signed the printed text, in the language told."""
    return act_at_once(
        request,
        do=partial(
            accept_declaration,
            proofing=find_case(workplace, reference).case,
            language=request.POST.get("language", ""),
            version=request.POST.get("version", ""),
            how=Declaration.Accepted.PRINTED,
            staff=workplace.staff,
            now=clock.now(),
            seen=revision_seen(request),
        ),
        done=case_address(workplace, reference),
        said=_("Recorded: the witness has signed the declaration."),
        once=True,
    )


@require_POST
@admin_page(*ROLES)
def proofing_decide(request: HttpRequest, workplace: Workplace, reference: str) -> HttpResponse:
    """Decide. Sent twice, the first decision stands; after the day, the reason is asked for."""
    shown, here = find_case(workplace, reference), case_address(workplace, reference)
    form = DecideForm(request.POST, is_late=is_late(shown.case))
    do = partial(decide_proofing, proofing=shown.case, staff=workplace.staff, now=clock.now())
    try:
        require_open(shown.case)
        if form.is_valid():
            do(seen=revision_seen(request), **form.cleaned_data)
            return redirect(here)
    except CaseOver as over:
        decided = find_case(workplace, reference).case
        if decided.decided_by_id != workplace.staff.pk:  # who pressed twice sees what they decided
            messages.error(request, over.sentence)
        return redirect(here)
    except DomainError as refusal:
        if refusal.field not in form.fields:
            messages.error(request, told(refusal, back=here))
            return redirect(here)
        form.add_error(refusal.field, refusal.sentence)
    note_reading(proofing=shown.case, staff=workplace.staff, now=clock.now())
    return case_page(request, workplace, shown, step=Step.DECIDE, form=form)


@require_POST
@admin_page(*ROLES)
def proofing_client_answer(
    request: HttpRequest, workplace: Workplace, reference: str
) -> HttpResponse:
    """What the national client answered after a confirmed decision."""
    shown, here = find_case(workplace, reference), case_address(workplace, reference)
    form = ClientAnswerForm(request.POST)
    do = partial(record_client_answer, proofing=shown.case, staff=workplace.staff, now=clock.now())
    if form.is_valid():
        if done_before_at(request) and _is_outdated(shown.case, form.cleaned_data["answer"]):
            messages.error(request, REFUSALS["changed_meanwhile"])
            return redirect(here)
        return act_at_once(
            request, do=partial(do, **form.cleaned_data), done=here, said=_("Recorded."), once=True
        )
    if not ClientAnswerForm.is_for(shown.case):
        return redirect(here)
    note_reading(proofing=shown.case, staff=workplace.staff, now=clock.now())
    return case_page(request, workplace, shown, step=None, form=form)


def _is_outdated(case: IdentityProofing, answer: str) -> bool:
    """Whether another answer has been recorded since that one was."""
    return any(one.answer != answer for one in client_answers(case)[:1])


def _text_for(shown: CaseShown, language: Language) -> DeclarationText:
    """The text that was accepted where it was; else the one in use today."""
    accepted = shown.witness.declaration if shown.witness else None
    if accepted is not None:
        return declaration_text(accepted.version, language)
    return declaration_in_use(danish_date(clock.now())).texts[language]
