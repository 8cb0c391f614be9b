"""The pages of rule stewards: the schedule, what waits for an answer, each rule set in words."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from borgerservice.admin import MenuItem, Role, act, act_at_once, posted, show, steward_page
from borgerservice.kernel import clock
from borgerservice.kernel.clock import danish_date
from borgerservice.municipalities.models import StaffMember
from witnesses.desk.proposed import is_told_of_answer
from witnesses.exceptions import NotFound
from witnesses.forms.documents import language_now
from witnesses.forms.schedule import RuleSetForm
from witnesses.models import RuleSetProposal
from witnesses.rules.compare import Age, Difference, differences, newer_guidance
from witnesses.rules.explain_figures import FigureInWords, figure_in_words, figures_in_words
from witnesses.rules.figures import RuleSet
from witnesses.rules.rule_sets import RULE_SETS
from witnesses.selectors.cases import rules_on
from witnesses.selectors.schedule import (
    get_rule_set_proposal,
    rule_sets_proposed,
    schedule_on,
)
from witnesses.services.schedule import answer_rule_set, propose_rule_set

BOTH = require_http_methods(["GET", "HEAD", "POST"])
NOT_SCHEDULED: Mapping[str, date | None] = {}


@dataclass(frozen=True, slots=True)
class DifferenceShown:
    """One figure as it is in force, and as another set has it, both in words.

    `coming` is the day from which that set is scheduled, where it is.
    """

    age: Age
    here: FigureInWords
    there: FigureInWords
    title: str
    coming: date | None


@require_safe
@steward_page
def rules(request: HttpRequest, staff: StaffMember) -> HttpResponse:
    """What is in force when, what waits for an answer, and what is published but not in force."""
    today = danish_date(clock.now())
    lines = schedule_on(today)
    in_force = RULE_SETS[next(line.row.rule_set for line in lines if line.when == "now")]
    coming = {line.row.rule_set: line.first for line in lines if line.when == "coming"}
    newer = _shown(newer_guidance(in_force, RULE_SETS.values()), coming)
    return show(
        request,
        "admin/rules.html",
        title=_("Rule sets in force"),
        is_nationwide=True,
        now_in_force=in_force.title[language_now()],
        lines=[(line, _title(line.row.rule_set)) for line in lines],
        proposals=[
            (proposal, _title(proposal.rule_set), proposal.proposed_by_id == staff.pk)
            for proposal in rule_sets_proposed()
        ],
        newer=[one for one in newer if one.age == "newer"],
        perhaps_newer=[one for one in newer if one.age == "perhaps_newer"],
        sets=[(one.id, one.title[language_now()]) for one in RULE_SETS.values()],
    )


@BOTH
@steward_page
def rules_propose(request: HttpRequest, staff: StaffMember) -> HttpResponse:
    """Propose that a rule set be in force from a day."""
    if is_told_of_answer(request, RuleSetProposal.objects.all(), staff=staff):
        return redirect("admin:rules")
    return act(
        request,
        title=_("Propose a rule set"),
        form=RuleSetForm(posted(request), chosen=request.GET.get("rule_set", "")),
        do=partial(propose_rule_set, staff=staff, now=clock.now()),
        done=lambda proposal: _at("rules_proposal", proposal.pk),
        said=_("The proposal waits for another rule steward."),
        is_nationwide=True,
        submit=_("Propose"),
        once=True,
        back=reverse("admin:rules"),
    )


@require_safe
@steward_page
def rules_proposal(request: HttpRequest, staff: StaffMember, number: int) -> HttpResponse:
    """What a proposal would change, for whoever answers it."""
    proposal = _find(number)
    proposed, otherwise = RULE_SETS.get(proposal.rule_set), _in_force_without(proposal)
    changes = differences(otherwise, [proposed]) if proposed else []
    return show(
        request,
        "admin/rules_proposal.html",
        title=_title(proposal.rule_set),
        is_nationwide=True,
        proposal=proposal,
        is_own=proposal.proposed_by_id == staff.pk,
        otherwise=otherwise.title[language_now()],
        changes=_shown(changes),
        is_known=proposed is not None,
    )


@require_POST
@steward_page
def rules_approve(request: HttpRequest, staff: StaffMember, number: int) -> HttpResponse:
    """Approve a proposal, at once."""
    return _answer(request, staff, number, approve=True)


@require_POST
@steward_page
def rules_decline(request: HttpRequest, staff: StaffMember, number: int) -> HttpResponse:
    """Decline a proposal, at once."""
    return _answer(request, staff, number, approve=False)


@require_safe
@steward_page
def rules_set(request: HttpRequest, staff: StaffMember, rule_set: str) -> HttpResponse:
    """One rule set whole: every figure in words, with where it stands and how we read it."""
    if rule_set not in RULE_SETS:
        raise Http404
    shown, language = RULE_SETS[rule_set], language_now()
    return show(
        request,
        "admin/rules_set.html",
        title=shown.title[language],
        is_nationwide=True,
        rule_set=shown,
        figures=figures_in_words(shown, language),
    )


def _answer(
    request: HttpRequest, staff: StaffMember, number: int, *, approve: bool
) -> HttpResponse:
    proposal = _find(number)
    return act_at_once(
        request,
        do=partial(
            answer_rule_set, proposal=proposal, approve=approve, staff=staff, now=clock.now()
        ),
        done=reverse("admin:rules"),
        said=_("The rule set is scheduled.") if approve else _("The proposal is declined."),
        otherwise=_at("rules_proposal", number),
        once=True,
    )


def _in_force_without(proposal: RuleSetProposal) -> RuleSet:
    """The set of the day before: what a meeting on the first day would else be decided by.

    A set scheduled for that very day is what the proposal would take the place of.
    """
    day = proposal.in_force_from
    if proposal.is_approved and day > date.min:
        day -= timedelta(days=1)
    return rules_on(day)


def _shown(
    found: Iterable[Difference], coming: Mapping[str, date | None] = NOT_SCHEDULED
) -> list[DifferenceShown]:
    language = language_now()
    return [
        DifferenceShown(
            age=one.age,
            here=figure_in_words(one.rule, one.here, language),
            there=figure_in_words(one.rule, one.there, language),
            title=one.rule_set.title[language],
            coming=coming.get(one.rule_set.id),
        )
        for one in found
    ]


def _title(rule_set: str) -> str:
    """The title of a set; its id where this installation no longer has it."""
    known = RULE_SETS.get(rule_set)
    return known.title[language_now()] if known else rule_set


def _find(number: int) -> RuleSetProposal:
    try:
        return get_rule_set_proposal(number)
    except NotFound:
        raise Http404 from None


def _at(name: str, number: int) -> str:
    return reverse(f"admin:{name}", kwargs={"number": number})


MENU = [MenuItem(gettext_lazy("Rule sets"), "rules", frozenset({Role.RULE_STEWARD}))]
PAGES = [
    ("rules/", rules, "rules"),
    ("rules/propose/", rules_propose, "rules_propose"),
    ("rules/sets/<str:rule_set>/", rules_set, "rules_set"),
    ("rules/proposals/<int:number>/", rules_proposal, "rules_proposal"),
    ("rules/proposals/<int:number>/approve/", rules_approve, "rules_approve"),
    ("rules/proposals/<int:number>/decline/", rules_decline, "rules_decline"),
]
