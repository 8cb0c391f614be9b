"""What citizens and clerks do in a browser: everything is typed and pressed, nothing pre-seeded."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from playwright.sync_api import Locator, Page

from tests.builders import PASSWORD
from tests.rig.axe import faults


@dataclass
class Visitor:
    """Somebody in a browser, with every page they see looked at; by axe, too, if `is_examined`."""

    page: Page
    address: str
    is_examined: bool
    seen: list[str] = field(default_factory=list)

    def open(self, path: str) -> None:
        self.page.goto(f"{self.address}{path}")
        self.look()

    def press(self, name: str, within: Locator | None = None, *, exact: bool = False) -> None:
        button = (within or self.page).get_by_role("button", name=name, exact=exact).first
        assert button.count(), (name, self.page.url, self.text)
        button.click()
        self.look()

    def follow(self, name: str, within: Locator | None = None) -> None:
        (within or self.page).get_by_role("link", name=name).first.click()
        self.look()

    def look(self) -> None:
        self.page.wait_for_load_state()
        width = self.page.viewport_size["width"]
        assert self.page.evaluate("document.documentElement.scrollWidth") <= width, self.page.url
        if self.is_examined:
            assert faults(self.page) == [], self.page.url

    @property
    def text(self) -> str:
        return self.page.locator("main").first.inner_text()


class Citizen(Visitor):
    """A citizen with a phone."""

    def books(self, *, place: str, name: str, service: str, time: str, phone: str) -> str:
        """From the front page to the receipt; the reference on it."""
        self.open("/")
        self.page.get_by_label("Kommune, borgerservice eller postnummer").fill(place)
        self.press("Find borgerservice")
        self.follow(place)
        self.follow(service)
        self.press(time)
        self.page.get_by_label("Navn", exact=True).fill(name)
        self.page.get_by_label("Telefonnummer").fill(phone)
        self.press("Fortsæt")
        assert name in self.text
        self.press("Bekræft")
        found = re.search(r"\b[A-Z][A-Z0-9]{3}-[A-Z][A-Z0-9]{3}-[A-Z][A-Z0-9]\b", self.text)
        assert found, self.text
        return found[0]


@dataclass(frozen=True)
class Paper:
    """A document as a clerk records it."""

    type: str
    issuer: str
    expires: str = ""
    photo: bool = False
    cpr: bool = False


class Clerk(Visitor):
    """A clerk at a desk with a screen."""

    def signs_in(self, username: str) -> None:
        self.open("/admin/")
        self.page.get_by_label("Brugernavn").fill(username)
        self.page.get_by_label("Adgangskode").fill(PASSWORD)
        self.press("Log ind")

    def receives(self, name: str) -> None:
        """Find the citizen in the day list, check in, open the case."""
        self.follow("Dagens liste")
        self.page.get_by_label("Navn, nummer eller slutningen af telefonnummeret").fill(name)
        self.press("Søg")
        self.press("Tjek ind", self.page.get_by_role("row").filter(has_text=name))
        self.follow("Åbn", self.page.get_by_role("row").filter(has_text=name))
        self.press("Start identitetssag")

    def records_documents(self, *, number: str, papers: Sequence[Paper]) -> None:
        self.page.get_by_label("CPR-nummer eller erstatningsnummer").check()
        self.page.get_by_label("Nummeret", exact=True).fill(number)
        self._papers(papers)
        self.press("Registrér dokumenterne")

    def records_that_questions_could_not_be_asked(self) -> None:
        self.page.get_by_label("Kunne ikke stilles").check()
        self.press("Registrér udfaldet")

    def records_witness(self, *, name: str, number: str, since: str, paper: Paper) -> None:
        self.page.get_by_label("Vidnets navn").fill(name)
        self.page.get_by_label("CPR-nummer eller erstatningsnummer").check()
        self.page.get_by_label("Nummeret", exact=True).fill(number)
        self.page.locator("[name=reason]").select_option(index=1)
        self.page.locator("[name=relationship]").select_option(label="Ven eller nabo")
        self.page.locator("[name=established]").select_option(index=1)
        self.page.get_by_label("Vidnet har haft MitID siden").fill(since)
        self.page.get_by_label("Vidnet har sit eget MitID med").check()
        self._papers([paper])
        self.press("Registrér vidnet")

    def sees_the_declaration_signed(self) -> None:
        """Open the text to print, and record that the witness has signed it."""
        self.follow("Udskriv på dansk")
        self.press("Vidnet har skrevet under på dansk")

    def decides(self) -> str:
        """Press once; what the page then says."""
        self.press("Afgør sagen")
        return self.text

    def _papers(self, papers: Sequence[Paper]) -> None:
        for row, paper in enumerate(papers):
            part = f"[name=documents-{row}-"
            self.page.locator(f"{part}type]").select_option(label=paper.type)
            self.page.locator(f"{part}issuer]").fill(paper.issuer)
            self.page.locator(f"{part}expires_on]").fill(paper.expires)
            self.page.locator(f"{part}shows_photo]").set_checked(paper.photo)
            self.page.locator(f"{part}shows_cpr]").set_checked(paper.cpr)
