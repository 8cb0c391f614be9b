"""Everything a municipality's identity cases hold of one person, as applicant and as witness.

Rows alone: nothing is opened, and of the nation-wide ledger only what the municipality itself
entered is read. The other party of a case is read nowhere.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import TypeVar

from django.db.models import Model, QuerySet

from borgerservice.municipalities.models import Municipality
from witnesses.models import (
    Declaration,
    IdentityProofing,
    LinkProposal,
    WitnessCheck,
    Witnessing,
    WitnessStatement,
)

M = TypeVar("M", bound=Model)


@dataclass(frozen=True, slots=True, repr=False)
class HeldCases:
    """What was found, the oldest first. `cases` are the person's as applicant.

    Of those who come to visits, `numberless` are cases of people without any number, of whom only
    the name tells who they are; and `others` are participants known by another number.
    """

    persons: frozenset[int]
    cases: tuple[IdentityProofing, ...]
    numberless: tuple[IdentityProofing, ...]
    others: frozenset[int]
    statements: tuple[WitnessStatement, ...]
    declarations: tuple[Declaration, ...]
    checks: tuple[WitnessCheck, ...]
    witnessings: tuple[Witnessing, ...]
    links: tuple[LinkProposal, ...]


def held_cases(*, municipality: Municipality, persons: Collection[int]) -> HeldCases:
    """What hangs on a person, under all ids that turned out to be them.

    Each id is asked for by itself: several at once, SQLite would read all of the municipality's.
    """
    place = municipality
    statements = (
        WitnessStatement.objects.for_municipality(place)
        .select_related("proofing__data_key")
        .prefetch_related("documents", "sign_in_requests")
    )
    checks = WitnessCheck.objects.for_municipality(place).select_related(
        "participant__appointment__contact__data_key"
    )
    witnessings = Witnessing.objects.for_municipality(place).select_related("reversal__proposal")
    links = LinkProposal.objects.for_municipality(place)
    return HeldCases(
        persons=frozenset(persons),
        cases=_each(_cases(place), "applicant", persons),
        numberless=(),
        others=frozenset(),
        statements=_each(statements, "person", persons),
        declarations=_each(Declaration.objects.for_municipality(place), "person", persons),
        checks=_each(checks, "person", persons),
        witnessings=_each(witnessings, "witness", persons),
        links=(*_each(links, "person", persons), *_each(links, "other", persons)),
    )


def with_those_who_come(
    held: HeldCases, *, municipality: Municipality, participants: Collection[int]
) -> HeldCases:
    """With what cases tell of who comes to the visits that were found."""
    known = {case.participant_id for case in held.cases}
    found = list(_cases(municipality).filter(participant__in=set(participants) - known))
    return replace(
        held,
        numberless=tuple(case for case in found if not case.number_kind),
        others=frozenset(case.participant_id for case in found if case.number_kind),
    )


def _cases(place: Municipality) -> QuerySet[IdentityProofing]:
    return (
        IdentityProofing.objects.for_municipality(place)
        .select_related("municipality", "participant", "data_key", "witnessing__reversal")
        .prefetch_related("documents", "client_answers")
        .order_by("pk")
    )


def _each(rows: QuerySet[M], field: str, persons: Collection[int]) -> tuple[M, ...]:
    return tuple(
        row for person in sorted(persons) for row in rows.filter(**{field: person}).order_by("pk")
    )
