"""A witness asked about beforehand: the same answer as the engine's on the day, never a softer one."""

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from random import Random

import pytest

from tests.conftest import IS_FULL
from tests.witnesses.rules.random_cases import RULE_SETS
from witnesses.rules.engine import decide
from witnesses.rules.facts import DEFAULT_PERSON
from witnesses.rules.guide.answers import good_witness
from witnesses.rules.precheck import FARTHEST, Verdict, latest_birth, precheck
from witnesses.rules.rule_sets import rule_set
from witnesses.rules.witness import examine

pytestmark = pytest.mark.once

ON = date(2026, 12, 1)
SEEN_BEFOREHAND = {
    "witness.minimum_age",
    "witness.mitid_held",
    "witness.independent",
    "witness.quota",
}
SEED = 20261122
PASSPORT = {"type": "passport", "issuer": "DK", "shows_photo": True, "shows_cpr": True}


def in_force(_day):
    return rule_set("mitid-2022")


def a_witness(**differences):
    usual = {
        "birth_date": "1990-01-01",
        "mitid_since": "2024-01-01",
        "brought_mitid": True,
        "documents": [],
        "earlier_witnessings": [],
    }
    return {**usual, **differences}


def witnessed(*days):
    return [{"on": day.isoformat(), "person": f"p{place}"} for place, day in enumerate(days)]


def asked(witness, on=ON):
    return precheck(witness, on=on, rule_set_on=in_force)


def test_whoever_meets_every_rule_may():
    answer = asked(a_witness())
    assert (answer.verdict, answer.from_day, answer.failed) == (Verdict.MAY, ON, ())


def test_a_new_mitid_is_old_enough_from_a_day_on():
    answer = asked(a_witness(mitid_since="2026-11-28"))
    assert answer.verdict is Verdict.MAY_FROM
    assert answer.from_day == date(2026, 12, 8)
    assert answer.failed == ("witness.mitid_held",)


def test_three_within_the_span_are_free_again_when_the_first_falls_out():
    days = [ON - timedelta(days=100), ON - timedelta(days=50), ON - timedelta(days=1)]
    answer = asked(a_witness(earlier_witnessings=witnessed(*days)))
    assert answer.verdict is Verdict.MAY_FROM
    assert answer.from_day == days[0] + timedelta(days=121)


def test_the_last_of_several_reasons_decides_the_day():
    answer = asked(a_witness(birth_date="2009-01-15", mitid_since="2026-11-28"))
    assert answer.from_day == date(2027, 1, 15)
    assert set(answer.failed) == {"witness.minimum_age", "witness.mitid_held"}


@pytest.mark.parametrize(("days", "verdict"), [(366, Verdict.MAY_FROM), (367, Verdict.MAY_NOT)])
def test_somebody_who_turns_18_within_a_year_is_waited_for(days, verdict):
    eighteen = ON + timedelta(days=days)
    answer = asked(a_witness(birth_date=eighteen.replace(year=eighteen.year - 18).isoformat()))
    assert answer.verdict is verdict
    assert answer.from_day == (eighteen if verdict is Verdict.MAY_FROM else None)


def test_what_only_the_clerk_can_see_is_not_held_against_anybody():
    answer = asked(a_witness(brought_mitid=False))
    assert (answer.verdict, answer.failed) == (Verdict.MAY, ())


def test_where_nobody_may_witness_at_all_or_the_calendar_ends_nobody_is_waited_for():
    none_at_all = replace(
        rule_set("mitid-2022"),
        witness_quota=replace(rule_set("mitid-2022").witness_quota, at_most=0),
    )
    answer = precheck(a_witness(), on=ON, rule_set_on=lambda _day: none_at_all)
    assert (answer.verdict, answer.failed) == (Verdict.MAY_NOT, ("witness.quota",))
    for born in ("9990-05-01", "9992-02-29"):
        answer = asked(a_witness(birth_date=born), on=date(9999, 12, 1))
        assert (answer.verdict, answer.failed) == (Verdict.MAY_NOT, ("witness.minimum_age",))


def test_the_first_day_is_told_under_the_rules_of_that_day():
    """Other rules from the day after: of age at 15, and six witnessings where there was one."""
    first = rule_set("mitid-2022")
    strict = replace(first, witness_quota=replace(first.witness_quota, at_most=1))
    lenient = replace(
        first,
        witness_minimum_age=replace(first.witness_minimum_age, years=15),
        witness_quota=replace(first.witness_quota, at_most=6),
    )

    def rules_of(day):
        return strict if day <= ON else lenient

    young = a_witness(birth_date="2009-01-15", mitid_since="2026-11-28")
    for witness in (young, {**young, "earlier_witnessings": witnessed(ON - timedelta(days=1))}):
        answer = precheck(witness, on=ON, rule_set_on=rules_of)
        assert (answer.verdict, answer.from_day) == (Verdict.MAY_FROM, date(2026, 12, 8))


def test_nobody_waits_for_a_witness_for_years():
    answer = asked(a_witness(birth_date="2016-01-15"))
    assert (answer.verdict, answer.from_day) == (Verdict.MAY_NOT, None)


def test_born_on_the_29th_of_february_one_turns_18_on_the_1st_of_march():
    answer = asked(a_witness(birth_date="2008-02-29"), on=date(2026, 2, 20))
    assert answer.from_day == date(2026, 3, 1)


EXPIRED = {**PASSPORT, "expires_on": "2026-11-30"}


def test_a_paper_that_will_not_do_can_be_changed_for_another():
    answer = asked(a_witness(documents=[EXPIRED]))
    assert (answer.verdict, answer.from_day) == (Verdict.NOT_YET, ON)
    assert answer.failed == ("witness.documents",)
    assert asked(a_witness(documents=[PASSPORT])).verdict is Verdict.MAY
    on_its_last_day = asked(a_witness(documents=[EXPIRED]), on=date(2026, 11, 30))
    assert on_its_last_day.verdict is Verdict.MAY


def test_what_cannot_be_changed_decides_and_the_paper_is_told_with_it():
    answer = asked(a_witness(documents=[EXPIRED], mitid_since="2026-11-28"))
    assert (answer.verdict, answer.from_day) == (Verdict.MAY_FROM, date(2026, 12, 8))
    assert answer.failed == ("witness.mitid_held", "witness.documents")
    never = asked(a_witness(documents=[EXPIRED], birth_date="2016-01-15"))
    assert never.verdict is Verdict.MAY_NOT


def test_an_unknown_age_of_the_mitid_is_left_to_the_desk():
    answer = asked(a_witness(mitid_since=None))
    assert answer.verdict is Verdict.MAY
    assert answer.is_mitid_unknown
    assert not asked(a_witness()).is_mitid_unknown
    minor = asked(a_witness(mitid_since=None, birth_date="2009-01-15"))
    assert (minor.verdict, minor.from_day) == (Verdict.MAY_FROM, date(2027, 1, 15))
    assert minor.is_mitid_unknown


def test_the_verdicts_are_the_words_that_are_stored():
    assert [str(verdict) for verdict in Verdict] == ["may", "not_yet", "may_from", "may_not"]


def refused_on(witness, day, rules):
    return {
        finding["rule"]
        for finding in examine(witness, on=day, applicant=DEFAULT_PERSON, rule_set=rules)
        if not finding["passed"]
    } & SEEN_BEFOREHAND


@pytest.mark.parametrize("name", ["mitid-2022", "digst-2023", "mitid-2025"])
def test_the_answer_is_the_engines_own_and_the_day_is_the_first(name):
    chance, rules = Random(SEED), rule_set(name)
    later = 0
    for _case in range(20_000 if IS_FULL else 400):
        witness = a_witness(
            birth_date=(ON - timedelta(days=chance.randint(17 * 365, 20 * 365))).isoformat(),
            mitid_since=(ON - timedelta(days=chance.randint(-5, 40))).isoformat(),
            earlier_witnessings=witnessed(
                *(ON - timedelta(days=chance.randint(0, 200)) for _ in range(chance.randint(0, 5)))
            ),
        )
        answer = precheck(witness, on=ON, rule_set_on=lambda _day: rules)
        assert set(answer.failed) == refused_on(witness, ON, rules)
        assert (answer.verdict is Verdict.MAY) == (not answer.failed)
        if answer.verdict is Verdict.MAY_FROM:
            later += 1
            before = (answer.from_day - ON).days
            days = [ON + timedelta(days=number) for number in range(before + 1)]
            free = [day for day in days if not refused_on(witness, day, rules)]
            assert free == [answer.from_day]
            assert answer.from_day - ON <= FARTHEST
    assert later > 50


def met_at_the_desk(witness, day, rules):
    """What `decide` says of a whole case of that day: good papers on both sides, this witness."""
    case = {
        "on": day.isoformat(),
        "applicant": {
            "birth_date": "1980-01-01",
            "wants_cpr_link": True,
            "documents": [PASSPORT],
            "questions": "not_available",
        },
        "witness": {**witness, "documents": good_witness(day, rules)["documents"]},
    }
    return decide(case, rules)


def a_chance_witness(chance):
    """Somebody near an edge of age, of MitID, or of both; the quota fuller or emptier."""
    return a_witness(
        birth_date=(ON - timedelta(days=chance.randint(16 * 365, 20 * 365))).isoformat(),
        mitid_since=(ON - timedelta(days=chance.randint(-5, 40))).isoformat(),
        earlier_witnessings=witnessed(
            *(ON - timedelta(days=chance.randint(0, 200)) for _ in range(chance.randint(0, 5)))
        ),
    )


def differences_from_the_desk(count, told_by=precheck):
    """In how many cases the desk would say another thing than the witness was told."""
    chance, differing, told = Random(SEED), 0, Counter()
    for _case in range(count):
        rules = rule_set(chance.choice(RULE_SETS))
        witness = a_chance_witness(chance)
        answer = told_by(witness, on=ON, rule_set_on=lambda _day, rules=rules: rules)
        told[answer.verdict] += 1
        on_the_day = met_at_the_desk(witness, ON, rules)
        differing += (on_the_day["outcome"] == "confirmed") != (answer.verdict is Verdict.MAY)
        differing += set(answer.failed) != {
            rule for rule in on_the_day["failed"] if rule.startswith("witness.")
        }
        if answer.verdict is Verdict.MAY_FROM:
            later = met_at_the_desk(witness, answer.from_day, rules)
            earlier = met_at_the_desk(witness, answer.from_day - timedelta(days=1), rules)
            differing += (later["outcome"], earlier["outcome"]) != ("confirmed", "not_confirmed")
    assert min(told.values()) > count / 100, told
    return differing


def test_the_desk_decides_as_the_witness_was_told():
    assert differences_from_the_desk(20_000 if IS_FULL else 1_000) == 0


def test_a_check_that_is_a_day_off_would_be_found():
    """The control: asked about the day after."""

    def a_day_late(witness, *, on, rule_set_on):
        return precheck(witness, on=on + timedelta(days=1), rule_set_on=rule_set_on)

    assert differences_from_the_desk(1_000, told_by=a_day_late) > 0


@pytest.mark.parametrize("day", [date(2026, 2, 28), date(2026, 3, 1), date(2028, 2, 29), ON])
def test_the_youngest_who_may_be_of_age_on_a_day_is_so_on_that_day_and_not_before(day):
    born = latest_birth(day, 18).isoformat()
    assert asked(a_witness(birth_date=born), on=day).verdict is Verdict.MAY
    younger = (date.fromisoformat(born) + timedelta(days=1)).isoformat()
    assert asked(a_witness(birth_date=younger), on=day).failed == ("witness.minimum_age",)
