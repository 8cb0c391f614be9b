"""Hand messages over to those who carry them: each once, or again where nobody knows.

A worker claims rows for a while (a lease) in one statement, so that no other sends them meanwhile.
It reads a row again right before sending, so that what was taken back is not sent. Between the
carrier's answer and its being noted lies the one moment in which a crash sends twice; the
reference, which is the same at every try, lets the carrier see it.
"""

import json
import logging
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import islice
from typing import NamedTuple

from django.db import connection
from django.db.models import Count, F, Q
from django.template import TemplateDoesNotExist

from borgerservice.kernel.clock import danish_date
from borgerservice.notifications.limits import may_be_texted, over_the_limit
from borgerservice.notifications.mail import MailGateway
from borgerservice.notifications.models import Message
from borgerservice.notifications.ports import Gateway, GatewayDown, Outgoing, sms_gateway
from borgerservice.notifications.services import IDS_A_TASK
from borgerservice.notifications.statements import CLAIM, CLAIM_NAMED, READ, SENT
from borgerservice.notifications.wording import CprNumberInMessage, worded
from borgerservice.vault.keys import KeyUnavailable
from borgerservice.vault.services import SealBroken, open_wrapped
from borgerservice.vault.wrapping import wrapping_keys

logger = logging.getLogger(__name__)

Status = Message.Status
Blob = bytes | memoryview | None
SMS, EMAIL = Message.Channel.SMS.value, Message.Channel.EMAIL.value
PLACES = {SMS: "contact.phone", EMAIL: "contact.email"}
"""To what an address is sealed, by the channel it is for."""

LEASE = timedelta(seconds=150)
SENDING_SECONDS = 45
"""After this long a worker gives back what it has not sent; with one call it stays in its lease."""
TRIES = 8
FIRST_PAUSE = timedelta(seconds=30)
LONGEST_PAUSE = timedelta(hours=2)
NO_KEY = "key_unavailable"
PAUSE_WITHOUT_KEY = timedelta(minutes=5)
"""A message nobody can address while its key is away waits, until what it tells has begun."""
MOST_HANDED_OUT = 50_000


def deliver(*, now: datetime, ids: Sequence[int] | None = None) -> int:
    """Send the messages that are due, of some ids or the oldest of all; how many were claimed.

    Safe to call at any time, by anyone, as often as one likes.
    """
    began = time.monotonic()
    lease = now + LEASE
    gateways: dict[str, Gateway] = {SMS: sms_gateway(), EMAIL: MailGateway()}
    claimed = _claim(now=now, until=lease, ids=ids)
    for channel, gateway in gateways.items():
        waiting = iter([pk for pk, by in claimed if by == channel])
        while some := list(islice(waiting, gateway.at_once)):
            elapsed = timedelta(seconds=time.monotonic() - began)
            is_down = not _send(some, gateway=gateway, lease=lease, now=now + elapsed)
            if is_down or elapsed.total_seconds() > SENDING_SECONDS:
                pause = FIRST_PAUSE if is_down else timedelta(0)
                _give_back(waiting, lease=lease, due_at=now + elapsed + pause)
    return len(claimed)


def due_ids(*, now: datetime) -> list[int]:
    """The messages that somebody ought to be sending now, oldest first."""
    # Across municipalities: the outbox is one.
    return list(
        Message.unscoped.filter(
            Q(leased_until=None) | Q(leased_until__lte=now),
            is_waiting=True,
            due_at__lte=now,
        )
        .order_by("due_at", "pk")
        .values_list("pk", flat=True)[:MOST_HANDED_OUT]
    )


def not_sent() -> dict[tuple[str, str], int]:
    """How many messages wait, were dropped or have failed, by status and problem."""
    return {
        (status, problem): count
        for status, problem, count in Message.unscoped.exclude(status=Status.SENT)
        .values_list("status", "problem")
        .annotate(Count("pk"))
        .order_by("status", "problem")
    }


def try_failed_again(*, now: datetime) -> int:
    """Make every failed message due once more, from its first try; how many there were."""
    return Message.unscoped.filter(status=Status.FAILED).update(
        status=Status.DUE, problem="", attempts=0, due_at=now, leased_until=None
    )


def _claim(*, now: datetime, until: datetime, ids: Sequence[int] | None) -> list[tuple[int, str]]:
    moment, lease = map(connection.ops.adapt_datetimefield_value, (now, until))
    statements, named = (CLAIM, []) if ids is None else (CLAIM_NAMED, [json.dumps(list(ids))])
    with connection.cursor() as cursor:
        cursor.execute(statements[connection.vendor], [lease, *named, moment, moment, IDS_A_TASK])
        return sorted(cursor.fetchall())


def _send(ids: Sequence[int], *, gateway: Gateway, lease: datetime, now: datetime) -> bool:
    """Send some claimed messages in one call; False when the gateway could not be reached."""
    letters, problems = _prepared(_read(ids, lease=lease), now=now)
    by_reference = {letter.reference: row for row, letter in letters}
    sent: Mapping[str, str] = {}
    is_down = False
    try:
        if letters:
            sent = gateway.send([letter for _row, letter in letters])
    except GatewayDown:
        is_down = True
        _try_again(list(by_reference.values()), lease=lease, now=now)
    else:
        problems += [(by_reference[reference], code) for reference, code in sent.items()]
        _note_sent(
            [row.pk for reference, row in by_reference.items() if reference not in sent],
            lease=lease,
            now=now,
        )
    closed = [row.pk for row, code in problems if code == NO_KEY]
    _give_back(closed, lease=lease, due_at=now + PAUSE_WITHOUT_KEY, problem=NO_KEY)
    _end_with_problems([(row, code) for row, code in problems if code != NO_KEY], lease=lease)
    return not is_down


class _Row(NamedTuple):
    """What is read of a message right before it goes out."""

    pk: int
    kind: str
    channel: str
    language: str
    facts: str
    reference: str
    attempts: int
    wrapped_key: Blob
    key_version: int | None
    sealed: Blob
    mark: str | None


def _read(ids: Sequence[int], *, lease: datetime) -> list[_Row]:
    """Of claimed messages those that nobody has taken back meanwhile."""
    until = connection.ops.adapt_datetimefield_value(lease)
    with connection.cursor() as cursor:
        cursor.execute(READ[connection.vendor], [json.dumps(ids), until])
        return list(map(_Row._make, cursor.fetchall()))


def _note_sent(ids: Sequence[int], *, lease: datetime, now: datetime) -> None:
    """Mark messages as sent, also those taken back while they were on their way."""
    if ids:
        moment, until = map(connection.ops.adapt_datetimefield_value, (now, lease))
        with connection.cursor() as cursor:
            cursor.execute(SENT[connection.vendor], [moment, json.dumps(ids), until])


def _prepared(
    rows: Sequence[_Row], *, now: datetime
) -> tuple[list[tuple[_Row, Outgoing]], list[tuple[_Row, str]]]:
    """What goes out, and what does not with the code of the reason."""
    letters, problems = [], []
    for row in rows:
        found = _letter_or_problem(row, now=now)
        if isinstance(found, Outgoing):
            letters.append((row, found))
        else:
            problems.append((row, found))
    first_tries = (
        (row.pk, row.channel, row.mark or "") for row, _letter in letters if row.attempts == 1
    )
    too_many = over_the_limit(first_tries, day=danish_date(now))
    problems += [(row, "daily_limit") for row, _letter in letters if row.pk in too_many]
    return [(row, letter) for row, letter in letters if row.pk not in too_many], problems


def _letter_or_problem(row: _Row, *, now: datetime) -> Outgoing | str:
    try:
        facts = json.loads(row.facts)
        if problem := _problem_in_time(row, facts, now=now):
            return problem
        to = _opened(row.channel, row.sealed, row.wrapped_key, row.key_version)
        if problem := _problem_of_address(row, to):
            return problem
        wording = worded(row.kind, row.channel, row.language, facts)
    except CprNumberInMessage:
        return "looks_like_cpr"
    except KeyUnavailable:
        return NO_KEY
    except (SealBroken, TemplateDoesNotExist, KeyError, ValueError):
        return "cannot_be_worded"
    return Outgoing(reference=row.reference, to=to, subject=wording.subject, text=wording.text)


def _problem_in_time(row: _Row, facts: Mapping[str, str], *, now: datetime) -> str:
    if row.attempts > TRIES:
        return "given_up"
    return "too_late" if datetime.fromisoformat(facts["starts_at"]) <= now else ""


def _problem_of_address(row: _Row, to: str) -> str:
    if not to:
        return "no_address"
    if row.channel == SMS and not may_be_texted(to):
        return "number_not_served"
    return ""


def address_of(message: Message) -> str:
    """The number or address a message goes to; empty when there is none, or none any more."""
    contact = message.contact
    if contact is None:
        return ""
    sealed = contact.phone_sealed if message.channel == SMS else contact.email_sealed
    key = contact.data_key
    return _opened(message.channel, sealed, key.wrapped, key.key_version)


def _opened(channel: str, sealed: Blob, wrapped_key: Blob, key_version: int | None) -> str:
    if wrapped_key is None or key_version is None:
        return ""
    key = open_wrapped(wrapped_key, key_version, wrapping_keys())
    return key.open(sealed, PLACES[channel]) if key else ""


DROPPED = frozenset({"too_late", "no_address", "number_not_served", "daily_limit"})
"""Why a message is not sent although nothing went wrong; every other problem is a failure."""


def _end_with_problems(problems: Sequence[tuple[_Row, str]], *, lease: datetime) -> None:
    for problem in {problem for _row, problem in problems}:
        rows = [row.pk for row, its in problems if its == problem]
        status = Status.DROPPED if problem in DROPPED else Status.FAILED
        Message.unscoped.filter(pk__in=rows, leased_until=lease).update(
            status=status, problem=problem, leased_until=None
        )
        logger.warning("messages.not_sent problem=%s count=%d", problem, len(rows))


def _try_again(rows: Sequence[_Row], *, lease: datetime, now: datetime) -> None:
    for tries, pks in _by_tries(rows):
        mine = Message.unscoped.filter(pk__in=pks, status=Status.SENDING, leased_until=lease)
        if tries >= TRIES:
            mine.update(status=Status.FAILED, problem="gateway_down", leased_until=None)
            logger.error("messages.given_up count=%d", len(pks))
            continue
        pause = min(FIRST_PAUSE * 3 ** (tries - 1), LONGEST_PAUSE)
        mine.update(
            status=Status.DUE, problem="gateway_down", leased_until=None, due_at=now + pause
        )
        logger.warning("messages.gateway_down count=%d tries=%d", len(pks), tries)


def _by_tries(rows: Sequence[_Row]) -> Iterator[tuple[int, list[int]]]:
    for tries in {row.attempts for row in rows}:
        yield tries, [row.pk for row in rows if row.attempts == tries]


def _give_back(
    ids: Iterable[int], *, lease: datetime, due_at: datetime, problem: str | None = None
) -> None:
    """Let go of what was claimed and not tried, because of a problem or for want of time."""
    claimed = list(ids)
    if not claimed:
        return
    told = {} if problem is None else {"problem": problem}
    Message.unscoped.filter(pk__in=claimed, status=Status.SENDING, leased_until=lease).update(
        status=Status.DUE, leased_until=None, due_at=due_at, attempts=F("attempts") - 1, **told
    )
    if problem:
        logger.error("messages.wait problem=%s count=%d", problem, len(claimed))
