"""Every smallest addition that would make the papers enough, found by asking the engine.

An addition is one or two changes: a paper brought as well, the original in place of an app or a
copy, a paper renewed. It is a smallest one where no part of it, and nothing that asks for less,
is enough.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import combinations_with_replacement
from typing import Final, Literal

from witnesses.rules.documents import flaws, role
from witnesses.rules.facts import Document
from witnesses.rules.figures import RuleSet
from witnesses.rules.guide.answers import Answers, documents_of
from witnesses.rules.guide.papers import Kind, kinds

_FORM_FLAWS: Final = {"copy", "not_as_app"}

Act = Literal["original", "renew", "bring"]
Edge = frozenset["Change"]
Block = tuple[frozenset[int], frozenset[int]]


@dataclass(frozen=True, slots=True)
class Change:
    """One thing to do before the visit.

    `original` and `renew` are of the paper at that place in the answers; `bring` is a paper of that
    issuer besides, where `shows_cpr` one that shows the CPR number.
    """

    act: Act
    type: str
    issuer: str
    shows_cpr: bool
    place: int = -1

    @property
    def kind(self) -> Kind:
        """What is known of all papers of its type."""
        return kinds()[self.type]


@dataclass(frozen=True, slots=True)
class Choice:
    """One of the first will do; where there are others, together with one of those."""

    first: tuple[Change, ...]
    other: tuple[Change, ...] = ()


def changed(
    documents: list[Document], changes: Iterable[Change], on: str, rule_set: RuleSet
) -> list[Document]:
    """The papers as the engine takes them, after the changes."""
    after = list(documents)
    for change in changes:
        issued_on = on if change.type in rule_set.usable.recent.types else None
        if change.act == "bring":
            after.append(_brought(change, issued_on))
        else:
            after[change.place] = _mended(after[change.place], change.act, issued_on)
    return after


def smallest_additions(
    answers: Answers, rule_set: RuleSet, enough: Callable[[Iterable[Change]], bool]
) -> frozenset[Edge]:
    """Every smallest addition of one or two changes. Nothing is asked but `enough`.

    Papers that the rules do not tell apart are asked about once for all of them.
    """
    groups = _groups(answers, rule_set)
    alone = [group for group in groups if enough(group[:1])]
    found = {frozenset({change}) for group in alone for change in group}
    others = [group for group in groups if group not in alone]
    for one, other in combinations_with_replacement(others, 2):
        pairs = ((a, b) for a in one for b in other if _go_together(a, b))
        first = next(pairs, None)
        if first and enough(first):
            found |= {frozenset(pair) for pair in (first, *pairs)}
    lesser = _lesser(change for group in groups for change in group)
    return frozenset(edge for edge in found if not _asks_for_more(edge, found, lesser))


def choices(additions: frozenset[Edge]) -> tuple[Choice, ...]:
    """The additions in a few lines, what is enough alone first.

    Every addition is told by some line, and every choice that a line offers is an addition.
    """
    alone = _sorted(change for edge in additions if len(edge) == 1 for change in edge)
    told = [Choice(alone)] if alone else []
    groups, beside = _go_with_the_same(additions)
    sizes = [len(group) for group in groups]
    blocks = _blocks(beside)
    left = {(one, other) for one, others in beside.items() for other in others if one < other}
    while left:
        block, untold = max(
            ((block, left & _pairs(*block)) for block in blocks),
            key=lambda found: sum(sizes[one] * sizes[other] for one, other in found[1]),
        )
        needed = {place for pair in untold for place in pair}
        left -= untold
        told.append(_choice(groups, block[0] & needed, block[1] & needed))
    return tuple(told)


def _brought(change: Change, issued_on: str | None) -> Document:
    return {
        "type": change.type,
        "issuer": change.issuer,
        "shows_photo": change.kind.photo != "never",
        "shows_cpr": change.shows_cpr,
        "form": "physical",
        "issued_on": issued_on,
    }


def _mended(document: Document, act: Act, issued_on: str | None) -> Document:
    original: Document = {**document, "form": "physical"}
    if act == "original":
        return original
    return {**original, "provisional": False, "expires_on": None, "issued_on": issued_on}


def _groups(answers: Answers, rule_set: RuleSet) -> list[tuple[Change, ...]]:
    """All changes there are; in a group those that the rules do not tell apart."""
    groups: dict[object, list[Change]] = {}
    for kind in kinds().values():
        if kind.type not in rule_set.usable.never:
            for change in _bringings(kind, has_number=answers.has_number):
                alike = role(_brought(change, None), rule_set.applicant_documents)
                groups.setdefault(alike, []).append(change)
    mended = [(change,) for change in _mendings(answers, rule_set)]
    return [*mended, *map(tuple, groups.values())]


def _mendings(answers: Answers, rule_set: RuleSet) -> Iterable[Change]:
    """For each paper that does not count what might make it count."""
    for place, document in enumerate(documents_of(answers)):
        found = set(flaws(document, on=answers.on, usable=rule_set.usable))
        if found:
            act: Act = "original" if found <= _FORM_FLAWS else "renew"
            one = answers.papers[place]
            yield Change(act, one.type, one.issuer, one.shows_cpr, place)


def _bringings(kind: Kind, *, has_number: bool) -> Iterable[Change]:
    for issuer in kind.countries:
        can_show = has_number and kind.can_show_number(issuer)
        if not (can_show and kind.cpr_number == "always"):
            yield Change("bring", kind.type, issuer, shows_cpr=False)
        if can_show:
            yield Change("bring", kind.type, issuer, shows_cpr=True)


def _go_together(one: Change, other: Change) -> bool:
    """Nobody is asked to bring a second paper of one type."""
    return one.type != other.type or "bring" not in {one.act, other.act}


def _lesser(changes: Iterable[Change]) -> Mapping[Change, list[Change]]:
    """For each paper to bring what asks for less: the same without the number, or one mended."""
    changes = list(changes)
    return {
        change: [
            other
            for other in changes
            if (other.type, other.issuer) == (change.type, change.issuer)
            and (other.act != "bring" or other.shows_cpr < change.shows_cpr)
        ]
        for change in changes
        if change.act == "bring"
    }


def _asks_for_more(edge: Edge, found: set[Edge], lesser: Mapping[Change, list[Change]]) -> bool:
    """Another addition is the same but for one paper, of which it asks for less."""
    return any(
        edge - {change} | {less} in found for change in edge for less in lesser.get(change, ())
    )


def _go_with_the_same(
    additions: frozenset[Edge],
) -> tuple[list[tuple[Change, ...]], dict[int, frozenset[int]]]:
    """The changes of pairs, together those that go with the same others; and who goes with whom."""
    partners: dict[Change, set[Change]] = {}
    for edge in additions:
        for change in edge:
            partners.setdefault(change, set()).update(edge - {change})
    alike: dict[Edge, list[Change]] = {}
    for change in _sorted(partners):
        alike.setdefault(frozenset(partners[change]), []).append(change)
    groups = [tuple(group) for group in alike.values()]
    beside = {
        place: frozenset(other for other, group in enumerate(groups) if group[0] in side)
        for place, side in enumerate(alike)
    }
    return groups, beside


def _blocks(beside: Mapping[int, frozenset[int]]) -> list[Block]:
    """Two sides each, of which any one goes with any other; as large as can be."""
    pairs = combinations_with_replacement(beside.values(), 2)
    return [
        (frozenset(place for place, side in beside.items() if common <= side), common)
        for common in dict.fromkeys(one & other for one, other in pairs)
    ]


def _pairs(one: frozenset[int], other: frozenset[int]) -> set[tuple[int, int]]:
    return {(min(a, b), max(a, b)) for a in one for b in other}


def _choice(groups: list[tuple[Change, ...]], one: frozenset[int], other: frozenset[int]) -> Choice:
    sides = [_sorted(change for place in side for change in groups[place]) for side in (one, other)]
    return Choice(*sorted(sides, key=lambda side: _order(side[0])))


def _sorted(changes: Iterable[Change]) -> tuple[Change, ...]:
    return tuple(sorted(changes, key=_order))


def _order(change: Change) -> tuple[object, ...]:
    """Mended papers first, then as the papers are shown, the kingdom's first."""
    place = list(kinds()).index(change.type)
    country = change.kind.countries.index(change.issuer)
    return (change.act == "bring", change.place, place, change.shows_cpr, country)
