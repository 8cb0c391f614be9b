"""What the letter about a decision says, as far as it is not plain words of the template."""

from dataclasses import dataclass
from datetime import date

from appointments.models import Appointment
from borgerservice.municipalities.models import Municipality
from witnesses.models import IdentityProofing
from witnesses.rules.explain import Account, Ground
from witnesses.rules.figures import LANGUAGES, Language
from witnesses.rules.rule_sets import rule_set
from witnesses.rules.wording import words_in
from witnesses.selectors.cases import account_of, applicant_of, met_on


@dataclass(frozen=True, slots=True, repr=False)
class Letter:
    """A decision as it is told to the citizen. `name` is None where it may not stand there.

    `rules` names the published rules, `law` are the sentences that name the law; `complaint` is
    text in paragraphs.
    """

    case: IdentityProofing
    visit: Appointment
    name: str | None
    met_on: date
    account: Account
    rules: str
    law: tuple[str, ...]
    complaint: str

    @property
    def is_yes(self) -> bool:
        """Whether the identity was confirmed."""
        return self.case.outcome == IdentityProofing.Outcome.CONFIRMED

    @property
    def failed(self) -> tuple[Ground, ...]:
        """The grounds against, in the order of the rules."""
        return tuple(ground for ground in self.account.grounds if not ground.passed)

    @property
    def passed(self) -> tuple[Ground, ...]:
        """The grounds for, in the order of the rules."""
        return tuple(ground for ground in self.account.grounds if ground.passed)


def letter_of(case: IdentityProofing, language: Language) -> Letter:
    """The letter about a decided case: nothing of the witness but what was lacking on the day."""
    is_confirmed = case.outcome == IdentityProofing.Outcome.CONFIRMED
    words, rules = words_in(language), rule_set(case.rule_set)
    told = ("decision",) if is_confirmed else ("decision", "reasons")
    return Letter(
        case=case,
        visit=case.participant.appointment,
        name=None if case.participant.is_protected else applicant_of(case).name or None,
        met_on=met_on(case),
        account=account_of(case, language, to_citizen=True),
        rules=f"{rules.title[language]} ({rules.id})",
        law=tuple(words.say(f"law.{one}") for one in told),
        complaint=complaint_text(case.municipality, language),
    )


def complaint_text(municipality: Municipality, language: Language) -> str:
    """How to complain: the municipality's own text, or our usual one."""
    own = municipality.complaint_da if language == "da" else municipality.complaint_en
    return own or usual_complaint_texts()[language]


def usual_complaint_texts() -> dict[Language, str]:
    """What stands in the letters of a municipality that has written no text of its own."""
    return {language: words_in(language).say("complaint.usual") for language in LANGUAGES}
