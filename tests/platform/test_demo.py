"""What `make run` shows: a witness who is fine, some who are not, visits that asked one."""

import re
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from django.test import Client

from appointments.models import Appointment, DoubleBooking
from appointments.services.centres.reconciling import reconcile
from borgerservice.adapters.mitid.demo_witnesses import DEMO_WITNESSES, DemoWitness
from borgerservice.demo import seed
from borgerservice.kernel.clock import danish_date
from tests.builders import NOW, build_service, build_world
from tests.rig.mitid import choose, demo_running, use_broker
from tests.witnesses.phones import HERE, words
from witnesses.models import IdentityProofing, WitnessCheck, Witnessing

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.filterwarnings("ignore:get_jwt_config:DeprecationWarning"),  # the demo's own
]
NAMED = {one.name: one for one in DEMO_WITNESSES}
LAST_WEEK = (danish_date(NOW) - timedelta(days=7)).isoformat()
LINK = re.compile(r'href="(/en/witness/(?:check|for)/[^"]+)"')


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    with demo_running(*DEMO_WITNESSES) as issuer:
        yield issuer


@pytest.fixture(autouse=True)
def demo(request, settings, issuer, monkeypatch, tmp_path: Path) -> Iterator[datetime]:
    """The demo of a country with one centre, which offers nothing but the visit with a witness."""
    now = getattr(request, "param", NOW)
    use_broker(settings, issuer)
    settings.PUBLIC_ADDRESS = HERE
    monkeypatch.setattr(seed, "STAFFED", ("0657",))
    with time_machine.travel(now, tick=False):
        build_service("new_mitid_witness")
        centre = build_world(desks=2, today=danish_date(now)).centre
        centre.offers.update(service=build_service("new_mitid_witness"))
        seed.load_demo(passwords=tmp_path / "passwords.txt", now=now, tell=lambda _said: None)
        yield now


def signs_in(one: DemoWitness, *, had: str = "had=long") -> str:
    """The page somebody of the demo is shown by the link that stands on its front page."""
    check, _citizen = LINK.findall(Client().get("/en/demo/").content.decode())
    phone = Client()
    left = phone.get(f"{check}mitid/?{had}")
    back = choose(left["Location"], sub=one.subject)
    return words(phone.get(back.removeprefix(HERE)))


def test_each_witness_of_the_demo_is_told_what_their_story_says():
    for name, had, verdict, failed in (
        ("Lars Jensen", "had=long", "may", []),
        ("Bente Vidne", "had=long", "may", []),
        ("Tove Tregange", "had=long", "may_from", ["witness.quota"]),
        ("Mads Ung", "had=long", "may_not", ["witness.minimum_age"]),
        ("Nina Ny", f"had=recent&since={LAST_WEEK}", "may_from", ["witness.mitid_held"]),
    ):
        signs_in(NAMED[name], had=had)
        check = WitnessCheck.unscoped.exclude(checked_at=None).latest(
            "participant__appointment__starts_at"
        )
        assert (name, check.verdict, check.failed) == (name, verdict, failed)
    for name in ("Ole Lav", "Pia P. Kode"):
        signs_in(NAMED[name])
    assert WitnessCheck.unscoped.exclude(checked_at=None).count() == 5


def test_the_three_witnessings_are_of_one_person_and_of_the_last_weeks():
    made = Witnessing.unscoped.all()
    assert len({row.witness_id for row in made}) == 1
    assert len({row.applicant_id for row in made}) == 3
    assert all(row.on_date > danish_date(NOW) - timedelta(days=100) for row in made)


def test_an_auditor_finds_decisions_of_both_kinds():
    found = IdentityProofing.unscoped.values_list("outcome", "route").order_by("pk")
    assert Counter(found) == {
        ("confirmed", "witness"): 3,
        ("confirmed", "questions"): 1,
        ("not_confirmed", ""): 1,
    }


@pytest.mark.parametrize(
    "demo",
    [
        pytest.param(datetime(2027, 3, 24, 17, tzinfo=UTC), id="before Easter"),
        pytest.param(datetime(2026, 12, 31, 22, 50, tzinfo=UTC), id="the last minutes of a year"),
        pytest.param(datetime(2027, 10, 31, 1, 30, tzinfo=UTC), id="an hour that comes twice"),
        pytest.param(datetime(2028, 2, 28, 23, 10, tzinfo=UTC), id="a leap day"),
    ],
    indirect=True,
)
def test_on_whatever_day_it_is_loaded_there_is_a_past_and_a_witness_to_be(demo: datetime):
    assert Witnessing.unscoped.count() == 3
    assert WitnessCheck.unscoped.filter(participant__appointment__starts_at__gt=demo).count() == 6
    assert not list(reconcile(now=demo))


def test_the_front_page_leads_a_newcomer_through_the_three_doors():
    page = Client().get("/en/demo/").content.decode().partition("<main")[2]
    doors = [page.index(f'href="{path}"') for path in ("/en/guide/", "/en/guide/bring/", "/en/")]
    assert doors == sorted(doors)
    for one in DEMO_WITNESSES:
        assert one.name in page
        assert one.story[1] in page
    for address in LINK.findall(page):
        assert Client().get(address).status_code == 200


def test_some_coming_visits_have_asked_a_witness_and_a_second_load_adds_nothing(tmp_path):
    def count() -> tuple[int, ...]:
        return (Appointment.unscoped.count(), WitnessCheck.unscoped.count())

    before = count()
    assert before[1] == 6
    seed.load_demo(passwords=tmp_path / "again.txt", now=NOW, tell=lambda _said: None)
    assert count() == before


def test_nobody_of_the_demo_is_asked_which_of_two_times_to_keep():
    assert not DoubleBooking.objects.exists()


def test_the_demo_leaves_every_desk_day_right():
    assert not list(reconcile(now=NOW))
