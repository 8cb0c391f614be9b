"""A decision in plain words, Danish or English: every ground with its figure and source.

What stands here may be read by the citizen, so of the witness's history it says only whether the
limit is kept and from when: never how often, for whom, or where; and no witness's birthday.
"""

from dataclasses import dataclass

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
from witnesses.rules.dates import day_of
from witnesses.rules.explain_documents import uncounted_documents
from witnesses.rules.explain_help import Telling, help_with, shown_by
from witnesses.rules.facts import Facts
from witnesses.rules.figures import Language, RuleSet
from witnesses.rules.validity import Problem
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


def explain(
    answer: Answer,
    rule_set: RuleSet,
    language: Language,
    *,
    facts: Facts | None = None,
    to_citizen: bool = False,
) -> Account:
    """Tell a decision in plain words.

    `rule_set` is the one it was made under. With `facts`, documents that do not count are named
    with the reason, what is missing is named where it is one thing, and where waiting alone helps,
    the day from which it does. `to_citizen`: said to the applicant, and less of the witness.
    """
    words = words_in(language, to_citizen=to_citizen)
    telling = Telling(words, rule_set, facts, to_citizen)
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


def _ground(finding: Finding, telling: Telling) -> Ground:
    rule, words, passed = finding["rule"], telling.words, finding["passed"]
    key = f"rules.{rule}"
    figures = _figures(finding, telling)
    endings = _endings(finding, telling.facts)
    state = "passed" if passed else "failed"
    said = [words.say(f"{key}.{state}{ending}", **figures) for ending in endings]
    text = " ".join([*said, *_uncounted(rule, telling)])
    helping = () if passed else help_with(finding, telling, endings[-1], figures)
    return Ground(rule, passed, words.say(f"{key}.name"), text, finding["source"], helping)


def _endings(finding: Finding, facts: Facts | None) -> list[str]:
    """Which variants of the rule's sentence are said: the endings of their keys."""
    rule, passed, observed = finding["rule"], finding["passed"], finding["observed"]
    if rule == APPLICANT_PROOF:
        return [f"_{observed}"] if passed else _unproved(facts)
    if passed:
        return [""]
    if rule == WITNESS_INDEPENDENT and isinstance(observed, list):
        return [f"_{tie}" for tie in observed]
    return [_failed_ending(rule, observed)]


def _failed_ending(rule: str, observed: object) -> str:
    if rule in (APPLICANT_DOCUMENTS, WITNESS_DOCUMENTS):
        return "" if observed else "_none"
    if rule == WITNESS_MITID_HELD and observed is None:
        return "_unknown"
    if isinstance(observed, int) and observed < 0:
        return "_later" if rule == WITNESS_MITID_HELD else "_unborn"
    return ""


def _unproved(facts: Facts | None) -> list[str]:
    """How the questions went, and whether a witness came."""
    if facts is None:
        return [""]
    questions = facts["applicant"].get("questions", "not_asked")
    came = "without" if facts.get("witness") is None else "with"
    return [f"_questions_{questions}", f"_{came}_witness"]


def _figures(finding: Finding, telling: Telling) -> dict[str, str]:
    """What the rule required and what was seen, in words. The quota's count is never told."""
    words, rules, rule = telling.words, telling.rule_set, finding["rule"]
    required, observed = "", finding["observed"]
    if rule == APPLICANT_MINIMUM_AGE:
        required = str(rules.applicant_minimum_age.years)
    elif rule == WITNESS_MINIMUM_AGE:
        required, observed = str(rules.witness_minimum_age.years), ""
    elif rule == WITNESS_MITID_HELD:
        required = telling.held
        observed = words.count("day", observed) if isinstance(observed, int) else ""
    elif rule == WITNESS_QUOTA:
        required, observed = telling.limit, ""
    elif isinstance(observed, list) and rule != WITNESS_INDEPENDENT:
        observed = words.listed(words.say(f"documents.{kind}") for kind in observed)
    return {"required": required, "observed": str(observed)}


def _uncounted(rule: str, telling: Telling) -> list[str]:
    """A sentence for each document of this person that does not count, where the facts tell."""
    documents, facts = shown_by(rule, telling.facts), telling.facts
    if facts is None or not documents:
        return []
    return uncounted_documents(
        documents,
        on=day_of(facts["on"]),
        usable=telling.rule_set.usable,
        language=telling.words.language,
        tells_issuer=rule == APPLICANT_DOCUMENTS or not telling.to_citizen,
    )
