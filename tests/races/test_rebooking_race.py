"""Other times are offered by several at once, and while the centre opens again."""

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import OperationalError, transaction

from appointments.models import Hold, Offer, Rebooking
from appointments.services.booking import capacity
from appointments.services.centres import affected
from appointments.services.centres.hours import remove_closure
from appointments.services.centres.reconciling import reconcile
from appointments.services.offering import rebooking
from appointments.services.offering.rebooking import continue_rebooking, continue_rebookings
from borgerservice.municipalities.models import Closure
from borgerservice.notifications.models import Message
from tests.builders import NOW
from tests.races.closing import TOMORROW, alone, closed_with_visits
from tests.races.locks import are_days_locked, is_somebody_waiting

VISITS = 6


def places_held():
    return Hold.unscoped.filter(purpose=Hold.Purpose.OFFER).count()


def test_a_run_that_several_go_on_with_offers_everybody_one_time(rig):
    with rig.fresh_database() as database, database.opened():
        closed_with_visits(VISITS)
        with ThreadPoolExecutor(3) as pool:
            runs = [pool.submit(alone, lambda: continue_rebookings(now=NOW)) for _ in range(3)]
            made = [one.result(timeout=120) for one in runs]
        assert sum(made) == VISITS
        assert places_held() == VISITS
        assert {offer.answer for offer in Offer.unscoped.all()} == {"open"}
        assert Message.unscoped.filter(kind="rebooked_offer").count() == VISITS
        assert list(reconcile(now=NOW)) == []


@pytest.mark.parametrize("is_locked", [True, False], ids=["locked", "control"])
def test_two_who_make_the_same_offer_at_once_hold_one_time(rig, monkeypatch, is_locked):
    both, before = threading.Barrier(2), rebooking._is_reseated

    def together(*about, **more):
        both.wait(timeout=60)
        return before(*about, **more)

    monkeypatch.setattr(rebooking, "_is_reseated", together)
    if not is_locked:
        monkeypatch.setattr(rebooking, "_still_planned", lambda planned, **_now: planned)
    with rig.fresh_database() as database, database.opened():
        closed_with_visits(1)
        run = Rebooking.unscoped.get()
        with ThreadPoolExecutor(2) as pool:
            runs = [
                pool.submit(alone, lambda: continue_rebooking(rebooking=run, now=NOW))
                for _ in range(2)
            ]
            made = [one.result(timeout=120) for one in runs]
        assert Counter(made) == ({0: 1, 1: 1} if is_locked else {1: 2})
        assert (places_held() == 1) is is_locked


def test_a_centre_that_opens_while_others_are_offered_times_leaves_none_held(rig):
    with rig.fresh_database() as database, database.opened():
        closed_with_visits(VISITS)
        closure = Closure.objects.select_related("centre").get()
        with ThreadPoolExecutor(2) as pool:
            opening = pool.submit(
                alone, lambda: remove_closure(closure=closure, actor="staff:1", now=NOW)
            )
            offering = pool.submit(alone, lambda: continue_rebookings(now=NOW))
            assert opening.result(timeout=120) is None
            assert isinstance(offering.result(timeout=120), int)
        assert {offer.answer for offer in Offer.unscoped.all()} == {"recalled"}
        assert places_held() == 0
        assert list(reconcile(now=NOW)) == []


@pytest.mark.only("postgresql")
@pytest.mark.parametrize("are_locked_first", [True, False], ids=["in one order", "control"])
def test_who_makes_an_offer_and_who_opens_the_centre_do_not_wait_for_each_other(
    rig, monkeypatch, are_locked_first
):
    if not are_locked_first:
        every = lambda centre, _now: list(  # noqa: E731 - the same without a lock
            Offer.objects.for_municipality(centre.municipality_id).values_list("pk", flat=True)
        )
        monkeypatch.setattr(affected, "_lock_offers", every)
    with rig.fresh_database() as database, database.opened():
        world = closed_with_visits(1)
        closure = Closure.objects.select_related("centre").get()
        has_locked = threading.Event()

        def open_again():
            has_locked.wait()
            remove_closure(closure=closure, actor="staff:1", now=NOW)

        with ThreadPoolExecutor(1) as pool:
            opened = pool.submit(alone, open_again)
            has_met = (
                is_somebody_waiting if are_locked_first else lambda: are_days_locked(world.centre)
            )
            said = _offer_slowly(world, has_locked, opened, has_met)
            said += opened.result(timeout=60) or ""
    assert ("deadlock" in said) is not are_locked_first


def _offer_slowly(world, has_locked, opened, has_met):
    """Lock an offer and, once the other has come to it, take a day, as who makes it does."""
    try:
        with transaction.atomic():
            list(Offer.unscoped.select_for_update())
            has_locked.set()
            while not has_met() and not opened.done():
                pass
            capacity.lock_days({(world.centre.pk, TOMORROW)})
    except OperationalError as problem:
        return str(problem)
    return ""
