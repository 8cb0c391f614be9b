"""What an auditor sees of a municipality's decisions: never a name, a number or a contact."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final

from django.db.models import Count, Q, QuerySet

from borgerservice.audit.events import Event
from borgerservice.audit.models import AuditEntry
from borgerservice.municipalities.models import Municipality
from witnesses.exceptions import NotFound
from witnesses.models import ClientAnswer, DocumentEvidence, IdentityProofing
from witnesses.rules.answers import APPLICANT_MINIMUM_AGE, WITNESS_QUOTA, Answer
from witnesses.rules.compare import figures_of
from witnesses.rules.dates import day_of, full_years
from witnesses.rules.explain import Ground, explain
from witnesses.rules.explain_figures import FigureInWords, figure_in_words
from witnesses.rules.facts import Document, Facts
from witnesses.rules.figures import Language, RuleSet
from witnesses.rules.replay import RuleChange, rules_changed
from witnesses.selectors.cases import get_proofing
from witnesses.selectors.desk import ShownRow, named_documents

PAGE_ROWS: Final = 50
TRAIL_ROWS: Final = 200
_LISTED: Final = (
    "reference", "decided_on", "outcome", "route", "rule_set", "failed",
    "participant__appointment__centre__name",
)  # fmt: skip

Place = tuple[date, int]
"""The day and the id of the decision a page was left at."""


@dataclass(frozen=True, slots=True)
class Decided:
    """One decision of a list, and what the national client answered last."""

    case: IdentityProofing
    centre: str
    client_answer: str


@dataclass(frozen=True, slots=True)
class Decisions:
    """A page of decisions, the newest meeting first; `following` leads on, where there are more."""

    rows: tuple[Decided, ...]
    following: Place | None


@dataclass(slots=True)
class Counted:
    """The decisions of a span: how many with each outcome and route, and each rule not met."""

    decisions: int = 0
    outcomes: Counter[tuple[str, str]] = field(default_factory=Counter)
    failed: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class EarlierShown:
    """An earlier witnessing among the facts: its day, and whether it was reversed."""

    on: date
    is_reversed: bool


@dataclass(frozen=True, slots=True)
class WitnessFacts:
    """What a decision knew of the witness."""

    age: int
    mitid_since: date | None
    brought_mitid: bool
    documents: tuple[ShownRow, ...]
    is_applicant: bool
    is_clerk: bool
    earlier: tuple[EarlierShown, ...]


@dataclass(frozen=True, slots=True)
class FactsShown:
    """What a decision was made on. Of a date of birth only the age on the day of the meeting."""

    on: date
    age: int
    wants_cpr_link: bool
    questions: str
    documents: tuple[ShownRow, ...]
    witness: WitnessFacts | None


@dataclass(frozen=True, slots=True)
class GroundShown:
    """One ground as it is told to staff and in the letter, and the figure it rests on.

    `counted` is how many witnessings the limit counted, this one included; None for other rules.
    """

    ground: Ground
    told: Ground
    figure: FigureInWords
    counted: object


@dataclass(frozen=True, slots=True)
class Changed:
    """A rule that comes out otherwise under another set; None where a set did not look at it."""

    rule: str
    how: RuleChange
    here: GroundShown | None
    there: GroundShown | None

    @property
    def name(self) -> str:
        """What the rule is called."""
        shown = self.here or self.there
        return shown.ground.name if shown else self.rule


def decisions_of(
    *,
    municipality: Municipality,
    first: date | None = None,
    last: date | None = None,
    outcome: str = "",
    after: Place | None = None,
) -> Decisions:
    """The decisions about meetings in a span, a page of them. Two statements."""
    cases = _decided(municipality, first, last)
    if outcome:
        cases = cases.filter(outcome=outcome)
    if after is not None:
        day, row = after
        cases = cases.filter(Q(decided_on__lt=day) | Q(pk__lt=row), decided_on__lte=day)
    related = cases.select_related("participant__appointment__centre").only(*_LISTED)
    found = list(related.order_by("-decided_on", "-pk")[: PAGE_ROWS + 1])
    shown = found[:PAGE_ROWS]
    answers = _newest_answers(municipality, shown)
    rows = [
        Decided(case, case.participant.appointment.centre.name, answers.get(case.pk, ""))
        for case in shown
    ]
    return Decisions(tuple(rows), _place(shown[-1]) if len(found) > PAGE_ROWS else None)


def counted_decisions(*, municipality: Municipality, first: date, last: date) -> Counted:
    """How the decisions about meetings in a span came out. One statement, a row for each way."""
    counted = Counted()
    ways = _decided(municipality, first, last).values_list("outcome", "route", "failed")
    for outcome, route, failed, number in ways.annotate(number=Count("pk")).order_by():
        counted.decisions += number
        counted.outcomes[outcome, route] += number
        counted.failed.update(dict.fromkeys(failed, number))
    return counted


def get_decided(*, municipality: Municipality, reference: str) -> IdentityProofing:
    """A municipality's decided case. Raises NotFound, also where it is not decided."""
    case = get_proofing(municipality=municipality, reference=reference)
    if case.state != IdentityProofing.State.DECIDED:
        raise NotFound
    return case


def newest_entries(case: IdentityProofing) -> list[AuditEntry]:
    """The case's own entries of the audit trail, newest first; one more than TRAIL_ROWS at most."""
    entries = AuditEntry.objects.for_municipality(case.municipality_id)
    return list(
        entries.filter(subject=f"proofing:{case.reference}").order_by("-id")[: TRAIL_ROWS + 1]
    )


def step_taken_at(case: IdentityProofing, event: Event) -> datetime | None:
    """When a step of the case was last taken, as the audit trail tells it."""
    entries = AuditEntry.objects.for_municipality(case.municipality_id)
    taken = entries.filter(subject=f"proofing:{case.reference}", event=event)
    return taken.order_by("-id").values_list("at", flat=True).first()


def facts_shown(facts: Facts, language: Language) -> FactsShown:
    """The facts as they may be shown: ages for dates of birth, days alone for other witnessings."""
    on, applicant, witness = day_of(facts["on"]), facts["applicant"], facts.get("witness")
    questions = applicant.get("questions", IdentityProofing.Questions.NOT_ASKED)
    return FactsShown(
        on=on,
        age=full_years(day_of(applicant["birth_date"]), on),
        wants_cpr_link=applicant.get("wants_cpr_link", True),
        questions=str(IdentityProofing.Questions(questions).label),
        documents=_documents(applicant.get("documents", ()), language),
        witness=None
        if witness is None
        else WitnessFacts(
            age=full_years(day_of(witness["birth_date"]), on),
            mitid_since=_day(witness.get("mitid_since")),
            brought_mitid=witness.get("brought_mitid", False),
            documents=_documents(witness.get("documents", ()), language),
            is_applicant=witness.get("is_applicant", False),
            is_clerk=witness.get("is_clerk", False),
            earlier=tuple(
                EarlierShown(day_of(one["on"]), not one.get("counted", True))
                for one in witness.get("earlier_witnessings", ())
            ),
        ),
    )


def grounds_of(
    answer: Answer, rules: RuleSet, language: Language, *, facts: Facts | None
) -> dict[str, GroundShown]:
    """Every ground of an answer by its rule; `rules` are those it was made under.

    The letter tells a child the day from which it is old enough: its birthday, not told here.
    """
    figures = figures_of(rules)
    said = explain(answer, rules, language, facts=facts).grounds
    letter = explain(answer, rules, language, facts=facts, to_citizen=True).grounds
    undated = explain(answer, rules, language, to_citizen=True).grounds
    return {
        finding["rule"]: GroundShown(
            ground=ground,
            told=without_day if finding["rule"] == APPLICANT_MINIMUM_AGE else told,
            figure=figure_in_words(finding["rule"], figures[finding["rule"]], language),
            counted=finding["observed"] if finding["rule"] == WITNESS_QUOTA else None,
        )
        for finding, ground, told, without_day in zip(
            answer["findings"], said, letter, undated, strict=True
        )
    }


def changed_grounds(
    stored: Answer,
    again: Answer,
    *,
    here: Mapping[str, GroundShown],
    there: Mapping[str, GroundShown],
) -> list[Changed]:
    """Each rule that comes out otherwise, as it was decided and as another set has it."""
    return [
        Changed(rule, how, here.get(rule), there.get(rule))
        for rule, how in rules_changed(stored, again)
    ]


def _decided(
    municipality: Municipality, first: date | None, last: date | None
) -> QuerySet[IdentityProofing]:
    cases = IdentityProofing.objects.for_municipality(municipality)
    cases = cases.filter(state=IdentityProofing.State.DECIDED)
    if first is not None:
        cases = cases.filter(decided_on__gte=first)
    return cases if last is None else cases.filter(decided_on__lte=last)


def _place(case: IdentityProofing) -> Place:
    if case.decided_on is None:
        raise ValueError("a decision without a day")
    return case.decided_on, case.pk


def _newest_answers(
    municipality: Municipality, cases: Iterable[IdentityProofing]
) -> dict[int, str]:
    answers = ClientAnswer.objects.for_municipality(municipality)
    known = answers.filter(proofing__in=[case.pk for case in cases]).order_by("id")
    return {one.proofing_id: one.get_answer_display() for one in known}


def _documents(documents: Iterable[Document], language: Language) -> tuple[ShownRow, ...]:
    """Documents among the facts, told as a case's own are."""
    rows = [
        DocumentEvidence(
            **{
                **one,
                "issued_on": _day(one.get("issued_on")),
                "expires_on": _day(one.get("expires_on")),
            }
        )
        for one in documents
    ]
    return named_documents(rows, language)


def _day(text: str | None) -> date | None:
    return day_of(text) if text else None
