"""Witnessings go from the nation-wide ledger by themselves after 24 months.

What one rests on stays with its case, in its municipality, as long as that is kept. One that was
reversed stays with the case, too: without the reversal the case would read as if it still held.
"""

from collections.abc import Collection
from datetime import date, datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import Exists, OuterRef

from borgerservice.audit.events import Event
from borgerservice.audit.services import record
from borgerservice.database.removal import remove
from borgerservice.kernel.clock import danish_date
from borgerservice.kernel.terms import years_before
from witnesses.models import FraudSignal, LedgerHorizon, ReversalProposal, Witnessing

KEPT_YEARS: Final = 2
AT_ONCE: Final = 500


def forget_witnessings(*, now: datetime, keeping: Collection[int]) -> int:
    """Delete witnessings older than 24 months; how many. Those of the visits in `keeping` stay.

    So do those of which a suspicion has not been looked into, or a proposal is not answered. What
    was found and answered about the others goes with them.
    """
    before = years_before(danish_date(now), KEPT_YEARS) - timedelta(days=1)
    gone = 0
    while due := _due(before, keeping):
        with transaction.atomic():
            LedgerHorizon.objects.get_or_create(before=before, defaults={"set_at": now})
            for model in (FraudSignal, ReversalProposal):
                told = model.unscoped.filter(witnessing__in=due)
                remove(model, list(told.values_list("pk", flat=True)))
            went = remove(Witnessing, due)
            record(
                Event.LEDGER_FORGOTTEN,
                actor="system",
                subject="ledger",
                municipality=None,
                at=now,
                facts={"before": before.isoformat(), "witnessings": went},
            )
        gone += went
    return gone


def _due(before: date, keeping: Collection[int]) -> list[int]:
    # Across municipalities: the ledger is the country's.
    signals = FraudSignal.unscoped.filter(witnessing=OuterRef("pk"), reviewed_at__isnull=True)
    proposals = ReversalProposal.unscoped.filter(
        witnessing=OuterRef("pk"), answered_at__isnull=True
    )
    found = (
        Witnessing.unscoped.filter(
            ~Exists(signals), ~Exists(proposals), on_date__lt=before, reversal__isnull=True
        )
        .exclude(proofing__participant__appointment__in=keeping)
        .order_by("pk")
    )
    return list(found.values_list("pk", flat=True)[:AT_ONCE])
