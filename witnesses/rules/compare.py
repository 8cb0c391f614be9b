"""In which figures two rule sets differ, and whose source was published later."""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import Final, Literal

from witnesses.rules.answers import (
    APPLICANT_DOCUMENTS,
    APPLICANT_MINIMUM_AGE,
    APPLICANT_PROOF,
    WITNESS_DOCUMENTS,
    WITNESS_INDEPENDENT,
    WITNESS_MINIMUM_AGE,
    WITNESS_MITID_BROUGHT,
    WITNESS_MITID_HELD,
    WITNESS_QUOTA,
)
from witnesses.rules.figures import Figure, RuleSet, Source

WITNESS_REVERSALS: Final = "witness.reversals"
USABLE: Final = "usable"
USABLE_RECENT: Final = "usable.recent"

Age = Literal["newer", "perhaps_newer", "older"]

# Told, named, or compared by itself: no part of what a figure asks for.
_BESIDE_THE_POINT: Final = frozenset({"source", "reading", "reading_da", "name", "recent"})


@dataclass(frozen=True, slots=True)
class Difference:
    """One figure that another set gives otherwise than the one in force.

    `age` is that of the other figure's source beside ours: an undated page may be newer or not.
    """

    rule: str
    here: Figure
    there: Figure
    rule_set: RuleSet
    age: Age


def figures_of(rule_set: RuleSet) -> dict[str, Figure]:
    """Every figure and list of a set by name, in the order of the answer."""
    return {
        APPLICANT_MINIMUM_AGE: rule_set.applicant_minimum_age,
        APPLICANT_DOCUMENTS: rule_set.applicant_documents,
        APPLICANT_PROOF: rule_set.applicant_proof,
        WITNESS_MINIMUM_AGE: rule_set.witness_minimum_age,
        WITNESS_MITID_HELD: rule_set.witness_mitid_held,
        WITNESS_MITID_BROUGHT: rule_set.witness_mitid_brought,
        WITNESS_DOCUMENTS: rule_set.witness_documents,
        WITNESS_INDEPENDENT: rule_set.witness_independent,
        WITNESS_QUOTA: rule_set.witness_quota,
        WITNESS_REVERSALS: rule_set.witness_reversals,
        USABLE: rule_set.usable,
        USABLE_RECENT: rule_set.usable.recent,
    }


def differences(in_force: RuleSet, others: Iterable[RuleSet]) -> list[Difference]:
    """Every figure that one of the other sets gives otherwise, newest source first.

    Of two sources the one that can have been published later comes first; then sets by id, and
    figures in the order of the answer. A figure that differs in its source alone does not differ.
    """
    ours = figures_of(in_force)
    found = [
        Difference(rule, ours[rule], theirs, other, _age(theirs.source, ours[rule].source))
        for other in sorted(others, key=lambda one: one.id)
        for rule, theirs in figures_of(other).items()
        if _content(theirs) != _content(ours[rule])
    ]
    return sorted(found, key=lambda one: one.there.source.between[::-1], reverse=True)


def newer_guidance(in_force: RuleSet, others: Iterable[RuleSet]) -> list[Difference]:
    """The differences whose source is, or may be, newer than that of the figure in force."""
    return [one for one in differences(in_force, others) if one.age != "older"]


def _content(figure: Figure) -> tuple[object, ...]:
    """What a figure asks for."""
    return tuple(
        getattr(figure, field.name)
        for field in fields(figure)
        if field.name not in _BESIDE_THE_POINT
    )


def _age(theirs: Source, ours: Source) -> Age:
    (their_first, their_last), (our_first, our_last) = theirs.between, ours.between
    if their_first > our_last:
        return "newer"
    return "perhaps_newer" if their_last > our_first and theirs != ours else "older"
