"""Every page of staff, in a real browser: no fault axe can find, nothing wider than the screen."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import Locator, Page

from appointments.models import Hold
from appointments.rules.booking_window import Window
from appointments.rules.local_time import instant
from appointments.selectors.bookable import bookable_times
from appointments.services import plan_visit
from appointments.services.booking.holds import place_hold
from borgerservice.kernel import clock
from borgerservice.municipalities.models import Closure, StaffMember, StaffRole
from borgerservice.staff.services import give_role, invite
from tests.appointments.desk import centre_page, visit_page
from tests.builders import PASSWORD, World, build_staff, build_visit, build_world
from tests.rig.looks import DESK, NARROW, look_at
from tests.rig.services import Server
from tests.servers import Rig

pytestmark = pytest.mark.only("postgresql")
Role = StaffRole.Role


@pytest.fixture(scope="module")
def server(rig: Rig) -> Iterator[Server]:
    with rig.fresh_database() as database, rig.serve(database) as server:
        yield server


@pytest.fixture(scope="module")
def world(server: Server) -> World:
    """A centre with a visit to come, a closed week, and somebody who is clerk and administrator."""
    now = clock.now()
    today = clock.danish_date(now)
    with server.database.opened():
        world = build_world(desks=2, today=today, days=30)
        build_staff(world.municipality, role=Role.ADMINISTRATOR, username="chief", now=now)
        chief = StaffMember.objects.get(username="chief")
        give_role(
            municipality=world.municipality, staff_id=chief.pk, role="clerk", giver=chief, now=now
        )
        invite(
            municipality=world.municipality,
            email="mette@example.com",
            role="clerk",
            inviter=chief,
            now=now,
        )
        Closure.objects.create(
            centre=world.centre,
            first_day=today + timedelta(days=20),
            last_day=today + timedelta(days=25),
            reason="Flytning",
        )
    return world


@pytest.fixture(scope="module")
def visit(server: Server, world: World):
    now = clock.now()
    today = clock.danish_date(now)
    with server.database.opened():
        free = bookable_times(
            centre=world.centre,
            minutes=30,
            caps=1 << world.service.bit,
            window=Window(120, 60, 15),
            first=today,
            last=today + timedelta(days=10),
            now=now,
        )
        minute = 10 * 60
        place_hold(
            centre=world.centre,
            plan=plan_visit(centre=world.centre, codes=[world.service.code]),
            start=instant(free[-1].day, 12 * 60),
            purpose=Hold.Purpose.OFFER,
            expires_at=now + timedelta(hours=6),
            now=now,
        )
        return build_visit(world, day=free[-1].day, minute=minute, now=now, names=["Amina Hassan"])


def press(button: Locator) -> None:
    """Press it and wait for the page it leads to."""
    with button.page.expect_event("load"):
        button.click()


@pytest.mark.parametrize("size", [NARROW, DESK], ids=["phone", "desk"])
def test_staff_can_read_and_use_every_page(
    server: Server, world: World, visit, new_page: Callable[..., Page], size: tuple[int, int]
) -> None:
    page = new_page(size=size)

    def open_page(path: str, *, send: bool = False) -> None:
        page.goto(server.url(path))
        if send:
            press(page.locator("main form.act button.default"))
        look_at(page)

    open_page("/accounts/login/")
    open_page("/accounts/login/", send=True)
    page.locator("#id_login").fill("chief")
    page.locator("#id_password").fill(PASSWORD)
    press(page.locator("main form button"))
    look_at(page)
    day = f"?date={clock.danish_date(visit.starts_at).isoformat()}"
    open_page(centre_page(world, "day"))
    open_page(centre_page(world, "day") + day)
    page.locator("#id_q").fill("hassan")
    press(page.locator(".search button"))
    look_at(page)
    press(page.locator("tbody th a"))
    look_at(page)
    press(page.locator("form[action$='/contact/'] button"))
    look_at(page)
    for name in ("visit_cancel", "visit_move", "visit_contact_change"):
        open_page(visit_page(world, visit.reference, name))
    for name in ("book", "walk_in", "closures", "desk_add", "extra_openings", "absences"):
        open_page(centre_page(world, name))
        open_page(centre_page(world, name), send=True)
    for name in ("desks", "booking_rules", "served", "stops"):
        open_page(centre_page(world, name))
    open_page(centre_page(world, "desk_change", number=1))
    open_page(centre_page(world, "hours"))
    for row in range(5):
        page.locator(f"#id_weekday_{row}").select_option("")
    press(page.locator("main form.act button.default"))
    assert page.locator("input[name=then]").count() == 3
    assert page.locator(".affected table").count() == 2
    look_at(page)
    code = world.municipality.code
    with server.database.opened():
        chief = StaffMember.objects.get(username="chief")
        role = chief.roles.get(role="administrator").pk
    for path in ("", "invite/", f"{chief.pk}/roles/", f"roles/{role}/end/"):
        open_page(f"/admin/{code}/staff/{path}")
    open_page(f"/admin/{code}/staff/roles/{role}/end/", send=True)
    open_page(f"/admin/{code}/staff/invite/", send=True)
    open_page("/accounts/password/")
    open_page("/accounts/second-factor/")
    open_page("/accounts/reauthenticate/")
    open_page("/accounts/second-factor/app/")
    assert page.locator("img").count() == 1
    open_page("/accounts/logout/", send=True)
    open_page("/invitation/no-such-link/")


def test_times_have_names_of_their_own_and_what_is_chosen_shows_in_forced_colours(
    server: Server, world: World, new_page: Callable[..., Page]
) -> None:
    page = new_page(forced_colors="active")
    page.goto(server.url(centre_page(world, "book")))
    page.get_by_label("Brugernavn").fill("chief")
    page.get_by_label("Adgangskode").fill(PASSWORD)
    press(page.get_by_role("button", name="Log ind"))
    page.goto(server.url(centre_page(world, "book")))
    names = page.locator("[name=start]").evaluate_all("all => all.map(one => one.ariaLabel)")
    assert len(names) == len(set(names)) > 0
    page.get_by_role("radio", name=names[1], exact=True).check()
    colours = page.locator(".chips span").evaluate_all(
        "all => all.slice(0, 3).map(one => getComputedStyle(one).backgroundColor)"
    )
    assert colours[0] == colours[2] != colours[1]
    lines = page.locator("nav.menu a").evaluate_all(
        "all => all.map(one => [one.ariaCurrent, getComputedStyle(one).borderBottomColor])"
    )
    current = {line for is_current, line in lines if is_current}
    assert len(current) == 1
    assert current.isdisjoint(line for is_current, line in lines if not is_current)
