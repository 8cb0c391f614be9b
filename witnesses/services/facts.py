"""The facts of a case as the engine takes them: built here, and nowhere else."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from borgerservice.municipalities.models import StaffMember
from borgerservice.people.services import roots_of
from borgerservice.vault.services import OpenKey
from witnesses.models import DocumentEvidence, IdentityProofing, WitnessStatement
from witnesses.policies import persons_at_work
from witnesses.rules.facts import Applicant, Document, EarlierWitnessing, Facts, Witness
from witnesses.selectors import applicant_of, met_on, shown_documents, witness_of


@dataclass(frozen=True, slots=True)
class WitnessFacts:
    """The witness's statement and history, as read under the lock on the witness.

    `root` is the id of the person the witness turned out to be.
    """

    statement: WitnessStatement
    root: int
    earlier: list[EarlierWitnessing]


def facts_of(
    case: IdentityProofing,
    *,
    key: OpenKey,
    rule_set: str,
    witness: WitnessFacts | None,
    staff: StaffMember,
) -> Facts:
    """What the engine decides on: everything recorded, and the witness's history.

    Persons are named by the internal ids of who they turned out to be. No name and no number is
    among the facts.
    """
    who = _root(case.applicant_id)
    applicant: Applicant = {
        "birth_date": _written(applicant_of(case, key).birth_date),
        "person": str(who),
        "wants_cpr_link": case.wants_cpr_link,
        "documents": _documents(shown_documents(case)),
        "questions": case.questions,
    }
    return {
        "id": case.reference,
        "rule_set": rule_set,
        "on": met_on(case).isoformat(),
        "applicant": applicant,
        "witness": _witness(case, witness, applicant=who, key=key, staff=staff)
        if witness
        else None,
    }


def _witness(
    case: IdentityProofing,
    witness: WitnessFacts,
    *,
    applicant: int,
    key: OpenKey,
    staff: StaffMember,
) -> Witness:
    statement = witness.statement
    at_work = persons_at_work(case, staff=staff, statement=statement)
    since = statement.mitid_since
    return {
        "birth_date": _written(witness_of(statement, key).birth_date),
        "mitid_since": since.isoformat() if since else None,
        "brought_mitid": statement.brought_mitid,
        "documents": _documents(shown_documents(case, statement)),
        "is_applicant": witness.root == applicant,
        "is_clerk": witness.root in at_work,
        "earlier_witnessings": witness.earlier,
    }


def _documents(rows: Iterable[DocumentEvidence]) -> list[Document]:
    return [
        {
            "type": row.type,
            "issuer": row.issuer,
            "shows_photo": row.shows_photo,
            "shows_cpr": row.shows_cpr,
            "form": row.form,
            "expires_on": row.expires_on.isoformat() if row.expires_on else None,
            "issued_on": row.issued_on.isoformat() if row.issued_on else None,
            "provisional": row.provisional,
        }
        for row in rows
    ]


def _root(person: int | None) -> int:
    if person is None:
        raise ValueError("a decision about nobody")
    return roots_of((person,))[person]


def _written(day: date | None) -> str:
    if day is None:
        raise ValueError("a birth date was not recorded, or its key was destroyed")
    return day.isoformat()
