"""A reversal takes an approved proposal and a second person, and the third in a window is refused."""

import pytest

from tests.builders import NOW, build_staff, build_world
from tests.platform.raw import Ledger, copy_row, day, execute, refused, rows_of, schedule
from witnesses.models import LinkProposal, Reversal, ReversalProposal, RuleSetProposal, Witnessing

pytestmark = pytest.mark.django_db
PROPOSALS = {
    "witnesses_reversalproposal": "reason = 'denied'",
    "witnesses_linkproposal": "reason = 'investigation'",
    "witnesses_rulesetproposal": "rule_set = 'mitid-2025'",
}


@pytest.fixture
def ledger():
    return Ledger(build_world())


@pytest.fixture
def witness(ledger):
    return ledger.person("witness")


def test_a_reversal_frees_exactly_one_witnessing(ledger, witness):
    first, *_others = [ledger.add(witness, day(0)) for _ in range(3)]
    with refused("witness_quota"):
        ledger.add(witness, day(0))
    ledger.reverse(first, day(0))
    ledger.add(witness, day(0))
    with refused("witness_quota"):
        ledger.add(witness, day(0))


def test_without_an_approval_nothing_is_reversed(ledger, witness):
    case, other = ledger.add(witness, day(0)), ledger.add(witness, day(0))
    declined = ledger.approved(case, day(0), is_approved=False)
    waiting = ledger.approved(case, day(0), answered_by_id=None, answered_at=None, is_approved=None)
    of_another = ledger.approved(other, day(0))
    for proposal in (declined, waiting, of_another, 10_000):
        with refused("not approved by a second person"):
            ledger.reverse(case, day(0), proposal_id=proposal)
    assert not Reversal.unscoped.exists()


def test_one_person_alone_cannot_approve(ledger, witness):
    case = ledger.add(witness, day(0))
    with refused("takes_two"):
        ledger.approved(case, day(0), answered_by_id=ledger.staff.pk)
    with refused("takes_two"):
        ledger.approved(case, day(0), answered_by_id=None)


@pytest.mark.parametrize(
    ("before", "on"),
    [
        pytest.param([0, 0], 0, id="on one day"),
        pytest.param([0, 60], 120, id="on the last day that counts"),
        pytest.param([60, 120], 0, id="recorded before the others"),
        pytest.param([0, 120], 60, id="recorded in the middle"),
    ],
)
def test_a_third_reversal_in_the_window_is_refused(ledger, witness, before, on):
    cases = [ledger.add(witness, day(0)) for _ in range(3)]
    for case, earlier in zip(cases, before, strict=False):
        ledger.reverse(case, day(earlier))
    with refused("reversals_are_few: limit reached"):
        ledger.reverse(cases[2], day(on))
    assert Reversal.unscoped.count() == 2


def test_after_the_window_there_may_be_another(ledger, witness):
    cases = [ledger.add(witness, day(0)) for _ in range(3)]
    for case, on in zip(cases, (0, 60, 121), strict=True):
        ledger.reverse(case, day(on))
    assert Reversal.unscoped.count() == 3


def test_reversals_of_linked_persons_count_together(ledger, witness):
    alias = ledger.person("the witness's other number")
    cases = [ledger.add(who, day(0)) for who in (witness, alias, alias)]
    ledger.reverse(cases[0], day(0))
    ledger.link(alias, witness)
    ledger.reverse(cases[1], day(0))
    with refused("reversals_are_few: limit reached"):
        ledger.reverse(cases[2], day(0))


def test_the_limit_is_the_schedule_s_on_the_day_of_the_reversal(ledger, witness):
    cases = [ledger.add(witness, day(0)) for _ in range(2)]
    strict = schedule("witnessings", rule_set="strict", since=day(10))
    assert strict.reversals_at_most == 2
    schedule(rule_set="stricter", since=day(20), reversals=0)
    ledger.reverse(cases[0], day(19))
    with refused("limit reached"):
        ledger.reverse(cases[1], day(20))


def test_a_reversal_is_of_the_day_it_was_approved_and_not_before_the_meeting(ledger, witness):
    case = ledger.add(witness, day(0))
    with refused("reversed before it was witnessed"):
        ledger.reverse(case, day(-1))
    approved = ledger.approved(case, day(0))
    for other_day in (2, 500):
        with refused("on that day"):
            ledger.reverse(case, day(other_day), proposal_id=approved)
    ledger.reverse(case, day(0), proposal_id=approved)


def test_a_reversal_and_its_proposal_are_of_the_witnessing_s_municipality(ledger, witness):
    elsewhere = build_world(code="0751", name="Aarhus").municipality.pk
    case = ledger.add(witness, day(0))
    with refused("of another municipality"):
        ledger.approved(case, day(0), municipality_id=elsewhere)
    with refused("of another municipality"):
        ledger.reverse(case, day(0), municipality_id=elsewhere)


def test_a_witnessing_is_reversed_once(ledger, witness):
    case = ledger.add(witness, day(0))
    ledger.reverse(case, day(0))
    with refused("(?i)unique|duplicate|append-only"):
        ledger.reverse(case, day(0))


@pytest.mark.only("postgresql")
def test_a_date_that_nobody_could_read_is_refused(ledger, witness):
    case = ledger.add(witness, day(0))
    approved = ledger.approved(case, day(0), answered_at="9999-12-31 23:30+00")
    with refused("no day of the calendar"):
        ledger.reverse(case, day(0), proposal_id=approved, reversed_on="10000-01-01")


@pytest.mark.only("sqlite")
@pytest.mark.parametrize("on", ["2026-11-31", "20261123", "2026-11-23 00:00", "now", 2461367.5])
def test_a_date_that_would_not_count_is_refused(ledger, witness, on):
    case = ledger.add(witness, day(0))
    with refused("odd format"):
        ledger.reverse(case, day(0), reversed_on=on)


@pytest.mark.only("sqlite")
@pytest.mark.parametrize("verb", ["INSERT OR REPLACE", "INSERT OR IGNORE", "REPLACE"])
def test_no_spelling_of_insert_reverses_a_third(ledger, witness, verb):
    cases = [ledger.add(witness, day(0)) for _ in range(3)]
    for case in cases[:2]:
        ledger.reverse(case, day(0))
    approved = ledger.approved(cases[2], day(0))
    third = Witnessing.unscoped.get(proofing=cases[2]).pk
    first = Reversal.unscoped.earliest("id").pk
    before = rows_of("witnesses_reversal")
    changes = ({"witnessing_id": third, "proposal_id": approved}, {"id": first}, {})
    for changed in changes:
        with refused("limit reached|append-only"):
            copy_row("witnesses_reversal", first, verb=verb, **changed)
    assert rows_of("witnesses_reversal") == before


@pytest.mark.only("postgresql")
@pytest.mark.parametrize("level", ["REPEATABLE READ", "SERIALIZABLE"])
def test_a_stale_snapshot_may_not_count(fresh_database, level):
    with fresh_database.opened():
        ledger = Ledger(build_world())
        case = ledger.add(ledger.person("witness"), day(0))
        approved = ledger.approved(case, day(0))
        execute(f"SET default_transaction_isolation = '{level.lower()}'")
        with refused("stale snapshot"):
            ledger.reverse(case, day(0), proposal_id=approved)
        with refused("stale snapshot"):
            schedule("witnessings", rule_set="mitid-2025", since=day(400))
        execute("SET default_transaction_isolation = 'read committed'")
        ledger.reverse(case, day(0), proposal_id=approved)


@pytest.fixture(params=PROPOSALS)
def answered(request, ledger, witness):
    """A table of proposals with one that is answered."""
    told = {
        "proposed_by": ledger.staff,
        "proposed_at": NOW,
        "answered_by": ledger.lead,
        "answered_at": NOW,
        "is_approved": False,
    }
    place = {"municipality": ledger.world.municipality}
    if request.param == "witnesses_reversalproposal":
        ledger.add(witness, day(0))
        found = Witnessing.unscoped.get()
        ReversalProposal.unscoped.create(witnessing=found, reason="not_issued", **place, **told)
    elif request.param == "witnesses_linkproposal":
        other = ledger.person("other")
        LinkProposal.unscoped.create(
            person=witness, other=other, reason="register", **place, **told
        )
    else:
        RuleSetProposal.objects.create(rule_set="digst-2023", in_force_from=day(9), **told)
    return request.param


def test_an_answered_proposal_stands(answered):
    before = rows_of(answered)
    third = build_staff(build_world(code="0751", name="Aarhus").municipality).pk
    for change in (
        "is_approved = NOT is_approved",
        "answered_at = NULL, answered_by_id = NULL, is_approved = NULL",
        f"answered_by_id = {third}",
        f"proposed_by_id = {third}",
        "id = id + 1000",
        PROPOSALS[answered],
    ):
        with refused("stands"):
            execute(f"UPDATE {answered} SET {change}")
    with refused("stands"):
        execute(f"DELETE FROM {answered}")
    assert rows_of(answered) == before


@pytest.mark.only("sqlite")
def test_an_answered_proposal_is_not_replaced(answered):
    before = rows_of(answered)
    for verb in ("INSERT OR REPLACE", "INSERT OR IGNORE"):
        with refused("stands|another municipality"):
            copy_row(answered, before[0][0], verb=verb, id=before[0][0], is_approved=True)
    for verb in ("UPDATE OR IGNORE", "UPDATE OR REPLACE"):
        with refused("stands"):
            execute(f"{verb} {answered} SET is_approved = NOT is_approved")
    assert rows_of(answered) == before


def test_an_open_proposal_is_answered_but_not_rewritten(ledger, witness):
    case = ledger.add(witness, day(0))
    ledger.approved(case, day(0), answered_by_id=None, answered_at=None, is_approved=None)
    with refused("stands"):
        execute("UPDATE witnesses_reversalproposal SET reason = 'denied'")
    with refused("takes_two"):
        execute(
            "UPDATE witnesses_reversalproposal SET answered_by_id = proposed_by_id,"
            " answered_at = proposed_at, is_approved = %s",
            True,
        )
    assert (
        execute(
            "UPDATE witnesses_reversalproposal SET answered_by_id = %s,"
            " answered_at = proposed_at, is_approved = %s",
            ledger.lead.pk,
            True,
        )
        == 1
    )
