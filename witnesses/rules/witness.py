"""Who may be a witness at this meeting: every rule looked at, whether or not one has failed."""

from datetime import date

from witnesses.rules.answers import (
    WITNESS_DOCUMENTS,
    WITNESS_INDEPENDENT,
    WITNESS_MINIMUM_AGE,
    WITNESS_MITID_BROUGHT,
    WITNESS_MITID_HELD,
    WITNESS_QUOTA,
    Finding,
)
from witnesses.rules.dates import day_of, days_later, full_years
from witnesses.rules.documents import suffices, usable_documents
from witnesses.rules.facts import Witness
from witnesses.rules.figures import MitidHeld, RuleSet
from witnesses.rules.quota import highest_count


def examine(witness: Witness, *, on: date, applicant: str, rule_set: RuleSet) -> list[Finding]:
    """Look at every rule for the witness on the local day of the meeting, in the table's order.

    `applicant` is the person the witness would witness for.
    """
    return [
        _old_enough(witness, on, rule_set),
        _had_mitid_long_enough(witness, on, rule_set),
        _brought_mitid(witness, rule_set),
        _shows_documents(witness, on, rule_set),
        _independent(witness, rule_set),
        _within_quota(witness, on, applicant, rule_set),
    ]


def days_held(mitid_since: date | None, on: date) -> int | None:
    """Whole local days from the day the MitID was made to the meeting; negative where it is later.

    Reading: local days, not hours, so a change of the clocks in between alters nothing.
    """
    return None if mitid_since is None else (on - mitid_since).days


def held_long_enough(days: int | None, figure: MitidHeld) -> bool:
    """The MitID is old enough, compared as the set says; one of unknown age is not."""
    if days is None:
        return False
    return days >= figure.days if figure.compare == "at_least" else days > figure.days


def first_day_held(mitid_since: date, figure: MitidHeld) -> date | None:
    """The first local day on which the MitID is old enough; None past the calendar's last day."""
    days = figure.days if figure.compare == "at_least" else figure.days + 1
    return days_later(mitid_since, days)


def _old_enough(witness: Witness, on: date, rule_set: RuleSet) -> Finding:
    figure = rule_set.witness_minimum_age
    years = full_years(day_of(witness["birth_date"]), on)
    return {
        "rule": WITNESS_MINIMUM_AGE,
        "passed": years >= figure.years,
        "required": figure.years,
        "observed": years,
        "source": figure.source.cited,
    }


def _had_mitid_long_enough(witness: Witness, on: date, rule_set: RuleSet) -> Finding:
    figure, since = rule_set.witness_mitid_held, witness.get("mitid_since")
    days = days_held(day_of(since) if since is not None else None, on)
    return {
        "rule": WITNESS_MITID_HELD,
        "passed": held_long_enough(days, figure),
        "required": {"days": figure.days, "compare": figure.compare},
        "observed": days,
        "source": figure.source.cited,
    }


def _brought_mitid(witness: Witness, rule_set: RuleSet) -> Finding:
    brought = witness.get("brought_mitid", False)
    return {
        "rule": WITNESS_MITID_BROUGHT,
        "passed": brought,
        "required": True,
        "observed": brought,
        "source": rule_set.witness_mitid_brought.source.cited,
    }


def _shows_documents(witness: Witness, on: date, rule_set: RuleSet) -> Finding:
    """Law and reading: see `documents.suffices`. A witness is not asked what they want linked."""
    criterion = rule_set.witness_documents
    usable = usable_documents(witness.get("documents", ()), on=on, usable=rule_set.usable)
    return {
        "rule": WITNESS_DOCUMENTS,
        "passed": suffices(usable, criterion, wants_cpr=True),
        "required": criterion.name,
        "observed": [document["type"] for document in usable],
        "source": criterion.source.cited,
    }


def _independent(witness: Witness, rule_set: RuleSet) -> Finding:
    ties = []
    if witness.get("is_applicant"):
        ties.append("is_applicant")
    if witness.get("is_clerk"):
        ties.append("is_clerk")
    return {
        "rule": WITNESS_INDEPENDENT,
        "passed": not ties,
        "required": [],
        "observed": ties,
        "source": rule_set.witness_independent.source.cited,
    }


def _within_quota(witness: Witness, on: date, applicant: str, rule_set: RuleSet) -> Finding:
    quota, history = rule_set.witness_quota, witness.get("earlier_witnessings", ())
    count = highest_count(history, on=on, person=applicant, quota=quota)
    return {
        "rule": WITNESS_QUOTA,
        "passed": count <= quota.at_most,
        "required": {"at_most": quota.at_most, "unit": quota.unit, "days": quota.days},
        "observed": count,
        "source": quota.source.cited,
    }
