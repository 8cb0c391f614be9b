"""The auditor's pages: what was decided, why, and what would come of it under other rules.

They change nothing and name no citizen. Looking at a decision, and deciding many again, is itself
written into the audit trail.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from appointments.desk.words import history_in_words
from borgerservice.admin import MenuItem, Role, Words, admin_page, show
from borgerservice.audit.events import Event
from borgerservice.kernel import clock
from borgerservice.kernel.clock import danish_date
from borgerservice.municipalities.policies import Workplace
from witnesses.exceptions import NotFound
from witnesses.forms import language_now
from witnesses.forms.audit import DecisionsForm, SummaryForm, WhatIfForm
from witnesses.models import IdentityProofing
from witnesses.rules.dates import parse_day
from witnesses.rules.figures import RuleSet
from witnesses.rules.replay import Change
from witnesses.rules.rule_sets import RULE_SETS
from witnesses.rules.wording import words_in
from witnesses.selectors.audit import (
    TRAIL_ROWS,
    Changed,
    Decided,
    GroundShown,
    Place,
    changed_grounds,
    counted_decisions,
    decisions_of,
    facts_shown,
    get_decided,
    grounds_of,
    newest_entries,
)
from witnesses.selectors.cases import client_answers
from witnesses.services import note_reading
from witnesses.services.replay import (
    CHANGES,
    Again,
    Report,
    Unreadable,
    decide_again,
    replay_municipality,
)

DECIDED_AGAIN: Final = 2000
"""So many decisions are decided again on one page, the newest."""
LISTED_CASES: Final = 100
_PLACE: Final = re.compile(r"(\d{4}-\d\d-\d\d)\.(\d{1,18})", re.ASCII)
EVENTS: Mapping[str, Words] = {
    Event.PROOFING_OPENED: gettext_lazy("Case opened"),
    Event.PROOFING_DOCUMENTS_RECORDED: IdentityProofing.State.DOCUMENTS.label,
    Event.PROOFING_QUESTIONS_RECORDED: IdentityProofing.State.QUESTIONS.label,
    Event.PROOFING_WITNESS_RECORDED: gettext_lazy("Witness, or that there was none, recorded"),
    Event.PROOFING_SIGN_IN_REQUESTED: gettext_lazy("The witness was asked to sign with MitID"),
    Event.PROOFING_SIGN_IN_REFUSED: gettext_lazy("The witness's MitID was not accepted"),
    Event.PROOFING_DECLARATION_ACCEPTED: gettext_lazy("The witness accepted the declaration"),
    Event.PROOFING_DECIDED: IdentityProofing.State.DECIDED.label,
    Event.PROOFING_CLIENT_ANSWERED: gettext_lazy("The national client's answer recorded"),
    Event.PROOFING_READ: gettext_lazy("Looked at"),
    Event.LETTER_READ: gettext_lazy("Letter shown"),
    Event.REVERSAL_PROPOSED: gettext_lazy("Reversal of the witnessing proposed"),
    Event.REVERSAL_APPROVED: gettext_lazy("Reversal of the witnessing approved"),
    Event.REVERSAL_DECLINED: gettext_lazy("Reversal of the witnessing declined"),
}
FOUND: Mapping[Change | Unreadable, Words] = {
    "to_not_confirmed": gettext_lazy("Confirmed, would not be"),
    "to_confirmed": gettext_lazy("Not confirmed, would be"),
    "other_grounds": gettext_lazy("Same outcome, other grounds"),
    "key_destroyed": gettext_lazy("The facts have been deleted, as they must be in time."),
    "key_missing": gettext_lazy("The key that opens the facts is not here."),
    "seal_broken": gettext_lazy("The sealed facts have been changed."),
    "facts_do_not_fit": gettext_lazy("The facts do not belong to this decision."),
    "set_unknown": gettext_lazy("The rule set of the decision is not installed here."),
}
_NOT_AS_GIVEN: Final = frozenset({"seal_broken", "facts_do_not_fit"})


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the list."""

    shown: Decided
    address: str
    grounds: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class WhatIf:
    """A decision under another rule set, and the rules that come out otherwise."""

    title: str
    again: Again
    is_confirmed: bool
    changed: list[Changed]


@require_safe
@admin_page(Role.AUDITOR)
def decisions(request: HttpRequest, workplace: Workplace) -> HttpResponse:
    """Every decision of the municipality, the newest meeting first: `?first=&last=&outcome=`."""
    form = DecisionsForm(request.GET)
    found = None
    if form.is_valid():
        found = decisions_of(
            municipality=workplace.municipality, after=_place(request), **form.cleaned_data
        )
    return show(
        request,
        "admin/decisions.html",
        title=_("Decisions"),
        workplace=workplace,
        form=form,
        rows=[_row(workplace, one) for one in found.rows] if found else [],
        here=_address(workplace, "decisions"),
        newest=_further(request, None) if found and "after" in request.GET else "",
        older=_further(request, found.following) if found and found.following else "",
        summary_address=_address(workplace, "decisions_summary"),
    )


@require_safe
@admin_page(Role.AUDITOR)
def decision(request: HttpRequest, workplace: Workplace, reference: str) -> HttpResponse:
    """One decision: facts, grounds, the same decided again, and what if: `?rule_set=`."""
    try:
        case = get_decided(municipality=workplace.municipality, reference=reference)
    except NotFound:
        raise Http404 from None
    form = WhatIfForm(request.GET if "rule_set" in request.GET else None)
    other = RULE_SETS[form.cleaned_data["rule_set"]] if form.is_valid() else None
    read = f"audit:{other.id}" if other else "audit"
    note_reading(proofing=case, staff=workplace.staff, now=clock.now(), read=read)
    again, rules = decide_again(case), RULE_SETS.get(case.rule_set)
    language, entries = language_now(), newest_entries(case)
    grounds = _grounds(again, rules)
    return show(
        request,
        "admin/decision.html",
        title=_("Decision {reference}").format(reference=case.reference),
        workplace=workplace,
        case=case,
        place=case.participant.appointment.centre,
        rule_set=_set_title(case.rule_set),
        answers=client_answers(case),
        again=again,
        why_unreadable=FOUND[again.unreadable] if again.unreadable else "",
        facts=facts_shown(again.facts, language) if again.facts else None,
        grounds=list(grounds.values()),
        form=form,
        what_if=_what_if(case, other, grounds) if other and grounds else None,
        trail=history_in_words(entries[:TRAIL_ROWS], words=EVENTS),
        is_trail_cut=len(entries) > TRAIL_ROWS,
        list_address=_address(workplace, "decisions"),
        here=_address(workplace, "decision", case.reference),
    )


@require_safe
@admin_page(Role.AUDITOR)
def summary(request: HttpRequest, workplace: Workplace) -> HttpResponse:
    """How a span came out, and what would have come out otherwise: `?first=&last=&rule_set=`."""
    now, place = clock.now(), workplace.municipality
    form = SummaryForm(request.GET, today=danish_date(now))
    shown: dict[str, Any] = {}
    if form.is_valid():
        first, last, named = (form.cleaned_data[name] for name in ("first", "last", "rule_set"))
        report = replay_municipality(
            municipality=place,
            staff=workplace.staff,
            first=first,
            last=last,
            under=RULE_SETS[named] if named else None,
            now=now,
            at_most=DECIDED_AGAIN,
        )
        shown = _told(workplace, report)
        counted = counted_decisions(municipality=place, first=first, last=last)
        shown |= {
            "counted": counted,
            "outcomes": [
                (_outcome(outcome, route), number)
                for (outcome, route), number in sorted(counted.outcomes.items())
            ],
            "failed": [(_rule(rule), number) for rule, number in counted.failed.most_common()],
        }
    return show(
        request,
        "admin/decisions_summary.html",
        title=_("Decisions counted"),
        workplace=workplace,
        form=form,
        here=_address(workplace, "decisions_summary"),
        list_address=_address(workplace, "decisions"),
        **shown,
    )


def _told(workplace: Workplace, report: Report) -> dict[str, Any]:
    """A replay in words."""
    return {
        "report": report,
        "under": _set_title(report.rule_set) if report.rule_set else "",
        "changes": [(FOUND[change], report.changes[change]) for change in CHANGES],
        "rules": [
            (_rule(rule), how["now_fails"], how["now_passes"], how["otherwise"])
            for rule, how in sorted(report.rules.items())
        ],
        "unreadable": [(FOUND[why], n) for why, n in sorted(report.unreadable.items())],
        "cases": [
            (reference, _address(workplace, "decision", reference), FOUND[found])
            for reference, found in sorted(report.cases, key=_rank)[:LISTED_CASES]
        ],
        "more_cases": max(0, len(report.cases) - LISTED_CASES),
    }


def _rank(case: tuple[str, Change | Unreadable]) -> tuple[bool, bool]:
    """First those whose facts cannot be used, last those whose facts were to be deleted."""
    _reference, found = case
    return found == "key_destroyed", found in CHANGES


def _grounds(again: Again, rules: RuleSet | None) -> dict[str, GroundShown]:
    """The grounds in words; none where what is stored may not be what the rules gave."""
    if rules is None or again.change or again.unreadable in _NOT_AS_GIVEN:
        return {}
    try:
        return grounds_of(again.stored, rules, language_now(), facts=again.facts)
    except (KeyError, TypeError):  # no rule gave this, and without facts nothing else tells so
        return {}


def _what_if(
    case: IdentityProofing, other: RuleSet, here: Mapping[str, GroundShown]
) -> WhatIf | None:
    again, language = decide_again(case, under=other), language_now()
    if again.answer is None:
        return None
    there = grounds_of(again.answer, other, language, facts=again.facts)
    changed = changed_grounds(again.stored, again.answer, here=here, there=there)
    is_confirmed = again.answer["outcome"] == "confirmed"
    return WhatIf(other.title[language], again, is_confirmed, changed)


def _row(workplace: Workplace, one: Decided) -> Row:
    case = one.case
    return Row(
        shown=one,
        address=_address(workplace, "decision", case.reference),
        grounds=tuple(_rule(rule) for rule in case.failed) or (_outcome(case.outcome, case.route),),
    )


def _outcome(outcome: str, route: str) -> str:
    if outcome != IdentityProofing.Outcome.CONFIRMED:
        return _("Not confirmed")
    return _("Confirmed by a witness") if route == "witness" else _("Confirmed by the questions")


def _rule(rule: str) -> str:
    """A rule by name; its code where this installation does not know it."""
    words, key = words_in(language_now()), f"rules.{rule}.name"
    return words.say(key) if words.has(key) else rule


def _set_title(rule_set: str) -> str:
    known = RULE_SETS.get(rule_set)
    return known.title[language_now()] if known else rule_set


def _place(request: HttpRequest) -> Place | None:
    """Where the page before was left; the beginning, where that was not understood."""
    found = _PLACE.fullmatch(request.GET.get("after", ""))
    day = parse_day(found[1]) if found else None
    return (day, int(found[2])) if found and day else None


def _further(request: HttpRequest, place: Place | None) -> str:
    """The same list from a place on, or from its beginning."""
    asked = request.GET.copy()
    asked.pop("after", None)
    if place is not None:
        day, row = place
        asked["after"] = f"{day.isoformat()}.{row}"
    return f"?{asked.urlencode()}"


def _address(workplace: Workplace, name: str, reference: str = "") -> str:
    where = {"code": workplace.municipality.code}
    return reverse(f"admin:{name}", kwargs=where | ({"reference": reference} if reference else {}))


MENU = [MenuItem(gettext_lazy("Decisions"), "decisions", frozenset({Role.AUDITOR}))]
PAGES = [
    ("<slug:code>/decisions/", decisions, "decisions"),
    ("<slug:code>/decisions/summary/", summary, "decisions_summary"),
    ("<slug:code>/decisions/<str:reference>/", decision, "decision"),
]
