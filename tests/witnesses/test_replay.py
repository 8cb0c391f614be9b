"""A year of decisions decided again: the same under their own rules, counted under others'."""

import io
import json
import os
import subprocess
import sys
from datetime import date

import pytest
from django.core.management import CommandError, call_command

from borgerservice.audit.models import AuditEntry
from borgerservice.people.services import person_of
from borgerservice.vault.models import DataKey
from borgerservice.vault.services import open_data_key, shred
from tests.builders import NOW, build_staff
from tests.links import build_link
from tests.witnesses.archive import decided, decided_in_a_year, forged, held
from tests.witnesses.cases import (
    PASSPORT,
    build_office,
    number,
    witness,
)
from witnesses.models import ReversalProposal
from witnesses.rules.replay import change_between, rules_changed
from witnesses.rules.rule_sets import rule_set
from witnesses.selectors.cases import decision_facts
from witnesses.services.replay import replay_decisions
from witnesses.services.reversals import answer_reversal, propose_reversal

pytestmark = pytest.mark.django_db
FIRST, LAST = date(2026, 1, 1), date(2026, 12, 31)


@pytest.fixture
def year():
    return decided_in_a_year()


def replayed(rule_set_id=None, *, first=FIRST, last=LAST):
    under = rule_set(rule_set_id) if rule_set_id else None
    return replay_decisions(first=first, last=last, under=under, now=NOW, lists_cases=True)


def told(*arguments):
    """What the command writes, and its exit status."""
    out, err = io.StringIO(), io.StringIO()
    status = 0
    try:
        call_command("replay", *arguments, stdout=out, stderr=err)
    except SystemExit as ended:
        status = ended.code
    return out.getvalue(), err.getvalue(), status


SPAN = ("--from", "2026-01-01", "--to", "2026-12-31")


# --- under its own rules -------------------------------------------------------------------------------


def test_a_year_of_decisions_comes_out_the_same_under_its_own_rules(year):
    report = replayed()
    assert (report.decisions, report.same, report.broken) == (9, 9, 0)
    assert not report.changes
    assert not report.unreadable
    assert not report.cases
    out, err, status = told(*SPAN)
    assert (err, status) == ("", 0)
    assert "come out the same" in out


def test_what_happened_after_a_decision_changes_nothing_of_it():
    """A reversal, a linked person, a new set in force: the facts are those of the day."""
    office = build_office()
    lead, other = build_staff(office.world.municipality, role="lead"), office.clerk
    cases = [office.decided(witness(1), applicant=2000 + n) for n in range(4)]
    assert [case.outcome for case in cases] == ["confirmed"] * 3 + ["not_confirmed"]
    proposal = propose_reversal(
        proofing=cases[0], reason=ReversalProposal.Reason.NOT_ISSUED, staff=other, now=NOW
    )
    answer_reversal(proposal=proposal, approve=True, staff=lead, now=NOW)
    build_link(
        *(
            person_of(kind="replacement", normalised=number(serial).digits, now=NOW).pk
            for serial in (1, 2)
        )
    )
    again = office.decided(witness(2), applicant=2010)
    assert again.outcome == "confirmed"
    history = decision_facts_of(again)["witness"]["earlier_witnessings"]
    assert [entry["counted"] for entry in history] == [False, True, True]
    refused = office.decided(witness(2), applicant=2011)
    assert "witness.quota" in refused.failed

    report = replayed()
    assert (report.decisions, report.same, report.broken) == (6, 6, 0)


def decision_facts_of(case):
    return decision_facts(case, open_data_key(case.data_key))


# --- under another set -----------------------------------------------------------------------------------


def test_under_another_set_exactly_what_was_counted_by_hand_differs(year):
    report = replayed("mitid-2025")
    assert (report.decisions, report.same) == (9, 5)
    assert report.changes == {"to_not_confirmed": 2, "to_confirmed": 1, "other_grounds": 1}
    assert report.rules == {
        "witness.mitid_held": {"now_fails": 2},
        "applicant.documents": {"now_fails": 1},
        "applicant.proof": {"now_fails": 1, "now_passes": 1},
        "witness.documents": {"now_passes": 1},
    }
    assert report.municipalities == {
        "0657": {"decisions": 3, "to_not_confirmed": 1},
        "0751": {"decisions": 3, "to_not_confirmed": 1, "to_confirmed": 1},
        "0461": {"decisions": 3, "other_grounds": 1},
    }
    assert report.cases == [
        (year[1].reference, "to_not_confirmed"),
        (year[3].reference, "to_not_confirmed"),
        (year[4].reference, "to_confirmed"),
        (year[6].reference, "other_grounds"),
    ]
    assert report.broken == 0


def test_only_meetings_within_the_days_named_are_decided_again(year):
    assert replayed("mitid-2022").same == 9, "the set they were decided under may be named as well"

    def count(first, last):
        return replayed(first=first, last=last).decisions

    assert count(date(2026, 1, 12), date(2026, 6, 10)) == 6
    assert count(date(2026, 1, 13), date(2026, 6, 9)) == 0
    assert count(date(2026, 6, 10), date(2026, 6, 10)) == 3


# --- what is told ------------------------------------------------------------------------------------------


def test_the_report_is_json_on_request(year):
    out, err, status = told(*SPAN, "--rule-set", "mitid-2025", "--json")
    assert (err, status) == ("", 0)
    report = json.loads(out)
    assert report["from"] == "2026-01-01"
    assert report["rule_set"] == "mitid-2025"
    assert (report["decisions"], report["same"], report["broken"]) == (9, 5, 0)
    assert report["different"] == {"to_not_confirmed": 2, "to_confirmed": 1, "other_grounds": 1}
    assert report["not_readable"] == {}
    assert report["municipalities"]["0657"] == {
        "name": "Herning",
        "decisions": 3,
        "to_not_confirmed": 1,
    }
    assert "cases" not in report


def test_nothing_about_a_person_is_told_and_cases_only_when_asked(year):
    changed = {year[place].reference for place in (1, 3, 4, 6)}
    for form in ((), ("--json",)):
        out, _err, _status = told(*SPAN, "--rule-set", "mitid-2025", *form)
        listed, _err, _status = told(*SPAN, "--rule-set", "mitid-2025", "--list", *form)
        for case in year:
            assert case.reference not in out
            assert (case.reference in listed) is (case.reference in changed)
        for secret in ("Amina", "Bente", number(1).digits, number(1001).digits):
            assert secret not in out + listed


def test_the_table_tells_rules_and_municipalities_and_the_reading_is_written_down(year):
    out, _err, _status = told(*SPAN, "--rule-set", "mitid-2025")
    rows = {tuple(row.split()) for row in out.splitlines()}
    assert ("witness.mitid_held", "2", "0", "0") in rows
    assert ("0751", "Aarhus", "3", "1", "1", "0", "0") in rows
    assert ("confirmed,", "now", "not", "confirmed", "2") in rows
    entry = AuditEntry.unscoped.latest("id")
    assert (entry.event, entry.actor) == ("decisions.replayed", "command")
    assert entry.subject == "decisions:2026-01-01/2026-12-31"
    assert entry.facts == {"rule_set": "mitid-2025", "decisions": 9, "same": 5, "broken": 0}


def test_a_span_without_decisions_is_no_error():
    out, err, status = told("--from", "2020-01-01", "--to", "2020-12-31", "--json")
    assert (json.loads(out)["decisions"], err, status) == (0, "", 0)


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("--from", "2026-01-01"),
        ("--from", "2026-01-01", "--to", "1-2-2026"),
        ("--from", "20260101", "--to", "2026-01-01"),
        ("--from", "2026-02-29", "--to", "2026-03-01"),
        ("--from", "2026-01-02", "--to", "2026-01-01"),
        (*SPAN, "--rule-set", "mitid-2031"),
    ],
)
def test_a_wrong_call_says_so_and_decides_nothing(arguments):
    with pytest.raises(CommandError) as wrong:
        call_command("replay", *arguments, stdout=io.StringIO())
    assert str(wrong.value)
    assert not AuditEntry.unscoped.filter(event="decisions.replayed").exists()


@pytest.mark.once
def test_a_wrong_call_ends_with_status_two():
    done = subprocess.run(
        [sys.executable, "manage.py", "replay", "--from", "2026-01-02", "--to", "2026-01-01"],
        capture_output=True, check=False, timeout=120,
        env={**os.environ, "DATABASE_URL": "sqlite:////nowhere/none.sqlite3"},
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (2, b"")
    assert b"--from lies after --to." in done.stderr
    assert b"Traceback" not in done.stderr


# --- a broken archive ----------------------------------------------------------------------------------------


@pytest.fixture
def sound(office):
    """A confirmed decision, and a refused one."""
    refused = decided(office, 2, PASSPORT, **held(office, 5))
    return office.decided(witness(1), applicant=100), refused


def test_the_control_a_copy_that_is_sound_comes_out_the_same(office, sound):
    forged(office, sound[0])
    assert (replayed().same, replayed().broken) == (3, 0)


FORGERIES = (
    (0, {"outcome": "not_confirmed"}, "to_confirmed"),
    (1, {"outcome": "confirmed"}, "to_not_confirmed"),
    (0, {"route": "questions"}, "other_grounds"),
    (0, {"route": ""}, "other_grounds"),
    (1, {"failed": []}, "other_grounds"),
    (0, {"findings": []}, "other_grounds"),
)


def test_a_decision_that_its_facts_do_not_give_is_a_broken_archive(office, sound):
    rows = [forged(office, sound[like], **changed) for like, changed, _change in FORGERIES]
    report = replayed()
    assert (report.decisions, report.same, report.broken) == (8, 2, 6)
    assert report.changes == {"to_confirmed": 1, "to_not_confirmed": 1, "other_grounds": 4}
    assert report.cases == [
        (row.reference, change) for row, (*_, change) in zip(rows, FORGERIES, strict=True)
    ]
    out, err, status = told(*SPAN, "--list")
    assert status == 1
    assert "BROKEN ARCHIVE: 6 " in err
    assert all(row.reference in out for row in rows)


@pytest.mark.parametrize("rule_set_id", [None, "mitid-2022", "mitid-2025"])
def test_a_figure_changed_by_hand_is_seen_under_its_own_rules(office, sound, rule_set_id):
    findings = json.loads(json.dumps(sound[0].findings))
    next(one for one in findings if one["rule"] == "witness.mitid_held")["observed"] = 4000
    forged(office, sound[0], findings=findings)
    report = replayed(rule_set_id)
    is_own = rule_set_id != "mitid-2025"
    assert report.broken == is_own
    assert report.rules.get("witness.mitid_held", {}) == ({"otherwise": 1} if is_own else {})


UNUSABLE = (
    ({"sealed": b"x" * 60}, "seal_broken"),
    ({"facts": {"on": "2026-11-22"}}, "facts_do_not_fit"),
    ({"facts": {"id": "SOMEBODY"}}, "facts_do_not_fit"),
    ({"facts": {"rule_set": "digst-2023"}}, "facts_do_not_fit"),
    ({"facts": {"applicant": {}}}, "facts_do_not_fit"),
    ({"decided_on": date(2026, 11, 1)}, "facts_do_not_fit"),
    ({"rule_set": "mitid-2031"}, "set_unknown"),
)


def test_facts_that_cannot_be_used_are_a_broken_archive(office, sound):
    rows = [forged(office, sound[0], **changes) for changes, _why in UNUSABLE]
    report = replayed()
    assert report.unreadable == {"seal_broken": 1, "facts_do_not_fit": 5, "set_unknown": 1}
    assert (report.same, report.broken) == (2, 7)
    assert report.cases == [
        (row.reference, why) for row, (_changes, why) in zip(rows, UNUSABLE, strict=True)
    ]
    assert report.municipalities["0657"]["not_readable"] == 7
    assert told(*SPAN)[2] == 1
    under_another = replayed("mitid-2025")
    assert under_another.unreadable == {"seal_broken": 1, "facts_do_not_fit": 6}
    assert under_another.broken == 7


def test_a_case_whose_key_was_destroyed_is_counted_and_nothing_is_broken(sound):
    shred([sound[0].data_key_id], now=NOW)
    report = replayed()
    assert report.unreadable == {"key_destroyed": 1}
    assert (report.decisions, report.same, report.broken) == (2, 1, 0)
    out, err, status = told(*SPAN)
    assert "the key was destroyed" in out
    assert (err, status) == ("", 0)


def test_an_installation_without_the_wrapping_key_cannot_vouch_for_its_archive(sound):
    DataKey.objects.filter(pk=sound[0].data_key_id).update(key_version=99)
    report = replayed()
    assert (report.unreadable, report.broken) == ({"key_missing": 1}, 1)


# --- on a terminal, and over many ----------------------------------------------------------------------------


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_on_a_terminal_the_operator_sees_how_far_it_is(sound, monkeypatch):
    screen, elsewhere = Terminal(), io.StringIO()
    monkeypatch.setattr("sys.stderr", screen)
    told(*SPAN)
    assert screen.getvalue() == "\r2 of 2 decisions\n"
    monkeypatch.setattr("sys.stderr", elsewhere)
    told(*SPAN)
    assert elsewhere.getvalue() == ""


def test_more_decisions_than_one_piece_holds_are_all_read(office, sound, monkeypatch):
    monkeypatch.setattr("witnesses.services.replay._BATCH", 2)
    for serial in range(3):
        office.decided(witness(20 + serial), applicant=3000 + serial)
    heard = []
    report = replay_decisions(first=FIRST, last=LAST, under=None, now=NOW, tell=heard.append)
    assert (report.decisions, report.same) == (5, 5)
    assert heard == [1, 2, 3, 4, 5]


# --- the comparison itself -----------------------------------------------------------------------------------


def answer(*passed, rule_set_id="a", outcome="confirmed", route="witness", source="page"):
    findings = [
        {"rule": rule, "passed": is_met, "required": 1, "observed": 1, "source": source}
        for rule, is_met in zip("xyz", passed, strict=False)
    ]
    return {
        "id": "1",
        "rule_set": rule_set_id,
        "outcome": outcome,
        "route": route,
        "failed": [one["rule"] for one in findings if not one["passed"]],
        "findings": findings,
    }


def test_under_another_set_figures_and_sources_differ_by_themselves():
    before, after = answer(True), answer(True, source="other page")
    assert change_between(before, after) == "other_grounds"
    assert list(rules_changed(before, after)) == [("x", "otherwise")]
    elsewhere = {**after, "rule_set": "b"}
    assert change_between(before, elsewhere) is None
    assert list(rules_changed(before, elsewhere)) == []


def test_a_rule_that_one_of_the_two_did_not_look_at_is_told():
    before, after = answer(True, False), answer(True)
    assert list(rules_changed(before, after)) == [("y", "otherwise")]
    assert list(rules_changed(after, before)) == [("y", "otherwise")]
    assert list(rules_changed(answer(True, False), answer(False, True))) == [
        ("x", "now_fails"),
        ("y", "now_passes"),
    ]


def test_what_was_stored_as_json_is_the_same_as_what_was_decided():
    decided_now = answer(True)
    decided_now["findings"][0]["required"] = ("questions", "witness")
    assert change_between(json.loads(json.dumps(decided_now)), decided_now) is None
