"""What clerks type in a case, read and parsed; the services decide what can be."""

from witnesses.forms.documents import COUNTRIES, document_types, language_now
from witnesses.forms.steps import (
    ClientAnswerForm,
    DecideForm,
    DocumentsForm,
    QuestionsForm,
    WitnessForm,
)

__all__ = [
    "COUNTRIES",
    "ClientAnswerForm",
    "DecideForm",
    "DocumentsForm",
    "QuestionsForm",
    "WitnessForm",
    "document_types",
    "language_now",
]
