"""Clients of a municipality's system that book and book, and send again what nobody answered."""

import http.client
import json
import random
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from appointments.models import Appointment
from appointments.selectors.bookable import bookable_times
from appointments.services import plan_visit
from appointments.services.centres.reconciling import reconcile
from borgerservice.api.clients import create_api_client
from borgerservice.api.scopes import Scope
from borgerservice.audit.models import AuditEntry
from borgerservice.kernel import clock
from borgerservice.notifications.models import Message
from tests.builders import build_world
from tests.races.clients import OVERLOADED, Answer, ask, token
from tests.races.crowd import overlaps
from tests.rig.services import Server

CLIENTS = 6
DESKS, MINUTES = 8, 10


class Load:
    """A centre with thousands of places, and clients that take them."""

    def __init__(self, server: Server, *, seed: int) -> None:
        self.server = server
        self.seed = seed
        now = clock.now()
        with server.database.opened():
            self.world = build_world(
                today=clock.danish_date(now), desks=DESKS, minutes=MINUTES, days=40
            )
            self.world.centre.start_step_minutes = MINUTES
            self.world.centre.save()
            self.starts = self._starts(now)
            made = create_api_client(
                municipality=self.world.municipality,
                name="load",
                scopes=[Scope.APPOINTMENTS_WRITE],
                actor="system",
                now=now,
            )
        scope = str(Scope.APPOINTMENTS_WRITE)
        self.token = token(server.port, made.client.client_id, made.secret, scope)
        self.acknowledged: dict[str, str] = {}
        self.statuses: Counter[str] = Counter()
        self._is_over = threading.Event()

    def _starts(self, now: datetime) -> list[datetime]:
        centre, today = self.world.centre, clock.danish_date(now)
        plan = plan_visit(centre=centre, codes=[self.world.service.code])
        days = bookable_times(
            centre=centre,
            minutes=plan.minutes,
            caps=plan.caps,
            window=plan.window,
            first=today + timedelta(1),
            last=today + timedelta(40),
            now=now,
        )
        return [start for day in days for start in day.starts]

    def book_politely(self, key: str, start: datetime) -> Answer:
        """The same, again where the server had no time for it."""
        while (answer := self.book(key, start)).status == OVERLOADED:
            time.sleep(int(answer.headers["Retry-After"]))
        return answer

    def book(self, key: str, start: datetime) -> Answer:
        body = {
            "centre": self.world.centre.key,
            "service": self.world.service.code,
            "start": start.isoformat(),
            "participants": [{"name": "Amina Hassan"}],
            "phone": "+4520304050",
            "language": "da",
        }
        headers = {
            "Content-Type": "application/json",
            "Authorization": f"Bearer {self.token}",
            "Idempotency-Key": key,
        }
        path = "/api/v1/appointments/"
        return ask(self.server.port, "POST", path, json.dumps(body), headers)

    @contextmanager
    def running(self) -> Iterator[None]:
        """The clients book as long as this lasts; then what is under way is brought to an end."""
        threads = [threading.Thread(target=self._client, args=(n,)) for n in range(CLIENTS)]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            self._is_over.set()
            for thread in threads:
                thread.join(120)
        assert not any(thread.is_alive() for thread in threads)

    def wait_for_more(self, count: int = CLIENTS) -> None:
        """Return once so many more bookings are acknowledged."""
        wanted, end = len(self.acknowledged) + count, time.monotonic() + 90
        while len(self.acknowledged) < wanted:
            assert time.monotonic() < end, f"nothing is booked any more: {self.statuses}"
            time.sleep(0.01)

    def _client(self, number: int) -> None:
        chance = random.Random(f"{self.seed}-{number}")
        turn = 0
        while not self._is_over.is_set():
            turn += 1
            self._until_answered(f"{number}-{turn}", chance.choice(self.starts))

    def _until_answered(self, key: str, start: datetime) -> None:
        """Ask until the server says yes or no; what it did before, it does not do twice."""
        while True:
            try:
                answer = self.book(key, start)
            except (OSError, http.client.HTTPException):
                self.statuses["nobody answered"] += 1
                time.sleep(0.05)
                continue
            self.statuses[str(answer.status)] += 1
            if answer.status < 500:
                break
            time.sleep(0.2)
        if answer.status == 201:
            self.acknowledged[key] = answer.json()["reference"]

    def lost(self) -> set[str]:
        """The bookings that were acknowledged and are not there."""
        with self.server.database.opened():
            there = Appointment.unscoped.filter(status="booked")
            return set(self.acknowledged.values()) - set(there.values_list("reference", flat=True))

    def booked(self) -> int:
        with self.server.database.opened():
            return Appointment.unscoped.filter(status="booked").count()

    def overlaps(self) -> int:
        with self.server.database.opened():
            return overlaps(list(Appointment.unscoped.filter(status="booked")))

    def halves(self) -> list[str]:
        """The bookings that lack somebody who comes, the audit entry or the confirmation."""
        with self.server.database.opened():
            entries = Counter(
                AuditEntry.unscoped.filter(event="appointment.booked").values_list(
                    "subject", flat=True
                )
            )
            told = set(Message.unscoped.filter(kind="booked").values_list("contact_id", flat=True))
            return [
                visit.reference
                for visit in Appointment.unscoped.prefetch_related("participants")
                if len(visit.participants.all()) != 1
                or entries[f"appointment:{visit.reference}"] != 1
                or visit.contact_id not in told
            ]

    def differences(self) -> int:
        with self.server.database.opened():
            return len(list(reconcile(now=clock.now())))

    def assert_all_is_right(self) -> None:
        assert self.lost() == set()
        assert len(set(self.acknowledged.values())) == len(self.acknowledged) == self.booked()
        assert self.overlaps() == 0
        assert self.halves() == []
        assert self.differences() == 0
