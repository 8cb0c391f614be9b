"""The pages on which administrators let visits go, and on which they are kept for longer."""

from functools import partial
from typing import Any, Final

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from borgerservice.admin import MenuItem, Role, act, act_at_once, admin_page, posted
from borgerservice.kernel import clock
from borgerservice.municipalities.policies import Workplace
from borgerservice.retention.disposal import (
    answer_disposal,
    approved_disposals,
    propose_disposal,
    waiting_disposal,
)
from borgerservice.retention.due import latest_day, standing
from borgerservice.retention.forms import DisposalForm, HoldForm
from borgerservice.retention.holds import holds_of, lift_hold, place_hold
from borgerservice.retention.models import Disposal, LegalHold
from witnesses.desk.proposed import is_told_of_answer

DISPOSAL: Final = gettext_lazy("Disposal")
HOLDS: Final = gettext_lazy("Kept beyond their time")
KEEPERS: Final = (Role.LEAD, Role.ADMINISTRATOR)
ANSWERS: Final = {"approve": True, "decline": False}
BOTH = require_http_methods(["GET", "HEAD", "POST"])


@BOTH
@admin_page(Role.ADMINISTRATOR)
def disposal(request: HttpRequest, workplace: Workplace) -> HttpResponse:
    """What has had its time, what waits for an answer, what was approved; propose that it go."""
    place, now = workplace.municipality, clock.now()
    latest, waiting = latest_day(now), waiting_disposal(place)
    if is_told_of_answer(request, Disposal.objects.for_municipality(place), staff=workplace.staff):
        return redirect(_here("disposal", workplace))
    approved = approved_disposals(place)
    return act(
        request,
        title=DISPOSAL,
        form=DisposalForm(posted(request), latest=latest),
        do=partial(propose_disposal, municipality=place, staff=workplace.staff, now=now),
        done=_here("disposal", workplace),
        said=_("Proposed. Another administrator must answer."),
        once=True,
        template="admin/disposal.html",
        workplace=workplace,
        submit=_("Propose"),
        latest=latest,
        waiting=waiting,
        standing=standing(municipality=place, before=waiting.before if waiting else latest),
        answer_address=_answer_address(workplace, waiting),
        approved=approved,
        left=approved
        and standing(
            municipality=place, before=approved[0].before, approved_at=approved[0].answered_at
        ),
        holds_address=_here("holds", workplace),
    )


@require_POST
@admin_page(Role.ADMINISTRATOR)
def disposal_answer(request: HttpRequest, workplace: Workplace, number: int) -> HttpResponse:
    """Approve or decline."""
    found = _find(Disposal, workplace, number)
    approve = ANSWERS.get(request.POST.get("answer", ""))
    here = _here("disposal", workplace)
    if approve is None:
        return redirect(here)
    return act_at_once(
        request,
        do=partial(
            answer_disposal,
            proposal=found,
            approve=approve,
            staff=workplace.staff,
            now=clock.now(),
        ),
        done=here,
        said=_("Approved. The visits go within a few hours.")
        if approve
        else _("Declined. Nothing was changed."),
        once=True,
    )


@BOTH
@admin_page(*KEEPERS)
def holds(request: HttpRequest, workplace: Workplace) -> HttpResponse:
    """What is kept for longer; keep one more."""
    return act(
        request,
        title=HOLDS,
        form=HoldForm(posted(request)),
        do=partial(
            place_hold,
            municipality=workplace.municipality,
            staff=workplace.staff,
            now=clock.now(),
        ),
        done=_here("holds", workplace),
        said=_("The visit is kept until somebody says otherwise."),
        once=True,
        template="admin/holds.html",
        workplace=workplace,
        submit=_("Keep"),
        holds=[
            (one, reverse("admin:hold_lift", args=[workplace.municipality.code, one.pk]))
            for one in holds_of(workplace.municipality)
        ],
    )


@require_POST
@admin_page(*KEEPERS)
def hold_lift(request: HttpRequest, workplace: Workplace, number: int) -> HttpResponse:
    """Keep a visit no longer."""
    found = _find(LegalHold, workplace, number)
    return act_at_once(
        request,
        do=partial(lift_hold, hold=found, staff=workplace.staff, now=clock.now()),
        done=_here("holds", workplace),
        said=_(
            "The visit is not kept for longer any more. It goes once it has had its time and two"
            " have approved it anew."
        ),
        once=True,
    )


def _find(kind: type[Disposal | LegalHold], workplace: Workplace, number: int) -> Any:
    """A municipality's row by its number; another's is not found."""
    found = kind.objects.for_municipality(workplace.municipality).filter(pk=number).first()
    if found is None:
        raise Http404
    return found


def _here(name: str, workplace: Workplace) -> str:
    return reverse(f"admin:{name}", args=[workplace.municipality.code])


def _answer_address(workplace: Workplace, waiting: Disposal | None) -> str:
    """Where whoever may answer does so; empty for who proposed it."""
    if waiting is None or waiting.proposed_by_id == workplace.staff.pk:
        return ""
    return reverse("admin:disposal_answer", args=[workplace.municipality.code, waiting.pk])


MENU = [
    MenuItem(DISPOSAL, "disposal", frozenset({Role.ADMINISTRATOR})),
    MenuItem(HOLDS, "holds", frozenset(KEEPERS)),
]
PAGES = [
    ("<slug:code>/disposal/", disposal, "disposal"),
    ("<slug:code>/disposal/<int:number>/", disposal_answer, "disposal_answer"),
    ("<slug:code>/holds/", holds, "holds"),
    ("<slug:code>/holds/<int:number>/", hold_lift, "hold_lift"),
]
