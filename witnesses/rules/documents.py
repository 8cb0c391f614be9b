"""Which documents count, and whether they suffice, alone and together."""

from collections.abc import Iterable, Sequence
from datetime import date

from witnesses.rules.dates import day_of, months_back
from witnesses.rules.facts import Document
from witnesses.rules.figures import Clause, Criterion, Recent, TwoPapers, Usable, Way


def usable_documents(documents: Iterable[Document], *, on: date, usable: Usable) -> list[Document]:
    """The documents that count on a local day, in the order sent."""
    return [document for document in documents if not flaws(document, on=on, usable=usable)]


def flaws(document: Document, *, on: date, usable: Usable) -> list[str]:
    """Every reason why a document does not count on a local day; none where it does.

    The words: `provisional`, `never_counts`, `copy`, `not_as_app`, `expired`, `issued_later`,
    `issue_unknown`, `too_old`.

    Law: the pages a set's `usable` names. Originals, valid on the day, nothing provisional.
    Reading: the expiry date itself still counts, and so does the very day some months back.
    """
    found = []
    if document.get("provisional"):
        found.append("provisional")
    if document["type"] in usable.never:
        found.append("never_counts")
    form = document.get("form", "physical")
    if form == "copy":
        found.append("copy")
    elif form == "app" and not _fits_any(document, usable.as_app):
        found.append("not_as_app")
    expires_on = document.get("expires_on")
    if expires_on is not None and day_of(expires_on) < on:
        found.append("expired")
    issued_on = document.get("issued_on")
    if issued_on is not None and day_of(issued_on) > on:
        found.append("issued_later")
    if document["type"] in usable.recent.types:
        found += _age_flaws(issued_on, on, usable.recent)
    return found


def _age_flaws(issued_on: str | None, on: date, recent: Recent) -> list[str]:
    if issued_on is None:
        return ["issue_unknown"]
    return ["too_old"] if day_of(issued_on) < months_back(on, recent.months) else []


def suffices(usable: Sequence[Document], criterion: Criterion, *, wants_cpr: bool) -> bool:
    """The usable documents suffice where they go any one of the criterion's ways.

    `wants_cpr`: the MitID is to carry a CPR number; it matters to the ways that say `if_wanted`.

    Law: the pages a set's `documents` name; the lists themselves are data.
    """
    for way in criterion.ways:  # noqa: SIM110 - a plain loop is the hot path
        if _goes(usable, way, wants_cpr):
            return True
    return False


def role(document: Document, criterion: Criterion) -> tuple[object, ...]:
    """What a usable document can be in each of the ways.

    Of two with the same role, one can stand for the other beside any documents at all.
    """
    parts: list[object] = [bool(document.get("shows_cpr"))]
    for way in criterion.ways:
        parts += [_fits_any(document, way.document), _fits_any(document, way.another)]
        papers = way.papers
        if papers and document["type"] in papers.types and _issued_by(document, papers.issuers):
            parts.append(document["type"])
    return tuple(parts)


def _goes(usable: Sequence[Document], way: Way, wants_cpr: bool) -> bool:  # noqa: FBT001
    if way.papers is not None:
        return _two_papers(usable, way.papers)
    first = [document for document in usable if _fits_any(document, way.document)]
    if not first:
        return False
    if way.another and not _has_another(usable, first, way.another):
        return False
    if way.cpr == "always" or (way.cpr == "if_wanted" and wants_cpr):
        return any(document.get("shows_cpr") for document in usable)
    return True


def _has_another(
    usable: Sequence[Document], first: Sequence[Document], clauses: tuple[Clause, ...]
) -> bool:
    """Some entry of the list fits the clauses beside a different entry that fitted first.

    Reading: two entries that look the same are two documents; one entry is never both.
    """
    others = [document for document in usable if _fits_any(document, clauses)]
    return any(document is not other for other in others for document in first[:2])


def _two_papers(usable: Sequence[Document], papers: TwoPapers) -> bool:
    """Two papers of different types, one of them a core paper, one showing the CPR number."""
    types, showing = set(), set()
    for document in usable:
        kind = document["type"]
        if kind in papers.types and _issued_by(document, papers.issuers):
            types.add(kind)
            if document.get("shows_cpr"):
                showing.add(kind)
    return any(
        one != other and (one in papers.core or other in papers.core)
        for one in showing
        for other in types
    )


def _fits_any(document: Document, clauses: tuple[Clause, ...]) -> bool:
    for clause in clauses:
        if (
            document["type"] in clause.types
            and _issued_by(document, clause.issuers)
            and document["issuer"] not in clause.excepted
            and (not clause.shows_photo or document.get("shows_photo"))
            and (not clause.shows_cpr or document.get("shows_cpr"))
        ):
            return True
    return False


def _issued_by(document: Document, issuers: tuple[str, ...] | None) -> bool:
    return issuers is None or document["issuer"] in issuers
