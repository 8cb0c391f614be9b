"""Which pages and states are shown, and how one gets there."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from borgerservice.pictures.camera import EVERY_SETTING, Camera
from borgerservice.pictures.demo import Demo

BUTTON: Final = "main form .button-primary"
PHONE: Final = "20 30 40 50"
STAFF_LANGUAGE: Final = "da"
CLERK: Final = "clerk-0657"
TOWN: Final = "herning"
LONGEST_WEEKEND: Final = 6
"""Days without visits, one after the other."""


def photograph(
    browser: Any, demo: Demo, folder: Path, *, tell: Callable[[str], object]
) -> list[Path]:
    """Every walk in every setting, those of staff in their language; the files."""
    taken: list[Path] = []
    for setting in EVERY_SETTING:
        camera = Camera(browser, demo.address, folder, setting)
        camera.open(f"/?q={TOWN}")
        centre = f"/{camera.links('a.card')[0].rstrip('/').rpartition('/')[2]}/"
        receipt = book(camera, centre=centre)
        be_a_witness(camera, receipt=receipt)
        change(camera, receipt=receipt, centre=centre)
        ask_first(camera)
        if setting.language == STAFF_LANGUAGE:
            clerk = camera.another()
            work(clerk, password=demo.passwords[CLERK])
            clerk.close()
        camera.close()
        taken += camera.taken
        tell(f"{len(camera.taken)} pictures in {setting.language}, {setting.size[0]} wide")
    return taken


def book(camera: Camera, *, centre: str) -> str:
    """From the front page to the receipt, with the mistakes on the way; the receipt's address."""
    camera.open("/", "01-front")
    camera.open(f"/?q={TOWN}", "02-found")
    camera.open("/?q=herrning", "03-similar")
    camera.open("/earliest/?service=new_mitid&near=7400", "04-earliest")
    camera.open(centre, "05-centre")
    camera.press(".services a[href*='/new_mitid']", "06-times")
    camera.press("button[name=start]", "07-details")
    camera.press(BUTTON, "08-details-errors")
    camera.fill(name_0="Amina Hassan", phone=PHONE)
    camera.press(BUTTON, "09-check")
    address = camera.page.url
    camera.open(address.replace("check/", "time/"), "10-other-time")
    camera.open(address)
    camera.press(BUTTON, "11-receipt")
    return camera.page.url


def change(camera: Camera, *, receipt: str, centre: str) -> None:
    """What one does with a visit, ending with the end of it; and what waits and wrong links say."""
    camera.open(f"{receipt}earlier/", "12-earlier")
    camera.press(BUTTON, "13-waiting-for-earlier")
    camera.open(f"{receipt}move/", "14-move")
    camera.page.locator("button[name=start]").nth(9).click()
    camera.take("15-moved")
    camera.open(f"{receipt}cancel/", "16-cancel")
    camera.press("main form .button-warning", "17-cancelled")
    camera.open(f"{centre}new_mitid/wait/", "18-wait")
    camera.fill(name_0="Amina Hassan", phone=PHONE)
    camera.press(BUTTON, "19-waiting")
    camera.open("/find/", "20-find")
    camera.fill(phone=PHONE)
    camera.press(BUTTON, "21-find-sent")
    camera.open("/visit/x/", "22-wrong-link")
    camera.open("/book/x/", "23-draft-over")
    camera.open("/no/such/page/", "24-no-such-page")


def ask_first(camera: Camera) -> None:
    """Need I come, and what do I bring."""
    camera.open("/guide/", "30-need-i-come")
    camera.open("/guide/?path=new-me-yes-yes", "31-from-home")
    camera.open("/guide/?path=new-me-yes-no-no", "32-come")
    camera.open("/guide/bring/", "33-what-do-i-bring")
    camera.tick("p", "passport")
    for name, value in (("number", "yes"), ("lived", "new"), ("address", "yes")):
        camera.tick(name, value)
    camera.press(BUTTON, "34-papers")
    camera.page.locator("[name='0-issuer']").select_option("ZZ")
    camera.press(f"{BUTTON} >> nth=-1", "35-not-enough")


def be_a_witness(camera: Camera, *, receipt: str) -> None:
    """The citizen asks; one who may, one who was it too often, and one who does not want to."""
    link = receipt.rstrip("/").rpartition("/")[2]
    camera.open(f"/witness/papers/{link}/", "40-papers-for-the-visit")
    camera.open(f"/witness/for/{link}/", "41-ask-a-witness")
    for name, who in (("fine", "Lars Jensen"), ("too-often", "Tove Tregange")):
        camera.press("main form button", f"42-asked-{name}")
        witness = camera.another()
        witness.open(str(camera.links(".address-to-share a")[0]), f"43-will-you-be-{name}")
        witness.tick("had", "long")
        witness.tick("p", "passport")
        witness.press(".said-form .button-primary", f"44-papers-{name}")
        witness.choose("pa-issuer", "DK")
        witness.fill(**{"pa-expires": "01-05-2020"})
        witness.press(BUTTON, f"44-papers-over-{name}")
        witness.press(".actions .button-primary")
        witness.press(BUTTON)
        witness.fill(**{"pa-expires": "01-05-2039"})
        witness.press(BUTTON, f"45-sign-in-{name}")
        witness.press("main .button-primary", f"46-mitid-{name}")
        witness.press(f"button:text-is('{who}')", f"47-witness-{name}")
        camera.open(f"/witness/for/{link}/", f"48-citizen-{name}")
        if name == "too-often":
            witness.press("main form button", "49-withdrawn")
        witness.close()
    camera.open("/witness/check/x/", "49-witness-link-over")


def work(camera: Camera, *, password: str) -> None:
    """What a clerk sees: the day, the next one with visits, a visit of it, and the other pages."""
    camera.open("/admin/", "50-sign-in")
    camera.fill(login=CLERK, password=password)
    camera.press("form button[type=submit]", "51-day")
    pages = camera.links(".menu a:not([aria-current])")
    for _ in range(LONGEST_WEEKEND):
        camera.press("a[rel=next]")
        if camera.links("td.number a"):
            break
    camera.take("52-day-with-visits")
    camera.press("td.number a", "53-visit")
    for number, address in enumerate(pages, start=54):
        name = address.partition("?")[0].rstrip("/").rpartition("/")[2]
        camera.open(f"{camera.address}{address}", f"{number}-{name}")
