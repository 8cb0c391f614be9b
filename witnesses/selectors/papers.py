"""What a citizen has said of their papers for a visit, and what it comes to on its day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from appointments.models import Participant
from borgerservice.kernel.clock import danish_date
from borgerservice.vault.reading import read_sealed
from borgerservice.vault.services import open_data_key
from witnesses.rules.figures import RuleSet
from witnesses.rules.guide.additions import choices
from witnesses.rules.guide.advice import Advice, additions_to, advise
from witnesses.rules.guide.answers import Answers
from witnesses.rules.guide.links import LinkUnreadable, read, written
from witnesses.rules.guide.words import Item, Note, notes, offered
from witnesses.selectors.cases import rules_on
from witnesses.selectors.checks import coming_to_prove


@dataclass(frozen=True, slots=True)
class Papers:
    """The answers for the day of a visit, and what the engine says of them."""

    answers: Answers
    advice: Advice

    @property
    def link(self) -> str:
        """The answers as they stand in the address of the guide."""
        return written(self.answers)


@dataclass(frozen=True, slots=True)
class OwnList:
    """What somebody brings, in words: what counts, what does not, and what would be enough.

    One of `alone` is enough besides what counts; of `together` one pair is. `is_flagged`: it came
    to more when it was kept.
    """

    papers: Papers
    counting: Sequence[Note]
    others: Sequence[Note]
    alone: Sequence[Item]
    together: Sequence[tuple[list[Item], list[Item]]]
    is_flagged: bool


def comer_for_papers(link_hash: str, *, now: datetime) -> Participant | None:
    """The one of a coming visit who is to prove who they are, by the visit's secret link."""
    found = coming_to_prove(link_hash, now=now)
    return found.select_related("appointment__contact__data_key").first()


def papers_from(link: str, *, on: date, rules: RuleSet) -> Papers:
    """Answers out of the guide's link, asked again for a day. Raises LinkUnreadable."""
    said = read(link)
    answers = Answers(on, said.has_number, said.lived, said.has_address, said.papers)
    return Papers(answers, advise(answers, rules))


def papers_of(comer: Participant, rules: RuleSet | None = None) -> Papers | None:
    """What was kept for the visit, asked again for the day it has now; None where nothing is.

    `rules` are those in force on that day; they are read where they are not given.
    """
    visit = comer.appointment
    key = open_data_key(visit.contact.data_key) if comer.guide_sealed else None
    if key is None:
        return None
    on = danish_date(visit.starts_at)
    link = read_sealed(key, comer.guide_sealed, sealed_at(comer), of=Participant, pk=comer.pk)
    if link is None:
        return None
    try:
        return papers_from(link, on=on, rules=rules_on(on) if rules is None else rules)
    except LinkUnreadable:
        return None


def own_list(comer: Participant, rules: RuleSet, language: str) -> OwnList | None:
    """The list of who told us of their papers, by the rules of the day; None where nothing is."""
    papers = papers_of(comer, rules)
    if papers is None:
        return None
    told = notes(papers.answers, rules, language)
    alone, together = offered(choices(additions_to(papers.answers, papers.advice, rules)), language)
    return OwnList(
        papers=papers,
        counting=[note for note in told if not note.why_not],
        others=[note for note in told if note.why_not],
        alone=alone,
        together=together,
        is_flagged=comer.flagged_at is not None,
    )


def sealed_at(comer: Participant) -> str:
    """The place the answers are sealed to."""
    return f"participant.guide:{comer.position}"
