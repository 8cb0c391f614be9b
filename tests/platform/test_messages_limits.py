"""Nobody can have a stranger pestered through our forms, nor run up a bill."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import phonenumbers
import pytest
from django.core import mail
from django.db import connections

from appointments.services.visits.expiry import forget_expired
from borgerservice.notifications.delivery import deliver
from borgerservice.notifications.limits import (
    MOST_A_DAY,
    TEXTED,
    is_danish_mobile,
    may_be_texted,
)
from borgerservice.notifications.models import DailyCount, Message
from tests.builders import NOW, TODAY, World, build_visit, build_world
from tests.rig.databases import Database

TOMORROW = TODAY + timedelta(days=1)
MOST_TEXTS = MOST_A_DAY["sms"]


@pytest.mark.parametrize(
    ("number", "is_texted"),
    [
        pytest.param("+4520304050", True, id="a Danish number"),
        pytest.param("+298211234", True, id="a Faroese mobile"),
        pytest.param("+380501234567", True, id="a Ukrainian mobile"),
        pytest.param("+4915123456789", True, id="a German mobile"),
        pytest.param("+493012345678", False, id="a telephone on a German wall"),
        pytest.param("+4590123456", False, id="a Danish number that costs extra"),
        pytest.param("+4580123456", False, id="a Danish freephone"),
        pytest.param("+252612345678", False, id="a country where fraud is paid by the message"),
        pytest.param("+8816123456789", False, id="a satellite"),
        pytest.param("+12025550123", False, id="a number that may be anywhere"),
    ],
)
def test_text_messages_go_to_ordinary_mobiles_nearby(number: str, *, is_texted: bool) -> None:
    assert may_be_texted(number) is is_texted


@pytest.mark.once
def test_the_short_way_to_a_danish_number_leads_where_the_whole_library_does() -> None:
    texted = 0
    for prefix in range(1000):
        phone = f"+45{prefix:03}04050"
        number = phonenumbers.parse(phone)
        is_texted = (
            phonenumbers.is_valid_number(number)
            and phonenumbers.region_code_for_number(number) == "DK"
            and phonenumbers.number_type(number) in TEXTED
        )
        assert is_danish_mobile(phone) is is_texted, phone
        texted += is_texted
    assert 0 < texted < 1000


@pytest.mark.django_db
def test_a_number_we_do_not_text_is_dropped_and_the_email_still_goes() -> None:
    build_visit(build_world(), day=TOMORROW, phone="+4590123456", email="amina@example.com")
    deliver(now=NOW)
    assert dict(Message.unscoped.values_list("channel", "problem")) == {
        "sms": "number_not_served",
        "email": "",
    }
    assert len(mail.outbox) == 1


def build_visits(world: World, count: int, *, phone: str, email: str = "") -> None:
    """As many visits, at as many desks as there are, booked with one number."""
    for place in range(count):
        row = place // len(world.desks)
        build_visit(
            world,
            day=TOMORROW + timedelta(days=row // 12),
            minute=540 + 30 * (row % 12),
            phone=phone,
            email=email,
        )


@pytest.mark.django_db
def test_one_number_gets_so_many_messages_a_day_and_more_the_day_after() -> None:
    world = build_world()
    build_visits(world, MOST_TEXTS + 2, phone="+4520304050")
    deliver(now=NOW)
    sent = Message.unscoped.filter(status="sent")
    dropped = Message.unscoped.filter(status="dropped", problem="daily_limit")
    assert (sent.count(), dropped.count()) == (MOST_TEXTS, 2)
    build_visit(world, day=TOMORROW + timedelta(days=2), phone="+4520304051")
    deliver(now=NOW)
    assert sent.count() == MOST_TEXTS + 1
    build_visit(world, day=TOMORROW + timedelta(days=3), now=NOW + timedelta(days=1))
    deliver(now=NOW + timedelta(days=1))
    assert sent.count() == MOST_TEXTS + 2


@pytest.mark.django_db
def test_an_email_address_is_the_same_in_capitals() -> None:
    world = build_world(desks=2)
    most = MOST_A_DAY["email"]
    build_visits(world, most, phone="", email="amina@example.com")
    later = TOMORROW + timedelta(days=2)
    build_visit(world, day=later, phone="", email="Amina@Example.com")
    deliver(now=NOW)
    assert len(mail.outbox) == most


@pytest.mark.django_db
def test_the_counts_are_forgotten_the_day_after_and_hold_no_number() -> None:
    build_visit(build_world(), day=TOMORROW)
    deliver(now=NOW)
    (count,) = DailyCount.objects.all()
    assert (count.messages, "20304050" in count.mark) == (1, False)
    forget_expired(now=NOW)
    assert DailyCount.objects.exists()
    forget_expired(now=NOW + timedelta(days=1))
    assert not DailyCount.objects.exists()


def test_fifty_messages_to_one_number_at_once_are_the_limit_to_the_unit(
    fresh_database: Database,
) -> None:
    """However many workers: the counting is one statement."""
    with fresh_database.opened():
        build_visits(build_world(desks=2), 50, phone="+4520304050")
        ids = list(Message.unscoped.values_list("pk", flat=True))

        def send_some(first: int) -> None:
            for pk in ids[first::8]:
                deliver(now=NOW, ids=[pk])
            connections.close_all()

        with ThreadPoolExecutor(8) as pool:
            list(pool.map(send_some, range(8)))
        assert Message.unscoped.filter(status="sent").count() == MOST_TEXTS
        assert Message.unscoped.filter(problem="daily_limit").count() == 50 - MOST_TEXTS
