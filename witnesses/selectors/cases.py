"""Reads: the rule set of a day, a municipality's cases, and what is known of a witness."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from appointments.rules.reference import normalise_reference
from borgerservice.database.planned import planned
from borgerservice.kernel.clock import danish_date
from borgerservice.municipalities.models import Municipality
from borgerservice.people.roots import root_of
from borgerservice.people.services import roots_of
from borgerservice.vault.reading import read_sealed
from borgerservice.vault.services import OpenKey, open_data_key
from witnesses import seals
from witnesses.exceptions import NotFound
from witnesses.models import (
    ClientAnswer,
    Declaration,
    DocumentEvidence,
    IdentityProofing,
    RuleSetInForce,
    WitnessStatement,
)
from witnesses.rules.answers import Answer, Route
from witnesses.rules.explain import Account, explain
from witnesses.rules.facts import EarlierWitnessing, Facts
from witnesses.rules.figures import Language, RuleSet
from witnesses.rules.quota import eligible_from
from witnesses.rules.rule_sets import rule_set

_HISTORY: Final = f"""
  SELECT w.on_date, {root_of("w.applicant_id")},
    EXISTS (SELECT 1 FROM witnesses_reversal r WHERE r.witnessing_id = w.id)
  FROM witnesses_witnessing w
  WHERE w.witness_id IN (SELECT %s UNION SELECT person_id FROM people_personlink WHERE root_id = %s)
  ORDER BY w.on_date, w.id"""  # noqa: S608
_ROUTES: Final[Mapping[str, Route]] = {"questions": "questions", "witness": "witness"}


@dataclass(frozen=True, slots=True)
class KnownPerson:
    """Who an applicant or witness is, as far as the case may show it. Never their number.

    `unreadable` names the fields whose seal is broken.
    """

    name: str
    birth_date: date | None
    number_kind: str
    unreadable: frozenset[str] = frozenset()


def rule_set_in_force(on: date) -> str:
    """The id of the rule set that decides a meeting on a local day. One statement."""
    return (
        RuleSetInForce.objects.filter(in_force_from__lte=on)
        .order_by("-in_force_from", "-id")
        .values_list("rule_set", flat=True)[0]
    )


def rules_on(day: date) -> RuleSet:
    """The rules that decide a meeting on a local day. One statement."""
    return rule_set(rule_set_in_force(day))


def get_proofing(*, municipality: Municipality | int, reference: str) -> IdentityProofing:
    """A municipality's case by its reference, or NotFound."""
    known = normalise_reference(reference)
    if known is None:
        raise NotFound
    case = (
        IdentityProofing.objects.for_municipality(municipality)
        .select_related(
            "participant__appointment__centre",
            "participant__service",
            "data_key",
            "previous",
            "opened_by",
            "decided_by",
        )
        .filter(reference=known)
        .first()
    )
    if case is None:
        raise NotFound
    return case


def met_on(case: IdentityProofing) -> date:
    """The local day of the meeting: the one on which the citizen was checked in."""
    checked_in_at: datetime | None = case.participant.appointment.checked_in_at
    if checked_in_at is None:
        raise ValueError("a case without a meeting")
    return danish_date(checked_in_at)


def current_statement(case: IdentityProofing) -> WitnessStatement | None:
    """The witness the case rests on now; those replaced before are not it."""
    return (
        WitnessStatement.objects.for_municipality(case.municipality_id)
        .filter(proofing=case, withdrawn_at__isnull=True)
        .first()
    )


def declaration_of(case: IdentityProofing, statement: WitnessStatement) -> Declaration | None:
    """How the witness accepted the declaration in the case; it counts for the person."""
    return (
        Declaration.objects.for_municipality(case.municipality_id)
        .filter(proofing=case, person=statement.person_id)
        .first()
    )


def shown_documents(
    case: IdentityProofing, statement: WitnessStatement | None = None
) -> list[DocumentEvidence]:
    """The documents of the applicant, or of the witness whose statement is given."""
    return list(
        DocumentEvidence.objects.for_municipality(case.municipality_id)
        .filter(proofing=case, statement=statement, withdrawn_at__isnull=True)
        .order_by("position")
    )


def applicant_of(case: IdentityProofing, key: OpenKey | None = None) -> KnownPerson:
    """Who the case is about. Empty where nothing was recorded, or its key was destroyed."""
    key = key or open_data_key(case.data_key)
    return _known(case, key, name=seals.APPLICANT_NAME, birth_date=seals.APPLICANT_BIRTH_DATE)


def witness_of(statement: WitnessStatement, key: OpenKey | None) -> KnownPerson:
    """Who the witness is. Empty where the case's key was destroyed."""
    place = statement.position
    places = {"name": seals.witness_name(place), "birth_date": seals.witness_birth_date(place)}
    return _known(statement, key, **places)


def _known(
    row: IdentityProofing | WitnessStatement, key: OpenKey | None, *, name: str, birth_date: str
) -> KnownPerson:
    if key is None:
        return KnownPerson("", None, row.number_kind)
    kind = type(row)
    told = {
        "name": read_sealed(key, row.name_sealed, name, of=kind, pk=row.pk),
        "birth_date": read_sealed(key, row.birth_date_sealed, birth_date, of=kind, pk=row.pk),
    }
    return KnownPerson(
        name=told["name"] or "",
        birth_date=_day(told["birth_date"] or ""),
        number_kind=row.number_kind,
        unreadable=frozenset(field for field, text in told.items() if text is None),
    )


def earlier_witnessings(root: int) -> list[EarlierWitnessing]:
    """Every witnessing of a person, in all municipalities and under all their ids, oldest first.

    `root` is who they turned out to be. The applicants are named by theirs, and a reversed
    witnessing says that it does not count. For the engine alone: who asks about a witness is told
    from when they are free, never this.
    """
    with planned() as cursor:
        cursor.execute(_HISTORY, [root, root])
        rows = cursor.fetchall()
    return [
        {"on": str(on), "person": str(applicant), "counted": not is_reversed}
        for on, applicant, is_reversed in rows
    ]


def witness_free_from(case: IdentityProofing, statement: WitnessStatement) -> date | None:
    """The first day on which the witness of an open case is within the limit; None: no such day.

    It is the day of the meeting itself where they are free. Advice, without a lock: the decision
    asks again.
    """
    on = met_on(case)
    quota = rules_on(on).witness_quota
    roots = roots_of(filter(None, (statement.person_id, case.applicant_id)))
    history = earlier_witnessings(roots[statement.person_id])
    person = str(roots[case.applicant_id]) if case.applicant_id else None
    return eligible_from(history, on=on, person=person, quota=quota)


def client_answers(case: IdentityProofing) -> tuple[ClientAnswer, ...]:
    """What the national client answered after a case was confirmed, the newest first."""
    return tuple(
        ClientAnswer.objects.for_municipality(case.municipality_id)
        .filter(proofing=case)
        .select_related("recorded_by")
        .order_by("-id")
    )


def decision_facts(case: IdentityProofing, key: OpenKey | None) -> Facts | None:
    """The facts a decided case was decided on; None where its key was destroyed."""
    if key is None or case.facts_sealed is None:
        return None
    facts: Facts = json.loads(key.open(case.facts_sealed, seals.DECISION_FACTS))
    return facts


def has_broken_facts(case: IdentityProofing) -> bool:
    """Whether the facts a case was decided on are there and cannot be read."""
    key = open_data_key(case.data_key)
    if key is None:
        return False
    kind, place = IdentityProofing, seals.DECISION_FACTS
    return read_sealed(key, case.facts_sealed, place, of=kind, pk=case.pk) is None


def stored_answer(case: IdentityProofing) -> Answer:
    """The answer as the row of a decided case has it, whatever was written there."""
    return {
        "id": case.reference,
        "rule_set": case.rule_set,
        "outcome": "confirmed" if case.outcome == case.Outcome.CONFIRMED else "not_confirmed",
        "route": _ROUTES.get(case.route),
        "failed": case.failed,
        "findings": case.findings,
    }


def account_of(case: IdentityProofing, language: Language, *, to_citizen: bool = False) -> Account:
    """A decided case in plain words: every ground, its figure and source, and what would help."""
    facts = None if has_broken_facts(case) else decision_facts(case, open_data_key(case.data_key))
    rules = rule_set(case.rule_set)
    return explain(stored_answer(case), rules, language, facts=facts, to_citizen=to_citizen)


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None
