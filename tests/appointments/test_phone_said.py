"""What is said under a phone number while it is typed: how it is read, or what its shape lacks."""

import random
from collections.abc import Callable, Iterator

import phonenumbers
import pytest
from phonenumbers import PhoneMetadata
from playwright.sync_api import Page, expect

from appointments.forms.reach import ReachForm
from appointments.models import Appointment
from tests.days import build_coming_world
from tests.rig.looks import look_at
from tests.rig.services import Server
from tests.servers import Rig

pytestmark = pytest.mark.only("postgresql")
PHONE, SEED, CASES = (360, 740), 20261122, 1500
DANISH = "A Danish number has 8 digits. Begin a number from another country with +"
SHORT = "The number is too short. Write the country code and then the whole number."
BY_HAND = """
20304050|+45 20 30 40 50|0045 20 30 40 50|00 45 20304050|(+45) 20304050|+45-20-30-40-50|45 20304050
+46 70 123 45 67|0046701234567|+46 (0)70 123 45 67|+46 070 1234567|+380 50 123 4567|+298 212345
+45(0)20304050|+45 020304050|020304050|2030405|203040500|46701234567|4520304050|45204050|4500112233
+|+4|+45|+4612|00|0045|004|000|+0045 20304050|00045 20304050|+020304050|00203040|12345678
610190-1234|٢٠٣٠٤٠٥٠|+٤٦ ٧٠ ١٢٣ ٤٥ ٦٧|tlf. 20304050|20 30 40 5O|++4520304050|20304050;ext=3|20.30.40.50
20304050/30405060|+49 1234|+43 123|(20) 304050|20)304050|-20304050|+ 45 20304050|0 0 45 20304050
""".replace("\n", "|").split("|")
SAID = """(typed) => {
  const field = document.getElementById('id_phone');
  const line = document.querySelector('[data-phone-reads]');
  return typed.map((value) => {
    field.value = value;
    field.dispatchEvent(new Event('input'));
    field.dispatchEvent(new Event('change'));
    const number = line.querySelector('bdi');
    return [line.textContent, number ? number.textContent : ''];
  });
}"""


@pytest.fixture(scope="module")
def server(rig: Rig) -> Iterator[Server]:
    with rig.fresh_database() as database, rig.serve(database) as server:
        yield server


@pytest.fixture(scope="module")
def centre(server: Server) -> str:
    with server.database.opened():
        return build_coming_world(desks=3).centre.key


def line_of(page: Page):
    return page.locator("[data-phone-reads]")


def at_random(dice: random.Random) -> str:
    begins = dice.choice(["", "", "", "+", "00", "+45", "0045", "45", "+46 ", "+49", "0", "(+"])
    digits = "".join(dice.choice("0123456789") for _ in range(dice.randint(0, 14)))
    cut = dice.randint(0, len(digits))
    return f"{begins}{digits[:cut]}{dice.choice(['', ' ', '-', '.', '  ', ')', '('])}{digits[cut:]}"


def number_in(typed: str) -> str:
    """The number the server takes; empty where it refuses."""
    form = ReachForm({"phone": typed, "email": ""})
    return form.cleaned_data["phone"].as_e164 if form.is_valid() else ""


def test_nothing_is_said_that_the_server_does_not_do(server: Server, phone: Page) -> None:
    """What is called wrong is refused; what is said to be read is what is kept."""
    dice = random.Random(SEED)
    typed = [one for one in BY_HAND if one] + [at_random(dice) for _ in range(CASES)]
    phone.goto(server.url("/en/find/"))
    said = phone.evaluate(SAID, typed)
    wrong = [case for case, (text, read) in zip(typed, said, strict=True) if text and not read]
    reads = {case: read for case, (_text, read) in zip(typed, said, strict=True) if read}
    assert [case for case in wrong if number_in(case)] == []
    assert [c for c, read in reads.items() if number_in(c) != number_in(read)] == []
    assert len(wrong) > CASES / 4
    taken = [case for case in reads if number_in(case)]
    assert len(taken) > 30, "of numbers that are taken, many are read back"


def test_no_country_has_a_number_shorter_than_the_shortest_taken_for_whole() -> None:
    shortest = min(
        len(str(code)) + min(length for length in lengths if length > 0)
        for code, regions in phonenumbers.COUNTRY_CODE_TO_REGION_CODE.items()
        for region in regions
        for lengths in [
            PhoneMetadata.metadata_for_region_or_calling_code(
                code, region
            ).general_desc.possible_length
        ]
    )
    assert shortest == 6


def test_a_number_is_read_back_as_it_is_typed_and_what_lacks_after_a_pause(
    server: Server, phone: Page
) -> None:
    phone.clock.install()
    phone.goto(server.url("/en/find/"))
    field, line = phone.locator("#id_phone"), line_of(phone)
    expect(line).to_have_attribute("aria-live", "polite")
    expect(line).to_be_empty()
    field.press_sequentially("2030405")
    expect(line).to_be_empty()
    phone.clock.run_for(2_100)
    expect(line).to_contain_text(DANISH)
    field.press("0")
    expect(line).to_have_text("We read the number as +45 20 30 40 50.")
    expect(line.locator("bdi[dir=ltr]")).to_have_text("+45 20 30 40 50")
    field.press("1")
    expect(line).to_be_empty()
    phone.clock.run_for(2_100)
    expect(line).to_contain_text(DANISH)
    field.fill("0046 70-123 45 67")
    expect(line).to_have_text("We read the number as +46 70 123 45 67.")
    field.fill("+46")
    phone.clock.run_for(2_100)
    expect(line).to_have_text(SHORT)
    field.fill("")
    expect(line).to_be_empty()


def test_nothing_moves_under_a_finger_and_nobody_is_stopped(server: Server, phone: Page) -> None:
    phone.clock.install()
    phone.goto(server.url("/en/find/"))
    field, line = phone.locator("#id_phone"), line_of(phone)
    field.fill("123")
    phone.locator("#id_email").scroll_into_view_if_needed()
    box = phone.locator("main form .button-primary").bounding_box()
    phone.mouse.move(box["x"] + 5, box["y"] + 5)
    phone.mouse.down()
    phone.clock.run_for(5_000)
    expect(line).to_be_empty()
    asked = []
    phone.on("request", lambda request: asked.append(request.method))
    with phone.expect_event("load"):
        phone.mouse.up()
    assert asked[0] == "POST"
    expect(phone.locator("#id_phone_error")).to_contain_text("Write a phone number we can call")


def test_the_page_asks_nothing_and_keeps_nothing_while_one_types(
    server: Server, phone: Page
) -> None:
    phone.goto(server.url("/en/find/"))
    asked = []
    phone.on("request", lambda request: asked.append(request.url))
    phone.locator("#id_phone").press_sequentially("20304050")
    expect(line_of(phone)).to_contain_text("+45 20 30 40 50")
    kept = phone.evaluate("[localStorage.length, sessionStorage.length, location.href]")
    assert kept == [0, 0, server.url("/en/find/")]
    assert [url for url in asked if not url.endswith("/icon.svg")] == []


@pytest.mark.parametrize("language", ["da", "ar"])
def test_every_form_of_a_citizen_with_a_phone_number_says_it(
    server: Server, centre: str, new_page: Callable[..., Page], language: str
) -> None:
    page = new_page(size=PHONE)
    prefix = "" if language == "da" else f"/{language}"
    page.goto(server.url(f"{prefix}/{centre}/new_mitid/"))
    page.locator("button[name=start]").first.click()
    page.wait_for_url("**/book/**")
    for address in (page.url, f"{prefix}/find/", f"{prefix}/{centre}/new_mitid/wait/"):
        page.goto(address if address.startswith("http") else server.url(address))
        page.locator("#id_phone").fill("20304050")
        expect(line_of(page)).to_contain_text("+45 20 30 40 50")
        page.locator("#id_phone").fill("2030")
        page.locator("#id_phone").blur()
        expect(line_of(page)).to_contain_text("8")
        look_at(page)


def test_without_scripts_the_form_is_as_before(
    server: Server, centre: str, new_page: Callable[..., Page]
) -> None:
    page = new_page(size=PHONE, javascript=False)
    page.goto(server.url(f"/en/{centre}/new_mitid/"))
    page.locator("button[name=start]").first.click()
    page.locator("#id_name_0").fill("Amina Hassan")
    page.locator("#id_phone").fill("2030405")
    page.locator("main form .button-primary").first.click()
    expect(page.locator("#id_phone_error")).to_contain_text("Write a phone number we can call")
    expect(page.locator("#id_phone")).to_have_value("2030405")
    expect(line_of(page)).to_be_empty()
    page.locator("#id_phone").fill("0045 20304050")
    page.locator("main form .button-primary").first.click()
    expect(page.locator(".summary")).to_contain_text("+45 20 30 40 50")
    page.locator("main form .button-primary").click()
    page.wait_for_url("**/visit/**")
    with server.database.opened():
        assert Appointment.unscoped.count() == 1
