"""What a citizen answers before the visit, and the facts that it makes for the engine.

Nothing here tells who they are: no name, no number, no day of birth.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

from witnesses.rules.facts import Document, Facts, Witness
from witnesses.rules.figures import RuleSet
from witnesses.rules.guide.papers import Kind, kinds

MOST_PAPERS: Final = 10
FIRST_YEAR: Final = 1900
LAST_YEAR: Final = 2199

Form = Literal["physical", "app", "copy", "temporary"]
Lived = Literal["abroad", "new", "settled"]
Reason = Literal["no_number", "abroad", "new", "no_address"]


@dataclass(frozen=True, slots=True)
class Paper:
    """One paper the citizen has. Make it with `paper`, which knows what such a paper shows."""

    type: str
    issuer: str
    form: Form
    shows_photo: bool
    shows_cpr: bool
    expires_on: date | None
    issued_on: date | None

    @property
    def kind(self) -> Kind:
        """What is known of all papers of its type."""
        return kinds()[self.type]


@dataclass(frozen=True, slots=True)
class Answers:
    """All answers. `lived`: abroad, here for less than a year, or longer."""

    on: date
    has_number: bool
    lived: Lived
    has_address: bool
    papers: tuple[Paper, ...]

    @property
    def reasons_for_witness(self) -> tuple[Reason, ...]:
        """Why questions out of the CPR register can hardly be asked; none where they can.

        Source: mitid.dk, page for non-citizens (2022): the questions need enough in the register,
        which depends on how long one has lived here and on a postal address here.
        Reading: a year is long enough; the page names no figure.
        """
        found: list[Reason] = [] if self.has_number else ["no_number"]
        if self.lived != "settled":
            found.append(self.lived)
        if not self.has_address:
            found.append("no_address")
        return tuple(found)


def paper(
    kind: Kind,
    *,
    issuer: str,
    form: Form,
    photo: bool,
    number: bool,
    has_number: bool,
    expires_on: date | None,
    issued_on: date | None,
) -> Paper:
    """A paper as it was described, with what every paper of its kind shows filled in."""
    shown = kind.cpr_number == "always" or number
    return Paper(
        type=kind.type,
        issuer=issuer,
        form=form,
        shows_photo=kind.photo == "always" or (kind.photo == "ask" and photo),
        shows_cpr=shown and has_number and kind.can_show_number(issuer),
        expires_on=expires_on if kind.expires else None,
        issued_on=issued_on,
    )


def documents_of(answers: Answers) -> list[Document]:
    """The papers as the engine takes them, in order."""
    return as_documents(answers.papers)


def as_documents(papers: Iterable[Paper]) -> list[Document]:
    """Papers of anybody as the engine takes them, in order."""
    return [_document(one) for one in papers]


def facts_of(answers: Answers, documents: list[Document], witness: Witness | None) -> Facts:
    """The case that the answers tell of, with these documents.

    Reading: the age is not asked, so the case is that of somebody grown up. The questions are
    passed where nothing speaks against asking them; otherwise they cannot be asked.
    """
    can_ask = not answers.reasons_for_witness
    return {
        "on": answers.on.isoformat(),
        "applicant": {
            "birth_date": _years_before(answers.on, 40),
            "wants_cpr_link": answers.has_number,
            "documents": documents,
            "questions": "passed" if can_ask else "not_available",
        },
        "witness": witness,
    }


def good_witness(on: date, rule_set: RuleSet) -> Witness:
    """A witness who meets every rule of the set on a day."""
    clause = rule_set.witness_documents.ways[0].document[0]
    return {
        "birth_date": _years_before(on, rule_set.witness_minimum_age.years + 40),
        "mitid_since": _years_before(on, 20),
        "brought_mitid": True,
        "documents": [
            {
                "type": clause.types[0],
                "issuer": (clause.issuers or ("DK",))[0],
                "shows_photo": True,
                "shows_cpr": True,
            }
        ],
    }


def _document(one: Paper) -> Document:
    return {
        "type": one.type,
        "issuer": one.issuer,
        "shows_photo": one.shows_photo,
        "shows_cpr": one.shows_cpr,
        "form": "physical" if one.form == "temporary" else one.form,
        "provisional": one.form == "temporary",
        "expires_on": one.expires_on.isoformat() if one.expires_on else None,
        "issued_on": one.issued_on.isoformat() if one.issued_on else None,
    }


def _years_before(on: date, years: int) -> str:
    return date(on.year - years, 1, 1).isoformat()
