"""Proving who somebody is: the case, its evidence, the witness, and the nation-wide ledger."""

from witnesses.models.cases import DocumentEvidence, IdentityProofing, WitnessStatement
from witnesses.models.ledger import RuleSetInForce, Witnessing

__all__ = [
    "DocumentEvidence",
    "IdentityProofing",
    "RuleSetInForce",
    "WitnessStatement",
    "Witnessing",
]
