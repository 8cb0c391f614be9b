"""The witness before the visit: asked by the citizen, signed in with MitID, told what holds."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from appointments.models import Participant
from appointments.services.visits.longer import make_longer
from appointments.services.visits.notices import notice_of, subject_of
from borgerservice.audit.events import Event
from borgerservice.audit.services import record
from borgerservice.kernel.clock import danish_date
from borgerservice.notifications.services import queue
from borgerservice.people.models import Person, PersonAlias
from borgerservice.people.services import are_one, give_marks, person_marked, roots_of
from borgerservice.vault.keys import KeyUnavailable
from borgerservice.vault.links import derive_link, link_hash, new_salt
from borgerservice.vault.services import open_data_key
from witnesses.exceptions import SignInRefused
from witnesses.models import WitnessCheck
from witnesses.ports import Begun
from witnesses.rules.guide.answers import Paper, as_documents
from witnesses.rules.guide.links import read_papers, written_papers
from witnesses.rules.precheck import Precheck, Verdict
from witnesses.selectors.checks import (
    check_by_id,
    is_own_witness,
    look_at,
    papers_sealed_at,
    require_open_check,
)
from witnesses.services import mitid
from witnesses.services.mitid import Known, UnderWay

WitnessState = Participant.WitnessState
PURPOSE: Final = "witness check"
LEVEL: Final = "substantial"
TOLD: Final = {Verdict.MAY: "witness_fine", Verdict.NOT_YET: "witness_again"}
"""What the citizen is told of a verdict; of all others, to ask another."""


@dataclass(frozen=True, slots=True, repr=False)
class Back:
    """Somebody back from the broker: what they were asked for, and what they said beforehand."""

    check: WitnessCheck
    mitid_since: date | None
    papers: tuple[Paper, ...]
    language: str
    begun: Begun


@dataclass(frozen=True, slots=True)
class Checked:
    """The answer for the witness alone."""

    check: WitnessCheck
    answer: Precheck


def ask_witness(*, participant: Participant, now: datetime) -> WitnessCheck:
    """A link the citizen can send to one who may be their witness; the one asked before is let go.

    The visit is made longer, where the time after it is free. `participant` comes with their
    appointment.
    """
    salt = new_salt(secrets.token_urlsafe(12))
    with transaction.atomic():
        make_longer(participant=participant, actor="citizen", now=now)
        WitnessCheck.objects.for_municipality(participant.municipality_id).filter(
            participant=participant, withdrawn_at__isnull=True
        ).update(withdrawn_at=now)
        check = WitnessCheck.unscoped.create(
            municipality_id=participant.municipality_id,
            participant=participant,
            link_salt=salt,
            link_hash=link_hash(derive_link(PURPOSE, salt)),
            asked_at=now,
        )
        mark_witness(check, WitnessState.ASKED)
        _note(Event.WITNESS_ASKED, check, actor="citizen", now=now)
    return check


def link_of(check: WitnessCheck) -> str:
    """The secret part of the address the witness opens."""
    return derive_link(PURPOSE, check.link_salt)


def begin_check(
    *,
    check: WitnessCheck,
    mitid_since: date | None,
    papers: tuple[Paper, ...] = (),
    language: str,
    return_to: str,
    now: datetime,
) -> UnderWay:
    """Send the witness to sign in, with what they said beforehand. Raises SignInRefused."""
    require_open_check(check, now=now)
    visit = check.participant.appointment
    with override(language):
        text = _("Witness at visit {reference}").format(reference=visit.reference)
    said = {
        "mitid_since": mitid_since.isoformat() if mitid_since else None,
        "papers": written_papers(papers),
    }
    return mitid.begin(
        purpose=PURPOSE,
        kept={"check": check.pk, "language": language, **said},
        level=LEVEL,
        text=text,
        language=language,
        return_to=return_to,
        now=now,
    )


def come_back(sealed: str) -> Back:
    """What the browser kept of a check under way. Raises SignInRefused `invalid`, `link_over`."""
    kept, begun = mitid.opened(sealed, purpose=PURPOSE)
    since = date.fromisoformat(kept["mitid_since"]) if kept["mitid_since"] else None
    papers = read_papers(kept["papers"])
    return Back(check_by_id(kept["check"]), since, papers, kept["language"], begun)


def finish_check(
    *, back: Back, answer: Mapping[str, str], return_to: str, now: datetime
) -> Checked:
    """Whether the one who came back may be the witness; the citizen is told fine, or ask another.

    Their number is in memory only. Raises SignInRefused; then nothing is kept. The same person may
    come again, another one finds the link used.
    """
    require_open_check(back.check, now=now)
    who = mitid.known(mitid.signed_in(back.begun, answer, return_to=return_to, now=now))
    mitid.require_level(who.level, LEVEL)
    with transaction.atomic():
        check = hold_check(back.check, now=now)
        person = _person(who, now=now)
        if check.person and not are_one(check.person.pk, person.pk):
            raise SignInRefused("link_over")
        found, first = _looked_at(check, person, who.birth_date, back, now=now)
        was = check.verdict
        check.person, check.checked_at = person, now
        check.verdict, check.failed = found.verdict, list(found.failed)
        check.from_day, check.checked_for = first, _day_of_visit(check)
        check.mitid_since, check.is_mitid_unknown = back.mitid_since, found.is_mitid_unknown
        check.papers_sealed = _sealed(check, back.papers)
        check.save()
        _note(Event.WITNESS_CHECKED, check, actor="witness", now=now)
        _tell_verdict(check, found.verdict, was=was, now=now)
    return Checked(check, found)


def withdraw_check(*, check: WitnessCheck, now: datetime) -> None:
    """The one asked will not be the witness; the citizen is told. Twice is the same as once."""
    with transaction.atomic():
        try:
            held = hold_check(check, now=now)
        except SignInRefused:
            return
        held.withdrawn_at = now
        held.save(update_fields=["withdrawn_at"])
        mark_witness(held, WitnessState.UNSURE, since=now)
        _note(Event.WITNESS_WITHDREW, held, actor="witness", now=now)
        tell("witness_withdrew", held, now=now)


def mark_witness(
    check: WitnessCheck, state: WitnessState, *, since: datetime | None = None
) -> None:
    """Say to staff how the witness asked stands; `since` when, if they cannot be counted on."""
    Participant.objects.for_municipality(check.municipality_id).filter(
        pk=check.participant_id
    ).update(witness_state=state, witness_flagged_at=since)


def hold_check(check: WitnessCheck, *, now: datetime) -> WitnessCheck:
    """The check as it stands, which nobody else changes before this transaction ends.

    Raises SignInRefused `link_over` where nobody needs it any more.
    """
    WitnessCheck.objects.for_municipality(check.municipality_id).select_for_update(
        of=("self",)
    ).get(pk=check.pk)
    held = check_by_id(check.pk)
    require_open_check(held, now=now)
    return held


def _person(who: Known, *, now: datetime) -> Person:
    """Whoever the number stands for, and nobody else's MitID. Raises SignInRefused."""
    try:
        person = person_marked(kind=who.kind, marks=who.number, now=now)
        owner = give_marks(person, kind=PersonAlias.Kind.MITID, marks=who.mitid, now=now)
    except KeyUnavailable:
        raise SignInRefused("off") from None
    if not are_one(owner.pk, person.pk):
        raise SignInRefused("invalid")
    return person


def _looked_at(
    check: WitnessCheck, person: Person, born: date, said: Back, *, now: datetime
) -> tuple[Precheck, date | None]:
    """The answer for the day of the visit, and the first day from today on which they may."""
    root, today = roots_of([person.pk])[person.pk], danish_date(now)
    on = max(_day_of_visit(check), today)
    found = look_at(
        root,
        born=born,
        stated=said.mitid_since,
        documents=as_documents(said.papers),
        on=on,
        is_applicant=is_own_witness(check, root),
    )
    if found.from_day != on or on == today:
        return found, found.from_day
    sooner = look_at(root, born=born, stated=said.mitid_since, documents=[], on=today).from_day
    return found, min(on, sooner or on)


def _sealed(check: WitnessCheck, papers: tuple[Paper, ...]) -> bytes | None:
    key = open_data_key(check.participant.appointment.contact.data_key) if papers else None
    return key.seal(written_papers(papers), papers_sealed_at(check)) if key else None


def _day_of_visit(check: WitnessCheck) -> date:
    return danish_date(check.participant.appointment.starts_at)


def _note(event: Event, check: WitnessCheck, *, actor: str, now: datetime) -> None:
    record(
        event,
        actor=actor,
        subject=subject_of(check.participant.appointment),
        municipality=check.municipality_id,
        at=now,
        facts={"participant": check.participant.position, "verdict": str(check.verdict)},
    )


def _tell_verdict(check: WitnessCheck, verdict: Verdict, *, was: str, now: datetime) -> None:
    """Mark the visit for staff where the witness is not fine, and tell the citizen what is new."""
    flagged_at = check.participant.witness_flagged_at
    if verdict is Verdict.MAY and was == Verdict.MAY and flagged_at is None:
        return
    if verdict is Verdict.MAY:
        mark_witness(check, WitnessState.FINE)
    else:
        flagged_at = flagged_at or now
        mark_witness(check, WitnessState.UNSURE, since=flagged_at)
    mark = flagged_at.isoformat() if flagged_at else ""
    tell(TOLD.get(verdict, "witness_not_fine"), check, mark=mark, now=now)


def tell(kind: str, check: WitnessCheck, *, mark: str = "", now: datetime) -> None:
    """Tell the citizen, once for each mark that the visit is given or loses."""
    visit = check.participant.appointment
    notice = notice_of(kind, visit, contact=visit.contact, proves_identity=False)
    queue([replace(notice, once=f"{kind}:{check.pk}:{mark}")], now=now)
