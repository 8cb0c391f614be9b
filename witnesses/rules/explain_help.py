"""What would help against a ground that failed, and from which day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from witnesses.rules.answers import (
    APPLICANT_DOCUMENTS,
    APPLICANT_MINIMUM_AGE,
    APPLICANT_PROOF,
    WITNESS_DOCUMENTS,
    WITNESS_MITID_HELD,
    WITNESS_QUOTA,
    Finding,
)
from witnesses.rules.dates import day_of, turns
from witnesses.rules.explain_documents import accepted_documents, missing_document
from witnesses.rules.facts import DEFAULT_PERSON, Document, Facts
from witnesses.rules.figures import RuleSet
from witnesses.rules.quota import eligible_from
from witnesses.rules.witness import first_day_held
from witnesses.rules.wording import Words


@dataclass(frozen=True, slots=True)
class Telling:
    """What all grounds of one account are told with; `to_citizen` says to whom."""

    words: Words
    rule_set: RuleSet
    facts: Facts | None
    to_citizen: bool

    @property
    def held(self) -> str:
        """How long a witness must have had MitID, in words."""
        figure = self.rule_set.witness_mitid_held
        return self.words.say(
            f"compare.{figure.compare}", days=self.words.count("day", figure.days)
        )

    @property
    def limit(self) -> str:
        """How often one may be a witness, in words."""
        quota = self.rule_set.witness_quota
        days = self.words.count("day", quota.days)
        return self.words.say(f"limit.{quota.unit}", at_most=quota.at_most, days=days)


def help_with(
    finding: Finding, telling: Telling, ending: str, figures: dict[str, str]
) -> tuple[str, ...]:
    """What would help: a sentence, and where there is more to it a line for each part.

    `ending` is the variant of the ground that was told.
    """
    rule, words = finding["rule"], telling.words
    key = f"rules.{rule}.help"
    if rule in (APPLICANT_DOCUMENTS, WITNESS_DOCUMENTS):
        return _documents_help(rule, telling)
    chosen = key + ending if words.has(key + ending) else key
    if rule == APPLICANT_PROOF:
        return (words.say(chosen), *_needs_of_witness(telling))
    if chosen == key:
        day = _helps_from(rule, telling)
        if day is not None:
            return (words.say(f"{key}_from", day=words.day(day), **figures),)
    return (words.say(chosen, **figures),)


def shown_by(rule: str, facts: Facts | None) -> Sequence[Document]:
    """The documents the rule looked at; none where the rule looks at none or facts are unknown."""
    if facts is None:
        return ()
    witness = facts.get("witness")
    if rule == APPLICANT_DOCUMENTS:
        return facts["applicant"].get("documents", ())
    return witness.get("documents", ()) if witness and rule == WITNESS_DOCUMENTS else ()


def _documents_help(rule: str, telling: Telling) -> tuple[str, ...]:
    """The one document that is missing where it is one, and every way that suffices."""
    rules, words, facts = telling.rule_set, telling.words, telling.facts
    of_witness = rule == WITNESS_DOCUMENTS
    criterion = rules.witness_documents if of_witness else rules.applicant_documents
    ways = accepted_documents(criterion, words.language, usable=rules.usable)
    missing = ""
    if facts is not None:
        missing = missing_document(
            shown_by(rule, facts),
            criterion,
            on=day_of(facts["on"]),
            usable=rules.usable,
            wants_cpr=of_witness or facts["applicant"].get("wants_cpr_link", True),
            language=words.language,
        )
    key = f"rules.{rule}.help"
    first = words.say(f"{key}_missing", missing=missing) if missing else words.say(key)
    return (first, *ways)


def _needs_of_witness(telling: Telling) -> tuple[str, ...]:
    """What a witness must meet, a line for each."""
    words, rules, key = telling.words, telling.rule_set, f"rules.{APPLICANT_PROOF}.need"
    ways = accepted_documents(rules.witness_documents, words.language, usable=rules.usable)
    return (
        words.say(f"{key}_age", years=rules.witness_minimum_age.years),
        words.say(f"{key}_mitid", held=telling.held),
        words.say(f"{key}_limit", limit=telling.limit),
        words.say(f"{key}_documents", ways=" ".join(ways)),
    )


def _helps_from(rule: str, telling: Telling) -> date | None:
    """The first day on which waiting alone has cured the failing rule, where that is known."""
    facts, rules = telling.facts, telling.rule_set
    if facts is None:
        return None
    applicant, witness = facts["applicant"], facts.get("witness")
    if rule == APPLICANT_MINIMUM_AGE:
        return turns(day_of(applicant["birth_date"]), rules.applicant_minimum_age.years)
    if witness is None:
        return None
    if rule == WITNESS_QUOTA:
        return eligible_from(
            witness.get("earlier_witnessings", ()),
            on=day_of(facts["on"]),
            person=applicant.get("person", DEFAULT_PERSON),
            quota=rules.witness_quota,
        )
    since = witness.get("mitid_since") if rule == WITNESS_MITID_HELD else None
    return first_day_held(day_of(since), rules.witness_mitid_held) if since else None
