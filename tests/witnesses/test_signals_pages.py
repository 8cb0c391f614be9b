"""A fraud reviewer's pages; and that nobody else sees, on any page, that there is a signal."""

import re

import pytest
from django.test import Client
from django.utils import translation
from django.utils.html import escape

from borgerservice.audit.models import AuditEntry
from borgerservice.municipalities.models import StaffRole
from borgerservice.vault.links import derive_link
from tests.appointments.desk import signed_in
from tests.architecture.routes import all_routes
from tests.builders import NOW, build_staff
from tests.platform.api_calls import build_system
from tests.witnesses.cases import build_office, number, witness
from tests.witnesses.ledgers import build_place, people, witnessed
from witnesses.desk.signals import in_words
from witnesses.models import FraudSignal, IdentityProofing
from witnesses.services.signals import look_again

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
NEVER_SEE = (
    StaffRole.Role.CLERK,
    StaffRole.Role.LEAD,
    StaffRole.Role.ADMINISTRATOR,
    StaffRole.Role.AUDITOR,
)


@pytest.fixture
def herning():
    return build_place("0657", "Herning")


@pytest.fixture
def aarhus():
    return build_place("0751", "Aarhus")


@pytest.fixture
def client(herning):
    return signed_in(build_staff(herning.municipality, role="fraud_reviewer", username="reviewer"))


def two_places(herning, aarhus) -> FraudSignal:
    """A signal in Herning about a witness who was in Aarhus first."""
    one, a, b = people(3)
    witnessed(one, a, aarhus, days=-9)
    witnessed(one, b, herning)
    return FraudSignal.objects.for_municipality(herning.municipality).latest("id")


def test_the_reviewer_reaches_a_signal_from_the_menu_and_closes_it(client, herning, aarhus):
    signal = two_places(herning, aarhus)
    start = client.get("/admin/").content.decode()
    assert '<a href="/admin/0657/signals/">' in start
    listed = client.get("/admin/0657/signals/").content.decode()
    here = f"/admin/0657/signals/{signal.pk}/"
    assert f'href="{here}"' in listed

    page = client.get(here).content.decode()
    case = IdentityProofing.objects.for_municipality(herning.municipality).latest("id")
    theirs = IdentityProofing.objects.for_municipality(aarhus.municipality).latest("id")
    assert case.reference in page
    assert theirs.reference not in page
    assert "(Aarhus)" in page
    assert "2026-11-22" in page, "the source of the figure, and its day"

    refused = client.post(here, {})
    assert refused.status_code == 200
    assert list(refused.context_data["form"].errors) == ["finding"]
    answer = client.post(here, {"finding": "harmless"})
    assert answer.headers["Location"] == "/admin/0657/signals/"
    assert f'href="{here}"' not in client.get("/admin/0657/signals/").content.decode()
    assert f'href="{here}"' in client.get("/admin/0657/signals/closed/").content.decode()
    assert 'name="finding"' not in client.get(here).content.decode()
    again = client.post(here, {"finding": "reported"})
    assert again.context_data["form"].errors
    signal.refresh_from_db()
    assert signal.finding == "harmless"


def test_every_look_is_written_down(client, herning, aarhus):
    signal = two_places(herning, aarhus)
    for _ in range(2):
        client.get(f"/admin/0657/signals/{signal.pk}/")
    client.post(f"/admin/0657/signals/{signal.pk}/", {"finding": "watch"})
    events = AuditEntry.unscoped.filter(subject=f"signal:{signal.pk}").order_by("id")
    assert list(events.values_list("event", flat=True)) == [
        "signal.opened",
        "signal.read",
        "signal.read",
        "signal.read",
        "signal.reviewed",
    ]
    assert len({entry.actor for entry in events[1:]}) == 1


def test_the_oldest_stands_first(client, herning, aarhus):
    one, a, b, c = people(4)
    witnessed(one, a, aarhus, days=-30)
    witnessed(one, b, herning, days=-20)
    witnessed(one, c, herning, days=-10)
    listed = client.get("/admin/0657/signals/").content.decode()
    found = [int(pk) for pk in re.findall(r"/signals/(\d+)/", listed)]
    assert found == sorted(found)
    assert len(found) == 2


def test_a_reviewer_sees_no_name_no_number_and_opens_no_case(client):
    office = build_office()
    lead = build_place("0751", "Aarhus")
    office.decided(witness(7), applicant=1)
    statement = IdentityProofing.unscoped.get().statements.get()
    witnessed(statement.person_id, people(1)[0], lead, days=1)
    signal = FraudSignal.objects.for_municipality(office.world.municipality).get()
    page = client.get(f"/admin/0657/signals/{signal.pk}/").content.decode()
    reference = IdentityProofing.unscoped.first().reference
    assert reference in page
    for hidden in ("Bente", "Amina", number(7).digits, number(1).digits, f"{reference}/"):
        assert hidden not in page
    assert client.get(f"/admin/0657/proofings/{reference}/").status_code == 404


@pytest.mark.parametrize("role", NEVER_SEE)
def test_nobody_else_has_the_pages(herning, aarhus, role):
    signal = two_places(herning, aarhus)
    other = signed_in(build_staff(herning.municipality, role=role))
    for page in ("", "closed/", f"{signal.pk}/"):
        assert other.get(f"/admin/0657/signals/{page}").status_code == 404


@pytest.mark.parametrize("language", ["da", "en"])
@pytest.mark.parametrize("pattern", FraudSignal.Pattern.values)
def test_every_pattern_is_told_in_words_with_its_figure(client, herning, pattern, language):
    one, a = people(2)
    entered = witnessed(one, a, herning)
    signal = FraudSignal.unscoped.create(
        municipality=herning.municipality,
        pattern=pattern,
        witness_id=one,
        witnessing=entered,
        opened_at=NOW,
    )
    page = client.get(f"/admin/0657/signals/{signal.pk}/")
    with translation.override(language):
        told = in_words(page.context_data["shown"])
    figure = {"each_other": 24, "recently_witnessed": 180, "at_the_limit": 7}.get(pattern, 2)
    assert re.search(rf"\b{figure}\b", told)
    assert "{" not in told
    with translation.override("da"):
        assert escape(in_words(page.context_data["shown"])) in page.content.decode()


def everything_said(office, clients, system) -> dict[tuple[str, str], bytes]:
    """Every page and API answer about a case, to everybody who may not see signals."""
    case = IdentityProofing.objects.for_municipality(office.world.municipality).latest("id")
    visit = case.participant.appointment
    fillings = {
        "<slug:code>": "0657",
        "<slug:key>": office.world.centre.key,
        "<str:reference>": case.reference,
        "<int:position>": "0",
        "<slug:language>": "da",
    }
    link = derive_link("visit", visit.link_salt)
    said: dict[tuple[str, str], bytes] = {}
    for route in all_routes():
        if not route.path.startswith("admin/") or "/signals/" in route.path:
            continue
        path = route.path
        if not re.search("(proofings|decisions)/<", path):
            path = path.replace("<str:reference>", visit.reference)
        for place, filling in fillings.items():
            path = path.replace(place, filling)
        if "<" not in path:
            for who, client in clients.items():
                answer = client.get(f"/{path}", follow=True)
                said[who, path] = without_tokens(answer.content)
    for path in (f"proofings/{case.reference}/", f"appointments/{visit.reference}/"):
        said["system", path] = system.send("GET", path).content
    said["citizen", "visit"] = without_tokens(Client().get(f"/visit/{link}/").content)
    return said


def without_tokens(content: bytes) -> bytes:
    """Without what is new each time: the form's token, that against a repeat, and earlier looks."""
    looks = rb'<tr><td>[^<]*</td><th scope="row">(Set|Brevet vist)</th><td>[^<]*</td></tr>'
    return re.sub(rb'name="(csrfmiddlewaretoken|once)" value="[^"]*"|' + looks, b"", content)


@pytest.mark.once
def test_nothing_about_a_signal_shows_to_anybody_else(monkeypatch, aarhus):
    office = build_office()
    system = build_system(office.world.municipality)
    clients = {
        str(role): signed_in(build_staff(office.world.municipality, role=role))
        for role in NEVER_SEE
    }
    with monkeypatch.context() as blind:
        blind.setattr("witnesses.services.decision.look_at_witnessing", lambda *_a, **_n: None)
        office.decided(witness(7), applicant=8)
        office.decided(witness(8), applicant=7)
    before = everything_said(office, clients, system)
    assert not FraudSignal.unscoped.exists()
    trail = AuditEntry.unscoped.latest("id").pk

    assert look_again(since=NOW, now=NOW) == 2
    written = AuditEntry.unscoped.filter(pk__gt=trail)
    assert {entry.subject.split(":")[0] for entry in written} == {"signal"}
    after = everything_said(office, clients, system)
    assert len(before) > 60
    assert {key for key in before if before[key] != after[key]} == set()
    assert any(b"CONFIRMED" in said or b"confirmed" in said for said in before.values())
