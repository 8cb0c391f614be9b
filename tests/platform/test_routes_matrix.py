"""Nobody reaches another municipality's rows, by any address, found by walking all of them.

Herning's rows are asked for by everybody else: nobody signed in, Aarhus's own staff at Herning's
address and at their own, and Aarhus's system. Herning's staff get them: the control.
"""

import re
from dataclasses import dataclass
from datetime import timedelta

import pytest
import time_machine
from django.test import Client

from appointments.models import Absence, Appointment, Desk, Offer, Participant, Rebooking
from borgerservice.api.scopes import Scope
from borgerservice.municipalities.models import (
    Closure,
    ExtraOpening,
    Invitation,
    StaffMember,
    StaffRole,
)
from borgerservice.retention.models import Disposal, LegalHold
from borgerservice.staff.services import invite
from tests.architecture.routes import Route, all_routes
from tests.builders import NOW, TODAY, World, build_staff, build_visit, build_world
from tests.platform.api_calls import System, build_system
from tests.witnesses import ledgers
from tests.witnesses.cases import Office, witness
from witnesses.models import FraudSignal, LinkProposal, ReversalProposal

NAMES = {"0657": "Hedvig Herning", "0751": "Asta Aarhus"}
HOLDERS = {
    "administrator": "administrator",
    "auditor": "auditor",
    "fraud_reviewer": "reviewer",
    "lead": "lead",
}
OTHERS = {
    "administrator": "administrator",
    "clerk": "clerk",
    "fraud_reviewer": "reviewer",
}
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def monday_morning():
    with time_machine.travel(NOW):
        yield


@dataclass
class Place:
    """A municipality with one of everything."""

    world: World
    clerk: StaffMember
    administrator: StaffMember
    reviewer: StaffMember
    auditor: StaffMember
    signal: FraudSignal
    lead: StaffMember
    reversal: ReversalProposal
    link: LinkProposal
    system: System
    visit: str
    proofing: str
    decided: str
    closure: Closure
    extra: ExtraOpening
    absence: Absence
    offer: Offer
    invitation: Invitation
    disposal: Disposal
    hold: LegalHold
    role: StaffRole
    desk: Desk

    @property
    def code(self) -> str:
        return self.world.municipality.code

    @property
    def marks(self) -> set[str]:
        """What shows that a page speaks of this municipality's rows."""
        return {self.visit, self.proofing, self.decided, NAMES[self.code], self.clerk.username}


def a_signal(world: World, participant: Participant, clerk: StaffMember) -> FraudSignal:
    place = ledgers.Place(world.municipality, participant, clerk, clerk)
    witness_id, applicant_id = ledgers.people(2)
    (entered,) = ledgers.write([ledgers.Entry(witness_id, applicant_id, TODAY, place)])
    return FraudSignal.unscoped.create(
        municipality=world.municipality,
        pattern=FraudSignal.Pattern.AT_THE_LIMIT,
        witness_id=witness_id,
        witnessing=entered,
        opened_at=NOW,
    )


def proposals(signal: FraudSignal, clerk: StaffMember) -> tuple[ReversalProposal, LinkProposal]:
    told = {"municipality": signal.municipality, "proposed_by": clerk, "proposed_at": NOW}
    one, other = ledgers.people(2)
    return (
        ReversalProposal.unscoped.create(witnessing=signal.witnessing, reason="denied", **told),
        LinkProposal.unscoped.create(person_id=one, other_id=other, reason="register", **told),
    )


def an_offer(world: World, visit: Appointment, clerk: StaffMember) -> Offer:
    """A visit on a day that closes, which somebody has to phone about."""
    rebooking = Rebooking.unscoped.create(
        municipality=world.municipality,
        centre=world.centre,
        first_day=TODAY,
        last_day=TODAY,
        started_by=clerk,
        started_at=NOW,
    )
    return Offer.unscoped.create(
        municipality=world.municipality,
        rebooking=rebooking,
        appointment=visit,
        answer=Offer.Answer.TO_PHONE,
        link_hash=f"offer of {world.municipality.code}",
        link_salt="1:salt",
        offered_at=NOW,
        expires_at=NOW,
    )


def furnished(code: str, name: str) -> Place:
    world = build_world(code=code, name=name, desks=2)
    clerk = build_staff(world.municipality, username=f"clerk of {name}")
    administrator = build_staff(
        world.municipality, role=StaffRole.Role.ADMINISTRATOR, username=f"head of {name}"
    )
    office = Office(world, clerk)
    case = office.with_witness(witness(int(code)), applicant=int(code) + 1000)
    decided = office.decided(witness(int(code) + 2000), applicant=int(code) + 3000)
    visit = build_visit(world, minute=11 * 60, names=(NAMES[code],))
    day = TODAY + timedelta(days=20)
    closure = Closure.objects.create(centre=world.centre, first_day=day, last_day=day)
    signal = a_signal(world, visit.participants.get(), clerk)
    reversal, link = proposals(signal, clerk)
    return Place(
        world=world,
        clerk=clerk,
        administrator=administrator,
        reviewer=build_staff(
            world.municipality,
            role=StaffRole.Role.FRAUD_REVIEWER,
            username=f"reviewer of {name}",
        ),
        auditor=build_staff(
            world.municipality, role=StaffRole.Role.AUDITOR, username=f"auditor of {name}"
        ),
        signal=signal,
        lead=build_staff(world.municipality, role=StaffRole.Role.LEAD, username=f"lead of {name}"),
        reversal=reversal,
        link=link,
        system=build_system(world.municipality),
        visit=visit.reference,
        proofing=case.reference,
        decided=decided.reference,
        extra=ExtraOpening.objects.create(
            centre=world.centre, day=day, opens_minute=600, closes_minute=660
        ),
        absence=Absence.objects.create(
            centre=world.centre, desk=world.desks[0], first_day=day, last_day=day
        ),
        closure=closure,
        offer=an_offer(world, visit, clerk),
        disposal=Disposal.unscoped.create(
            municipality=world.municipality,
            before=TODAY - timedelta(days=3000),
            authority="26/1",
            proposed_by=clerk,
            proposed_at=NOW,
        ),
        hold=LegalHold.unscoped.create(
            municipality=world.municipality,
            appointment=visit,
            reason=LegalHold.Reason.COMPLAINT,
            placed_by=clerk,
            placed_at=NOW,
        ),
        invitation=invite(
            municipality=world.municipality,
            email=f"new@{name}.example".lower(),
            role=StaffRole.Role.CLERK,
            inviter=administrator,
            now=NOW,
        ),
        role=StaffRole.unscoped.get(staff=clerk),
        desk=world.desks[0],
    )


@pytest.fixture(scope="module")
def places(rows_of_the_module: None) -> tuple[Place, Place]:
    with time_machine.travel(NOW):
        return furnished("0657", "Herning"), furnished("0751", "Aarhus")


@pytest.fixture
def herning(places: tuple[Place, Place]) -> Place:
    return places[0]


@pytest.fixture
def aarhus(places: tuple[Place, Place]) -> Place:
    return places[1]


def filled_in(route: Route, *, code: Place, key: Place, rows: Place) -> str:
    """The address of a row: the municipality in it, the centre in it, and whose row it is."""
    numbers = {
        "staff/<int:number>/": rows.clerk.pk,
        "roles/<int:number>/": rows.role.pk,
        "invitations/<int:number>/": rows.invitation.pk,
        "desks/<int:number>/": rows.desk.number,
        "signals/<int:number>/": rows.signal.pk,
        "approvals/reversals/<int:number>/": rows.reversal.pk,
        "approvals/links/<int:number>/": rows.link.pk,
        "closed-days/<int:number>/": rows.closure.pk,
        "extra-openings/<int:number>/": rows.extra.pk,
        "absences/<int:number>/": rows.absence.pk,
        "<slug:code>/other-times/<int:number>/": rows.offer.rebooking_id,
        "offers/<int:number>/": rows.offer.pk,
        "disposal/<int:number>/": rows.disposal.pk,
        "holds/<int:number>/": rows.hold.pk,
    }
    path = route.path
    for place, number in numbers.items():
        path = path.replace(place, place.replace("<int:number>", str(number)))
    path = path.replace("proofings/<str:reference>", f"proofings/{rows.proofing}")
    path = path.replace("decisions/<str:reference>", f"decisions/{rows.decided}")
    path = path.replace("<str:reference>", rows.visit)
    path = path.replace("<int:position>", "0").replace("<slug:code>", code.code)
    path = path.replace("<slug:key>", key.world.centre.key)
    path = path.replace("<slug:language>", "da")
    assert "<" not in path, f"say here what to fill in: {path}"
    return f"/{path}"


def staff_routes() -> list[Route]:
    return [route for route in all_routes() if route.path.startswith("admin/<slug:code>")]


def api_routes() -> list[Route]:
    return [route for route in all_routes() if re.match(r"(GET|POST) ", route.open_to)]


def signed_in(staff: StaffMember | None) -> Client:
    client = Client(raise_request_exception=True)
    if staff:
        client.force_login(staff)
    return client


def status_of(client: Client, method: str, address: str) -> int:
    """What an address answers; 405 where an act's address, opened, leads to the page above it."""
    answer = getattr(client, method)(address)
    there = answer.headers.get("Location", "")
    leads_above = method == "get" and there.startswith("/admin/") and address.startswith(there)
    return 405 if leads_above and there != address else answer.status_code


def test_the_walk_finds_the_doors():
    assert len(staff_routes()) > 20
    assert len(api_routes()) >= 5


@pytest.mark.once
@pytest.mark.parametrize("route", staff_routes(), ids=lambda route: route.path)
def test_a_staff_page_shows_nothing_of_another_municipality(route, herning, aarhus):
    holder = HOLDERS.get(route.open_to.partition(",")[0], "clerk")
    theirs = filled_in(route, code=herning, key=herning, rows=herning)
    ways_in = {
        theirs,
        filled_in(route, code=aarhus, key=herning, rows=herning),
        filled_in(route, code=aarhus, key=aarhus, rows=herning),
    }
    own = filled_in(route, code=aarhus, key=aarhus, rows=aarhus)

    for method in ("get", "post"):
        answer = getattr(signed_in(None), method)(theirs)
        assert answer.status_code in {302, 405}
        if answer.status_code == 302:
            assert answer["Location"].startswith("/accounts/login/")
        outsider = signed_in(getattr(aarhus, holder))
        for address in ways_in - {own}:
            assert status_of(outsider, method, address) in {404, 405}, address
        answer = getattr(outsider, method)(own, follow=True)
        assert not any(mark in answer.content.decode() for mark in herning.marks)

    insider = signed_in(getattr(herning, holder))
    opened, sent = (getattr(insider, method)(theirs).status_code for method in ("get", "post"))
    assert (opened if sent == 405 else sent) in {200, 302}, "the control: who works there gets in"
    assert 404 not in {opened, sent}


@pytest.mark.once
@pytest.mark.parametrize("route", staff_routes(), ids=lambda route: route.path)
def test_a_staff_page_is_not_found_for_staff_without_the_role(route, herning):
    held = route.open_to.split(", ")
    other = next(name for role, name in OTHERS.items() if role not in held)
    address = filled_in(route, code=herning, key=herning, rows=herning)
    for method in ("get", "post"):
        assert status_of(signed_in(getattr(herning, other)), method, address) in {404, 405}


@pytest.mark.parametrize("route", api_routes(), ids=lambda route: route.path)
def test_the_api_shows_nothing_of_another_municipality(route, herning, aarhus):
    call = filled_in(route, code=herning, key=herning, rows=herning).removeprefix("/api/v1/")
    day = TODAY.isoformat()
    query = f"?centre={herning.world.centre.key}&date={day}" if call == "appointments/" else ""
    for method in re.findall(r"(GET|POST) ", route.open_to):
        for stranger, expected in ((System(), {401}), (aarhus.system, {404, 422, 400})):
            answer = stranger.send(method, f"{call}{query if method == 'GET' else ''}")
            assert answer.status_code in expected, (method, call, answer.content)
            assert not any(mark in answer.content.decode() for mark in herning.marks)
        answer = herning.system.send(method, f"{call}{query if method == 'GET' else ''}")
        assert answer.status_code not in {401, 403, 404, 500}, (method, answer.content)


@pytest.mark.parametrize("route", api_routes(), ids=lambda route: route.path)
def test_a_token_with_the_other_scopes_is_refused(route, herning):
    call = filled_in(route, code=herning, key=herning, rows=herning).removeprefix("/api/v1/")
    for method, scope in re.findall(r"(GET|POST) ([\w:]+)", route.open_to):
        others = build_system(
            herning.world.municipality, [one for one in Scope if str(one) != scope]
        )
        answer = others.send(method, call)
        assert answer.status_code == 403, (method, call)
