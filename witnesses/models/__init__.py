"""Proving who somebody is: the case, its evidence, the witness, and the nation-wide ledger."""

from witnesses.models.cases import (
    AssuranceLevel,
    DocumentEvidence,
    IdentityProofing,
    WitnessStatement,
)
from witnesses.models.checks import WitnessCheck
from witnesses.models.declarations import ClientAnswer, Declaration, SignInRequest
from witnesses.models.ledger import LedgerHorizon, Reversal, RuleSetInForce, Witnessing
from witnesses.models.proposals import LinkProposal, ReversalProposal, RuleSetProposal
from witnesses.models.signals import FraudSignal

__all__ = [
    "AssuranceLevel",
    "ClientAnswer",
    "Declaration",
    "DocumentEvidence",
    "FraudSignal",
    "IdentityProofing",
    "LedgerHorizon",
    "LinkProposal",
    "Reversal",
    "ReversalProposal",
    "RuleSetInForce",
    "RuleSetProposal",
    "SignInRequest",
    "WitnessCheck",
    "WitnessStatement",
    "Witnessing",
]
