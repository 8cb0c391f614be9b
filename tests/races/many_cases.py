"""Identity cases ready to be decided, as many as a race takes: one led by hand, the rest copies.

Copies share what is sealed; participants, persons, references and keys are their own.
"""

import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Model

from appointments.rules.reference import reference_from
from borgerservice.people.models import Person
from tests.witnesses.cases import Office, witness
from witnesses.models import (
    Declaration,
    DocumentEvidence,
    IdentityProofing,
    Witnessing,
    WitnessStatement,
)
from witnesses.selectors.cases import rule_set_in_force

AT_ONCE = 500
FIRST_POSITION = 10
SEEN = witness(1, mitid_since=date(2022, 1, 1))


@dataclass
class Template:
    """A case led to the point of decision by the product itself, to be copied."""

    office: Office
    applicant: int
    copied: int = 0

    def __post_init__(self) -> None:
        case = self.office.with_witness(SEEN, applicant=self.applicant)
        self.case = IdentityProofing.unscoped.select_related("data_key", "participant").get(
            pk=case.pk
        )
        self.own, self.theirs = DocumentEvidence.unscoped.filter(proofing=case).order_by("holder")
        self.statement = WitnessStatement.unscoped.get(proofing=case)
        self.declaration = Declaration.unscoped.get(proofing=case)

    def copies(self, witnesses: Sequence[Person], **changed: Any) -> list[IdentityProofing]:
        """A case for each of the witnesses, about an applicant nobody has seen before."""
        now, count = self.office.now, len(witnesses)
        people = Person.objects.bulk_create(Person(created_at=now) for _ in range(count))
        keys = _many(self.case.data_key, ({} for _ in range(count)))
        places = range(FIRST_POSITION + self.copied, FIRST_POSITION + self.copied + count)
        comers = _many(self.case.participant, ({"position": place} for place in places))
        self.copied += count
        own = zip(keys, comers, people, strict=True)
        cases = _many(
            self.case,
            (
                {
                    "data_key_id": key.pk,
                    "participant_id": comer.pk,
                    "applicant_id": person.pk,
                    "reference": reference_from(secrets.token_bytes(16)),
                }
                for key, comer, person in own
            ),
        )
        who = [
            {"proofing_id": c.pk, "person_id": w.pk} for c, w in zip(cases, witnesses, strict=True)
        ]
        statements = _many(self.statement, who)
        _many(self.declaration, who)
        _many(self.own, ({"proofing_id": case.pk} for case in cases))
        _many(
            self.theirs,
            (
                {"proofing_id": case.pk, "statement_id": said.pk}
                for case, said in zip(cases, statements, strict=True)
            ),
        )
        if changed:
            IdentityProofing.unscoped.filter(pk__in=[case.pk for case in cases]).update(**changed)
        return cases

    def witnessed(self, witness: Person, days: Sequence[date]) -> None:
        """Put a witness's earlier witnessings into the ledger; the guard looks at each."""
        for case, day in zip(
            self.copies([witness] * len(days), state="abandoned"), days, strict=True
        ):
            Witnessing.unscoped.create(
                witness=witness,
                applicant_id=case.applicant_id,
                on_date=day,
                municipality_id=case.municipality_id,
                proofing=case,
                rule_set=rule_set_in_force(day),
                recorded_at=self.office.now,
                recorded_on=day,
            )


def _many(like: Model, rows: Iterator[dict[str, Any]] | Sequence[dict[str, Any]]) -> list[Any]:
    model = type(like)
    held = {
        field.attname: getattr(like, field.attname)
        for field in model._meta.concrete_fields
        if not field.primary_key
    }
    manager = getattr(model, "unscoped", model._default_manager)
    return manager.bulk_create([model(**{**held, **row}) for row in rows], batch_size=AT_ONCE)
