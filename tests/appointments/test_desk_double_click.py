"""A button of staff's that is pressed many times: one thing is made, and every press says so."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pytest
import requests
from django.urls import reverse

from appointments.models import Absence, Desk
from appointments.services.visits.expiry import forget_expired
from borgerservice.audit.models import AuditEntry
from borgerservice.kernel import clock
from borgerservice.municipalities.models import (
    Centre,
    Closure,
    ExtraOpening,
    Invitation,
    SentForm,
    StaffRole,
)
from tests.appointments.desk import session_of, words
from tests.appointments.test_pages_double_click import CLICKS, click_at_once, seal_in
from tests.builders import World, build_staff
from tests.days import build_coming_world
from tests.rig.services import Server
from tests.servers import Rig

Role = StaffRole.Role
SOON = clock.danish_date(clock.now()) + timedelta(days=3)
OPEN_LATE, LATER, STILL_LATER = (SOON + timedelta(days=days) for days in (1, 7, 14))
PLACE = {
    "name": "Hall of the east",
    "address": "Torvet 5",
    "postal_code": "7400",
    "city": "Herning",
    "is_open_for_booking": "on",
}


@dataclass(frozen=True)
class Made:
    """What one form of staff's makes: at which page, of what, said how."""

    page: str
    typed: Mapping[str, str]
    of: Any
    said: str
    refused: str


def closing(day: date) -> Made:
    return Made(
        "closures",
        {"first_day": day.isoformat(), "last_day": day.isoformat()},
        Closure,
        "The days are closed.",
        "The centre is already closed at some of that time.",
    )


MADE = {
    "closed days": closing(SOON),
    "an extra opening": Made(
        "extra_openings",
        {"day": OPEN_LATE.isoformat(), "opens_minute": "20:00", "closes_minute": "21:00"},
        ExtraOpening,
        "The centre is open then.",
        "The centre already has an extra opening at that time.",
    ),
    "a desk": Made(
        "desk_add",
        {"number": "77", "services": "new_mitid", "is_staffed": "on"},
        Desk,
        "The desk is added.",
        "There is already a desk with that number.",
    ),
    "a centre": Made(
        "centre_add",
        PLACE,
        Centre,
        "The centre is added. Add its desks and its opening hours before anyone can book.",
        "The address of the centre's page is made of its name, and that address is taken or cannot"
        " be made. Write another name, for example with the town.",
    ),
    "an invitation": Made(
        "staff_invite",
        {"email": "mette@example.com", "role": Role.CLERK},
        Invitation,
        "The invitation is on its way. The link can be used for a week.",
        "The person has an invitation to that role already.",
    ),
    "a role": Made(
        "role_give",
        {"role": Role.LEAD},
        StaffRole,
        "The role is given.",
        "The role is already held.",
    ),
}
OF_CENTRES = {"closures", "extra_openings", "desk_add"}


class Desktop:
    """An administrator's browser at a new centre, and the colleague they give roles."""

    def __init__(self, server: Server) -> None:
        self.server = server
        with server.database.opened():
            self.world: World = build_coming_world(desks=1)
            place = self.world.municipality
            administrator = build_staff(place, username=f"boss-{place.pk}", role=Role.ADMINISTRATOR)
            self.colleague = build_staff(place, username=f"mette-{place.pk}").pk
            self.browser = requests.Session()
            self.browser.cookies.set("sessionid", session_of(administrator))

    def address(self, made: Made) -> str:
        where: dict[str, Any] = {"code": self.world.municipality.code}
        if made.page in OF_CENTRES:
            where["key"] = self.world.centre.key
        if made.page == "role_give":
            where["number"] = self.colleague
        return self.server.url(reverse(f"admin:{made.page}", kwargs=where))

    def filled(self, made: Made) -> dict[str, str]:
        """The form as the page has it, filled in."""
        page = self.browser.get(self.address(made), timeout=20).text
        return {"csrfmiddlewaretoken": seal_in(page), **made.typed}

    def press(self, made: Made, sent: Mapping[str, str]) -> requests.Response:
        return self.browser.post(self.address(made), dict(sent), timeout=30)

    def rows(self, made: Made) -> int:
        with self.server.database.opened():
            return int(made.of._base_manager.count())

    def events(self) -> int:
        with self.server.database.opened():
            return AuditEntry.unscoped.count()


@pytest.fixture(scope="module")
def desktop(rig: Rig) -> Iterator[Desktop]:
    with rig.fresh_database() as database, rig.serve(database) as server:
        yield Desktop(server)


@pytest.mark.parametrize("made", MADE.values(), ids=MADE)
def test_it_is_made_once_every_press_says_so_and_the_same_typed_anew_is_refused(
    desktop: Desktop, made: Made
) -> None:
    sent, rows, events = desktop.filled(made), desktop.rows(made), desktop.events()
    answers = click_at_once(desktop.browser, desktop.address(made), sent)
    assert [status for status, _where in answers] == [302] * CLICKS
    assert len(set(answers)) == 1, answers
    later = desktop.press(made, sent)
    assert later.history[0].headers["Location"] == answers[0][1]
    assert words(made.said) in later.text
    assert desktop.rows(made) == rows + 1
    assert desktop.events() == events + 1
    anew = desktop.press(made, desktop.filled(made))
    assert (anew.status_code, anew.history) == (200, [])
    assert words(made.refused) in anew.text
    assert desktop.rows(made) == rows + 1


def test_another_thing_typed_on_the_same_page_is_another_form(desktop: Desktop) -> None:
    made = closing(LATER)
    sent = desktop.filled(made)
    assert words(made.said) in desktop.press(made, sent).text
    other = desktop.press(made, {**sent, "reason": "Kursus"})
    assert words(made.refused) in other.text


def test_what_was_undone_meanwhile_is_done_again_and_not_only_said(desktop: Desktop) -> None:
    made = closing(STILL_LATER)
    sent, rows = desktop.filled(made), desktop.rows(made)
    desktop.press(made, sent)
    with desktop.server.database.opened():
        Closure.objects.filter(first_day=STILL_LATER).delete()
        first = SentForm.objects.latest("sent_at")
    assert words(made.said) in desktop.press(made, sent).text
    assert desktop.rows(made) == rows + 1
    with desktop.server.database.opened():
        again = SentForm.objects.get(pk=first.pk)
    assert again.sent_at > first.sent_at, "it is kept for a day from when it was last done"


UNDONE = {
    "closed days": ("closures", "closure_remove", "The days are open again."),
    "an extra opening": (
        "extra_openings",
        "extra_opening_remove",
        "The extra opening is taken back.",
    ),
    "an absence": ("absences", "absence_remove", "The absence is taken back."),
}


def planned(desktop: Desktop, day: date, what: str) -> int:
    """Something planned for a day that can be taken back; its number."""
    centre, days = desktop.world.centre, {"first_day": day, "last_day": day}
    with desktop.server.database.opened():
        if what == "closed days":
            return int(Closure.objects.create(centre=centre, **days).pk)
        if what == "an absence":
            desk = desktop.world.desks[0]
            return int(Absence.objects.create(centre=centre, desk=desk, **days).pk)
        hours = {"opens_minute": 1200, "closes_minute": 1260}
        return int(ExtraOpening.objects.create(centre=centre, day=day, **hours).pk)


@pytest.mark.parametrize("what", UNDONE)
def test_it_is_taken_back_once_and_every_press_says_so(desktop: Desktop, what: str) -> None:
    page, undo, said = UNDONE[what]
    number = planned(desktop, STILL_LATER + timedelta(days=2), what)
    where = {"code": desktop.world.municipality.code, "key": desktop.world.centre.key}
    shown = desktop.browser.get(desktop.server.url(reverse(f"admin:{page}", kwargs=where)))
    address = desktop.server.url(reverse(f"admin:{undo}", kwargs={**where, "number": number}))
    sent, events = {"csrfmiddlewaretoken": seal_in(shown.text)}, desktop.events()
    answers = click_at_once(desktop.browser, address, sent)
    assert answers == [(302, reverse(f"admin:{page}", kwargs=where))] * CLICKS
    assert desktop.events() == events + 1
    later = desktop.browser.post(address, sent, timeout=30)
    assert (later.status_code, words(said) in later.text) == (200, True)
    anew = {"csrfmiddlewaretoken": seal_in(later.text)}
    assert desktop.browser.post(address, anew, timeout=30).status_code == 404
    assert desktop.events() == events + 1


def test_what_forms_led_to_is_forgotten_after_a_day(desktop: Desktop) -> None:
    made = closing(STILL_LATER + timedelta(days=1))
    desktop.press(made, desktop.filled(made))
    with desktop.server.database.opened():
        sent = SentForm.objects.latest("sent_at")
        forget_expired(now=sent.sent_at + timedelta(hours=23))
        assert SentForm.objects.filter(pk=sent.pk).exists()
        forget_expired(now=sent.sent_at + timedelta(hours=24))
        assert not SentForm.objects.exists()
