"""The one decision engine: is this person's identity confirmed, and why. Every door asks here."""

from datetime import date

from witnesses.rules.answers import (
    APPLICANT_DOCUMENTS,
    APPLICANT_MINIMUM_AGE,
    APPLICANT_PROOF,
    Answer,
    Finding,
    Route,
)
from witnesses.rules.dates import day_of, full_years
from witnesses.rules.documents import suffices, usable_documents
from witnesses.rules.facts import DEFAULT_PERSON, Applicant, Facts
from witnesses.rules.figures import RuleSet
from witnesses.rules.witness import examine


def decide(facts: Facts, rule_set: RuleSet) -> Answer:
    """Decide one case of checked facts under one rule set, looking at every rule that applies.

    Where the questions were passed, a witness who came along is not examined and spends nothing.
    Which set was asked for in the facts plays no part here: the caller chose.

    Law: the pages the rule set names, figure by figure.
    """
    on, applicant, witness = day_of(facts["on"]), facts["applicant"], facts.get("witness")
    route: Route | None = "questions" if applicant.get("questions") == "passed" else None
    examined: list[Finding] = []
    if route is None and witness is not None:
        person = applicant.get("person", DEFAULT_PERSON)
        examined = examine(witness, on=on, applicant=person, rule_set=rule_set)
        if all(finding["passed"] for finding in examined):
            route = "witness"
    findings = [
        _old_enough(applicant, on, rule_set),
        _shows_documents(applicant, on, rule_set),
        _proof(route, rule_set),
        *examined,
    ]
    failed = sorted(finding["rule"] for finding in findings if not finding["passed"])
    return {
        "id": facts.get("id"),
        "rule_set": rule_set.id,
        "outcome": "not_confirmed" if failed else "confirmed",
        "route": None if failed else route,
        "failed": failed,
        "findings": findings,
    }


def _old_enough(applicant: Applicant, on: date, rule_set: RuleSet) -> Finding:
    figure = rule_set.applicant_minimum_age
    years = full_years(day_of(applicant["birth_date"]), on)
    return {
        "rule": APPLICANT_MINIMUM_AGE,
        "passed": years >= figure.years,
        "required": figure.years,
        "observed": years,
        "source": figure.source.cited,
    }


def _shows_documents(applicant: Applicant, on: date, rule_set: RuleSet) -> Finding:
    """Law and reading: see `documents.suffices`."""
    criterion = rule_set.applicant_documents
    usable = usable_documents(applicant.get("documents", ()), on=on, usable=rule_set.usable)
    wants_cpr = applicant.get("wants_cpr_link", True)
    return {
        "rule": APPLICANT_DOCUMENTS,
        "passed": suffices(usable, criterion, wants_cpr=wants_cpr),
        "required": criterion.name,
        "observed": [document["type"] for document in usable],
        "source": criterion.source.cited,
    }


def _proof(route: Route | None, rule_set: RuleSet) -> Finding:
    """Law: questions answered or a witness, both ways open. Documents play no part in it."""
    return {
        "rule": APPLICANT_PROOF,
        "passed": route is not None,
        "required": ["questions", "witness"],
        "observed": route,
        "source": rule_set.applicant_proof.source.cited,
    }
