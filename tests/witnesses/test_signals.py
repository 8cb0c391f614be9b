"""Patterns in the ledger come before a fraud reviewer; no decision depends on one."""

import logging
from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from borgerservice.audit.models import AuditEntry
from borgerservice.people.models import Person
from borgerservice.people.services import person_of
from tests.builders import NOW, TODAY, build_staff
from tests.links import build_link
from tests.witnesses.cases import build_office, number, witness
from tests.witnesses.ledgers import (
    Entry,
    build_place,
    ledger_around,
    look,
    people,
    reversed_by,
    witnessed,
    write,
)
from witnesses.exceptions import NotFound, Refused
from witnesses.models import FraudSignal, IdentityProofing, Witnessing
from witnesses.selectors.signals import closed_signals, open_signals, signal_shown
from witnesses.services import decide_proofing, signals
from witnesses.services.reversals import answer_reversal, propose_reversal
from witnesses.services.signals import look_again, review_signal

pytestmark = pytest.mark.django_db


@pytest.fixture
def herning():
    return build_place("0657", "Herning")


@pytest.fixture
def aarhus():
    return build_place("0751", "Aarhus")


@pytest.fixture
def reviewer(herning):
    return build_staff(herning.municipality, role="fraud_reviewer", username="reviewer")


def opened() -> list[tuple[str, str]]:
    """What was opened where, oldest first."""
    rows = FraudSignal.unscoped.order_by("id")
    return list(rows.values_list("municipality__code", "pattern"))


def person(serial: int) -> Person:
    return person_of(kind="replacement", normalised=number(serial).digits, now=NOW)


def offices(*, days: int = 0):
    """An office in Herning today, and one in Aarhus some days later."""
    later = build_office("0751", "Aarhus", day=TODAY + timedelta(days=days))
    return build_office("0657", "Herning"), later


def test_a_witness_in_two_municipalities_comes_before_the_reviewers_of_both():
    herning, aarhus = offices(days=3)
    herning.decided(witness(7), applicant=1)
    assert opened() == []
    aarhus.decided(witness(7), applicant=2)
    assert sorted(opened()) == [
        ("0657", "several_municipalities"),
        ("0751", "several_municipalities"),
    ]
    signal = FraudSignal.unscoped.first()
    assert signal.witness == person(7)
    assert signal.witnessing == Witnessing.unscoped.latest("id")
    assert signal.opened_at == aarhus.now


def test_people_who_witness_for_each_other_under_any_of_their_numbers_are_seen():
    herning, aarhus = offices(days=200)
    herning.decided(witness(7), applicant=8)
    build_link(person(8).pk, person(18).pk)
    build_link(person(7).pk, person(17).pk)
    case = aarhus.decided(witness(18), applicant=17)
    assert case.outcome == "confirmed"
    assert sorted(opened()) == [("0657", "each_other"), ("0751", "each_other")]


def test_somebody_witnessed_recently_is_seen_as_a_witness_under_another_number():
    herning, aarhus = offices(days=100)
    herning.decided(witness(7), applicant=8)
    build_link(person(8).pk, person(18).pk)
    assert aarhus.decided(witness(18), applicant=9).outcome == "confirmed"
    assert sorted(opened()) == [("0657", "recently_witnessed"), ("0751", "recently_witnessed")]


def test_the_use_right_after_the_limit_is_seen(herning):
    one, *rest = people(5)
    for days, other in zip((-121, -100, -90), rest, strict=False):
        witnessed(one, other, herning, days=days)
    assert opened() == []
    witnessed(one, rest[3], herning)
    assert opened() == [("0657", "at_the_limit")]


def test_two_approved_reversals_of_one_witness_are_seen():
    office = build_office()
    lead = build_staff(office.world.municipality, role="lead")
    for applicant in (1, 2):
        case = office.decided(witness(7), applicant=applicant)
        asked = propose_reversal(
            proofing=case, reason="not_issued", staff=office.clerk, now=office.now
        )
        assert opened() == []
        answer_reversal(proposal=asked, approve=True, staff=lead, now=office.now)
    assert opened() == [("0657", "reversals")]


@pytest.mark.parametrize("linked", [False, True])
def test_two_reversals_are_counted_over_all_ids_of_a_witness(herning, aarhus, linked):
    one, other, *rest = people(4)
    if linked:
        build_link(one, other)
    told = [witnessed(one, rest[0], herning), witnessed(other, rest[1], aarhus)]
    reversed_by(told[0], herning)
    reversed_by(told[1], aarhus, days=120)
    found = [row for row in opened() if row[1] == "reversals"]
    assert sorted(found) == [("0657", "reversals"), ("0751", "reversals")] * linked


def test_honest_look_alikes_raise_nothing(herning, aarhus):
    helper, *people_met = people(12)
    for days, met in zip((-400, -300, -200, -60, -30, -1), people_met, strict=False):
        witnessed(helper, met, herning, days=days)
    family = people(4)
    for relative in family[1:]:
        witnessed(family[0], relative, herning, days=-10)
    witnessed(people_met[0], people(1)[0], aarhus)
    neighbour, friend = people(2)
    witnessed(neighbour, friend, herning, days=-800)
    witnessed(friend, neighbour, herning, days=-60)
    assert opened() == []


def test_opening_is_written_down_with_nothing_that_leads_to_a_case(herning, aarhus):
    one, a, b = people(3)
    witnessed(one, a, herning)
    witnessed(one, b, aarhus, days=1)
    entries = list(AuditEntry.unscoped.filter(event="signal.opened").order_by("id"))
    assert [(e.municipality_id, e.actor) for e in entries] == [
        (herning.municipality.pk, "system"),
        (aarhus.municipality.pk, "system"),
    ]
    for entry, signal in zip(entries, FraudSignal.unscoped.order_by("id"), strict=True):
        assert entry.subject == f"signal:{signal.pk}"
        assert entry.facts == {"pattern": "several_municipalities"}


def statements(do) -> list[str]:
    with CaptureQueriesContext(connection) as captured:
        do()
    return [query["sql"] for query in captured.captured_queries]


def test_looking_costs_no_statement_where_nothing_is_found(herning):
    one, a, b, *_ = people(5)
    witnessed(one, a, herning, days=-3)
    (entered,) = write([Entry(one, b, TODAY, herning)])
    assert len(statements(lambda: look(entered))) == 1, "the decision has read the ledger anyway"


def test_the_ledger_is_read_without_a_whole_table(herning):
    one, a = people(2)
    (entered,) = write([Entry(one, a, TODAY, herning)])
    (sql,) = statements(lambda: ledger_around(entered))
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL enable_seqscan = off")
            cursor.execute(f"EXPLAIN {sql}")
        else:
            cursor.execute(f"EXPLAIN QUERY PLAN {sql}")
        plan = str(cursor.fetchall())
    for table in ("witnesses_witnessing", "witnesses_reversal", "people_personlink"):
        assert f"Seq Scan on {table}" not in plan
        assert f"SCAN {table}" not in plan


def fail(*_arguments, **_named):
    raise ValueError("a fault in looking")


def fail_in_the_database(*_arguments, **_named):
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM no_such_table")


@pytest.mark.parametrize(
    ("where", "fault"),
    [("found_among", fail), ("_open", fail), ("_open", fail_in_the_database)],
)
def test_a_failure_to_look_undoes_no_decision_and_is_made_good(monkeypatch, caplog, where, fault):
    herning, aarhus = offices(days=3)
    herning.decided(witness(7), applicant=1)
    with monkeypatch.context() as broken, caplog.at_level(logging.ERROR):
        broken.setattr(signals, where, fault)
        case = aarhus.decided(witness(7), applicant=2)
    case.refresh_from_db()
    assert (case.state, case.outcome) == ("decided", "confirmed")
    assert Witnessing.unscoped.count() == 2
    assert opened() == []
    problem = "ValueError" if fault is fail else "Error"
    assert f"signals.not_looked witnessing={Witnessing.unscoped.latest('id').pk}" in caplog.text
    assert problem in caplog.text

    since = aarhus.now - timedelta(days=2)
    assert look_again(since=since, now=aarhus.now) == 2
    assert look_again(since=since, now=aarhus.now) == 0
    assert sorted(opened()) == [
        ("0657", "several_municipalities"),
        ("0751", "several_municipalities"),
    ]


def test_a_fault_half_way_leaves_no_half_of_a_signal(monkeypatch, herning, aarhus):
    one, a, b = people(3)
    witnessed(one, a, herning)
    written = []

    def once(*arguments, **named):
        written.append(arguments)
        if len(written) > 1:
            raise DatabaseError("half way")

    monkeypatch.setattr(signals, "_note", once)
    witnessed(one, b, aarhus)
    assert len(written) == 2
    assert opened() == []


def test_looking_again_finds_what_a_link_shows(herning):
    one, a, b = people(3)
    witnessed(one, a, herning, days=-50)
    witnessed(b, one, herning, days=-10)
    assert opened() == []
    assert look_again(since=NOW - timedelta(days=100), now=NOW) == 0
    build_link(a, b)
    assert look_again(since=NOW - timedelta(hours=1), now=NOW) == 2
    assert {pattern for _place, pattern in opened()} == {"each_other", "recently_witnessed"}
    assert look_again(since=NOW - timedelta(hours=1), now=NOW) == 0


def test_two_decisions_at_one_moment_that_did_not_see_each_other_are_seen_afterwards(herning):
    one, other = people(2)
    write([Entry(one, other, TODAY, herning), Entry(other, one, TODAY, herning)])
    assert look_again(since=NOW - timedelta(hours=1), now=NOW) == 2
    assert look_again(since=NOW - timedelta(hours=1), now=NOW) == 0
    assert {pattern for _place, pattern in opened()} == {"each_other", "recently_witnessed"}


def outcomes(*, with_signals: bool, monkeypatch) -> list[tuple]:
    """The same story decided: who asks for what is the same, with signals and without."""
    if not with_signals:
        monkeypatch.setattr(
            "witnesses.services.decision.look_at_witnessing", lambda *_a, **_n: None
        )
    herning, aarhus = offices(days=5)
    story = [
        (herning, 7, 8),
        (herning, 8, 7),
        (herning, 8, 9),
        (herning, 7, 10),
        (aarhus, 7, 11),
        (aarhus, 7, 12),
        (aarhus, 9, 13),
        (aarhus, 13, 9),
    ]
    cases = [office.decided(witness(who), applicant=whom) for office, who, whom in story]
    assert FraudSignal.unscoped.exists() is with_signals
    rows = IdentityProofing.unscoped.filter(pk__in=[case.pk for case in cases]).order_by("id")
    fields = ("outcome", "route", "failed", "findings", "rule_set", "decided_on", "state")
    return list(rows.values_list(*fields))


def test_every_decision_is_the_same_with_signals_and_without(monkeypatch):
    with pytest.MonkeyPatch.context() as patched, transaction.atomic():
        without = outcomes(with_signals=False, monkeypatch=patched)
        transaction.set_rollback(True)
    assert outcomes(with_signals=True, monkeypatch=monkeypatch) == without
    assert [row[0] for row in without].count("not_confirmed") == 1


def shown_rows(place, reviewer):
    (signal,) = open_signals(municipality=place.municipality, reviewer=reviewer)
    shown = signal_shown(municipality=place.municipality, number=signal.pk, reviewer=reviewer)
    return shown, [
        (row.on, row.municipality.code, row.is_own, bool(row.reference)) for row in shown.rows
    ]


def test_a_reviewer_sees_own_witnessings_with_the_case_and_others_with_place_and_day(
    herning, aarhus, reviewer
):
    one, a, b = people(3)
    witnessed(one, a, aarhus, days=-9)
    witnessed(one, b, herning)
    shown, rows = shown_rows(herning, reviewer)
    assert rows == [
        (TODAY - timedelta(days=9), "0751", False, False),
        (TODAY, "0657", True, True),
    ]
    assert shown.chain == 0


@pytest.mark.parametrize(("links", "gap", "length"), [(1, 179, 1), (3, 100, 3), (3, 180, 0)])
def test_the_length_of_the_chain_behind_a_witness(herning, reviewer, links, gap, length):
    chain = people(links + 2)
    for place in range(links + 1):
        days = (place - links) * gap
        witnessed(chain[place], chain[place + 1], herning, days=days)
    waiting = open_signals(municipality=herning.municipality, reviewer=reviewer)
    assert len(waiting) == length
    if length:
        shown = signal_shown(
            municipality=herning.municipality, number=waiting[-1].pk, reviewer=reviewer
        )
        assert shown.chain == length


def test_the_pattern_is_shown_as_it_was_seen(herning, aarhus, reviewer):
    one, a, b, c = people(4)
    witnessed(one, a, aarhus, days=-9)
    witnessed(one, b, herning, days=-5)
    witnessed(one, c, herning, days=1)
    first, _second = open_signals(municipality=herning.municipality, reviewer=reviewer)
    shown = signal_shown(municipality=herning.municipality, number=first.pk, reviewer=reviewer)
    assert [row.on.day for row in shown.rows] == [14, 18]


def test_a_limit_reached_is_shown_although_a_use_was_reversed_since(herning, reviewer):
    one, *rest = people(5)
    told = [
        witnessed(one, other, herning, days=days)
        for days, other in zip((-121, -100, -90, 0), rest, strict=False)
    ]
    reversed_by(told[1], herning, days=2)
    shown, rows = shown_rows(herning, reviewer)
    assert len(rows) == 4
    assert [row.is_reversed for row in shown.rows] == [False, True, False, False]


def test_another_municipality_s_signal_is_not_found(herning, aarhus, reviewer):
    one, a, b = people(3)
    witnessed(one, a, aarhus, days=-9)
    witnessed(one, b, herning)
    theirs = FraudSignal.objects.for_municipality(aarhus.municipality).get()
    with pytest.raises(NotFound):
        signal_shown(municipality=herning.municipality, number=theirs.pk, reviewer=reviewer)


@pytest.mark.parametrize("part", [0, 1, 2])
def test_a_reviewer_who_takes_part_sees_nothing_of_it(herning, aarhus, reviewer, part):
    one, a, b, known = people(4)
    witnessed(one, a, aarhus, days=-9)
    witnessed(one, b, herning)
    reviewer.person_id = known
    reviewer.save()
    here = {"municipality": herning.municipality, "reviewer": reviewer}
    assert len(open_signals(**here)) == 1
    build_link((one, b, one)[part], known)
    assert open_signals(**here) == []
    with pytest.raises(NotFound):
        signal_shown(
            number=FraudSignal.objects.for_municipality(herning.municipality).get().pk, **here
        )


def test_a_finding_closes_a_signal_for_good(herning, aarhus, reviewer):
    one, a, b = people(3)
    witnessed(one, a, aarhus, days=-9)
    witnessed(one, b, herning)
    here = {"municipality": herning.municipality, "reviewer": reviewer}
    (signal,) = open_signals(**here)
    shown = signal_shown(number=signal.pk, **here)
    with pytest.raises(Refused, match="finding_needed"):
        review_signal(shown=shown, finding="guilty", staff=reviewer, now=NOW)
    review_signal(shown=shown, finding="watch", staff=reviewer, now=NOW)
    with pytest.raises(Refused, match="signal_reviewed"):
        review_signal(shown=shown, finding="harmless", staff=reviewer, now=NOW)
    assert open_signals(**here) == []
    assert [one.finding for one in closed_signals(**here)] == ["watch"]
    entry = AuditEntry.unscoped.get(event="signal.reviewed")
    assert entry.facts == {"pattern": "several_municipalities", "finding": "watch"}
    assert FraudSignal.unscoped.filter(finding="").count() == 1, "Aarhus looks for itself"


def test_a_reviewer_does_not_judge_cases_they_worked_on(herning, aarhus):
    one, a, b = people(3)
    witnessed(one, a, aarhus, days=-9)
    witnessed(one, b, herning)
    here = {"municipality": herning.municipality, "reviewer": herning.clerk}
    shown = signal_shown(number=open_signals(**here)[0].pk, **here)
    with pytest.raises(Refused, match="own_work"):
        review_signal(shown=shown, finding="harmless", staff=herning.clerk, now=NOW)


def test_a_finding_changes_no_decision_and_no_later_one(herning, aarhus, reviewer):
    office = build_office()
    one = person(7).pk
    witnessed(one, person(50).pk, aarhus, days=-9)
    case = office.with_witness(witness(7), applicant=1)
    for signal in FraudSignal.unscoped.all():
        signal.finding, signal.reviewed_by, signal.reviewed_at = "reported", reviewer, NOW
        signal.save()
    assert decide_proofing(proofing=case, staff=office.clerk, now=NOW).outcome == "confirmed"
