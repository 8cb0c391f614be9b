"""What is done with a case: one function a step, one transaction each."""

from witnesses.services.cases import abandon_proofing, note_reading, open_proofing
from witnesses.services.client_answers import record_client_answer
from witnesses.services.decision import decide_proofing
from witnesses.services.declarations import accept_declaration
from witnesses.services.documents import ShownDocument
from witnesses.services.evidence import record_documents, record_questions
from witnesses.services.identity import KEEP, GivenNumber
from witnesses.services.letters import change_complaint_texts, note_letter_read
from witnesses.services.links import answer_link, propose_link
from witnesses.services.recognition import is_recognised
from witnesses.services.reversals import answer_reversal, propose_reversal
from witnesses.services.statements import SeenWitness, record_no_witness, record_witness
from witnesses.services.steps import require_open

__all__ = [
    "KEEP",
    "GivenNumber",
    "SeenWitness",
    "ShownDocument",
    "abandon_proofing",
    "accept_declaration",
    "answer_link",
    "answer_reversal",
    "change_complaint_texts",
    "decide_proofing",
    "is_recognised",
    "note_letter_read",
    "note_reading",
    "open_proofing",
    "propose_link",
    "propose_reversal",
    "record_client_answer",
    "record_documents",
    "record_no_witness",
    "record_questions",
    "record_witness",
    "require_open",
]
