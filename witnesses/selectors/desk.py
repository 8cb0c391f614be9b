"""What the page of a case shows: where it stands, what is recorded, and the decision in words."""

from dataclasses import dataclass
from datetime import date

from appointments.models import Appointment
from borgerservice.municipalities.models import Municipality
from borgerservice.vault.services import open_data_key
from witnesses.models import (
    ClientAnswer,
    Declaration,
    DocumentEvidence,
    IdentityProofing,
    WitnessStatement,
)
from witnesses.policies import ties_of
from witnesses.rules.answers import WITNESS_INDEPENDENT
from witnesses.rules.explain import Account, Ground
from witnesses.rules.figures import Language
from witnesses.rules.lifecycle import CaseState, Standing, Step, StepStanding, is_over, standings
from witnesses.rules.wording import words_in
from witnesses.selectors.approvals import WitnessingShown, still_confirms, witnessing_shown
from witnesses.selectors.cases import (
    KnownPerson,
    account_of,
    applicant_of,
    client_answers,
    current_statement,
    declaration_of,
    get_proofing,
    has_broken_facts,
    met_on,
    rules_on,
    shown_documents,
    witness_free_from,
    witness_of,
)


@dataclass(frozen=True, slots=True)
class ShownRow:
    """One document as the page tells it."""

    name: str
    row: DocumentEvidence


@dataclass(frozen=True, slots=True)
class LimitReached:
    """The witness cannot witness on this day: the figure, its source, and from when they can.

    `free_on` is None where the calendar ends first. Never how often, for whom or where.
    """

    limit: str
    source: str
    free_on: date | None


@dataclass(frozen=True, slots=True, repr=False)
class WitnessShown:
    """The witness a case rests on now. `must_accept`: the declaration, before the decision.

    `ties` say why they cannot be the witness of this very case.
    """

    statement: WitnessStatement
    known: KnownPerson
    documents: tuple[ShownRow, ...]
    limit_reached: LimitReached | None
    ties: tuple[str, ...]
    declaration: Declaration | None
    must_accept: bool


@dataclass(frozen=True, slots=True, repr=False)
class CaseShown:
    """A case as its page shows it. `name` is None for an applicant whose name is protected.

    `client_answers` are what the national client answered, the newest first. `has_broken_facts`:
    what a decision was made on cannot be read.
    """

    case: IdentityProofing
    visit: Appointment
    name: str | None
    applicant: KnownPerson
    documents: tuple[ShownRow, ...]
    witness: WitnessShown | None
    steps: tuple[StepStanding, ...]
    account: Account | None
    may_reopen: bool
    client_answers: tuple[ClientAnswer, ...]
    witnessing: WitnessingShown | None
    has_broken_facts: bool

    @property
    def is_unreadable(self) -> bool:
        """Whether something sealed in it cannot be read."""
        known = [self.applicant, *([self.witness.known] if self.witness else [])]
        return self.has_broken_facts or any(one.unreadable for one in known)

    @property
    def is_over(self) -> bool:
        """Whether nothing more happens in it."""
        return is_over(CaseState(self.case.state))

    @property
    def current(self) -> Step | None:
        """The step to take next."""
        return next((s.step for s in self.steps if s.standing is Standing.CURRENT), None)

    @property
    def failed(self) -> tuple[Ground, ...]:
        """The grounds against, in the order of the rules."""
        return tuple(g for g in self.account.grounds if not g.passed) if self.account else ()

    @property
    def passed(self) -> tuple[Ground, ...]:
        """The grounds for, in the order of the rules."""
        return tuple(g for g in self.account.grounds if g.passed) if self.account else ()


def case_shown(*, municipality: Municipality, reference: str, language: Language) -> CaseShown:
    """Everything on the page of a municipality's case. Raises NotFound."""
    case = get_proofing(municipality=municipality, reference=reference)
    visit, state = case.participant.appointment, CaseState(case.state)
    applicant = applicant_of(case)
    newer = IdentityProofing.objects.for_municipality(municipality).filter(previous=case)
    return CaseShown(
        case=case,
        visit=visit,
        name=None if case.participant.is_protected else applicant.name,
        applicant=applicant,
        documents=named_documents(shown_documents(case), language),
        witness=_witness_shown(case, language),
        steps=standings(state, questions_passed=case.questions == case.Questions.PASSED),
        account=account_of(case, language) if state is CaseState.DECIDED else None,
        may_reopen=is_over(state)
        and visit.status == Appointment.Status.CHECKED_IN
        and not newer.exists()
        and not still_confirms(case),
        client_answers=client_answers(case),
        witnessing=witnessing_shown(case) if state is CaseState.DECIDED else None,
        has_broken_facts=state is CaseState.DECIDED and has_broken_facts(case),
    )


def newest_case(
    *, municipality: Municipality, visit: str, position: int
) -> IdentityProofing | None:
    """The newest case of one who comes to a visit, by the visit's reference."""
    return (
        IdentityProofing.objects.for_municipality(municipality)
        .filter(participant__appointment__reference=visit, participant__position=position)
        .order_by("-id")
        .first()
    )


def limit_reached(
    case: IdentityProofing, statement: WitnessStatement, language: Language
) -> LimitReached | None:
    """Whether the limit keeps the witness of an open case from it, as things stand now."""
    on = met_on(case)
    free_on = witness_free_from(case, statement)
    if free_on == on:
        return None
    quota, words = rules_on(on).witness_quota, words_in(language)
    days = words.count("day", quota.days)
    limit = words.say(f"limit.{quota.unit}", at_most=quota.at_most, days=days)
    return LimitReached(limit, quota.source.cited, free_on)


def _witness_shown(case: IdentityProofing, language: Language) -> WitnessShown | None:
    statement = current_statement(case)
    if statement is None:
        return None
    is_called_on = case.questions != case.Questions.PASSED and not is_over(CaseState(case.state))
    declaration = declaration_of(case, statement)
    return WitnessShown(
        statement=statement,
        known=witness_of(statement, open_data_key(case.data_key)),
        documents=named_documents(shown_documents(case, statement), language),
        limit_reached=limit_reached(case, statement, language) if is_called_on else None,
        ties=_ties(case, statement, language) if is_called_on else (),
        declaration=declaration,
        must_accept=is_called_on and declaration is None,
    )


def _ties(
    case: IdentityProofing, statement: WitnessStatement, language: Language
) -> tuple[str, ...]:
    words = words_in(language)
    ties = ties_of(case, statement.person_id)
    return tuple(words.say(f"rules.{WITNESS_INDEPENDENT}.failed_{tie}") for tie in ties)


def named_documents(rows: list[DocumentEvidence], language: Language) -> tuple[ShownRow, ...]:
    """Documents with their names in words."""
    words = words_in(language)
    names = [words.say(f"documents.{row.type}") for row in rows]
    return tuple(
        ShownRow(name[:1].upper() + name[1:], row) for name, row in zip(names, rows, strict=True)
    )
