"""Documents in plain words: what suffices, and why one that was shown does not count."""

from collections.abc import Iterable
from datetime import date

from witnesses.rules.documents import flaws
from witnesses.rules.facts import Document
from witnesses.rules.figures import Clause, Criterion, Language, Usable, Way
from witnesses.rules.wording import Words, words_in


def accepted_documents(criterion: Criterion, language: Language) -> list[str]:
    """What suffices under a criterion: one line for each way."""
    return [_way(way, words_in(language)) for way in criterion.ways]


def uncounted_documents(
    documents: Iterable[Document], *, on: date, usable: Usable, language: Language
) -> list[str]:
    """One line for each document that does not count on a local day, with every reason."""
    words = words_in(language)
    months = words.count("month", usable.recent.months)
    lines = []
    for document in documents:
        found = flaws(document, on=on, usable=usable)
        if found:
            kind = words.say(f"documents.{document['type']}")
            reasons = words.listed(words.say(f"flaws.{flaw}", months=months) for flaw in found)
            issuer = document["issuer"]
            lines.append(words.say("flaws.line", document=kind, issuer=issuer, reasons=reasons))
    return lines


def _way(way: Way, words: Words) -> str:
    if way.papers is not None:
        return words.say(
            "ways.papers",
            issuers=_issuers(way.papers.issuers, (), words),
            types=_kinds(way.papers.types, words),
            core=_kinds(way.papers.core, words),
        )
    documents = "; ".join(_clause(clause, words) for clause in way.document)
    if way.another:
        others = "; ".join(_clause(clause, words) for clause in way.another)
        said = words.say("ways.another", documents=documents, others=others)
    else:
        said = words.say("ways.document", documents=documents)
    if way.cpr == "never":
        return said
    return f"{said} {words.say(f'ways.cpr_{way.cpr}')}"


def _clause(clause: Clause, words: Words) -> str:
    said = f"{_kinds(clause.types, words)} {_issuers(clause.issuers, clause.excepted, words)}"
    if not clause.shows_photo and not clause.shows_cpr:
        return said
    shown = "photo" if clause.shows_photo else "cpr_number"
    if clause.shows_photo and clause.shows_cpr:
        shown = "both"
    return f"{said}, {words.say(f'shows.{shown}')}"


def _kinds(types: tuple[str, ...], words: Words) -> str:
    return words.either([words.say(f"documents.{kind}") for kind in types])


def _issuers(issuers: tuple[str, ...] | None, excepted: tuple[str, ...], words: Words) -> str:
    if issuers is not None:
        return words.say("issuers.only", issuers=words.either([_issuer(i, words) for i in issuers]))
    if excepted:
        left_out = words.either([_issuer(i, words) for i in excepted])
        return words.say("issuers.any_except", issuers=left_out)
    return words.say("issuers.any")


def _issuer(issuer: str, words: Words) -> str:
    return words.say(f"issuers.{issuer}") if words.has(f"issuers.{issuer}") else issuer
