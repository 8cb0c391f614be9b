"""The facts of a case as the engine takes them: built here, and nowhere else."""

from collections.abc import Iterable
from datetime import date

from borgerservice.vault.services import OpenKey
from witnesses.models import DocumentEvidence, WitnessStatement
from witnesses.rules.facts import Applicant, Document, Facts, Witness
from witnesses.selectors import applicant_of, met_on, witness_of
from witnesses.selectors_ledger import Ledger
from witnesses.services.grounds import Record


def facts_of(record: Record, ledger: Ledger, *, key: OpenKey) -> Facts:
    """What the engine decides on: everything recorded, and the witness's history.

    Persons are named by the internal ids of who they turned out to be. No name and no number is
    among the facts.
    """
    case = record.case
    if ledger.applicant is None:
        raise ValueError("a decision about nobody")
    applicant: Applicant = {
        "birth_date": _written(applicant_of(case, key).birth_date),
        "person": str(ledger.applicant),
        "wants_cpr_link": case.wants_cpr_link,
        "documents": _documents(record.shown_by(None)),
        "questions": case.questions,
    }
    return {
        "id": case.reference,
        "rule_set": ledger.rule_set,
        "on": met_on(case).isoformat(),
        "applicant": applicant,
        "witness": _witness(record, record.statement, ledger, key) if record.statement else None,
    }


def _witness(record: Record, statement: WitnessStatement, ledger: Ledger, key: OpenKey) -> Witness:
    since = statement.mitid_since
    return {
        "birth_date": _written(witness_of(statement, key).birth_date),
        "mitid_since": since.isoformat() if since else None,
        "brought_mitid": statement.brought_mitid,
        "documents": _documents(record.shown_by(statement)),
        "is_applicant": ledger.witness == ledger.applicant,
        "is_clerk": ledger.witness in (ledger.opened, ledger.acts, ledger.recorded),
        "earlier_witnessings": ledger.earlier,
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
