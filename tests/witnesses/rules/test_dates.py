from datetime import date

import pytest

from witnesses.rules import dates
from witnesses.rules.rule_sets import rule_set
from witnesses.rules.witness import days_held, first_day_held, held_long_enough

END = date.max


def day(text):
    return date.fromisoformat(text)


@pytest.mark.parametrize("text", ["0001-01-01", "2024-02-29", "2000-02-29", "9999-12-31"])
def test_a_day_of_the_calendar_is_read(text):
    assert dates.parse_day(text) == dates.day_of(text) == day(text)


@pytest.mark.parametrize(
    "value",
    [
        "0000-01-01", "2026-02-29", "1900-02-29", "2026-13-01", "2026-00-01", "2026-01-00",
        "2026-01-32", "20260115", "2026-1-15", "2026-01-15 ", " 2026-01-15", "2026-01-15\n",
        "2026-01-15T00:00", "2026-W03-4", "2026-015", "+026-01-15", "-026-01-15", "10000-01-01",
        "\uff12\uff10\uff12\uff16-01-15", "2026\u201001\u201015", "\uff12026-01-15",
        "2026-\uff110-15", "2026-01-1\uff15", "2026", "", "soon", None, True, 0, 20260115, 1.5,
        [], {}, ["2026-01-15"], ("2026-01-15",), b"2026-01-15", "\ud800",
    ],
)  # fmt: skip
def test_anything_else_is_no_day(value):
    assert dates.parse_day(value) is None


def test_what_is_no_day_cannot_be_taken_for_one():
    for text in ("2026-02-29", "2026", ""):
        with pytest.raises(ValueError, match=r"^not a day"):
            dates.day_of(text)


def test_remembered_days_are_bounded():
    for number in range(1, 120_000, 2):
        dates.parse_day(date.fromordinal(number).isoformat())
        assert len(dates._days) <= dates._DAYS_KEPT


def test_a_day_is_remembered_and_nothing_else_with_it():
    read = dates.parse_day("2026-04-15")
    assert dates.parse_day("2026-04-15") is read
    assert dates.day_of("2026-04-15") is read
    assert dates.parse_day("2026-04-16") is not None
    assert dates.parse_day("2026-04-15") is read
    assert dates.parse_day("2026") is None


@pytest.mark.parametrize(
    ("born", "on", "years"),
    [
        ("2008-04-15", "2026-04-14", 17),
        ("2008-04-15", "2026-04-15", 18),
        ("2008-02-29", "2026-02-28", 17),
        ("2008-02-29", "2026-03-01", 18),
        ("2008-02-29", "2028-02-28", 19),
        ("2008-02-29", "2028-02-29", 20),
        ("2026-04-15", "2026-04-15", 0),
        ("2026-04-16", "2026-04-15", -1),
        ("2027-04-15", "2026-04-15", -1),
        ("2027-04-16", "2026-04-15", -2),
        ("0001-01-01", "9999-12-31", 9998),
        ("9999-12-31", "0001-01-01", -9999),
    ],
)
def test_age_is_counted_in_full_years(born, on, years):
    assert dates.full_years(day(born), day(on)) == years


@pytest.mark.parametrize(
    ("born", "years", "turned"),
    [
        ("2008-04-15", 18, "2026-04-15"),
        ("2008-02-29", 18, "2026-03-01"),
        ("2008-02-29", 20, "2028-02-29"),
        ("9981-12-31", 18, "9999-12-31"),
    ],
)
def test_the_day_of_a_birthday_is_the_first_on_which_the_age_is_reached(born, years, turned):
    found = dates.turns(day(born), years)
    assert found == day(turned)
    assert dates.full_years(day(born), found) == years
    assert dates.full_years(day(born), date.fromordinal(found.toordinal() - 1)) == years - 1


def test_a_birthday_past_the_calendar_has_no_day():
    assert dates.turns(day("9982-01-01"), 18) is None


@pytest.mark.parametrize(
    ("on", "months", "back"),
    [
        ("2025-05-31", 3, "2025-02-28"),
        ("2024-05-31", 3, "2024-02-29"),
        ("2026-04-15", 3, "2026-01-15"),
        ("2026-03-31", 3, "2025-12-31"),
        ("2026-01-31", 3, "2025-10-31"),
        ("2026-03-31", 1, "2026-02-28"),
        ("2026-04-15", 0, "2026-04-15"),
        ("2026-04-15", 12, "2025-04-15"),
        ("0001-04-30", 3, "0001-01-30"),
        ("0001-03-31", 3, "0001-01-01"),
        ("0001-01-01", 3, "0001-01-01"),
        ("2026-04-15", 10**9, "0001-01-01"),
    ],
)
def test_months_back_keep_the_day_of_the_month_or_take_its_last(on, months, back):
    assert dates.months_back(day(on), months) == day(back)


def test_days_past_the_calendar_have_no_date():
    assert dates.days_later(day("9999-12-30"), 1) == END
    assert dates.days_later(END, 1) is None
    assert dates.days_later(END, 10**12) is None


@pytest.mark.parametrize(
    ("since", "on", "days"),
    [
        ("2026-03-25", "2026-04-04", 10),  # over the change to summer time
        ("2026-10-20", "2026-10-30", 10),  # and back
        ("2024-02-28", "2024-03-01", 2),
        ("2026-04-15", "2026-04-15", 0),
        ("2026-04-16", "2026-04-15", -1),
    ],
)
def test_a_mitid_is_held_for_whole_local_days(since, on, days):
    assert days_held(day(since), day(on)) == days


@pytest.mark.parametrize(
    ("name", "too_few", "enough"),
    [("mitid-2022", 9, 10), ("digst-2023", 10, 11), ("mitid-2025", 30, 31)],
)
def test_the_set_says_how_long_and_how_compared(name, too_few, enough):
    figure = rule_set(name).witness_mitid_held
    assert not held_long_enough(too_few, figure)
    assert held_long_enough(enough, figure)
    assert not held_long_enough(None, figure)
    first = first_day_held(day("2026-04-15"), figure)
    assert days_held(day("2026-04-15"), first) == enough


def test_a_mitid_made_on_the_last_day_is_never_held_long_enough():
    assert first_day_held(END, rule_set("mitid-2025").witness_mitid_held) is None
