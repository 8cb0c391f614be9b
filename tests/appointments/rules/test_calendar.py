from calendar import isleap
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest

from appointments.rules import calendar
from appointments.rules.opening import OpeningPeriod, open_ticks
from appointments.rules.ticks import minutes_of

# domain.md, section 9
MOVABLE = {
    2024: [(3, 28), (3, 29), (4, 1), (5, 9), (5, 20)],
    2025: [(4, 17), (4, 18), (4, 21), (5, 29), (6, 9)],
    2026: [(4, 2), (4, 3), (4, 6), (5, 14), (5, 25)],
    2027: [(3, 25), (3, 26), (3, 29), (5, 6), (5, 17)],
    2028: [(4, 13), (4, 14), (4, 17), (5, 25), (6, 5)],
    2029: [(3, 29), (3, 30), (4, 2), (5, 10), (5, 21)],
    2030: [(4, 18), (4, 19), (4, 22), (5, 30), (6, 10)],
}
KEYS = ["maundy_thursday", "good_friday", "easter_monday", "ascension_day", "pentecost_monday"]


def holidays_in(year):
    days = (date(year, 1, 1) + timedelta(days) for days in range(365 + isleap(year)))
    return [day for day in days if calendar.national_holiday(day)]


@pytest.mark.parametrize("year", MOVABLE)
def test_the_movable_holidays_fall_on_these_days(year):
    found = [calendar.national_holiday(date(year, *month_day)) for month_day in MOVABLE[year]]
    assert found == KEYS


@pytest.mark.parametrize("year", MOVABLE)
def test_a_year_has_ten_holidays_and_no_other(year):
    easter_monday, whit_monday = MOVABLE[year][2], MOVABLE[year][4]
    expected = {date(year, *month_day) for month_day in MOVABLE[year]}
    expected |= {date(year, 1, 1), date(year, 12, 25), date(year, 12, 26)}
    expected |= {date(year, *monday) - timedelta(1) for monday in (easter_monday, whit_monday)}
    assert set(holidays_in(year)) == expected
    assert len(expected) == 10


@pytest.mark.parametrize("day", [date(2024, 4, 26), date(2025, 5, 16)])
def test_store_bededag_is_an_ordinary_day_since_2024(day):
    assert calendar.national_holiday(day) is None
    assert calendar.national_holiday(date(2023, 5, 5)) == "great_prayer_day"


@pytest.mark.parametrize(
    ("municipality", "day", "closed_from"),
    [
        pytest.param("0657", date(2027, 5, 1), 720, id="Herning, 1 May"),
        pytest.param("0657", date(2027, 6, 5), 720, id="Herning, 5 June"),
        pytest.param("0657", date(2027, 12, 24), 0, id="Herning, Christmas Eve"),
        pytest.param("0657", date(2027, 12, 31), 0, id="Herning, New Year's Eve"),
        pytest.param("0657", date(2027, 12, 23), None, id="Herning, the day before"),
        pytest.param("0657", date(2028, 6, 5), 0, id="Herning, 5 June is Whit Monday"),
        pytest.param("0101", date(2027, 5, 1), 0, id="Copenhagen, 1 May"),
        pytest.param("0101", date(2027, 6, 5), 720, id="Copenhagen, 5 June"),
        pytest.param("0101", date(2027, 12, 24), None, id="Copenhagen, Christmas Eve"),
        pytest.param("0147", date(2027, 5, 1), 0, id="Frederiksberg, 1 May"),
        pytest.param("0147", date(2027, 12, 31), None, id="Frederiksberg, New Year's Eve"),
        pytest.param("0147", date(2027, 12, 25), 0, id="Frederiksberg, Christmas Day"),
    ],
)
def test_staff_are_off_by_agreement(municipality, day, closed_from):
    assert calendar.closed_from(day, calendar.agreement_days(municipality)) == closed_from


def test_a_citizen_comes_before_noon_on_constitution_day():
    day = date(2026, 6, 5)
    closed_from = calendar.closed_from(day, calendar.agreement_days("0657"))
    found = minutes_of(open_ticks(day, [OpeningPeriod(4, 480, 960)], (), closed_from))
    assert 690 in found
    assert 715 in found
    assert not [minute for minute in found if minute >= 720]


def test_a_municipality_without_agreement_days_keeps_the_national_ones():
    assert calendar.closed_from(date(2027, 12, 24), ()) is None
    assert calendar.closed_from(date(2027, 12, 25), ()) == 0


def test_eight_threads_read_the_same_calendar():
    years = [*range(2031, 2047)] * 8
    with ThreadPoolExecutor(8) as threads:
        assert [*threads.map(holidays_in, years)] == [holidays_in(year) for year in years]
