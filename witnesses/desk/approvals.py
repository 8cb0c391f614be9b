"""What takes two: propose to reverse a witnessing or to link two numbers, and answer it."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from borgerservice.admin import Role, act, act_at_once, admin_page, posted, show
from borgerservice.kernel import clock
from borgerservice.municipalities.policies import Workplace
from borgerservice.sent_again import done_once_slowly
from witnesses.desk.page import ROLES, case_address, case_page, find_case
from witnesses.desk.proposed import is_told_of_answer
from witnesses.forms.approvals import LinkForm, ReversalForm
from witnesses.models import LinkProposal, ReversalProposal
from witnesses.selectors.approvals import waiting_links, waiting_reversals
from witnesses.services import (
    answer_link,
    answer_reversal,
    note_reading,
    propose_link,
    propose_reversal,
)

APPROVERS = (Role.LEAD, Role.FRAUD_REVIEWER)
LINKERS = (Role.CLERK, Role.LEAD, Role.FRAUD_REVIEWER)
ANSWERS = {"approve": True, "decline": False}


@require_safe
@admin_page(*APPROVERS)
def approvals(request: HttpRequest, workplace: Workplace) -> HttpResponse:
    """What waits for a second person here, each with its buttons for whoever may answer it."""
    place = workplace.municipality
    return show(
        request,
        "admin/approvals.html",
        title=_("Approvals"),
        workplace=workplace,
        reversals=[
            (
                one,
                case_address(workplace, one.witnessing.proofing.reference)
                if workplace.has(*ROLES)
                else "",
                _answer_address(workplace, one, "reversal_answer")
                if workplace.has(Role.LEAD) and one.proposed_by_id != workplace.staff.pk
                else "",
            )
            for one in waiting_reversals(place)
        ],
        links=[
            (
                one,
                _answer_address(workplace, one, "link_answer")
                if one.proposed_by_id != workplace.staff.pk
                else "",
            )
            for one in waiting_links(place)
        ],
        propose_address=reverse("admin:link_propose", kwargs={"code": place.code}),
    )


@admin_page(Role.LEAD)
def reversal_answer(request: HttpRequest, workplace: Workplace, number: int) -> HttpResponse:
    """Approve or decline a reversal."""
    found = _answerable(ReversalProposal, workplace, number)
    return _answer(request, workplace, partial(answer_reversal, proposal=found))


@admin_page(*APPROVERS)
def link_answer(request: HttpRequest, workplace: Workplace, number: int) -> HttpResponse:
    """Approve or decline that two numbers are linked."""
    found = _answerable(LinkProposal, workplace, number)
    return _answer(request, workplace, partial(answer_link, proposal=found))


@admin_page(*LINKERS)
def link_propose(request: HttpRequest, workplace: Workplace) -> HttpResponse:
    """Propose that two numbers belong to one person."""
    code = {"code": workplace.municipality.code}
    is_approver = workplace.has(*APPROVERS)
    done = reverse("admin:approvals" if is_approver else "admin:link_propose", kwargs=code)
    now = clock.now()
    here = LinkProposal.objects.for_municipality(workplace.municipality)
    if is_told_of_answer(request, here, staff=workplace.staff):
        return redirect(done)

    def propose(**typed: Any) -> LinkProposal | None:
        do = partial(
            propose_link,
            municipality=workplace.municipality,
            staff=workplace.staff,
            now=now,
            **typed,
        )
        proposal: LinkProposal | None = done_once_slowly(request, do, leads_to=done, now=now)
        return proposal

    return act(
        request,
        title=_("Two numbers, one person"),
        form=LinkForm(posted(request)),
        do=propose,
        done=done,
        said=_("Proposed. It holds once a colleague has approved it."),
        template="admin/approvals_link.html",
        workplace=workplace,
        submit=_("Propose"),
        back=reverse("admin:approvals", kwargs=code) if is_approver else "",
    )


@require_POST
@admin_page(*ROLES)
def proofing_reversal(request: HttpRequest, workplace: Workplace, reference: str) -> HttpResponse:
    """Propose that the witnessing of a decided case be reversed."""
    shown, here = find_case(workplace, reference), case_address(workplace, reference)
    form = ReversalForm(request.POST)
    proposals = ReversalProposal.objects.for_municipality(workplace.municipality).filter(
        witnessing__proofing=shown.case
    )
    if is_told_of_answer(request, proposals, staff=workplace.staff):
        return redirect(here)
    if form.is_valid():
        return act_at_once(
            request,
            do=partial(
                propose_reversal,
                proofing=shown.case,
                staff=workplace.staff,
                now=clock.now(),
                **form.cleaned_data,
            ),
            done=here,
            said=_("Proposed. The witnessing counts until a colleague has approved it."),
            once=True,
        )
    if shown.witnessing is None or not shown.witnessing.may_propose:
        return redirect(here)
    note_reading(proofing=shown.case, staff=workplace.staff, now=clock.now())
    return case_page(request, workplace, shown, step=None, form=None, reversal_form=form)


def _answer(
    request: HttpRequest, workplace: Workplace, service: Callable[..., Any]
) -> HttpResponse:
    approve = ANSWERS.get(request.POST.get("answer", ""))
    here = reverse("admin:approvals", kwargs={"code": workplace.municipality.code})
    if request.method == "POST" and approve is None:
        return redirect(here)
    return act_at_once(
        request,
        do=partial(service, approve=approve, staff=workplace.staff, now=clock.now()),
        done=here,
        said=_("Approved.") if approve else _("Declined. Nothing was changed."),
        once=True,
    )


def _answerable(
    kind: type[ReversalProposal | LinkProposal], workplace: Workplace, number: int
) -> Any:
    """A municipality's proposal by its number, answered or not; another's is not found."""
    found = kind.objects.for_municipality(workplace.municipality).filter(pk=number).first()
    if found is None:
        raise Http404
    return found


def _answer_address(workplace: Workplace, one: ReversalProposal | LinkProposal, name: str) -> str:
    where = {"code": workplace.municipality.code, "number": one.pk}
    return reverse(f"admin:{name}", kwargs=where)
