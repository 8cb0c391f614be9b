"""Delivery: each message once, or again where nobody knows, and never of what is off."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core import mail
from django.core.management import call_command
from django.db import connection

from appointments.rules.local_time import instant
from appointments.services import (
    cancel_appointment,
    move_appointment,
)
from borgerservice.notifications.delivery import LEASE, deliver, due_ids
from borgerservice.notifications.models import DailyCount, Message
from borgerservice.notifications.services import shred_contacts
from tests.builders import NOW, build_visit, build_world
from tests.keys import KeyFile
from tests.platform.outbox import SOON, TOMORROW, build_messages, problems, statuses
from tests.platform.sms_provider import Provider


@pytest.mark.django_db
def test_a_citizen_with_phone_and_email_is_told_once_on_each(provider: Provider) -> None:
    visit = build_visit(build_world(), day=TOMORROW, email="amina@example.com")
    assert deliver(now=SOON) == 2
    assert deliver(now=SOON) == 0
    (post,) = provider.posts
    assert (post.reference, post.to) == (f"booked:{visit.reference}:0:sms", "+4520304050")
    assert post.token == "Bearer the-token"
    (letter,) = mail.outbox
    assert letter.to == ["amina@example.com"]
    assert (
        letter.extra_headers["Message-ID"] == f"<booked.{visit.reference}.0.email@example.invalid>"
    )
    assert set(statuses().values()) == {"sent"}
    assert {row.sent_at >= SOON for row in Message.unscoped.all()} == {True}


@pytest.mark.django_db
def test_the_same_notice_is_never_written_twice(provider: Provider) -> None:
    world = build_world()
    assert (build_messages(world, 3), build_messages(world, 4)) == (3, 1)
    deliver(now=SOON)
    assert provider.accepted_of == {f"reminder_2d:{number}:0:sms": 1 for number in range(4)}


@pytest.mark.django_db
def test_a_message_waits_for_its_time(provider: Provider) -> None:
    build_messages(build_world(), 1, now=NOW + timedelta(hours=1))
    assert deliver(now=NOW) == 0
    assert due_ids(now=NOW) == []
    assert deliver(now=NOW + timedelta(hours=1)) == 1


@pytest.mark.django_db
def test_who_cancels_before_the_confirmation_went_out_is_told_of_the_cancelling_only(
    provider: Provider,
) -> None:
    visit = build_visit(build_world(), day=TOMORROW)
    cancel_appointment(appointment=visit, actor="citizen", now=SOON)
    deliver(now=SOON)
    assert [post.text[:6] for post in provider.posts] == ["Aflyst"]
    assert statuses() == {
        f"booked:{visit.reference}:0:sms": "dropped",
        f"cancelled:{visit.reference}:0:sms": "sent",
    }
    assert problems() == {"superseded", ""}


@pytest.mark.django_db
def test_who_moves_twice_before_anything_went_out_is_told_the_last_time_only(
    provider: Provider,
) -> None:
    visit = build_visit(build_world(), day=TOMORROW)
    for minute in (660, 720):
        visit = move_appointment(
            appointment=visit, start=instant(TOMORROW, minute), actor="citizen", now=SOON
        )
    deliver(now=SOON)
    (post,) = provider.posts
    assert post.text.startswith("Ny tid: tir 24. nov kl. 12.00")


@pytest.mark.django_db
def test_nothing_is_told_of_a_visit_that_has_begun(provider: Provider) -> None:
    visit = build_visit(build_world(), day=TOMORROW)
    deliver(now=visit.starts_at)
    assert provider.posts == []
    assert problems() == {"too_late"}


@pytest.mark.django_db
def test_whoever_is_forgotten_is_not_written_to(provider: Provider) -> None:
    visit = build_visit(build_world(), day=TOMORROW, email="amina@example.com")
    shred_contacts([visit.contact], now=NOW)
    deliver(now=SOON)
    assert (provider.posts, mail.outbox) == ([], [])
    assert problems() == {"no_address"}


@pytest.mark.django_db
def test_a_text_that_looks_like_a_cpr_number_is_held_back(provider: Provider) -> None:
    world = build_world()
    world.centre.name = "Borgerservice 610190-1234"
    world.centre.save()
    build_visit(world, day=TOMORROW, email="amina@example.com")
    deliver(now=SOON)
    assert (provider.posts, mail.outbox) == ([], [])
    assert set(statuses().values()) == {"failed"}
    assert problems() == {"looks_like_cpr"}


@pytest.mark.django_db
def test_a_message_of_a_kind_nobody_worded_does_not_hold_up_the_others(provider: Provider) -> None:
    build_messages(build_world(), 3)
    Message.unscoped.filter(dedupe_key="reminder_2d:1:0:sms").update(kind="unheard_of")
    deliver(now=SOON)
    assert len(provider.posts) == 2
    assert sorted(statuses().values()) == ["failed", "sent", "sent"]


@pytest.mark.django_db
@pytest.mark.parametrize("status", [500, 503, 429, 302, 401, 404])
def test_a_gateway_that_cannot_is_asked_again_later_and_spared_meanwhile(
    provider: Provider, status: int
) -> None:
    build_messages(build_world(), 3)
    provider.status = status
    deliver(now=NOW)
    rows = list(Message.unscoped.order_by("pk"))
    assert [row.status for row in rows] == ["due"] * 3
    assert [row.attempts for row in rows] == [1, 0, 0]
    assert deliver(now=NOW + timedelta(seconds=29)) == 0
    provider.status = 200
    assert deliver(now=NOW + timedelta(seconds=60)) == 3
    assert provider.delivered == set(statuses())
    assert set(statuses().values()) == {"sent"}


@pytest.mark.django_db
def test_a_gateway_that_is_not_there_loses_nothing(provider: Provider) -> None:
    build_messages(build_world(), 3)
    provider.stop()
    deliver(now=NOW)
    assert set(statuses().values()) == {"due"}


@pytest.mark.django_db
def test_a_refusal_for_good_is_not_tried_again(provider: Provider) -> None:
    build_messages(build_world(), 2)
    provider.status = 400
    deliver(now=NOW)
    assert set(statuses().values()) == {"failed"}
    assert problems() == {"refused_by_gateway"}
    assert deliver(now=NOW + timedelta(hours=1)) == 0


@pytest.mark.django_db
def test_an_operator_sees_what_failed_and_has_it_tried_again(
    provider: Provider, capsys: pytest.CaptureFixture[str]
) -> None:
    build_messages(build_world(), 2)
    provider.status = 400
    deliver(now=NOW)
    call_command("outbox")
    assert capsys.readouterr().out == "2 failed refused_by_gateway\n"
    call_command("outbox", again=True)
    assert capsys.readouterr().out == "2 to be tried again\n2 due\n"
    assert set(Message.unscoped.values_list("attempts", flat=True)) == {0}
    call_command("outbox")
    assert "4520300000" not in capsys.readouterr().out


@pytest.mark.django_db
def test_after_eight_tries_a_message_has_failed_and_the_pauses_grow(provider: Provider) -> None:
    build_messages(build_world(), 1)
    provider.status = 500
    now, pauses = NOW, []
    while statuses() == {"reminder_2d:0:0:sms": "due"}:
        deliver(now=now)
        row = Message.unscoped.get()
        pauses.append(round((row.due_at - now).total_seconds()))
        now = max(row.due_at, now) + timedelta(seconds=1)
    assert pauses[:-1] == [30, 90, 270, 810, 2430, 7200, 7200]
    assert statuses() == {"reminder_2d:0:0:sms": "failed"}
    assert problems() == {"gateway_down"}


@pytest.mark.django_db
@pytest.mark.parametrize("is_gone", [True, False], ids=["no file", "another key"])
def test_while_the_key_is_away_a_message_waits_and_no_try_is_counted(
    provider: Provider, keys: KeyFile, capsys: pytest.CaptureFixture[str], *, is_gone: bool
) -> None:
    build_messages(build_world(), 2)
    kept = keys.text
    if is_gone:
        keys.put("unreadable")
    else:
        keys.replace_wrapping()

    for minute in (0, 6, 12):
        deliver(now=NOW + timedelta(minutes=minute))
        assert due_ids(now=NOW + timedelta(minutes=minute + 4)) == []
    call_command("outbox")

    assert capsys.readouterr().out == "2 due key_unavailable\n"
    assert provider.posts == []
    assert set(Message.unscoped.values_list("attempts", "leased_until")) == {(0, None)}

    keys.put(kept)
    deliver(now=NOW + timedelta(minutes=18))
    assert set(statuses().values()) == {"sent"}
    assert problems() == {""}
    assert DailyCount.objects.count() == 2


@pytest.mark.django_db
def test_without_a_key_nobody_waits_longer_than_until_the_visit(
    provider: Provider, keys: KeyFile
) -> None:
    visit = build_visit(build_world(), day=TOMORROW)
    keys.put("unreadable")
    deliver(now=visit.starts_at)
    assert problems() == {"too_late"}


@pytest.mark.django_db
def test_a_message_that_kills_whoever_sends_it_is_given_up(provider: Provider) -> None:
    build_messages(build_world(), 1)
    Message.unscoped.update(status="sending", attempts=8, leased_until=NOW)
    deliver(now=SOON)
    assert provider.posts == []
    assert problems() == {"given_up"}


@pytest.mark.django_db
def test_while_the_lease_holds_nobody_else_sends_and_afterwards_somebody_does(
    provider: Provider,
) -> None:
    build_messages(build_world(), 1)
    ids = due_ids(now=NOW)
    Message.unscoped.update(status="sending", attempts=1, leased_until=NOW + LEASE)
    for asked in (None, ids):
        assert deliver(now=NOW + LEASE - timedelta(seconds=1), ids=asked) == 0
    assert provider.posts == []
    assert deliver(now=NOW + LEASE, ids=ids) == 1
    assert provider.accepted_of == {"reminder_2d:0:0:sms": 1}


@pytest.mark.django_db
def test_ids_that_are_sent_or_gone_or_nonsense_do_no_harm(provider: Provider) -> None:
    build_messages(build_world(), 1)
    ids = due_ids(now=NOW)
    assert deliver(now=NOW, ids=ids) == 1
    assert deliver(now=NOW, ids=[*ids, *ids, 0, -1, 10**12]) == 0
    assert deliver(now=NOW, ids=[]) == 0
    assert provider.repeats == 0


@pytest.mark.django_db
def test_a_slow_gateway_makes_a_worker_give_back_the_rest(
    provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    build_messages(build_world(), 4)
    ticks = iter(range(0, 10_000, 30))
    monkeypatch.setattr("borgerservice.notifications.delivery.time.monotonic", lambda: next(ticks))
    deliver(now=NOW)
    assert sorted(statuses().values()) == ["due", "due", "sent", "sent"]
    assert set(Message.unscoped.filter(status="due").values_list("attempts", flat=True)) == {0}


@pytest.mark.django_db
def test_a_thousand_messages_are_claimed_and_sent_in_four_statements(
    django_assert_max_num_queries: Callable,
) -> None:
    build_messages(build_world(), 1000)
    with django_assert_max_num_queries(4):
        assert deliver(now=SOON) == 1000
    assert set(statuses().values()) == {"sent"}


@pytest.mark.only("postgresql")
@pytest.mark.django_db
def test_taking_messages_leaves_every_index_as_it_is() -> None:
    build_messages(build_world(), 100)
    with connection.cursor() as cursor:
        deliver(now=SOON)
        cursor.execute(
            "SELECT pg_stat_get_xact_tuples_hot_updated('notifications_message'::regclass)"
        )
        assert cursor.fetchone()[0] >= 90
