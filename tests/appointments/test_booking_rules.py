"""How a centre takes bookings: what is kept for staff, new days bit by bit, own windows, stops."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from appointments.exceptions import Refused
from appointments.models import CentreDay, DeskDay
from appointments.rules.local_time import instant
from appointments.services.centres.booking_rules import (
    BookingRules,
    Length,
    OwnWindow,
    Stop,
    set_booking_rules,
    set_stops,
)
from appointments.services.centres.desks import change_desk
from appointments.services.centres.opening_days import keep_days_open
from appointments.services.centres.reconciling import reconcile
from borgerservice.audit.models import AuditEntry
from borgerservice.kernel.clock import danish_date
from borgerservice.municipalities.models import Centre, MobileStop
from tests.builders import NOW, TODAY, build_world

pytestmark = pytest.mark.django_db
TOMORROW = TODAY + timedelta(days=1)
USUAL = BookingRules(
    lead_minutes=120,
    horizon_days=20,
    kept_desks=0,
    kept_until_days=0,
    kept_until_minute=420,
    spreads_new_days=False,
    returns_slowly=False,
)
SHARE = replace(USUAL, kept_desks=1, kept_until_days=2, kept_until_minute=480)


def settle(world, rules, now=NOW):
    set_booking_rules(centre=world.centre, rules=rules, actor="staff:1", now=now)
    world.centre.refresh_from_db()


def opens(desk=None):
    rows = DeskDay.objects.order_by("day", "desk__number")
    rows = rows.filter(desk=desk) if desk else rows
    return {(row.desk.number, row.day): row.opens_at for row in rows.select_related("desk")}


def test_the_last_desks_are_kept_until_a_minute_so_many_days_before():
    world = build_world(desks=3)
    settle(world, replace(SHARE, kept_desks=2))
    for (number, day), moment in opens().items():
        expected = instant(day - timedelta(days=2), 480) if number > 1 else None
        assert moment == expected
    settle(world, USUAL)
    assert set(opens().values()) == {None}


def test_days_made_later_and_desks_changed_keep_to_the_share():
    world = build_world(desks=3)

    def kept():
        return {number for (number, _day), moment in opens().items() if moment}

    def leave(desk):
        change_desk(
            desk=desk,
            number=desk.number,
            services=[world.service.code],
            is_staffed=False,
            clerk=None,
            is_accepted=True,
            actor="staff:1",
            now=NOW,
        )

    settle(world, SHARE)
    keep_days_open(now=NOW + timedelta(days=2))
    assert all((moment is None) is (number < 3) for (number, _), moment in opens().items())
    leave(world.desks[2])
    assert kept() == {2}
    leave(world.desks[1])
    assert kept() == set()


def test_each_new_day_opens_at_a_moment_of_its_own_on_the_day_it_comes_within_the_horizon():
    world = build_world(desks=6, days=0)
    settle(world, replace(USUAL, spreads_new_days=True))
    moments = []
    for n in range(14):
        keep_days_open(now=NOW + timedelta(days=n))
    for (_, day), moment in opens().items():
        if day <= TODAY + timedelta(days=19):
            assert moment is None
            continue
        assert danish_date(moment) == day - timedelta(days=20)
        moments.append(moment.timetz())
    assert len(set(moments)) > len(moments) * 0.9
    assert list(reconcile(now=NOW)) == []


def spread(world, rules, days=9):
    """The rules, and some days of them gone by; what is drawn lies after them."""
    settle(world, rules)
    for n in range(days):
        keep_days_open(now=NOW + timedelta(days=n))
    return NOW + timedelta(days=days - 1)


def test_a_share_that_changes_draws_no_day_again():
    world = build_world(desks=4, days=0)
    rules = replace(SHARE, kept_desks=0, spreads_new_days=True)
    now = spread(world, rules)
    drawn = opens()
    for kept in (2, 1, 3, 0):
        settle(world, replace(rules, kept_desks=kept), now=now)
        for (number, day), moment in opens().items():
            if day < danish_date(now):
                continue
            told = drawn[number, day]
            own = told if told and danish_date(told) >= danish_date(now) else None
            if number <= 4 - kept:
                assert moment == own
            else:
                assert moment == max(filter(None, (own, instant(day - timedelta(days=2), 480))))
    later = {place: moment for place, moment in drawn.items() if moment and moment > now}
    assert len(later) >= 4
    assert later.items() <= opens().items()


def test_new_days_open_bit_by_bit_at_a_centre_that_says_nothing():
    assert Centre().spreads_new_days


def test_an_edit_that_changes_no_moment_writes_no_desk_day():
    world = build_world(desks=3, days=0)
    rules = replace(SHARE, spreads_new_days=True)
    now = spread(world, rules)
    settle(world, rules, now=now)
    before = opens()
    with CaptureQueriesContext(connection) as asked:
        settle(world, replace(rules, returns_slowly=True), now=now)
    assert not [
        one for one in asked.captured_queries if one["sql"].startswith('UPDATE "appointments_desk')
    ]
    assert opens() == before


def test_the_municipality_is_locked_before_its_centre_as_its_own_settings_do_it():
    world = build_world()
    with CaptureQueriesContext(connection) as asked:
        settle(world, replace(USUAL, asks_for_code=True))
    told = [one["sql"].split("WHERE")[0] for one in asked.captured_queries]
    writes = [place for place, sql in enumerate(told) if "UPDATE" in sql and "_municip" in sql]
    reads = [place for place, sql in enumerate(told) if 'FROM "municipalities_centre" ' in sql]
    assert writes[0] < reads[0]


def test_a_day_that_opens_later_keeps_its_place_in_the_order():
    world = build_world(desks=5, days=0)
    now = spread(world, replace(USUAL, spreads_new_days=True))

    def order(day):
        moments = {desk: moment for (desk, one), moment in opens().items() if one == day}
        return sorted(moments, key=lambda desk: moments[desk])

    day = danish_date(now) + timedelta(days=21)
    before = order(day)
    settle(world, replace(USUAL, spreads_new_days=True, horizon_days=15), now=now)
    assert {danish_date(moment) for (_, one), moment in opens().items() if one == day} == {
        day - timedelta(days=15)
    }
    assert order(day) == before


def test_a_longer_horizon_makes_its_days_at_once_and_a_service_s_own_counts():
    world = build_world(days=0)
    own = {world.service.code: OwnWindow(lead_minutes=None, horizon_days=40)}
    settle(world, replace(USUAL, windows=own))
    assert DeskDay.objects.latest("day").day == TODAY + timedelta(days=38)
    offer = world.centre.offers.get()
    assert (offer.lead_minutes, offer.horizon_days) == (None, 40)
    assert AuditEntry.unscoped.latest("id").event == "booking_rules.changed"


def test_a_new_length_is_told_and_days_that_were_full_are_looked_at_again():
    world = build_world()
    CentreDay.objects.update(room=0)
    code = world.service.code
    offer = world.centre.offers.get()
    same = {code: Length(offer.minutes, offer.buffer_minutes)}
    settle(world, replace(USUAL, horizon_days=5, lengths=same))
    assert CentreDay.objects.filter(room=0).exists()
    assert "lengths" not in AuditEntry.unscoped.latest("id").facts
    settle(world, replace(USUAL, horizon_days=5, lengths={code: Length(5, 15)}))
    offer.refresh_from_db()
    assert (offer.minutes, offer.buffer_minutes) == (5, 15)
    assert not CentreDay.objects.filter(room=0, day__gte=TODAY).exists()
    told = AuditEntry.unscoped.latest("id").facts["lengths"]
    assert told == {code: {"minutes": 5, "buffer_minutes": 15}}


@pytest.mark.parametrize(
    ("changed", "field", "code"),
    [
        ({"lead_minutes": 43201}, "lead_minutes", "lead_out_of_range"),
        ({"horizon_days": 0}, "horizon_days", "horizon_out_of_range"),
        ({"horizon_days": 3650}, "horizon_days", "horizon_out_of_range"),
        ({"kept_desks": 2}, "kept_desks", "too_many_desks_kept"),
        ({"kept_until_days": 21}, "kept_until_days", "kept_too_long"),
        ({"kept_until_minute": 1441}, "kept_until_minute", "outside_the_day"),
        ({"lengths": {"new_mitid": Length(245, 0)}}, "new_mitid.minutes", "length_out_of_range"),
        ({"lengths": {"new_mitid": Length(7, 0)}}, "new_mitid.minutes", "length_out_of_range"),
        (
            {"lengths": {"new_mitid": Length(20, 65)}},
            "new_mitid.buffer_minutes",
            "buffer_out_of_range",
        ),
        (
            {"windows": {"new_mitid": OwnWindow(None, 366)}},
            "new_mitid.horizon_days",
            "horizon_out_of_range",
        ),
    ],
)
def test_rules_that_cannot_be_are_told_at_the_field_and_change_nothing(changed, field, code):
    world = build_world(desks=2)
    with pytest.raises(Refused) as told:
        settle(world, replace(USUAL, **changed))
    assert (told.value.field, told.value.code) == (field, code)
    world.centre.refresh_from_db()
    assert world.centre.horizon_days == 60
    assert not AuditEntry.unscoped.exists()


@pytest.mark.parametrize(
    ("changed", "field", "code"),
    [
        ({"address": " "}, "0.address", "stop_without_address"),
        ({"postal_code": "730"}, "0.postal_code", "no_such_postal_code"),
        ({"postal_code": "73OO"}, "0.postal_code", "no_such_postal_code"),
        ({"postal_code": "٧٣٠٠"}, "0.postal_code", "no_such_postal_code"),
        ({"city": ""}, "0.city", "stop_without_town"),
        ({"address": "610190-1234"}, "0.address", "looks_like_cpr"),
    ],
)
def test_a_stop_that_cannot_be_is_told_at_the_field(changed, field, code):
    world = build_world()
    stop = replace(Stop(1, "Skolegade 8", "7300", "Jelling"), **changed)
    with pytest.raises(Refused) as told:
        set_stops(centre=world.centre, stops=[stop], is_accepted=False, actor="staff:1", now=NOW)
    assert (told.value.field, told.value.code) == (field, code)
    assert not MobileStop.objects.exists()


def test_two_stops_on_one_weekday_are_refused():
    world = build_world()
    stop = Stop(1, "Skolegade 8", "7300", "Jelling")
    with pytest.raises(Refused, match="two_stops_on_a_day"):
        set_stops(
            centre=world.centre, stops=[stop, stop], is_accepted=False, actor="staff:1", now=NOW
        )
