"""Patterns in the ledger are looked for as it grows, and shown to a fraud reviewer.

Looking happens in the transaction of the act, so that no witnessing stands without its signal; what
it writes has a savepoint of its own, so that a failure to look undoes only the looking. The act
stands, the failure is logged, and `look_again` finds what was missed. No outcome depends on a
signal.
"""

import logging
from collections.abc import Iterable
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import Q

from borgerservice.audit.events import Event
from borgerservice.audit.services import record
from borgerservice.municipalities.models import StaffMember
from borgerservice.people.models import PersonLink
from borgerservice.people.services import roots_of
from witnesses.exceptions import Refused
from witnesses.models import FraudSignal, IdentityProofing, Reversal, Witnessing
from witnesses.rules.figures import RuleSet
from witnesses.rules.signals import Found, Seen, patterns
from witnesses.selectors.patterns import found_among, found_by_reversal, found_by_witnessing
from witnesses.selectors.signals import SignalShown

logger = logging.getLogger(__name__)
SYSTEM = "system"


def look_at_witnessing(
    entered: Witnessing, *, witness: int, applicant: int, around: Iterable[Seen], now: datetime
) -> None:
    """Open a signal, everywhere it touches, for each pattern that a new witnessing completes.

    `witness` and `applicant` are who its persons turned out to be, `around` all witnessings of
    either, in either role. Raises nothing.
    """
    try:
        found = found_among(around, entered, witness=witness, applicant=applicant)
        if found:
            with transaction.atomic():
                _open(found, entered, now=now)
    except Exception as problem:  # noqa: BLE001 - no fault in looking may undo a decision
        _tell_failure(entered, problem)


def completes_a_pattern(new: Seen, around: Iterable[Seen], *, under: RuleSet) -> bool:
    """Whether there will be something to open; also where nobody could tell. Raises nothing."""
    try:
        return bool(patterns(new, around, quota=under.witness_quota))
    except Exception:  # noqa: BLE001 - looked at again once it is written, and told then
        return True


def look_at_reversal(reversal: Reversal, *, witness: int, now: datetime) -> None:
    """Open a signal where a reversal makes several of one witness. Raises nothing."""
    reversed_now = reversal.witnessing
    try:
        with transaction.atomic():
            _open(found_by_reversal(reversed_now, witness=witness), reversed_now, now=now)
    except Exception as problem:  # noqa: BLE001 - no fault in looking may undo a reversal
        _tell_failure(reversed_now, problem)


def look_again(*, since: datetime, now: datetime) -> int:
    """Open the signals that were missed since a moment; how many.

    A look that failed misses one; so do two decisions made at the same moment, of which neither
    sees the other's; and a link tells only afterwards that two are one.
    """
    linked = PersonLink.objects.filter(linked_at__gte=since).values("root")
    one_of_them = PersonLink.objects.filter(root__in=linked).values("person")
    touched = Witnessing.unscoped.filter(
        Q(recorded_at__gte=since)
        | Q(reversal__recorded_at__gte=since)
        | Q(witness__in=linked)
        | Q(witness__in=one_of_them)
        | Q(applicant__in=linked)
        | Q(applicant__in=one_of_them)
    ).select_related("reversal")
    opened = 0
    for one in touched.order_by("id"):
        try:
            opened += _look_again_at(one, now=now)
        except IntegrityError:
            continue  # opened meanwhile by somebody else
        except Exception as problem:  # noqa: BLE001 - one that fails keeps no other from being seen
            _tell_failure(one, problem)
    return opened


def note_signal_read(*, signal: FraudSignal, staff: StaffMember, now: datetime) -> None:
    """Write down that a reviewer looked at a signal."""
    _note(Event.SIGNAL_READ, signal, by=staff.actor, now=now)


def review_signal(
    *, shown: SignalShown, finding: str, staff: StaffMember, now: datetime
) -> FraudSignal:
    """Close a signal with what was found; it then stands. It changes no decision.

    Raises Refused `signal_reviewed`, `finding_needed`, `own_work`.
    """
    if finding not in FraudSignal.Finding.values:
        raise Refused("finding_needed", field="finding")
    with transaction.atomic():
        here = FraudSignal.objects.for_municipality(shown.signal.municipality_id)
        signal = here.select_for_update().get(pk=shown.signal.pk)
        if signal.reviewed_at is not None:
            raise Refused("signal_reviewed")
        if _worked_on(shown, staff):
            raise Refused("own_work")
        signal.finding, signal.reviewed_by, signal.reviewed_at = finding, staff, now
        signal.save(update_fields=["finding", "reviewed_by", "reviewed_at"])
        _note(Event.SIGNAL_REVIEWED, signal, by=staff.actor, now=now, finding=finding)
    return signal


def _worked_on(shown: SignalShown, staff: StaffMember) -> bool:
    """Whether somebody opened or decided one of the cases: they do not judge themselves."""
    references = [row.reference for row in shown.rows if row.is_own]
    cases = IdentityProofing.objects.for_municipality(shown.signal.municipality_id)
    theirs = Q(opened_by=staff) | Q(decided_by=staff)
    return cases.filter(theirs, reference__in=references).exists()


def _look_again_at(witnessing: Witnessing, *, now: datetime) -> int:
    """Open what is missing of one witnessing; whoever opened it meanwhile was first."""
    roots = roots_of((witnessing.witness_id, witnessing.applicant_id))
    witness, applicant = roots[witnessing.witness_id], roots[witnessing.applicant_id]
    # What was entered later is looked at in its own turn, and names the pattern then.
    found = found_by_witnessing(
        witnessing, witness=witness, applicant=applicant, newest=witnessing.pk
    )
    reversal = getattr(witnessing, "reversal", None)
    if reversal is not None:
        found += found_by_reversal(witnessing, witness=witness, as_of=reversal.recorded_at)
    if not found:
        return 0
    there = set(
        FraudSignal.unscoped.filter(witnessing=witnessing).values_list("pattern", "municipality")
    )
    with transaction.atomic():
        return _open(found, witnessing, now=now, there=there)


def _open(
    found: Iterable[Found],
    completed_by: Witnessing,
    *,
    now: datetime,
    there: Iterable[tuple[str, int]] = (),
) -> int:
    """One row for each municipality a pattern touches: each sees its own."""
    wanted = [(one, place) for one in found for place in one.municipalities]
    missing = [(one, place) for one, place in wanted if (one.pattern, place) not in there]
    for one, place in missing:
        signal = FraudSignal.unscoped.create(
            municipality_id=place,
            pattern=one.pattern,
            witness_id=one.witness,
            witnessing=completed_by,
            opened_at=now,
        )
        _note(Event.SIGNAL_OPENED, signal, by=SYSTEM, now=now)
    return len(missing)


def _note(event: Event, signal: FraudSignal, *, by: str, now: datetime, **facts: object) -> None:
    """The entry names the signal alone: whoever reads a case's entries learns of none."""
    record(
        event,
        actor=by,
        subject=f"signal:{signal.pk}",
        municipality=signal.municipality_id,
        at=now,
        facts={"pattern": str(signal.pattern), **facts},
    )


def _tell_failure(witnessing: Witnessing, problem: Exception) -> None:
    logger.error(
        "signals.not_looked witnessing=%s problem=%s", witnessing.pk, type(problem).__name__
    )
