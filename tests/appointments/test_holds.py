"""Times that are held: kept from others, used, given up, and free again by comparison alone."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from appointments.exceptions import Refused, SlotTaken
from appointments.models import Appointment, BookingDraft, Hold
from appointments.rules.booking_window import Window
from appointments.rules.local_time import instant
from appointments.rules.opening import Closing
from appointments.selectors.bookable import bookable_times
from appointments.services import (
    Visitor,
    book_appointment,
    cancel_appointment,
    move_appointment,
    plan_visit,
    take_walk_in,
)
from appointments.services.booking.drafts import choose_time, read_draft, start_draft
from appointments.services.booking.holds import (
    HOLD_LIFE,
    forget_holds,
    is_live,
    place_hold,
    release_hold,
)
from appointments.services.centres.desk_days import rebuild
from appointments.services.centres.hours import add_closure
from tests.builders import NOW, TODAY, World, build_visit, build_world

pytestmark = pytest.mark.django_db
TOMORROW = TODAY + timedelta(days=1)
TEN = instant(TOMORROW, 600)
OVER = NOW + HOLD_LIFE


def held(world: World, start=TEN, *, now=NOW, lasts=HOLD_LIFE, people=1, **more) -> Hold:
    return place_hold(
        centre=world.centre,
        plan=plan_visit(centre=world.centre, codes=[world.service.code] * people),
        start=start,
        purpose=Hold.Purpose.CITIZEN,
        expires_at=now + lasts,
        now=now,
        **more,
    )


def booked(world: World, start=TEN, *, now=NOW, hold=None, people=1, **more) -> Appointment:
    return book_appointment(
        centre=world.centre,
        visitors=[Visitor("Amina Hassan", world.service.code)] * people,
        start=start,
        phone="+4520304050",
        email="",
        language="da",
        origin=more.pop("origin", Appointment.Origin.WEB),
        actor="citizen",
        now=now,
        hold=hold,
        **more,
    )


def is_free(world: World, start=TEN, *, now=NOW, own_hold=None) -> bool:
    days = bookable_times(
        centre=world.centre,
        minutes=30,
        caps=1,
        window=Window(0, 60, 15),
        first=TOMORROW,
        last=TOMORROW,
        now=now,
        own_hold=own_hold,
    )
    return any(start in day.starts for day in days)


def differences(world: World) -> int:
    return rebuild(centre=world.centre, first=TODAY, last=TODAY + timedelta(days=2))


def test_a_held_time_is_offered_to_nobody_and_taken_by_nobody(world):
    hold = held(world)
    assert not is_free(world)
    assert not is_free(world, TEN + timedelta(minutes=15))
    assert is_free(world, own_hold=hold.pk)
    with pytest.raises(SlotTaken):
        booked(world)
    with pytest.raises(SlotTaken):
        held(world)
    assert differences(world) == 0


def test_it_is_free_again_at_its_last_moment_without_anybody_doing_anything(world):
    held(world)
    before = OVER - timedelta(microseconds=1)
    assert not is_free(world, now=before)
    with pytest.raises(SlotTaken):
        booked(world, now=before)
    assert is_free(world, now=OVER)
    assert Hold.unscoped.count() == 1
    assert differences(world) == 0


@pytest.mark.parametrize("take", [booked, held])
def test_who_finds_a_hold_that_is_over_takes_its_place(world, take):
    over = held(world)
    later = held(world, TEN + timedelta(hours=1), lasts=timedelta(minutes=20))
    assert take(world, TEN + timedelta(minutes=15), now=OVER)
    assert not Hold.unscoped.filter(pk=over.pk).exists()
    assert Hold.unscoped.filter(pk=later.pk).exists()
    assert is_free(world, TEN - timedelta(minutes=15), now=OVER)
    assert differences(world) == 0


def test_a_visit_is_made_of_a_hold_at_its_desk_and_only_once(world):
    hold = held(world)
    visit = booked(world, hold=hold)
    assert (visit.desk_id, visit.starts_at) == (hold.desk_id, TEN)
    assert not Hold.unscoped.exists()
    with pytest.raises(SlotTaken):
        booked(world, hold=hold)
    assert Appointment.unscoped.count() == 1
    assert differences(world) == 0


def test_a_hold_that_is_over_is_no_use_where_another_came_first(world):
    hold = held(world)
    booked(world, now=OVER)
    with pytest.raises(SlotTaken):
        booked(world, now=OVER, hold=hold)
    assert differences(world) == 0


def test_a_hold_that_is_over_is_taken_again_where_nobody_came(world):
    hold = held(world)
    assert booked(world, now=OVER, hold=hold)
    assert not Hold.unscoped.exists()
    assert differences(world) == 0


def test_a_hold_of_another_length_gives_way_to_what_is_wanted(world):
    hold = held(world)
    visit = booked(world, hold=hold, people=2)
    assert visit.ends_at - visit.starts_at == timedelta(minutes=60)
    assert not Hold.unscoped.exists()
    assert differences(world) == 0


def test_a_hold_of_another_length_stays_where_what_is_wanted_is_not_there(world):
    hold = held(world)
    booked(world, TEN + timedelta(minutes=30))
    with pytest.raises(SlotTaken):
        booked(world, hold=hold, people=2)
    assert Hold.unscoped.get() == hold
    assert differences(world) == 0


def test_a_time_held_early_enough_can_be_confirmed_later(world):
    soon = NOW + timedelta(minutes=120)
    hold = held(world, soon)
    now = NOW + timedelta(minutes=9)
    with pytest.raises(Refused, match="too_soon"):
        booked(world, soon, now=now)
    assert booked(world, soon, now=now, hold=hold)


@pytest.mark.parametrize("people", [1, 2])
def test_a_hold_that_was_ended_since_it_was_read_lets_nobody_come_too_soon(world, people):
    soon, later = NOW + timedelta(minutes=120), NOW + timedelta(minutes=9)
    visit = booked(world)
    hold = held(world, soon)
    release_hold(hold=hold)
    with pytest.raises(Refused, match="too_soon"):
        booked(world, soon, now=later, hold=hold, people=people)
    with pytest.raises(Refused, match="too_soon"):
        move_appointment(appointment=visit, start=soon, hold=hold, actor="citizen", now=later)
    assert booked(world, soon, hold=hold, people=people)
    assert differences(world) == 0


def test_a_hold_given_up_is_free_at_once_and_giving_it_up_again_changes_nothing(world):
    hold = held(world)
    release_hold(hold=hold)
    booked(world)
    release_hold(hold=hold)
    assert not is_free(world)
    assert differences(world) == 0


def test_closing_ends_the_holds_it_meets_and_nothing_is_sold_there(world):
    hold = held(world)
    add_closure(
        centre=world.centre,
        closing=Closing(TOMORROW, TOMORROW),
        reason="",
        actor="staff:1",
        now=NOW,
        is_accepted=True,
    )
    assert not Hold.unscoped.exists()
    with pytest.raises(Refused, match="closed"):
        booked(world, hold=hold)
    assert not is_free(world, now=OVER)
    assert differences(world) == 0


def test_the_tidying_clears_what_is_over_and_leaves_the_rest(world):
    held(world)
    live = held(world, TEN + timedelta(hours=1), lasts=timedelta(hours=1))
    assert (forget_holds(now=OVER - timedelta(seconds=1)), forget_holds(now=OVER)) == (0, 1)
    assert Hold.unscoped.get() == live
    assert is_free(world, now=OVER)
    assert differences(world) == 0


def test_a_visit_moves_onto_a_time_that_is_held_for_it(world):
    visit = booked(world)
    hold = held(world, TEN + timedelta(hours=2))
    moved = move_appointment(
        appointment=visit, start=hold.starts_at, actor="citizen", now=NOW, hold=hold
    )
    assert (moved.starts_at, moved.desk_id) == (hold.starts_at, hold.desk_id)
    assert is_free(world)
    assert not Hold.unscoped.exists()
    assert differences(world) == 0


def test_a_visit_moves_to_a_held_time_at_another_centre_of_the_municipality_only(world):
    beside = build_world(name="Herning Vest")
    visit, hold = booked(world), held(beside)
    moved = move_appointment(appointment=visit, start=TEN, actor="citizen", now=NOW, hold=hold)
    assert (moved.centre, moved.reference) == (beside.centre, visit.reference)
    assert (is_free(world), is_free(beside)) == (True, False)
    away = held(build_world(code="0751", name="Aarhus"))
    with pytest.raises(Refused, match="cannot_move"):
        move_appointment(appointment=moved, start=TEN, actor="citizen", now=NOW, hold=away)
    assert Hold.unscoped.get() == away
    assert differences(world) == differences(beside) == 0


def test_a_visit_whose_hold_is_over_moves_only_where_the_time_is_free(world):
    visit = booked(world)
    hold = held(world, TEN + timedelta(hours=2))
    booked(world, hold.starts_at, now=OVER)
    with pytest.raises(SlotTaken):
        move_appointment(
            appointment=visit, start=hold.starts_at, actor="citizen", now=OVER, hold=hold
        )
    visit.refresh_from_db()
    assert visit.starts_at == TEN
    assert differences(world) == 0


def draft_of(world: World, start=TEN, *, now=NOW) -> str:
    return start_draft(
        centre=world.centre, service=world.service.code, people=1, start=start, now=now
    )


def test_a_draft_holds_its_time_for_ten_minutes(world):
    draft = read_draft(token=draft_of(world), now=NOW)
    assert is_live(draft.row.hold, OVER - timedelta(microseconds=1))
    assert not is_live(draft.row.hold, OVER)
    with pytest.raises(SlotTaken):
        draft_of(world)


def test_choosing_the_time_one_has_does_not_hold_it_longer(world):
    draft = read_draft(token=draft_of(world), now=NOW)
    choose_time(draft=draft, start=TEN, now=NOW + timedelta(minutes=9))
    assert Hold.unscoped.get().expires_at == OVER


@pytest.mark.parametrize("minutes", [15, -30, 120])
def test_another_time_is_held_instead_of_the_one_that_was(world, minutes):
    token = draft_of(world)
    other, now = TEN + timedelta(minutes=minutes), NOW + timedelta(minutes=3)
    choose_time(draft=read_draft(token=token, now=now), start=other, now=now)
    hold = Hold.unscoped.get()
    assert (hold.starts_at, hold.expires_at) == (other, now + HOLD_LIFE)
    assert read_draft(token=token, now=now).row.hold == hold
    assert differences(world) == 0


def test_a_time_that_cannot_be_had_costs_nobody_the_one_they_hold(world):
    token = draft_of(world)
    booked(world, TEN + timedelta(hours=1))
    draft = read_draft(token=token, now=NOW)
    with pytest.raises(SlotTaken):
        choose_time(draft=draft, start=TEN + timedelta(minutes=45), now=NOW)
    assert BookingDraft.objects.get().starts_at == Hold.unscoped.get().starts_at == TEN
    assert not is_free(world)
    assert differences(world) == 0


def test_a_draft_whose_hold_was_cleared_away_still_opens(world):
    token = draft_of(world)
    forget_holds(now=OVER)
    assert read_draft(token=token, now=OVER).row.hold is None
    choose_time(draft=read_draft(token=token, now=OVER), start=TEN, now=OVER)
    assert read_draft(token=token, now=OVER).row.hold.expires_at == OVER + HOLD_LIFE


def statements(act) -> list[str]:
    with CaptureQueriesContext(connection) as asked:
        act()
    return [
        query["sql"].split()[0]
        for query in asked
        if not query["sql"].startswith(("SAVEPOINT", "RELEASE"))
    ]


@pytest.mark.only("postgresql")
def test_holding_booking_and_confirming_are_decided_by_one_statement_each(world):
    assert statements(lambda: draft_of(world)) == ["SELECT", "SELECT", "WITH"]
    hold = Hold.unscoped.get()
    assert statements(lambda: booked(world, hold=hold))[:2] == ["SELECT", "WITH"]
    assert statements(lambda: booked(world, TEN + timedelta(hours=1)))[:2] == ["SELECT", "WITH"]


def test_reading_free_times_takes_one_statement_with_holds_that_are_over(world):
    held(world)
    held(world, TEN + timedelta(hours=1))
    assert statements(lambda: is_free(world, now=OVER)) == ["SELECT"]


class Returned:
    """A centre short of times where returned places come back slowly, and one visit there."""

    def __init__(self, **more) -> None:
        self.world = build_world(opens=600, closes=660, days=2, **more)
        self.centre = self.world.centre
        self.centre.returns_slowly = True
        self.centre.save()
        self.visit = build_visit(self.world, day=TOMORROW, minute=600)

    def cancel(self):
        return cancel_appointment(appointment=self.visit, actor="citizen", now=NOW)


def test_a_returned_place_comes_back_at_a_random_moment_and_never_before():
    moments = set()
    for number in range(12):
        short = Returned(code=f"{700 + number:04}", name=f"By {number}")
        short.cancel()
        hold = Hold.unscoped.get(centre=short.centre)
        assert (hold.purpose, hold.starts_at) == ("returned", TEN)
        assert timedelta(minutes=10) <= hold.expires_at - NOW <= timedelta(minutes=180)
        before = hold.expires_at - timedelta(microseconds=1)
        assert not is_free(short.world, now=before)
        with pytest.raises(SlotTaken):
            booked(short.world, now=before)
        assert is_free(short.world, now=hold.expires_at)
        assert booked(short.world, now=hold.expires_at)
        assert differences(short.world) == 0
        moments.add(hold.expires_at)
    assert len(moments) > 8


def test_the_place_a_visit_is_moved_from_comes_back_slowly_too():
    short = Returned()
    later = TEN + timedelta(minutes=30)
    move_appointment(appointment=short.visit, start=later, actor="citizen", now=NOW)
    assert Hold.unscoped.get().starts_at == TEN
    assert differences(short.world) == 0


def test_what_a_visit_gives_up_of_its_own_time_is_free_at_once():
    short = Returned()
    later = TEN + timedelta(minutes=15)
    move_appointment(appointment=short.visit, start=later, actor="citizen", now=NOW)
    assert not Hold.unscoped.exists()
    assert differences(short.world) == 0


@pytest.mark.parametrize("why", ["switch", "plenty", "soon"])
def test_a_place_comes_back_at_once_where_nothing_is_gained_by_waiting(why):
    short = Returned()
    if why == "switch":
        short.centre.returns_slowly = False
        short.centre.save()
    if why == "plenty":
        short.centre.hours.update(closes_minute=24 * 60)
        rebuild(centre=short.centre, first=TODAY, last=TODAY + timedelta(days=2))
    now = TEN - timedelta(minutes=129) if why == "soon" else NOW
    visit = Appointment.unscoped.get(pk=short.visit.pk)
    cancel_appointment(appointment=visit, actor="citizen", now=now)
    assert not Hold.unscoped.exists()
    assert is_free(short.world, now=now)


def test_a_returned_place_is_free_early_enough_to_be_booked():
    short = Returned()
    now = TEN - timedelta(minutes=140)
    cancel_appointment(appointment=short.visit, actor="citizen", now=now)
    assert Hold.unscoped.get().expires_at <= TEN - timedelta(minutes=120)


def test_staff_wait_for_a_returned_place_and_somebody_who_stands_there_does_not():
    short = Returned()
    Hold.unscoped.create(
        municipality=short.world.municipality,
        centre=short.centre,
        desk=short.world.desks[0],
        day=TODAY,
        starts_at=instant(TODAY, 600),
        busy_until=instant(TODAY, 660),
        purpose=Hold.Purpose.RETURNED,
        expires_at=instant(TODAY, 659),
    )
    rebuild(centre=short.centre, first=TODAY, last=TOMORROW)
    at_ten = instant(TODAY, 600)
    with pytest.raises(SlotTaken):
        booked(short.world, at_ten, origin=Appointment.Origin.DESK, now=NOW)
    received = take_walk_in(
        centre=short.centre,
        visitors=[Visitor("Amina", short.world.service.code)],
        phone="",
        email="",
        language="da",
        actor="staff:1",
        now=at_ten,
    )
    assert received.starts_at == at_ten
    assert not Hold.unscoped.exists()
    assert differences(short.world) == 0
