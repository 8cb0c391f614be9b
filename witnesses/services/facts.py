"""The facts of a case as the engine takes them: built here, and nowhere else."""

from borgerservice.vault.services import OpenKey, SealBroken
from witnesses import seals
from witnesses.exceptions import Refused
from witnesses.rules.facts import Applicant, Facts, Witness
from witnesses.services.grounds import Record


def facts_of(record: Record, *, key: OpenKey) -> Facts:
    """What the engine decides on: everything recorded, and the witness's history.

    Persons are named by the internal ids of who they turned out to be. No name and no number is
    among the facts.
    """
    case, ledger = record.case, record.ledger
    if ledger.applicant is None:
        raise ValueError("a decision about nobody")
    applicant: Applicant = {
        "birth_date": _opened(key, case.birth_date_sealed, seals.APPLICANT_BIRTH_DATE),
        "person": str(ledger.applicant),
        "wants_cpr_link": case.wants_cpr_link,
        "documents": record.applicant_shows,
        "questions": case.questions,
    }
    return {
        "id": case.reference,
        "rule_set": ledger.rule_set_on(record.met_on),
        "on": record.met_on.isoformat(),
        "applicant": applicant,
        "witness": _witness(record, key),
    }


def _witness(record: Record, key: OpenKey) -> Witness | None:
    statement, ledger = record.statement, record.ledger
    if statement is None:
        return None
    since = statement.mitid_since
    place = seals.witness_birth_date(statement.position)
    return {
        "birth_date": _opened(key, statement.birth_date_sealed, place),
        "mitid_since": since.isoformat() if since else None,
        "brought_mitid": statement.brought_mitid,
        "documents": record.witness_shows,
        "is_applicant": ledger.witness == ledger.applicant,
        "is_clerk": ledger.witness in ledger.at_work,
        "earlier_witnessings": ledger.earlier,
    }


def _opened(key: OpenKey, sealed: bytes | memoryview | None, place: str) -> str:
    """A birth date, which was sealed as it is written. Raises Refused `evidence_unreadable`."""
    try:
        day = key.open(sealed, place)
    except SealBroken:
        raise Refused("evidence_unreadable") from None
    if not day:
        raise ValueError("a birth date was not recorded, or its key was destroyed")
    return day
