"""What is due is let go: audit entries, the ledger, what two people approved, and who is left."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Final

from django.db import IntegrityError

from borgerservice.audit.forgetting import forget_entries
from borgerservice.kernel.clock import danish_date
from borgerservice.kernel.terms import midnight, years_before
from borgerservice.people.forgetting import forget_persons
from borgerservice.retention.carrying_out import carry_out_disposals
from borgerservice.retention.due import OVER
from borgerservice.retention.holds import held_visits, subjects_of
from borgerservice.staff.forgetting import forget_ended
from witnesses.models import IdentityProofing
from witnesses.services.forgetting import forget_witnessings

OTHERS_KEPT_YEARS: Final = 2
logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class LetGo:
    """How much went."""

    entries: int
    witnessings: int
    visits: int
    ended: int
    persons: int


def let_go(*, now: datetime) -> LetGo:
    """Let go of all that is due, in the order in which one holds the other.

    Where a guard keeps something, a hold placed meanwhile or a row out of order, the rest goes all
    the same; what is left is due at the next run.
    """
    held = held_visits()
    long_ago = midnight(years_before(danish_date(now), OTHERS_KEPT_YEARS))
    return LetGo(
        entries=_tried(
            "entries",
            partial(
                forget_entries,
                now=now,
                keeping=subjects_of(held) | _subjects_of_open_cases(long_ago),
            ),
        ),
        witnessings=_tried("witnessings", partial(forget_witnessings, now=now, keeping=held)),
        visits=_tried("visits", partial(carry_out_disposals, now=now)),
        ended=_tried("ended", partial(forget_ended, before=long_ago, now=now)),
        persons=_tried("persons", partial(forget_persons, known_before=long_ago)),
    )


def _tried(what: str, let_go_of: Callable[[], int]) -> int:
    try:
        return let_go_of()
    except IntegrityError:
        logger.warning("retention.kept what=%s", what)
        return 0


def _subjects_of_open_cases(opened_before: datetime) -> set[str]:
    """Who worked on a case is read from its entries until it is decided."""
    # Across municipalities: what goes by itself goes everywhere.
    old = IdentityProofing.unscoped.filter(opened_at__lt=opened_before)
    still_open = old.exclude(state__in=OVER)
    return {f"proofing:{one}" for one in still_open.values_list("reference", flat=True)}
