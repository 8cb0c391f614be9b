"""Visits that have had their time go, with all that hangs on them, and nothing else does."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, transaction

from appointments.models import Appointment, WaitingEntry
from borgerservice.audit.events import Event
from borgerservice.audit.models import AuditEntry
from borgerservice.notifications.models import Contact
from borgerservice.people.models import Person
from borgerservice.retention.carrying_out import carry_out_disposals
from borgerservice.retention.disposal import answer_disposal, propose_disposal
from borgerservice.retention.due import latest_day
from borgerservice.retention.exceptions import RetentionRefused
from borgerservice.retention.holds import lift_hold, place_hold
from borgerservice.retention.models import Disposal, DisposedVisit, LegalHold
from borgerservice.vault.models import DataKey
from tests.architecture.test_scope import our_models
from tests.builders import NOW, TODAY, build_staff, build_world
from tests.links import build_link
from tests.retention.lives import build_lives
from witnesses.models import IdentityProofing, Witnessing

BEFORE = date(2021, 11, 23)
OLD = date(2021, 11, 22)
YOUNG = date(2021, 11, 23)
ADMINISTRATOR = "administrator"

pytestmark = pytest.mark.django_db


@pytest.fixture
def lives(world):
    return build_lives(world)


@pytest.fixture
def two(world):
    """Two administrators of the municipality."""
    place = world.municipality
    return build_staff(place, role=ADMINISTRATOR), build_staff(place, role=ADMINISTRATOR)


def propose(two, *, before=BEFORE, authority="26/012345", now=NOW):
    place = two[0].roles.get().municipality
    return propose_disposal(
        municipality=place, before=before, authority=authority, staff=two[0], now=now
    )


def approve(two, now=NOW, **asked):
    proposal = propose(two, now=now, **asked)
    return answer_disposal(proposal=proposal, approve=True, staff=two[1], now=now)


def hang_on_a_visit():
    """Every model of ours with a row that leads to a visit, by its label, and the ways there."""
    ways = {Appointment: {""}}
    grown = True
    while grown:
        grown = False
        for model in our_models():
            for field in model._meta.concrete_fields:
                if field.related_model in ways and field.related_model is not model:
                    new = {
                        f"{field.name}__{way}".removesuffix("__")
                        for way in ways[field.related_model]
                    } - ways.get(model, set())
                    if new:
                        ways.setdefault(model, set()).update(new)
                        grown = True
    del ways[Appointment]
    return ways


def rows_on(visit):
    """How many rows of each model hang on a visit."""
    return {
        model._meta.label: sum(
            model._base_manager.filter(**{way: visit.pk}).count() for way in ways
        )
        for model, ways in hang_on_a_visit().items()
    }


def everything():
    """How many rows there are of each model but those that record what was done."""
    recorded = {AuditEntry, DisposedVisit, Disposal}
    return {
        model._meta.label: model._base_manager.count()
        for model in our_models()
        if model not in recorded
    }


def test_a_visit_goes_with_all_that_hangs_on_it_and_its_neighbour_stays(lives, two):
    young = lives.full_visit(YOUNG)
    lives.wish(YOUNG)
    kept, before = rows_on(young), everything()
    old = lives.full_visit(OLD)
    lives.wish(OLD)
    assert 0 not in rows_on(old).values(), rows_on(old)
    approve(two)
    assert carry_out_disposals(now=NOW) == 2
    assert set(rows_on(old).values()) == {0}
    assert rows_on(young) == kept
    left = everything()
    persons = {"people.Person", "people.PersonAlias"}  # go by themselves once nothing is left
    assert {label: n for label, n in left.items() if label not in persons} == {
        label: n for label, n in before.items() if label not in persons
    }
    assert carry_out_disposals(now=NOW) == 0


def test_no_key_of_what_went_is_left(lives, two):
    before = set(DataKey.objects.values_list("pk", flat=True))
    lives.full_visit(OLD)
    lives.wish(OLD)
    approve(two)
    carry_out_disposals(now=NOW)
    assert set(DataKey.objects.values_list("pk", flat=True)) == before
    assert Contact.unscoped.count() == 0


def test_it_is_recorded_that_they_went_and_by_whose_word(lives, two):
    visit = lives.full_visit(OLD)
    disposal = approve(two)
    carry_out_disposals(now=NOW)
    events = AuditEntry.unscoped.filter(subject=f"disposal:{disposal.pk}").order_by("pk")
    assert [entry.event for entry in events] == [
        Event.DISPOSAL_PROPOSED,
        Event.DISPOSAL_APPROVED,
        Event.VISITS_DISPOSED,
    ]
    assert events[2].facts == {"visits": 2, "cases": 2}
    assert DisposedVisit.unscoped.filter(visit=visit.pk, disposal=disposal).count() == 1


def keep_held(lives):
    visit = lives.full_visit(OLD)
    lives.hold(visit)
    return visit


def keep_open_case(lives):
    visit = lives.visit(OLD)
    case = lives.case(visit)
    other = lives.visit(OLD)
    IdentityProofing.unscoped.create(
        municipality=case.municipality,
        participant=other.participants.get(),
        reference="OPEN",
        data_key=DataKey.objects.create(wrapped=b"x", key_version=1),
        opened_by=lives.clerk,
        opened_at=other.starts_at,
    )
    return other


def keep_decided_later(lives):
    visit = lives.visit(OLD)
    case = lives.case(lives.visit(YOUNG))
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO witnesses_identityproofing (municipality_id, participant_id, reference,"
            " state, revision, data_key_id, opened_by_id, opened_at, number_kind, wants_cpr_link,"
            " assurance_level, questions, witness_reason, decided_by_id, decided_at, decided_on,"
            " late_reason, rule_set, outcome, route, failed, findings, facts_sealed)"
            " SELECT municipality_id, %s, 'LATER', state, revision, %s, opened_by_id, opened_at,"
            " number_kind, wants_cpr_link, assurance_level, questions, witness_reason,"
            " decided_by_id, decided_at, decided_on, late_reason, rule_set, outcome, route, failed,"
            " findings, facts_sealed FROM witnesses_identityproofing WHERE id = %s",
            [
                visit.participants.get().pk,
                DataKey.objects.create(wrapped=b"x", key_version=1).pk,
                case.pk,
            ],
        )
    return visit


def keep_suspected(lives):
    visit = lives.visit(OLD)
    case = lives.case(visit, witness=lives.person(visit.starts_at))
    lives.suspect(Witnessing.unscoped.get(proofing=case))
    return visit


def keep_asked_to_reverse(lives):
    visit = lives.visit(OLD)
    case = lives.case(visit, witness=lives.person(visit.starts_at))
    lives.propose_reversal(Witnessing.unscoped.get(proofing=case))
    return visit


NEEDED = [
    keep_held,
    keep_open_case,
    keep_decided_later,
    keep_suspected,
    keep_asked_to_reverse,
]


@pytest.mark.parametrize("keep", NEEDED)
def test_what_is_needed_stays(lives, two, keep):
    gone, needed = lives.visit(OLD), keep(lives)
    rows = rows_on(needed)
    approve(two)
    carry_out_disposals(now=NOW)
    assert rows_on(needed) == rows
    assert Appointment.unscoped.filter(pk=needed.pk).exists()
    assert not Appointment.unscoped.filter(pk=gone.pk).exists()


@pytest.mark.parametrize("keep", NEEDED)
def test_the_database_lets_nothing_go_that_is_needed(lives, two, keep):
    needed = keep(lives)
    lives.visit(OLD)
    disposal = approve(two)
    with pytest.raises(IntegrityError, match="still needed"), transaction.atomic():
        DisposedVisit.unscoped.create(
            municipality=needed.municipality, visit=needed.pk, disposal=disposal, disposed_at=NOW
        )


def test_lifted_it_takes_another_approval(lives, two):
    """Else one person alone could let go, by lifting a hold, what two had not decided on."""
    visit = keep_held(lives)
    lives.visit(OLD)
    first = approve(two)
    hold = LegalHold.unscoped.get(lifted_at=None)
    lift_hold(hold=hold, staff=two[0], now=NOW + timedelta(hours=1))
    carry_out_disposals(now=NOW + timedelta(hours=1))
    assert Appointment.unscoped.filter(pk=visit.pk).exists()
    with pytest.raises(IntegrityError, match="still needed"), transaction.atomic():
        DisposedVisit.unscoped.create(
            municipality=visit.municipality, visit=visit.pk, disposal=first, disposed_at=NOW
        )
    approve(two, now=NOW + timedelta(hours=2))
    carry_out_disposals(now=NOW + timedelta(hours=2))
    assert not Appointment.unscoped.filter(pk=visit.pk).exists()


def test_another_municipalitys_visits_stay(lives, two):
    lives.visit(OLD)
    elsewhere = build_lives(build_world(code="0101", name="København"))
    other = elsewhere.full_visit(OLD)
    rows = rows_on(other)
    approve(two)
    carry_out_disposals(now=NOW)
    assert rows_on(other) == rows
    assert list(Appointment.unscoped.values_list("municipality__code", flat=True)) == ["0101"] * 2


def test_it_goes_on_where_it_stopped(lives, two, monkeypatch):
    for _ in range(5):
        lives.visit(OLD)
    monkeypatch.setattr("borgerservice.retention.carrying_out.AT_ONCE", 2)
    approve(two)
    assert carry_out_disposals(now=NOW) == 5
    assert AuditEntry.unscoped.filter(event=Event.VISITS_DISPOSED).count() == 3


def test_what_cannot_go_in_one_municipality_stops_no_other(lives, two):
    stuck = lives.visit(OLD)
    disposal = approve(two)
    DisposedVisit.unscoped.create(
        municipality=stuck.municipality, visit=stuck.pk, disposal=disposal, disposed_at=NOW
    )
    elsewhere = build_lives(build_world(code="0101", name="København"))
    elsewhere.visit(OLD)
    place = elsewhere.world.municipality
    approve([build_staff(place, role=ADMINISTRATOR) for _ in range(2)])
    assert carry_out_disposals(now=NOW) == 1
    assert Appointment.unscoped.get() == stuck


@pytest.mark.parametrize("typed", ["K7QF-M3RX-P8", "k7qf m3rx p8", "K7OFM3RXP8"])
def test_a_number_is_read_as_people_write_it(lives, two, world, typed):
    visit = lives.visit(OLD)
    lives.open_case(visit, reference="K7QF-M3RX-P8")
    hold = place_hold(
        municipality=world.municipality, reference=typed, reason="court", staff=two[0], now=NOW
    )
    assert hold.appointment == visit


def test_nothing_goes_before_a_second_person_has_approved(lives, two):
    lives.visit(OLD)
    proposal = propose(two)
    assert carry_out_disposals(now=NOW) == 0
    with pytest.raises(RetentionRefused, match="own_proposal"):
        answer_disposal(proposal=proposal, approve=True, staff=two[0], now=NOW)
    answer_disposal(proposal=proposal, approve=False, staff=two[1], now=NOW)
    assert carry_out_disposals(now=NOW) == 0
    with pytest.raises(RetentionRefused, match="already_answered"):
        answer_disposal(proposal=proposal, approve=True, staff=two[1], now=NOW)


def test_two_accounts_of_one_human_being_are_one(lives, two, world):
    lives.visit(OLD)
    proposal = propose(two)
    again = build_staff(world.municipality, role=ADMINISTRATOR)
    build_link(two[0].person_id, again.person_id)
    with pytest.raises(RetentionRefused, match="own_proposal"):
        answer_disposal(proposal=proposal, approve=True, staff=again, now=NOW)


@pytest.mark.parametrize(
    ("before", "code"), [(BEFORE + timedelta(days=1), "too_recent"), (OLD, "nothing_due")]
)
def test_only_what_is_old_enough_and_there_is_proposed(lives, two, before, code):
    lives.visit(OLD)
    with pytest.raises(RetentionRefused, match=code) as refusal:
        propose(two, before=before)
    assert refusal.value.field == "before"
    assert refusal.value.sentence


def test_after_midnight_in_denmark_the_day_proposed_is_still_one_the_database_takes(lives, two):
    lives.visit(OLD)
    after_midnight = datetime(2026, 11, 22, 23, 30, tzinfo=UTC)
    latest = latest_day(after_midnight)
    assert latest == date(2021, 11, 22)
    lives.visit(latest - timedelta(days=1))
    assert propose(two, before=latest, now=after_midnight).before == latest


def test_one_proposal_waits_at_a_time(lives, two):
    lives.visit(OLD)
    propose(two)
    with pytest.raises(RetentionRefused, match="disposal_waits"):
        propose(two)


def test_a_visit_is_kept_by_its_number_or_its_cases(lives, two, world):
    visit, other = lives.visit(TODAY - timedelta(days=30)), lives.visit(OLD)
    case = lives.case(other)
    for reference in (visit.reference.lower(), f" {case.reference} "):
        place_hold(
            municipality=world.municipality,
            reference=reference,
            reason="court",
            staff=two[0],
            now=NOW,
        )
    assert set(LegalHold.unscoped.values_list("appointment_id", flat=True)) == {visit.pk, other.pk}
    entry = AuditEntry.unscoped.get(
        event=Event.HOLD_PLACED, subject=f"appointment:{visit.reference}"
    )
    assert entry.facts == {"reason": "court"}


@pytest.mark.parametrize(
    ("reference", "reason", "code"),
    [
        ("NOBODY", "court", "unknown_reference"),
        ("{}", "because", "unknown_reason"),
        ("{}", "court", "already_held"),
    ],
)
def test_a_hold_that_cannot_be_placed(lives, two, world, reference, reason, code):
    visit = lives.visit(OLD)
    lives.hold(visit)
    with pytest.raises(RetentionRefused, match=code):
        place_hold(
            municipality=world.municipality,
            reference=reference.format(visit.reference),
            reason=reason,
            staff=two[0],
            now=NOW,
        )


def test_another_municipalitys_visit_is_not_found(lives, two):
    visit = lives.visit(OLD)
    elsewhere = build_world(code="0101", name="København").municipality
    with pytest.raises(RetentionRefused, match="unknown_reference"):
        place_hold(
            municipality=elsewhere,
            reference=visit.reference,
            reason="court",
            staff=two[0],
            now=NOW,
        )


def test_a_hold_is_lifted_once(lives, two):
    hold = lives.hold(lives.visit(OLD))
    lift_hold(hold=hold, staff=two[0], now=NOW)
    with pytest.raises(RetentionRefused, match="already_lifted"):
        lift_hold(hold=hold, staff=two[1], now=NOW)


def test_who_waits_still_stays(lives, two):
    wish = lives.wish(OLD)
    WaitingEntry.unscoped.filter(pk=wish.pk).update(status="waiting")
    lives.visit(OLD)
    approve(two)
    carry_out_disposals(now=NOW)
    assert WaitingEntry.unscoped.filter(pk=wish.pk).exists()
    assert Person.objects.exists()
    assert (
        apps.get_model("notifications.Message")._base_manager.filter(contact=wish.contact).exists()
    )
