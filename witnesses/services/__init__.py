"""What is done with a case: one function a step, one transaction each."""

from witnesses.services.cases import abandon_proofing, note_reading, open_proofing
from witnesses.services.decision import decide_proofing
from witnesses.services.documents import ShownDocument
from witnesses.services.evidence import record_documents, record_questions
from witnesses.services.identity import KEEP, GivenNumber
from witnesses.services.statements import SeenWitness, record_no_witness, record_witness
from witnesses.services.steps import require_open

__all__ = [
    "KEEP",
    "GivenNumber",
    "SeenWitness",
    "ShownDocument",
    "abandon_proofing",
    "decide_proofing",
    "note_reading",
    "open_proofing",
    "record_documents",
    "record_no_witness",
    "record_questions",
    "record_witness",
    "require_open",
]
