"""The states of an identity proofing, and which step may follow which."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final


class CaseState(StrEnum):
    """The furthest step a case has come to, or how it ended."""

    OPENED = "opened"
    DOCUMENTS = "documents"
    QUESTIONS = "questions"
    WITNESS = "witness"
    DECIDED = "decided"
    ABANDONED = "abandoned"


class Step(StrEnum):
    """What a clerk does with a case, or the witness with the declaration in it."""

    RECORD_DOCUMENTS = "record_documents"
    RECORD_QUESTIONS = "record_questions"
    RECORD_WITNESS = "record_witness"
    ACCEPT_DECLARATION = "accept_declaration"
    DECIDE = "decide"
    ABANDON = "abandon"


class Standing(StrEnum):
    """How a step stands in a case: behind, next, or not yet its turn."""

    DONE = "done"
    CURRENT = "current"
    LATER = "later"


@dataclass(frozen=True, slots=True)
class StepStanding:
    """One step of a case, in order, and whether it may be taken (again) now."""

    step: Step
    standing: Standing
    is_open: bool


TRANSITIONS: Final[Mapping[CaseState, Mapping[Step, CaseState]]] = MappingProxyType(
    {
        CaseState.OPENED: MappingProxyType(
            {Step.RECORD_DOCUMENTS: CaseState.DOCUMENTS, Step.ABANDON: CaseState.ABANDONED}
        ),
        CaseState.DOCUMENTS: MappingProxyType(
            {
                Step.RECORD_DOCUMENTS: CaseState.DOCUMENTS,
                Step.RECORD_QUESTIONS: CaseState.QUESTIONS,
                Step.ABANDON: CaseState.ABANDONED,
            }
        ),
        CaseState.QUESTIONS: MappingProxyType(
            {
                Step.RECORD_DOCUMENTS: CaseState.QUESTIONS,
                Step.RECORD_QUESTIONS: CaseState.QUESTIONS,
                Step.RECORD_WITNESS: CaseState.WITNESS,
                Step.DECIDE: CaseState.DECIDED,
                Step.ABANDON: CaseState.ABANDONED,
            }
        ),
        CaseState.WITNESS: MappingProxyType(
            {
                Step.RECORD_DOCUMENTS: CaseState.WITNESS,
                Step.RECORD_QUESTIONS: CaseState.WITNESS,
                Step.RECORD_WITNESS: CaseState.WITNESS,
                Step.ACCEPT_DECLARATION: CaseState.WITNESS,
                Step.DECIDE: CaseState.DECIDED,
                Step.ABANDON: CaseState.ABANDONED,
            }
        ),
        CaseState.DECIDED: MappingProxyType({}),
        CaseState.ABANDONED: MappingProxyType({}),
    }
)

ORDER: Final = (
    Step.RECORD_DOCUMENTS,
    Step.RECORD_QUESTIONS,
    Step.RECORD_WITNESS,
    Step.DECIDE,
)
_DONE: Final[Mapping[CaseState, int]] = MappingProxyType(
    {
        CaseState.OPENED: 0,
        CaseState.DOCUMENTS: 1,
        CaseState.QUESTIONS: 2,
        CaseState.WITNESS: 3,
        CaseState.DECIDED: 4,
        CaseState.ABANDONED: 0,
    }
)


def may(step: Step, state: CaseState, *, questions_passed: bool) -> bool:
    """A step may be taken where the table lists it, and decided only with the proof looked into.

    Reading: a case whose questions were passed needs no witness; in every other the witness step
    is taken before the decision, if only to say that nobody came along. A step already done may
    be taken again until the case is over.
    """
    if step is Step.DECIDE and state is CaseState.QUESTIONS and not questions_passed:
        return False
    return step in TRANSITIONS[state]


def is_over(state: CaseState) -> bool:
    """Nothing more happens in a case that is decided or abandoned."""
    return not TRANSITIONS[state]


def standings(state: CaseState, *, questions_passed: bool) -> tuple[StepStanding, ...]:
    """Every step in order, how it stands, and whether it may be taken now.

    Reading: with the questions passed and no witness recorded, the next step is the decision, and
    the witness step is neither done nor due.
    """
    done = _DONE[state]
    skips = state is CaseState.QUESTIONS and questions_passed
    found = []
    for place, step in enumerate(ORDER):
        standing = Standing.LATER
        if place < done:
            standing = Standing.DONE
        elif place == done + skips and not is_over(state):
            standing = Standing.CURRENT
        found.append(
            StepStanding(step, standing, may(step, state, questions_passed=questions_passed))
        )
    return tuple(found)
