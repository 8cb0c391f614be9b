"""A decision in plain words, Danish or English: every ground with its figure and source.

What stands here may be read by the citizen, so of the witness's history it says only whether the
limit is kept and from when: never how often, for whom, or where; and no witness's birthday.
"""

from dataclasses import dataclass
from datetime import date

from witnesses.rules.answers import (
    APPLICANT_DOCUMENTS,
    APPLICANT_MINIMUM_AGE,
    APPLICANT_PROOF,
    WITNESS_DOCUMENTS,
    WITNESS_INDEPENDENT,
    WITNESS_MINIMUM_AGE,
    WITNESS_MITID_HELD,
    WITNESS_QUOTA,
    Answer,
    Finding,
)
from witnesses.rules.dates import day_of, turns
from witnesses.rules.explain_documents import accepted_documents, uncounted_documents
from witnesses.rules.facts import DEFAULT_PERSON, Facts
from witnesses.rules.figures import Language, RuleSet
from witnesses.rules.quota import eligible_from
from witnesses.rules.validity import Problem
from witnesses.rules.witness import first_day_held
from witnesses.rules.wording import Words, words_in


@dataclass(frozen=True, slots=True)
class Ground:
    """One rule in words: what was found, where the figure stands, and what can help if it failed.

    `help` is one or more sentences; empty where the rule passed.
    """

    rule: str
    passed: bool
    name: str
    text: str
    source: str
    help: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Account:
    """A whole decision in words (begrundelse), failing grounds and passing ones in rule order."""

    language: Language
    case: str
    rule_set: str
    outcome: str
    grounds: tuple[Ground, ...]

    def as_text(self) -> str:
        """The account as lines of plain text, without a line end after the last."""
        words = words_in(self.language)
        lines = [self.case, self.rule_set, self.outcome]
        for ground in self.grounds:
            state = "account.passed" if ground.passed else "account.failed"
            lines += [words.say(state, name=ground.name), f"  {ground.text}"]
            if ground.help:
                lines.append("  " + words.say("account.help", help=ground.help[0]))
                lines += [f"  - {line}" for line in ground.help[1:]]
            lines.append("  " + words.say("account.source", source=ground.source))
        return "\n".join(lines)


@dataclass(frozen=True, slots=True)
class _Telling:
    """What all grounds of one account are told with."""

    words: Words
    rule_set: RuleSet
    facts: Facts | None


def explain(
    answer: Answer,
    rule_set: RuleSet,
    language: Language,
    *,
    facts: Facts | None = None,
) -> Account:
    """Tell a decision in plain words.

    `rule_set` is the one it was made under. With `facts`, documents that do not count are named
    with the reason, and where waiting alone helps, the day from which it does.
    """
    words = words_in(language)
    telling = _Telling(words, rule_set, facts)
    ending = f"confirmed_{answer['route']}" if answer["route"] else "not_confirmed"
    return Account(
        language=language,
        case=_case_line(answer["id"], words),
        rule_set=words.say("account.rule_set", title=rule_set.title[language], id=rule_set.id),
        outcome=words.say(f"account.{ending}"),
        grounds=tuple(_ground(finding, telling) for finding in answer["findings"]),
    )


def explain_invalid(case_id: str | None, problems: list[Problem], language: Language) -> str:
    """Tell why facts are no case: every problem, one a line."""
    words = words_in(language)
    lines = [_case_line(case_id, words), words.say("account.invalid")]
    for problem in problems:
        path = problem["path"] or words.say("account.whole_line")
        text = words.problem(problem["problem"])
        lines.append("  " + words.say("account.problem", path=path, problem=text))
    return "\n".join(lines)


def _case_line(case_id: str | None, words: Words) -> str:
    if case_id is None:
        return words.say("account.case_unnamed")
    shown = "".join(sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in case_id)
    return words.say("account.case", id=shown)


def _ground(finding: Finding, telling: _Telling) -> Ground:
    rule, words, passed = finding["rule"], telling.words, finding["passed"]
    key = f"rules.{rule}"
    figures = _figures(finding, telling)
    endings = _endings(finding)
    state = "passed" if passed else "failed"
    said = [words.say(f"{key}.{state}{ending}", **figures) for ending in endings]
    text = " ".join([*said, *_uncounted(rule, telling)])
    helping = () if passed else _help(finding, telling, endings[0], figures)
    return Ground(rule, passed, words.say(f"{key}.name"), text, finding["source"], helping)


def _endings(finding: Finding) -> list[str]:
    """Which variants of the rule's sentence are said: the endings of their keys."""
    rule, passed, observed = finding["rule"], finding["passed"], finding["observed"]
    if rule == APPLICANT_PROOF:
        return [f"_{observed}" if passed else ""]
    if passed:
        return [""]
    if rule == WITNESS_INDEPENDENT and isinstance(observed, list):
        return [f"_{tie}" for tie in observed]
    if rule == WITNESS_MITID_HELD and observed is None:
        return ["_unknown"]
    if isinstance(observed, int) and observed < 0:
        return ["_later" if rule == WITNESS_MITID_HELD else "_unborn"]
    return [""]


def _figures(finding: Finding, telling: _Telling) -> dict[str, str]:
    """What the rule required and what was seen, in words. The quota's count is never told."""
    words, rules, rule = telling.words, telling.rule_set, finding["rule"]
    required, observed = "", finding["observed"]
    if rule == APPLICANT_MINIMUM_AGE:
        required = str(rules.applicant_minimum_age.years)
    elif rule == WITNESS_MINIMUM_AGE:
        required = str(rules.witness_minimum_age.years)
    elif rule == WITNESS_MITID_HELD:
        held = rules.witness_mitid_held
        required = words.say(f"compare.{held.compare}", days=words.count("day", held.days))
        observed = words.count("day", observed) if isinstance(observed, int) else ""
    elif rule == WITNESS_QUOTA:
        quota = rules.witness_quota
        days = words.count("day", quota.days)
        required = words.say(f"limit.{quota.unit}", at_most=quota.at_most, days=days)
        observed = ""
    elif isinstance(observed, list) and rule != WITNESS_INDEPENDENT:
        observed = words.listed(words.say(f"documents.{kind}") for kind in observed)
    return {"required": required, "observed": str(observed)}


def _help(
    finding: Finding, telling: _Telling, ending: str, figures: dict[str, str]
) -> tuple[str, ...]:
    """What would help, and from which day where the facts tell."""
    rule, words = finding["rule"], telling.words
    key = f"rules.{rule}.help"
    if rule in (APPLICANT_DOCUMENTS, WITNESS_DOCUMENTS):
        rules = telling.rule_set
        of_witness = rule == WITNESS_DOCUMENTS
        criterion = rules.witness_documents if of_witness else rules.applicant_documents
        return (words.say(key), *accepted_documents(criterion, words.language))
    if ending and words.has(key + ending):
        return (words.say(key + ending, **figures),)
    day = _helps_from(rule, telling)
    if day is not None:
        return (words.say(f"{key}_from", day=words.day(day), **figures),)
    return (words.say(key, **figures),)


def _helps_from(rule: str, telling: _Telling) -> date | None:
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


def _uncounted(rule: str, telling: _Telling) -> list[str]:
    """A sentence for each document of this person that does not count, where the facts tell."""
    facts, holder = telling.facts, None
    if facts is not None and rule == APPLICANT_DOCUMENTS:
        holder = facts["applicant"].get("documents")
    elif facts is not None and rule == WITNESS_DOCUMENTS:
        witness = facts.get("witness")
        holder = witness.get("documents") if witness is not None else None
    if facts is None or holder is None:
        return []
    on, usable = day_of(facts["on"]), telling.rule_set.usable
    return uncounted_documents(holder, on=on, usable=usable, language=telling.words.language)
