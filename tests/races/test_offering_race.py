"""Other times are decided on while the owners of such visits move them and answer."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial

import pytest
from django.db import transaction

from appointments.models import Appointment, Offer, Rebooking
from appointments.rules.local_time import instant
from appointments.rules.waiting import Wish
from appointments.services import (
    cancel_appointment,
    move_appointment,
)
from appointments.services.centres import affected
from appointments.services.centres.consequences import Then, change_and_then
from appointments.services.centres.hours import remove_closure
from appointments.services.centres.reconciling import reconcile
from appointments.services.centres.reseating import reseat_all
from appointments.services.offering import (
    answers,
    offers,
)
from appointments.services.offering.answers import accept_offer, expire_offers
from appointments.services.offering.offers import end_offer
from appointments.services.offering.waiting import (
    entry_link,
    leave_waiting_list,
    wait_for_any,
    wait_for_earlier,
)
from appointments.services.visits import changes
from tests.appointments.pages import link_of
from tests.builders import NOW, TODAY, build_staff, build_visit, build_world
from tests.races.closing import TOMORROW, alone, closes, takes_up
from tests.races.locks import is_somebody_waiting


def locked_whole(appointment):
    """The visit, locked so that nothing may point to it meanwhile either."""
    known = Appointment.objects.for_municipality(appointment.municipality_id)
    visits = known.select_for_update(of=("self",)).select_related("centre__municipality", "contact")
    return visits.get(pk=appointment.pk)


@pytest.mark.only("postgresql")
@pytest.mark.parametrize("is_mild", [True, False], ids=["in one order", "control"])
def test_who_decides_about_a_visit_and_who_moves_it_do_not_wait_for_each_other(
    rig, monkeypatch, is_mild
):
    if not is_mild:
        monkeypatch.setattr(changes, "_locked", locked_whole)
    with rig.fresh_database() as database, database.opened():
        world = build_world(desks=1)
        visit = build_visit(world, day=TOMORROW, minute=600, phone="+4520304050")
        staff = build_staff(world.municipality)
        has_days = threading.Event()

        def move():
            has_days.wait()
            start = instant(TOMORROW + timedelta(days=1), 600)
            move_appointment(appointment=visit, start=start, actor="citizen", now=NOW)

        with ThreadPoolExecutor(1) as pool:
            moved = pool.submit(alone, move)

            def while_it_moves(**about):
                has_days.set()
                while not is_somebody_waiting() and not moved.done():
                    pass
                return reseat_all(**about)

            monkeypatch.setattr(affected, "reseat_all", while_it_moves)
            decide = partial(
                change_and_then,
                centre=world.centre,
                change=lambda: closes(world, TOMORROW),
                then=Then.OFFER,
                staff=staff,
                now=NOW,
            )
            said = [alone(decide), moved.result(timeout=60)]
        if is_mild:
            visit.refresh_from_db()
            assert visit.moves == 1
            assert Rebooking.unscoped.count() == 1
            assert list(reconcile(now=NOW)) == []
    assert ("deadlock" in str(said)) is not is_mild


@pytest.mark.only("postgresql")
@pytest.mark.parametrize("is_in_order", [True, False], ids=["in one order", "control"])
def test_who_takes_one_of_two_offers_and_who_opens_the_centre_do_not_wait_for_each_other(
    rig, monkeypatch, is_in_order
):
    if not is_in_order:
        monkeypatch.setattr(answers, "lock_offers", lambda **_visit: [])
    with rig.fresh_database() as database, database.opened():
        world = build_world(desks=1)
        earlier = build_visit(world, day=TOMORROW, minute=600, phone="+4520304051")
        day = TOMORROW + timedelta(days=1)
        visit = build_visit(world, day=day, minute=600, phone="+4520304050")
        closure = closes(world, day)
        takes_up(world, by_phone=True)
        wish = Wish(TODAY, day, 0, 1440, 127)
        wait_for_earlier(appointment=visit, centres=[world.centre], wish=wish, now=NOW)
        cancel_appointment(appointment=earlier, actor="citizen", now=NOW)
        offer = Offer.unscoped.get(answer="open")
        has_one = threading.Event()

        def open_again():
            has_one.wait()
            remove_closure(closure=closure, actor="staff:1", now=NOW)

        with ThreadPoolExecutor(1) as pool:
            opened = pool.submit(alone, open_again)

            def once_somebody_waits(*about, **more):
                has_one.set()
                while not is_somebody_waiting() and not opened.done():
                    pass
                end_offer(*about, **more)

            monkeypatch.setattr(answers, "end_offer", once_somebody_waits)
            said = [
                alone(lambda: accept_offer(link=link_of(offer), now=NOW)),
                opened.result(timeout=60),
            ]
        if is_in_order:
            visit.refresh_from_db()
            assert visit.starts_at == instant(TOMORROW, 600)
            assert list(reconcile(now=NOW)) == []
    assert ("deadlock" in str(said)) is not is_in_order


@pytest.mark.only("postgresql")
@pytest.mark.parametrize("is_looked_again", [True, False], ids=["looked again", "control"])
def test_an_offer_made_while_who_closes_waits_for_the_days_ends_with_its_time(
    rig, monkeypatch, is_looked_again
):
    if not is_looked_again:
        monkeypatch.setattr(affected, "_lock_since", lambda _offers: [])
    with rig.fresh_database() as database, database.opened():
        world = build_world(desks=1)
        earlier = build_visit(world, day=TOMORROW, minute=600, phone="+4520304051")
        day = TOMORROW + timedelta(days=1)
        visit = build_visit(world, day=day, minute=600, phone="+4520304050")
        wish = Wish(TODAY, day, 0, 1440, 127)
        wait_for_earlier(appointment=visit, centres=[world.centre], wish=wish, now=NOW)
        with ThreadPoolExecutor(1) as pool, transaction.atomic():
            cancel_appointment(appointment=earlier, actor="citizen", now=NOW)
            assert Offer.unscoped.get().answer == "open"
            closing = pool.submit(alone, lambda: closes(world, TOMORROW).pk)
            while not is_somebody_waiting() and not closing.done():
                pass
        assert isinstance(closing.result(timeout=60), int)
        assert Offer.unscoped.get().answer == ("expired" if is_looked_again else "open")
        assert list(reconcile(now=NOW)) == []


@pytest.mark.only("postgresql")
def test_who_leaves_just_as_they_are_offered_a_time_keeps_nobody_from_it(rig, monkeypatch):
    with rig.fresh_database() as database, database.opened():
        world = build_world(desks=1)
        booked = build_visit(world, day=TOMORROW, minute=600, phone="+4520304051")
        leaves, follows = (
            wait_for_any(
                centre=world.centre,
                service=world.service.code,
                names=["Bo Berg"],
                phone=phone,
                email="",
                language="da",
                wish=Wish(TODAY, TOMORROW, 0, 1440, 127),
                now=NOW,
            )
            for phone in ("+4520304052", "+4520304053")
        )
        queue, said = offers.queue, []

        def as_they_leave(notices, *, now):
            if not said:
                leave = partial(leave_waiting_list, link=entry_link(leaves), now=NOW)
                with ThreadPoolExecutor(1) as pool:
                    said.append(pool.submit(alone, leave).result(timeout=60))
            return queue(notices, now=now)

        monkeypatch.setattr(offers, "queue", as_they_leave)
        cancel_appointment(appointment=booked, actor="citizen", now=NOW)
        assert [one.entry for one in Offer.unscoped.filter(answer="open")] == [leaves]

        assert expire_offers(now=NOW) == 1

        assert [one.entry for one in Offer.unscoped.filter(answer="open")] == [follows]
        assert list(reconcile(now=NOW)) == []
        leaves.refresh_from_db()
        assert leaves.status == "left", said
