"""The guide's answer in words: the papers, why one does not count, and what would be enough."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from witnesses.rules.explain_documents import uncounted_documents
from witnesses.rules.figures import RuleSet
from witnesses.rules.guide.additions import Act, Change, Choice
from witnesses.rules.guide.answers import Answers, documents_of
from witnesses.rules.guide.papers import ELSEWHERE
from witnesses.rules.wording import Words, words_in


@dataclass(frozen=True, slots=True)
class Note:
    """One paper of the citizen's: its name, and why it does not count; empty where it does."""

    type: str
    name: str
    why_not: str


@dataclass(frozen=True, slots=True)
class Item:
    """One thing to do, told for all issuers that will do: bring, renew or fetch the original."""

    act: Act
    type: str
    text: str


def notes(answers: Answers, rule_set: RuleSet, language: str) -> list[Note]:
    """A note on each paper, in order."""
    words = words_in(language)
    told = []
    for document in documents_of(answers):
        lines = uncounted_documents(
            [document],
            on=answers.on,
            usable=rule_set.usable,
            language=language,
            tells_issuer=False,
        )
        name = words.say(f"documents.{document['type']}")
        told.append(Note(document["type"], _capital(name), "".join(lines)))
    return told


def items(changes: Iterable[Change], language: str) -> list[Item]:
    """Changes of one kind that differ only in the issuer, told once."""
    words = words_in(language)
    alike: dict[tuple[Act, str, bool, int], list[Change]] = {}
    for change in changes:
        key = (change.act, change.type, change.shows_cpr, change.place)
        alike.setdefault(key, []).append(change)
    return [Item(act, kind, _text(same, words)) for (act, kind, *_), same in alike.items()]


def offered(
    told: Sequence[Choice], language: str
) -> tuple[list[Item], list[tuple[list[Item], list[Item]]]]:
    """What is enough alone, and what together: of each pair one of the first and one other."""
    alone = [item for one in told if not one.other for item in items(one.first, language)]
    together = [
        (items(one.first, language), items(one.other, language)) for one in told if one.other
    ]
    return alone, together


def _text(same: list[Change], words: Words) -> str:
    one = same[0]
    name = words.say(f"documents.{one.type}")
    if one.act != "bring":
        return name
    if one.shows_cpr and one.kind.cpr_number == "ask":
        name = f"{name} {words.say('shows.cpr_number')}"
    possible = [
        issuer
        for issuer in one.kind.countries
        if not one.shows_cpr or one.kind.can_show_number(issuer)
    ]
    issuers = [change.issuer for change in same]
    left_out = [issuer for issuer in possible if issuer not in issuers]
    if not left_out:
        return name
    if ELSEWHERE in issuers:
        return name + words.say("issuers.any_except", issuers=_either(left_out, words))
    return name + words.say("issuers.only", issuers=_either(issuers, words))


def _either(issuers: list[str], words: Words) -> str:
    return words.either(
        [words.say(f"issuers.{one}") if words.has(f"issuers.{one}") else one for one in issuers]
    )


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
