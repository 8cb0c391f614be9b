"""What to bring: the answer to the citizen's answers. The engine decides, and nothing else."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from witnesses.rules.answers import Answer
from witnesses.rules.engine import decide
from witnesses.rules.facts import Facts
from witnesses.rules.figures import RuleSet
from witnesses.rules.guide.additions import Change, Edge, changed, smallest_additions
from witnesses.rules.guide.answers import Answers, documents_of, facts_of, good_witness

Verdict = Literal["enough", "enough_with_witness", "not_yet"]


@dataclass(frozen=True, slots=True)
class Advice:
    """Whether the papers are enough on the day.

    `with_witness`: a witness is needed, now or once the papers are enough. `answer` is what the
    engine said of the papers, with a witness where one is needed.
    """

    verdict: Verdict
    with_witness: bool
    answer: Answer


def advise(answers: Answers, rule_set: RuleSet) -> Advice:
    """Ask the engine about the answers, on the day of the visit, under the set in force then."""
    alone = decide(case_of(answers, rule_set, with_witness=False), rule_set)
    if alone["outcome"] == "confirmed":
        return Advice("enough", with_witness=False, answer=alone)
    helped = decide(case_of(answers, rule_set, with_witness=True), rule_set)
    if helped["outcome"] == "confirmed":
        return Advice("enough_with_witness", with_witness=True, answer=helped)
    if answers.reasons_for_witness:
        return Advice("not_yet", with_witness=True, answer=helped)
    return Advice("not_yet", with_witness=False, answer=alone)


def additions_to(answers: Answers, advice: Advice, rule_set: RuleSet) -> frozenset[Edge]:
    """Every smallest addition that makes the papers enough; none where they are.

    Where a witness is needed, each is enough together with the witness.
    """
    if advice.verdict != "not_yet":
        return frozenset()

    def enough(changes: Iterable[Change]) -> bool:
        case = case_of(answers, rule_set, with_witness=advice.with_witness, changes=changes)
        return decide(case, rule_set)["outcome"] == "confirmed"

    return smallest_additions(answers, rule_set, enough)


def service_for(answers: Answers, advice: Advice) -> str:
    """The code of the service to book once all is there."""
    if not answers.has_number:
        return "mitid_without_cpr"
    return "new_mitid_witness" if advice.with_witness else "new_mitid"


def case_of(
    answers: Answers, rule_set: RuleSet, *, with_witness: bool, changes: Iterable[Change] = ()
) -> Facts:
    """The case as the engine takes it: the papers after the changes, and a good witness or none."""
    documents = changed(documents_of(answers), changes, answers.on.isoformat(), rule_set)
    witness = good_witness(answers.on, rule_set) if with_witness else None
    return facts_of(answers, documents, witness)
