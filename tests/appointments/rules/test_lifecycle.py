import pytest

from appointments.rules.lifecycle import TRANSITIONS, Act, AppointmentState, may

ALLOWED = {
    ("move", "booked"),
    ("cancel", "booked"),
    ("check_in", "booked"),
    ("check_in", "no_show"),
    ("check_in_afterwards", "booked"),
    ("check_in_afterwards", "no_show"),
    ("mark_no_show", "booked"),
    ("complete", "checked_in"),
}


@pytest.mark.parametrize("act", Act)
@pytest.mark.parametrize("state", AppointmentState)
def test_an_appointment_allows_these_acts_and_no_others(act, state):
    assert may(act, state) is ((act, state) in ALLOWED)


def test_every_state_is_in_the_table_and_can_be_reached():
    assert set(TRANSITIONS) == set(AppointmentState)
    reached = {state for acts in TRANSITIONS.values() for state in acts.values()}
    assert reached == set(AppointmentState)


def test_nobody_who_gave_a_place_back_gets_it_again():
    assert not TRANSITIONS[AppointmentState.CANCELLED]
