"""Documents in plain words: what suffices, what is missing, and why one shown does not count."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date

from witnesses.rules.documents import flaws, suffices, usable_documents
from witnesses.rules.facts import Document
from witnesses.rules.figures import Clause, Criterion, Language, Usable, Way
from witnesses.rules.wording import Words, words_in


def accepted_documents(
    criterion: Criterion, language: str, *, usable: Usable | None = None
) -> list[str]:
    """What suffices under a criterion: one line for each way.

    With `usable`, the papers that must be recent are told with their months.
    """
    words = words_in(language)
    return [" ".join(_way(way, words, usable)) for way in criterion.ways]


def documents_in_words(clauses: Iterable[Clause], language: Language) -> str:
    """Kinds of documents in a row, each with who issued it and what it shows."""
    words = words_in(language)
    return "; ".join(_clause(clause, words) for clause in clauses)


def missing_document(
    documents: Iterable[Document],
    criterion: Criterion,
    *,
    on: date,
    usable: Usable,
    wants_cpr: bool,
    language: Language,
) -> str:
    """The one document that would be enough beside those shown, in a sentence.

    Empty where nothing that counts was shown, or one more is not enough.
    """
    words = words_in(language)
    shown = usable_documents(documents, on=on, usable=usable)
    for way in criterion.ways if shown else ():
        alone = replace(criterion, ways=(way,))
        said = _lacking(shown, way, alone, words, wants_cpr=wants_cpr)
        if said:
            return said
    return ""


def uncounted_documents(
    documents: Iterable[Document],
    *,
    on: date,
    usable: Usable,
    language: str,
    tells_issuer: bool,
) -> list[str]:
    """One line for each document that does not count on a local day, with every reason."""
    words = words_in(language)
    months = words.count("month", usable.recent.months)
    key = "flaws.line" if tells_issuer else "flaws.line_without_issuer"
    lines = []
    for document in documents:
        found = flaws(document, on=on, usable=usable)
        if found:
            kind = words.say(f"documents.{document['type']}")
            reasons = words.all_of(words.say(f"flaws.{flaw}", months=months) for flaw in found)
            issuer = _issuer(document["issuer"], words)
            line = words.say(key, document=kind, issuer=issuer, reasons=reasons)
            lines.append(line[:1].upper() + line[1:])
    return lines


def _lacking(
    shown: list[Document], way: Way, alone: Criterion, words: Words, *, wants_cpr: bool
) -> str:
    """What one way lacks if it is one document: found by adding it and asking the rule again."""

    def helps(kind: str, issuer: str, *, shows_cpr: bool) -> bool:
        added = Document(type=kind, issuer=issuer, shows_photo=True, shows_cpr=shows_cpr)
        return suffices([*shown, added], alone, wants_cpr=wants_cpr)

    if way.papers is not None:
        issuer = (way.papers.issuers or ("DK",))[0]
        for shows_cpr, key in ((False, "missing.paper"), (True, "missing.paper_cpr")):
            kinds = [k for k in way.papers.types if helps(k, issuer, shows_cpr=shows_cpr)]
            if kinds:
                issuers = _issuers(way.papers.issuers, (), words)
                return words.say(key, types=_kinds(kinds, words), issuers=issuers)
        return ""
    if helps("", "", shows_cpr=True):
        return words.say("missing.cpr")
    for clause in way.another:
        if helps(clause.types[0], (clause.issuers or ("DK",))[0], shows_cpr=clause.shows_cpr):
            others = "; ".join(_clause(other, words) for other in way.another)
            return words.say("missing.another", others=others)
    return ""


def _way(way: Way, words: Words, usable: Usable | None) -> list[str]:
    """The sentences that tell one way."""
    if way.papers is not None:
        said = words.say(
            "ways.papers",
            issuers=_issuers(way.papers.issuers, (), words),
            types=_kinds(way.papers.types, words),
            core=_kinds(way.papers.core, words),
        )
        recent = usable.recent if usable else None
        kinds = [kind for kind in recent.types if kind in way.papers.types] if recent else []
        if recent is None or not kinds:
            return [said]
        months = words.count("month", recent.months)
        return [said, words.say("ways.recent", types=_kinds(kinds, words), months=months)]
    documents = "; ".join(_clause(clause, words) for clause in way.document)
    if way.another:
        others = "; ".join(_clause(clause, words) for clause in way.another)
        said = words.say("ways.another", documents=documents, others=others)
    else:
        said = words.say("ways.document", documents=documents)
    return [said] if way.cpr == "never" else [said, words.say(f"ways.cpr_{way.cpr}")]


def _clause(clause: Clause, words: Words) -> str:
    said = _kinds(clause.types, words)
    if clause.shows_photo or clause.shows_cpr:
        shown = "photo" if clause.shows_photo else "cpr_number"
        if clause.shows_photo and clause.shows_cpr:
            shown = "both"
        said = f"{said} {words.say(f'shows.{shown}')}"
    return said + _issuers(clause.issuers, clause.excepted, words)


def _kinds(types: Sequence[str], words: Words) -> str:
    return words.either([words.say(f"documents.{kind}") for kind in types])


def _issuers(issuers: tuple[str, ...] | None, excepted: tuple[str, ...], words: Words) -> str:
    """Where from, as it follows the name of a document."""
    if issuers is not None:
        return words.say("issuers.only", issuers=words.either([_issuer(i, words) for i in issuers]))
    if excepted:
        left_out = words.either([_issuer(i, words) for i in excepted])
        return words.say("issuers.any_except", issuers=left_out)
    return words.say("issuers.any")


def _issuer(issuer: str, words: Words) -> str:
    return words.say(f"issuers.{issuer}") if words.has(f"issuers.{issuer}") else issuer
