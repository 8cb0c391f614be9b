"""What goes by itself: audit entries, the ledger's witnessings, persons of whom nothing is left."""

from datetime import date, timedelta

import pytest
import time_machine
from django.apps import apps
from django.db import IntegrityError, transaction

from borgerservice.audit.events import Event
from borgerservice.audit.models import AuditEntry, AuditHorizon
from borgerservice.audit.services import record
from borgerservice.database.removal import remove
from borgerservice.kernel import clock
from borgerservice.kernel.terms import years_before
from borgerservice.municipalities.models import ApiClient, Invitation, StaffRole
from borgerservice.notifications.models import Contact, Message
from borgerservice.people.forgetting import _left_alone
from borgerservice.people.models import Person, PersonAlias
from borgerservice.retention.letting_go import LetGo, let_go
from borgerservice.staff.services import invite
from borgerservice.vault.models import DataKey
from tests.architecture.test_scope import our_models
from tests.builders import NOW, TODAY, build_staff
from tests.links import build_link
from tests.platform.api_calls import build_system
from tests.retention.lives import build_lives, noon
from tests.witnesses.cases import build_office
from tests.witnesses.cases import witness as seen_witness
from witnesses.exceptions import Refused
from witnesses.models import (
    FraudSignal,
    IdentityProofing,
    LedgerHorizon,
    LinkProposal,
    Reversal,
    ReversalProposal,
    Witnessing,
)
from witnesses.selectors.approvals import still_confirms, witnessing_of
from witnesses.services import decide_proofing

LAST_THAT_GOES = date(2024, 11, 21)
FIRST_THAT_STAYS = date(2024, 11, 22)

pytestmark = pytest.mark.django_db


@pytest.fixture
def lives(world):
    return build_lives(world)


def witnessed(lives, on):
    visit = lives.visit(on)
    return lives.case(visit, witness=lives.person(visit.starts_at))


def test_entries_go_after_24_months_and_not_a_day_before(lives):
    gone, stays = lives.visit(LAST_THAT_GOES), lives.visit(FIRST_THAT_STAYS)
    assert let_go(now=NOW).entries == 1
    assert not AuditEntry.unscoped.filter(subject=f"appointment:{gone.reference}").exists()
    assert AuditEntry.unscoped.filter(subject=f"appointment:{stays.reference}").exists()
    forgotten = AuditEntry.unscoped.get(event=Event.AUDIT_FORGOTTEN)
    assert forgotten.facts == {"before": "2024-11-22", "entries": 1}
    assert AuditHorizon.objects.get().before == FIRST_THAT_STAYS


def test_witnessings_go_after_24_months_with_what_was_found_and_their_cases_stay(lives):
    gone, stays = witnessed(lives, LAST_THAT_GOES), witnessed(lives, FIRST_THAT_STAYS)
    lives.look_into(lives.suspect(witnessing_of(gone)))
    declined = lives.propose_reversal(witnessing_of(gone))
    ReversalProposal.unscoped.filter(pk=declined.pk).update(
        answered_by=lives.lead, answered_at=declined.proposed_at, is_approved=False
    )
    assert let_go(now=NOW).witnessings == 1
    assert list(Witnessing.unscoped.values_list("proofing", flat=True)) == [stays.pk]
    assert FraudSignal.unscoped.count() == ReversalProposal.unscoped.count() == 0
    gone.refresh_from_db()
    assert still_confirms(gone)
    assert gone.documents.exists()
    assert gone.statements.exists()
    assert LedgerHorizon.objects.get().before == FIRST_THAT_STAYS


def keep_reversed(lives, case):
    lives.reverse(case)


def keep_suspected(lives, case):
    lives.suspect(witnessing_of(case))


def keep_asked_to_reverse(lives, case):
    lives.propose_reversal(witnessing_of(case))


def keep_held(lives, case):
    lives.hold(case.participant.appointment)


@pytest.mark.parametrize("keep", [keep_reversed, keep_suspected, keep_asked_to_reverse, keep_held])
def test_a_witnessing_that_is_needed_stays(lives, keep):
    needed, gone = witnessed(lives, LAST_THAT_GOES), witnessed(lives, LAST_THAT_GOES)
    keep(lives, needed)
    before = [
        model.unscoped.filter(**{way: needed}).count()
        for model, way in (
            (Reversal, "witnessing__proofing"),
            (ReversalProposal, "witnessing__proofing"),
            (FraudSignal, "witnessing__proofing"),
        )
    ]
    assert let_go(now=NOW).witnessings == 1
    assert witnessing_of(needed) is not None
    assert witnessing_of(gone) is None
    assert before == [
        Reversal.unscoped.count(),
        ReversalProposal.unscoped.count(),
        FraudSignal.unscoped.count(),
    ]


def test_what_was_reversed_reads_so_for_as_long_as_the_case_is_kept(lives):
    case = witnessed(lives, LAST_THAT_GOES)
    lives.reverse(case)
    let_go(now=NOW)
    assert not still_confirms(case)


def test_what_was_done_with_a_visit_that_is_kept_and_its_cases_stays(lives):
    held, other = witnessed(lives, LAST_THAT_GOES), witnessed(lives, LAST_THAT_GOES)
    visit = held.participant.appointment
    lives.hold(visit)
    assert let_go(now=NOW).entries == 2
    subjects = set(AuditEntry.unscoped.values_list("subject", flat=True))
    assert {f"appointment:{visit.reference}", f"proofing:{held.reference}"} <= subjects
    assert f"proofing:{other.reference}" not in subjects


def test_the_database_keeps_entries_about_what_is_held(lives):
    case = witnessed(lives, LAST_THAT_GOES)
    AuditHorizon.objects.create(before=FIRST_THAT_STAYS, set_at=NOW)
    lives.hold(case.participant.appointment)
    for reference in (
        f"appointment:{case.participant.appointment.reference}",
        f"proofing:{case.reference}",
    ):
        entry = AuditEntry.unscoped.get(subject=reference)
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
            remove(AuditEntry, [entry.pk])


def test_who_worked_on_an_open_case_is_known_until_it_is_decided(lives):
    visit = lives.visit(LAST_THAT_GOES)
    case = IdentityProofing.unscoped.create(
        municipality=visit.municipality,
        participant=visit.participants.get(),
        reference="STILLOPEN",
        data_key=DataKey.objects.create(wrapped=b"x", key_version=1),
        opened_by=lives.clerk,
        opened_at=visit.starts_at,
    )
    AuditEntry.unscoped.create(
        event=Event.PROOFING_OPENED,
        actor=f"staff:{lives.clerk.pk}",
        subject=f"proofing:{case.reference}",
        municipality=visit.municipality,
        at=visit.starts_at,
    )
    let_go(now=NOW)
    assert AuditEntry.unscoped.filter(subject="proofing:STILLOPEN").exists()


def test_more_than_go_at_once_go_all(lives, monkeypatch):
    monkeypatch.setattr("borgerservice.audit.forgetting.AT_ONCE", 2)
    monkeypatch.setattr("witnesses.services.forgetting.AT_ONCE", 2)
    for _ in range(3):
        witnessed(lives, LAST_THAT_GOES)
    stays = witnessed(lives, FIRST_THAT_STAYS)
    went = let_go(now=NOW)
    assert (went.entries, went.witnessings) == (6, 3)
    assert witnessing_of(stays)
    assert AuditEntry.unscoped.filter(subject=f"proofing:{stays.reference}").exists()
    assert let_go(now=NOW) == LetGo(entries=0, witnessings=0, visits=0, ended=0, persons=0)


def test_what_a_guard_keeps_stops_nothing_else(lives, world, monkeypatch):
    """A hold placed between two steps keeps its own; the rest goes, and every step is recorded."""
    monkeypatch.setattr("borgerservice.audit.forgetting.AT_ONCE", 1)
    first, second = lives.visit(LAST_THAT_GOES), lives.visit(LAST_THAT_GOES)
    witnessed(lives, LAST_THAT_GOES)
    nobody = lives.person(noon(LAST_THAT_GOES))

    def recorded_and_held(event: Event, **told: object) -> AuditEntry:
        lives.hold(second)
        return record(event, **told)

    monkeypatch.setattr("borgerservice.audit.forgetting.record", recorded_and_held)
    went = let_go(now=NOW)
    assert (went.entries, went.witnessings, went.persons) == (0, 1, 1)
    kept = set(AuditEntry.unscoped.values_list("subject", flat=True))
    assert f"appointment:{first.reference}" not in kept
    assert f"appointment:{second.reference}" in kept
    assert AuditEntry.unscoped.filter(event=Event.AUDIT_FORGOTTEN).count() == 1
    assert not Person.objects.filter(pk=nobody.pk).exists()
    monkeypatch.undo()
    assert let_go(now=NOW).entries == 2


def test_a_person_goes_when_nothing_is_left_of_them(lives):
    case = witnessed(lives, LAST_THAT_GOES)
    nobody = lives.person(noon(LAST_THAT_GOES))
    fresh = lives.person(NOW - timedelta(days=1))
    one, other = lives.person(noon(LAST_THAT_GOES)), lives.person(noon(LAST_THAT_GOES))
    build_link(one.pk, other.pk)
    known = set(Person.objects.values_list("pk", flat=True))
    assert let_go(now=NOW).persons == 1
    assert known - set(Person.objects.values_list("pk", flat=True)) == {nobody.pk}
    assert not PersonAlias.objects.filter(person=nobody).exists()
    for stays in (fresh, one, other, case.applicant):
        assert PersonAlias.objects.filter(person=stays).exists()


def test_who_was_proposed_to_be_linked_stays_with_the_proposal_and_the_others_go(lives):
    one, other, nobody = (lives.person(noon(LAST_THAT_GOES)) for _ in range(3))
    asked = LinkProposal.unscoped.create(
        municipality=lives.world.municipality,
        person=one,
        other=other,
        reason="same_person",
        proposed_by=lives.clerk,
        proposed_at=noon(LAST_THAT_GOES),
    )
    LinkProposal.unscoped.filter(pk=asked.pk).update(
        answered_by=lives.lead, answered_at=NOW, is_approved=False
    )
    assert let_go(now=NOW).persons == 1
    left = set(Person.objects.values_list("pk", flat=True))
    assert {one.pk, other.pk} <= left
    assert nobody.pk not in left


def test_every_row_that_names_a_person_keeps_them():
    """Also those to which no way leads back: `related_name="+"`."""
    naming = {
        (model._meta.label, field.name)
        for model in our_models()
        for field in model._meta.concrete_fields
        if field.related_model is Person and model is not PersonAlias
    }
    asked = str(_left_alone(NOW).query)
    for label, name in naming:
        model = apps.get_model(label)
        column = model._meta.get_field(name).column
        assert f'"{model._meta.db_table}"' in asked
        assert f'"{column}"' in asked


def test_what_is_forgotten_opens_no_second_quota(lives):
    """A witnessing dated so far back that its span reaches behind the horizon is refused."""
    witness = lives.person(noon(LAST_THAT_GOES))
    for _ in range(3):
        visit = lives.visit(LAST_THAT_GOES)
        lives.case(visit, witness=witness)
    let_go(now=NOW)
    assert Witnessing.unscoped.count() == 0
    behind = FIRST_THAT_STAYS + timedelta(days=119)
    with pytest.raises(IntegrityError, match="no longer known"), transaction.atomic():
        lives.case(lives.visit(behind), witness=witness)
    lives.case(lives.visit(behind + timedelta(days=1)), witness=witness)


def test_who_decides_when_too_much_is_forgotten_is_told_so(clock):
    meeting = FIRST_THAT_STAYS + timedelta(days=119)
    with time_machine.travel(NOW + (meeting - TODAY), tick=False):
        office = build_office(day=meeting)
        held = meeting - timedelta(days=400)
        case = office.with_witness(seen_witness(2, mitid_since=held))
    witnessed(build_lives(office.world), LAST_THAT_GOES)
    clock.move_to(NOW)
    let_go(now=NOW)
    with pytest.raises(Refused, match="no_longer_known") as refusal:
        decide_proofing(proofing=case, staff=office.clerk, now=NOW, late_reason="not_finished")
    assert "så længe siden" in refusal.value.sentence
    case.refresh_from_db()
    assert case.outcome == ""


@pytest.mark.parametrize("horizon", [AuditHorizon, LedgerHorizon])
@pytest.mark.parametrize("days", [1, 30, 2000])
def test_no_horizon_is_set_before_its_time(horizon, days):
    today = clock.now().date()
    before = years_before(today, 2) + timedelta(days=days)
    with pytest.raises(IntegrityError, match="24 months"), transaction.atomic():
        horizon.objects.create(before=before, set_at=NOW)


@pytest.mark.parametrize(
    ("day", "years", "then"),
    [
        (date(2026, 11, 23), 2, date(2024, 11, 23)),
        (date(2028, 2, 29), 2, date(2026, 2, 28)),
        (date(2028, 2, 29), 4, date(2024, 2, 29)),
        (date(2026, 3, 1), 2, date(2024, 3, 1)),
    ],
)
@pytest.mark.once
def test_years_are_those_of_the_calendar(day, years, then):
    assert years_before(day, years) == then


def test_ended_roles_old_invitations_and_systems_go_after_24_months(world):
    place, long_ago = world.municipality, noon(LAST_THAT_GOES)
    boss = build_staff(place, role="administrator")
    for ended in (long_ago, NOW, None):
        staff = build_staff(place)
        StaffRole.unscoped.filter(staff=staff).update(ended_at=ended)
        build_system(place)
        ApiClient.unscoped.filter(pk=ApiClient.unscoped.latest("pk").pk).update(ended_at=ended)
    for number, expires in enumerate((long_ago, NOW - timedelta(days=31), NOW)):
        told = invite(
            municipality=place, email=f"new{number}@x.dk", role="clerk", inviter=boss, now=NOW
        )
        Invitation.unscoped.filter(pk=told.pk).update(expires_at=expires)
    assert let_go(now=NOW).ended == 3
    assert StaffRole.unscoped.count() == 3
    assert list(ApiClient.unscoped.order_by("pk").values_list("ended_at", flat=True)) == [NOW, None]
    assert Invitation.unscoped.count() == Message.unscoped.count() == 2
    assert [contact.email_sealed is None for contact in Contact.unscoped.order_by("pk")] == [
        True,
        False,
    ]
    assert DataKey.objects.filter(wrapped__isnull=True).count() == 1
