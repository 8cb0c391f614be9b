"""What a citizen has said of their papers for a visit, and what it comes to on its day."""

from dataclasses import dataclass
from datetime import date, datetime

from appointments.models import Participant
from borgerservice.kernel.clock import danish_date
from borgerservice.vault.services import SealBroken, open_data_key
from witnesses.rules.guide.advice import Advice, advise
from witnesses.rules.guide.answers import Answers
from witnesses.rules.guide.links import LinkUnreadable, read, written
from witnesses.rules.rule_sets import rule_set
from witnesses.selectors import rule_set_in_force
from witnesses.selectors_checks import ON_THE_WAY


@dataclass(frozen=True, slots=True)
class Papers:
    """The answers for the day of a visit, and what the engine says of them."""

    answers: Answers
    advice: Advice

    @property
    def link(self) -> str:
        """The answers as they stand in the address of the guide."""
        return written(self.answers)


def comer_for_papers(link_hash: str, *, now: datetime) -> Participant | None:
    """The one of a coming visit who is to prove who they are, by the visit's secret link."""
    return (
        # The citizen's own link, in whichever municipality the centre is.
        Participant.unscoped.select_related(
            "appointment__centre__municipality", "appointment__contact__data_key", "service"
        )
        .filter(
            appointment__link_hash=link_hash,
            appointment__status__in=ON_THE_WAY,
            appointment__ends_at__gt=now,
            service__proves_identity=True,
        )
        .order_by("position")
        .first()
    )


def papers_from(link: str, *, on: date) -> Papers:
    """Answers out of the guide's link, asked again for a day. Raises LinkUnreadable."""
    said = read(link)
    answers = Answers(on, said.has_number, said.lived, said.has_address, said.papers)
    return Papers(answers, advise(answers, rule_set(rule_set_in_force(on))))


def papers_of(comer: Participant) -> Papers | None:
    """What was kept for the visit, asked again for the day it has now; None where nothing is."""
    visit = comer.appointment
    key = open_data_key(visit.contact.data_key) if comer.guide_sealed else None
    if key is None:
        return None
    try:
        link = key.open(comer.guide_sealed, sealed_at(comer))
        return papers_from(link, on=danish_date(visit.starts_at))
    except (SealBroken, LinkUnreadable):
        return None


def sealed_at(comer: Participant) -> str:
    """The place the answers are sealed to."""
    return f"participant.guide:{comer.position}"
