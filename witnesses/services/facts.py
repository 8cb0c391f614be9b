"""The facts of a case as the engine takes them: built here, and nowhere else."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from borgerservice.vault.services import OpenKey
from witnesses.models import DocumentEvidence, IdentityProofing, WitnessStatement
from witnesses.rules.facts import Applicant, Document, EarlierWitnessing, Facts, Witness
from witnesses.selectors import applicant_of, met_on, witness_of
from witnesses.services.grounds import Grounds


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
    grounds: Grounds,
    witness: WitnessFacts | None,
) -> Facts:
    """What the engine decides on: everything recorded, and the witness's history.

    Persons are named by the internal ids of who they turned out to be. No name and no number is
    among the facts.
    """
    if grounds.applicant is None:
        raise ValueError("a decision about nobody")
    applicant: Applicant = {
        "birth_date": _written(applicant_of(case, key).birth_date),
        "person": str(grounds.applicant),
        "wants_cpr_link": case.wants_cpr_link,
        "documents": _documents(grounds.shown_by(None)),
        "questions": case.questions,
    }
    return {
        "id": case.reference,
        "rule_set": grounds.rule_set,
        "on": met_on(case).isoformat(),
        "applicant": applicant,
        "witness": _witness(witness, key=key, grounds=grounds) if witness else None,
    }


def _witness(witness: WitnessFacts, *, key: OpenKey, grounds: Grounds) -> Witness:
    statement = witness.statement
    since = statement.mitid_since
    return {
        "birth_date": _written(witness_of(statement, key).birth_date),
        "mitid_since": since.isoformat() if since else None,
        "brought_mitid": statement.brought_mitid,
        "documents": _documents(grounds.shown_by(statement)),
        "is_applicant": witness.root == grounds.applicant,
        "is_clerk": witness.root in grounds.at_statement,
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


def _written(day: date | None) -> str:
    if day is None:
        raise ValueError("a birth date was not recorded, or its key was destroyed")
    return day.isoformat()
