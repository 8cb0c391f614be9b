"""Two rule stewards put a rule set in force from a day that has not begun; the past stands."""

import shutil
from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.management import call_command
from django.db import OperationalError
from django.db.backends.base.operations import BaseDatabaseOperations

from borgerservice.audit.models import AuditEntry
from borgerservice.staff.services import end_rule_steward
from tests.builders import NOW, TODAY, build_municipality, build_staff
from tests.links import build_link
from tests.platform.raw import copy_row, execute, refused, schedule, two_stewards
from tests.witnesses.cases import build_office, witness
from tests.witnesses.stewards import build_steward, scheduled
from witnesses.exceptions import Refused
from witnesses.models import IdentityProofing, RuleSetInForce, RuleSetProposal, Witnessing
from witnesses.rules import rule_sets
from witnesses.rules.rule_sets import LONGEST_ID, RULE_SETS, SETS_FOLDER, load_rule_sets
from witnesses.rules.tables import LARGEST
from witnesses.selectors.cases import rule_set_in_force
from witnesses.selectors.schedule import (
    figures_for_guards,
    rows_unlike_their_set,
    rule_sets_proposed,
    schedule_on,
)
from witnesses.services import decide_proofing
from witnesses.services import schedule as schedule_service
from witnesses.services.schedule import (
    answer_rule_set,
    propose_rule_set,
    warn_of_other_figures,
)

pytestmark = pytest.mark.django_db
TOMORROW = TODAY + timedelta(days=1)
SOON = TODAY + timedelta(days=14)


@pytest.fixture
def one():
    return build_steward("one")


@pytest.fixture
def other():
    return build_steward("other")


def proposed(staff, rule_set="mitid-2025", on=SOON, now=NOW):
    return propose_rule_set(rule_set=rule_set, in_force_from=on, staff=staff, now=now)


def refusal_of(act):
    with pytest.raises(Refused) as refused_act:
        act()
    assert refused_act.value.sentence
    return refused_act.value.code, refused_act.value.field


# --- proposing ---------------------------------------------------------------------------------------


def test_a_proposal_alone_puts_nothing_in_force(one):
    proposal = proposed(one)
    assert rule_set_in_force(SOON) == "mitid-2022"
    assert rule_sets_proposed() == [proposal]
    entry = AuditEntry.unscoped.get()
    assert (entry.event, entry.subject, entry.actor, entry.municipality) == (
        "rule_set.proposed",
        "rule_set:mitid-2025",
        f"staff:{one.pk}",
        None,
    )
    assert entry.facts == {"proposal": proposal.pk, "from": SOON.isoformat()}


@pytest.mark.parametrize("day", [date.min, TODAY - timedelta(days=1), TODAY])
def test_a_day_that_has_begun_is_refused_at_its_field(one, day):
    assert refusal_of(lambda: proposed(one, on=day)) == ("day_not_after_today", "in_force_from")


def test_the_day_begins_in_denmark_and_not_elsewhere(one):
    shortly_before_midnight = datetime(2026, 11, 23, 22, 59, 59, tzinfo=UTC)
    assert proposed(one, on=TOMORROW, now=shortly_before_midnight)
    midnight = shortly_before_midnight + timedelta(seconds=1)
    assert refusal_of(lambda: proposed(one, "digst-2023", TOMORROW, midnight))


@pytest.mark.parametrize("unknown", ["mitid-2031", "", "MITID-2025", "mitid-2025 "])
def test_a_set_nobody_knows_is_refused_at_its_field(one, unknown):
    assert refusal_of(lambda: proposed(one, unknown)) == ("unknown_rule_set", "rule_set")


def test_what_is_in_force_on_the_day_anyway_is_not_proposed(one):
    assert refusal_of(lambda: proposed(one, "mitid-2022")) == ("already_scheduled", "rule_set")


def test_what_waits_is_not_proposed_again_but_after_it_was_declined(one, other):
    proposal = proposed(one)
    assert refusal_of(lambda: proposed(other)) == ("rule_set_waits", "rule_set")
    answer_rule_set(proposal=proposal, approve=False, staff=other, now=NOW)
    assert proposed(other)


def test_only_a_rule_steward_proposes(one):
    clerk = build_staff(build_municipality(), role="administrator")
    assert refusal_of(lambda: proposed(clerk)) == ("not_rule_steward", None)
    end_rule_steward(staff=one, now=NOW)
    assert refusal_of(lambda: proposed(one)) == ("not_rule_steward", None)
    assert not RuleSetProposal.objects.exists()


# --- answering ---------------------------------------------------------------------------------------


def test_a_second_steward_s_approval_puts_the_set_in_force_with_its_figures(one, other):
    proposal = proposed(one, "digst-2023")
    later = NOW + timedelta(days=1)
    answered = answer_rule_set(proposal=proposal, approve=True, staff=other, now=later)

    assert (answered.answered_by, answered.answered_at, answered.is_approved) == (
        other,
        later,
        True,
    )
    assert rule_sets_proposed() == []
    assert rule_set_in_force(SOON - timedelta(days=1)) == "mitid-2022"
    assert rule_set_in_force(SOON) == "digst-2023"
    row = RuleSetInForce.objects.latest("id")
    figures = RULE_SETS["digst-2023"]
    assert (row.quota_at_most, row.quota_days, row.quota_unit) == (3, 120, "persons")
    assert row.reversals_at_most == figures.witness_reversals.at_most == 2
    assert (row.proposed_by, row.approved_by, row.created_at) == (one, other, later)
    entry = AuditEntry.unscoped.latest("id")
    assert (entry.event, entry.subject, entry.actor) == (
        "rule_set.scheduled",
        "rule_set:digst-2023",
        f"staff:{other.pk}",
    )


def test_a_declined_proposal_puts_nothing_in_force(one, other):
    answer_rule_set(proposal=proposed(one), approve=False, staff=other, now=NOW)
    assert rule_set_in_force(SOON) == "mitid-2022"
    assert RuleSetInForce.objects.count() == 1
    assert AuditEntry.unscoped.latest("id").event == "rule_set.declined"


@pytest.mark.parametrize("approve", [True, False])
def test_nobody_answers_what_they_proposed_themselves(one, approve):
    proposal = proposed(one)
    answering = {"proposal": proposal, "approve": approve, "staff": one, "now": NOW}
    assert refusal_of(lambda: answer_rule_set(**answering)) == ("own_proposal", None)


def test_nor_under_a_second_account_of_the_same_human_being(one, other):
    build_link(one.person_id, other.person_id)
    answering = {"proposal": proposed(one), "approve": True, "staff": other, "now": NOW}
    assert refusal_of(lambda: answer_rule_set(**answering)) == ("own_proposal", None)


def test_an_answer_stands(one, other):
    proposal = proposed(one)
    third = build_steward()
    answer_rule_set(proposal=proposal, approve=True, staff=other, now=NOW)
    for approve in (True, False):
        answering = {"proposal": proposal, "approve": approve, "staff": third, "now": NOW}
        assert refusal_of(lambda answering=answering: answer_rule_set(**answering)) == (
            "already_answered",
            None,
        )
    assert RuleSetInForce.objects.count() == 2


def test_only_a_rule_steward_answers(one, other):
    proposal = proposed(one)
    end_rule_steward(staff=other, now=NOW)
    chief = build_staff(build_municipality(), role="administrator")
    for staff in (other, chief):
        answering = {"proposal": proposal, "approve": True, "staff": staff, "now": NOW}
        assert refusal_of(lambda answering=answering: answer_rule_set(**answering)) == (
            "not_rule_steward",
            None,
        )


def test_what_was_proposed_in_time_is_not_approved_too_late(one, other):
    proposal = proposed(one, on=TOMORROW)
    midnight = datetime(2026, 11, 23, 23, 0, tzinfo=UTC)
    answering = {"proposal": proposal, "staff": other}
    assert refusal_of(lambda: answer_rule_set(approve=True, now=midnight, **answering)) == (
        "day_not_after_today",
        "in_force_from",
    )
    answer_rule_set(approve=False, now=midnight, **answering)
    assert rule_sets_proposed() == []


def test_of_two_sets_for_one_coming_day_the_one_approved_last_counts(one, other):
    scheduled("mitid-2025", SOON)
    assert rule_set_in_force(SOON) == "mitid-2025"
    scheduled("digst-2023", SOON)
    assert rule_set_in_force(SOON) == "digst-2023"
    scheduled("mitid-2022", SOON)
    assert rule_set_in_force(SOON) == "mitid-2022"
    assert RuleSetInForce.objects.count() == 4


def test_two_proposals_of_the_same_do_not_both_count(one, other):
    proposal = proposed(one)
    scheduled("mitid-2025", SOON - timedelta(days=1))
    answering = {"proposal": proposal, "approve": True, "staff": other, "now": NOW}
    assert refusal_of(lambda: answer_rule_set(**answering)) == ("already_scheduled", "rule_set")


# --- the past ----------------------------------------------------------------------------------------


def test_the_guard_s_refusal_comes_out_in_words(one, other):
    """A case decided for a coming day, as a wrong clock might: what it was decided under stands."""
    office = build_office(day=TOMORROW)
    office.decided(witness(2))
    proposal = proposed(one, on=TOMORROW)
    answering = {"proposal": proposal, "approve": True, "staff": other, "now": NOW}
    assert refusal_of(lambda: answer_rule_set(**answering)) == ("decided_already", "in_force_from")
    proposal.refresh_from_db()
    assert proposal.answered_at is None
    assert rule_set_in_force(TOMORROW) == "mitid-2022"


def test_the_database_itself_changes_nothing_already_decided(one, other):
    office = build_office()
    office.decided(witness(2))
    for day in (date.min, TODAY - timedelta(days=1), TODAY):
        with refused("spares_the_past"):
            schedule(rule_set="mitid-2025", since=day)
    schedule(rule_set="mitid-2025", since=TOMORROW)


@pytest.mark.parametrize("of_whom", ["nobody", "two who approved nothing", "two who declined"])
def test_the_database_schedules_nothing_that_no_second_steward_approved(one, other, of_whom):
    row = {"quota_at_most": 99, "quota_days": 120, "quota_unit": "witnessings", "created_at": NOW}
    if of_whom != "nobody":
        row |= {"proposed_by": one, "approved_by": other}
    if of_whom == "two who declined":
        answer_rule_set(proposal=proposed(one, on=TOMORROW), approve=False, staff=other, now=NOW)
    with refused("schedule_takes_two"):
        RuleSetInForce.objects.create(rule_set="mitid-2025", in_force_from=TOMORROW, **row)
    assert rule_set_in_force(TOMORROW) == "mitid-2022"


@pytest.mark.parametrize(
    "changed", [{"quota_at_most": 99}, {"in_force_from": SOON}, {"rule_set": "mitid-2025"}], ids=str
)
def test_one_approval_puts_one_row_into_the_schedule(changed):
    scheduled("digst-2023", TOMORROW)
    row = RuleSetInForce.objects.latest("id")
    with refused("schedule_takes_two"):
        copy_row("witnesses_rulesetinforce", row.pk, **changed)


@pytest.mark.only("postgresql")
@pytest.mark.parametrize("day", ["infinity", "-infinity", "0044-03-15 BC", "10000-01-01"])
def test_the_schedule_takes_no_day_that_nobody_could_read(day):
    with refused("no day of the calendar"):
        copy_row("witnesses_rulesetinforce", RuleSetInForce.objects.get().pk, in_force_from=day)


def test_the_database_wants_two_stewards(one, other):
    proposal = proposed(one)
    with refused("takes_two"):
        execute(
            "UPDATE witnesses_rulesetproposal SET answered_by_id = %s, answered_at = %s,"
            " is_approved = %s WHERE id = %s",
            one.pk, NOW.isoformat(" "), True, proposal.pk,
        )  # fmt: skip
    answer_rule_set(proposal=proposal, approve=False, staff=other, now=NOW)
    with refused("stands"):
        execute("UPDATE witnesses_rulesetproposal SET is_approved = %s", True)
    for changed in ("rule_set = 'digst-2023'", "proposed_by_id = answered_by_id"):
        with refused("stands|takes_two"):
            execute(f"UPDATE witnesses_rulesetproposal SET {changed}")


# --- what decides when -----------------------------------------------------------------------------------


def test_a_late_entry_is_judged_by_the_set_of_the_day_of_the_meeting():
    """MitID held for 20 days: enough under the first set, too short under the one after it."""
    scheduled("mitid-2025", SOON)
    before, after = SOON - timedelta(days=1), SOON + timedelta(days=1)
    early, late = build_office("0657", day=before), build_office("0751", "Aarhus", day=after)
    since = before - timedelta(days=20)
    waiting = early.with_witness(witness(2, mitid_since=since), applicant=1)

    refused_case = late.decided(witness(3, mitid_since=since), applicant=2)
    decided_late = decide_proofing(
        proofing=waiting, staff=early.clerk, now=late.now, late_reason="on_paper"
    )

    assert (decided_late.rule_set, decided_late.outcome) == ("mitid-2022", "confirmed")
    assert decided_late.decided_on == before
    assert decided_late.decided_at == late.now
    assert (refused_case.rule_set, refused_case.outcome) == ("mitid-2025", "not_confirmed")
    assert refused_case.failed == ["applicant.proof", "witness.mitid_held"]


def test_a_case_opened_before_and_met_after_the_change_is_judged_by_the_day_of_the_meeting():
    scheduled("digst-2023", SOON)
    scheduled("mitid-2025", SOON + timedelta(days=10))
    rule_sets = {}
    for number, days in enumerate((-1, 0, 9, 10)):
        office = build_office(f"{300 + number:04}", f"By {number}", day=SOON + timedelta(days=days))
        rule_sets[days] = office.decided(witness(50 + number), applicant=number).rule_set
    assert rule_sets == {-1: "mitid-2022", 0: "digst-2023", 9: "digst-2023", 10: "mitid-2025"}
    assert IdentityProofing.unscoped.filter(outcome="confirmed").count() == 4


@pytest.fixture
def fourth_set(tmp_path, monkeypatch):
    """A fourth file beside the three: one witnessing in 10 days, and nothing may be reversed."""
    for path in SETS_FOLDER.glob("*.toml"):
        shutil.copy(path, tmp_path)
    text = (tmp_path / "mitid-2025.toml").read_text(encoding="utf-8")
    for old, new in (
        ('id = "mitid-2025"', 'id = "mitid-2027"'),
        ("at_most = 3", "at_most = 1"),
        ("days = 120", "days = 10"),
        ("at_most = 2", "at_most = 0"),
    ):
        assert old in text
        text = text.replace(old, new)
    (tmp_path / "mitid-2027.toml").write_text(text, encoding="utf-8")
    for module in (rule_sets, schedule_service):
        monkeypatch.setattr(module, "RULE_SETS", load_rule_sets(tmp_path))


def test_a_fourth_set_added_as_a_file_is_scheduled_and_decides_with_its_own_quota(fourth_set):
    scheduled("mitid-2027", TOMORROW)
    row = RuleSetInForce.objects.latest("id")
    assert (row.quota_at_most, row.quota_days, row.reversals_at_most) == (1, 10, 0)
    office = build_office(day=TOMORROW)
    first, second = (office.decided(witness(60), applicant=n) for n in (61, 62))
    assert (first.rule_set, first.outcome) == ("mitid-2027", "confirmed")
    assert second.failed == ["applicant.proof", "witness.quota"]
    later = build_office("0751", "Aarhus", day=TOMORROW + timedelta(days=13))
    assert later.decided(witness(60), applicant=63).outcome == "confirmed"


def test_the_schedule_tells_past_now_and_coming():
    scheduled("digst-2023", TOMORROW)
    scheduled("mitid-2025", SOON)
    scheduled("mitid-2022", SOON)
    scheduled("mitid-2025", SOON)

    def told(today):
        return [(one.row.rule_set, one.first, one.last, one.when) for one in schedule_on(today)]

    last_day = SOON - timedelta(days=1)
    assert told(TODAY) == [
        ("mitid-2025", SOON, None, "coming"),
        ("digst-2023", TOMORROW, last_day, "coming"),
        ("mitid-2022", None, TODAY, "now"),
    ]
    assert [when for *_, when in told(TOMORROW)] == ["coming", "now", "past"]
    assert [when for *_, when in told(last_day)] == ["coming", "now", "past"]
    assert [when for *_, when in told(SOON)] == ["now", "past", "past"]


@pytest.mark.only("postgresql")
def test_an_approval_waits_for_every_decision_under_way(rig):
    """A decision that has read the schedule comes before it or after it, never across it."""
    with rig.fresh_database() as database, database.opened() as connection:
        proposal, other = proposed(build_steward()), build_steward()
        deciding = connection.copy()
        with deciding.cursor() as at_work, connection.cursor() as ours:
            at_work.execute("BEGIN")
            at_work.execute("SELECT id FROM witnesses_identityproofing FOR UPDATE")
            ours.execute("SET lock_timeout = '300ms'")
            with pytest.raises(OperationalError, match="lock timeout"):
                answer_rule_set(proposal=proposal, approve=True, staff=other, now=NOW)
            at_work.execute("ROLLBACK")
        deciding.close()
        answer_rule_set(proposal=proposal, approve=True, staff=other, now=NOW)
        assert rule_set_in_force(SOON) == "mitid-2025"


def test_whatever_a_rule_set_may_say_the_schedule_can_hold():
    for name, largest in figures_for_guards(RULE_SETS["mitid-2025"]).items():
        if isinstance(largest, int):
            kind = RuleSetInForce._meta.get_field(name).get_internal_type()
            assert BaseDatabaseOperations.integer_field_ranges[kind][1] == LARGEST
    for model in (RuleSetInForce, RuleSetProposal, IdentityProofing, Witnessing):
        assert model._meta.get_field("rule_set").max_length == LONGEST_ID


# --- a row written by hand ------------------------------------------------------------------------------


def put_by_hand(**other):
    row = {"rule_set": "mitid-2025", "in_force_from": SOON, "created_at": NOW}
    figures = figures_for_guards(RULE_SETS["mitid-2025"])
    row |= {**figures, **other}
    stewards = two_stewards(row["rule_set"], row["in_force_from"])
    RuleSetInForce.objects.create(**row, **stewards)


@pytest.mark.parametrize(
    "other",
    [
        {"quota_at_most": 99},
        {"quota_days": 1},
        {"quota_unit": "persons"},
        {"reversals_at_most": 99},
        {"rule_set": "mitid-2031"},
    ],
    ids=str,
)
def test_a_row_with_other_figures_than_its_rule_set_is_told_when_work_begins(other, caplog):
    scheduled("digst-2023", TOMORROW)
    put_by_hand()
    assert rows_unlike_their_set() == []
    put_by_hand(in_force_from=SOON + timedelta(days=1), **other)

    (row,) = rows_unlike_their_set()
    call_command("sweep")

    (told,) = [one.getMessage() for one in caplog.records if "rule_schedule" in one.getMessage()]
    assert f"row={row.pk} " in told


def test_a_row_that_no_longer_counts_is_not_told(caplog):
    put_by_hand(quota_at_most=99)
    put_by_hand()
    warn_of_other_figures()
    assert not caplog.records
