"""The papers a witness says they will bring: which are asked about, and what is told of them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache
from itertools import combinations
from typing import Final

from witnesses.rules.documents import suffices
from witnesses.rules.explain_documents import accepted_documents, uncounted_documents
from witnesses.rules.facts import Document, Witness
from witnesses.rules.figures import RuleSet
from witnesses.rules.guide.answers import Paper, as_documents, good_witness
from witnesses.rules.guide.papers import kinds
from witnesses.rules.precheck import Verdict, precheck
from witnesses.rules.rule_sets import rule_set

MOST_OF_WITNESS: Final = 3
"""No rule asks a witness for more than two papers."""


@dataclass(frozen=True, slots=True)
class Lacking:
    """Papers that are not enough: why any of them does not count, and every way that suffices."""

    reasons: tuple[str, ...]
    ways: tuple[str, ...]


@cache
def asked_of_witness(name: str) -> tuple[str, ...]:
    """The types a witness is asked about under a rule set, in the order in which papers are shown.

    Each is enough alone, or beside another that is not, where it comes from the right country.
    """
    rules = rule_set(name)
    possible = [document for kind in kinds().values() for document in _possible(kind.type)]
    possible = [one for one in possible if one["type"] not in rules.usable.never]
    alone = [one for one in possible if _enough([one], rules)]
    others = [one for one in possible if one not in alone]
    pairs = [pair for pair in combinations(others, 2) if _enough(pair, rules)]
    helpful = {one["type"] for one in [*alone, *(one for pair in pairs for one in pair)]}
    return tuple(kind for kind in kinds() if kind in helpful)


def lacking(papers: Iterable[Paper], *, on: date, rules: RuleSet, language: str) -> Lacking | None:
    """What the papers lack for a visit on a day; None where they are enough, or none are named.

    Asked as `precheck` is asked, about somebody of whom nothing but the papers is in question.
    """
    documents = as_documents(papers)
    witness: Witness = {**good_witness(on, rules), "documents": documents}
    found = precheck(witness, on=on, rule_set_on=lambda _day: rules)
    if found.verdict is not Verdict.NOT_YET:
        return None
    criterion, usable = rules.witness_documents, rules.usable
    reasons = uncounted_documents(
        documents, on=on, usable=usable, language=language, tells_issuer=False
    )
    ways = accepted_documents(criterion, language, usable=usable)
    return Lacking(tuple(reasons), tuple(ways))


def _possible(kind_type: str) -> list[Document]:
    """Such a paper of each country, with and without the number where it can show it."""
    kind = kinds()[kind_type]
    return [
        Document(
            type=kind.type, issuer=issuer, shows_photo=kind.photo != "never", shows_cpr=shows_cpr
        )
        for issuer in kind.countries
        for shows_cpr in {False, kind.can_show_number(issuer)}
    ]


def _enough(documents: Iterable[Document], rules: RuleSet) -> bool:
    return suffices(list(documents), rules.witness_documents, wants_cpr=True)
