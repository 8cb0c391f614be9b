"""A step of a case pressed many times: taken once, and every press is answered as the first."""

from collections.abc import Callable, Iterator

import pytest
import requests

from borgerservice.audit.models import AuditEntry
from borgerservice.kernel import clock
from tests.appointments.desk import session_of, words
from tests.appointments.test_pages_double_click import CLICKS, click_at_once, seal_in
from tests.rig.services import Server
from tests.servers import Rig
from tests.witnesses.case_pages import address, applicant_form, in_danish, witness_form
from tests.witnesses.cases import Office, build_office, number
from witnesses.models import DocumentEvidence, IdentityProofing, LinkProposal

RECORDED = words("Recorded.")
LINK = "/admin/0657/links/new/"


class Desk:
    """A clerk's browser at a centre that is open today."""

    def __init__(self, server: Server) -> None:
        self.server = server
        with server.database.opened():
            self.office: Office = build_office(day=clock.danish_date(clock.now()))
            self.browser = requests.Session()
            self.browser.cookies.set("sessionid", session_of(self.office.clerk))

    def case(self, make: Callable[[Office], IdentityProofing]) -> IdentityProofing:
        with self.server.database.opened():
            return make(self.office)

    def filled(self, page: str, typed: dict[str, str]) -> dict[str, str]:
        """The form as a page has it now, filled in."""
        shown = self.browser.get(self.server.url(page), timeout=20).text
        seen = shown.partition('name="seen" value="')[2].partition('"')[0]
        return {"csrfmiddlewaretoken": seal_in(shown), "seen": seen, **typed}

    def press(self, page: str, sent: dict[str, str]) -> str:
        """Press a button: the page one comes to."""
        return self.browser.post(self.server.url(page), sent, timeout=30).text

    def counted(self) -> tuple[int, int]:
        """How many documents were ever recorded, and how much was done in cases."""
        with self.server.database.opened():
            taken = AuditEntry.unscoped.filter(event__contains="recorded")
            return DocumentEvidence.unscoped.count(), taken.count()


@pytest.fixture(scope="module")
def desk(rig: Rig) -> Iterator[Desk]:
    with rig.fresh_database() as database, rig.serve(database) as server:
        yield Desk(server)


STEPS = {
    "documents": (Office.case, applicant_form(), {"assurance_level": "high"}),
    "questions": (Office.with_documents, {"outcome": "not_available"}, {"outcome": "passed"}),
    "witness": (Office.with_questions, witness_form(), {"name": "Bodil Vidne"}),
}


@pytest.mark.parametrize("step", STEPS)
def test_a_step_is_taken_once_and_every_press_says_so(desk: Desk, step: str) -> None:
    make, typed, _other = STEPS[step]
    case = desk.case(make)
    page, before = address(case, step), desk.counted()
    sent = desk.filled(page, typed)
    answers = click_at_once(desk.browser, desk.server.url(page), sent)
    assert answers == [(302, address(case))] * CLICKS
    documents, taken = desk.counted()
    assert documents - before[0] == (step != "questions")
    assert taken - before[1] == 1
    later = desk.press(page, sent)
    assert RECORDED in later
    assert in_danish("changed_meanwhile") not in later
    assert desk.counted() == (documents, taken)


@pytest.mark.parametrize("step", STEPS)
def test_another_content_from_the_same_page_is_told_that_it_changed(desk: Desk, step: str) -> None:
    make, typed, other = STEPS[step]
    case = desk.case(make)
    page = address(case, step)
    sent = desk.filled(page, typed)
    assert RECORDED in desk.press(page, sent)
    counted = desk.counted()
    assert in_danish("changed_meanwhile") in desk.press(page, {**sent, **other})
    assert desk.counted() == counted


@pytest.mark.parametrize("step", STEPS)
def test_what_was_corrected_meanwhile_is_not_said_to_be_recorded(desk: Desk, step: str) -> None:
    make, typed, other = STEPS[step]
    case = desk.case(make)
    page = address(case, step)
    sent = desk.filled(page, typed)
    desk.press(page, sent)
    assert RECORDED in desk.press(page, desk.filled(page, {**typed, **other}))
    counted = desk.counted()
    assert in_danish("changed_meanwhile") in desk.press(page, sent)
    assert desk.counted() == counted


def test_a_step_pressed_again_after_the_next_one_still_stands(desk: Desk) -> None:
    case = desk.case(Office.case)
    page = address(case, "documents")
    sent = desk.filled(page, applicant_form())
    desk.press(page, sent)
    questions = address(case, "questions")
    desk.press(questions, desk.filled(questions, {"outcome": "not_available"}))
    counted = desk.counted()
    assert RECORDED in desk.press(page, sent)
    assert desk.counted() == counted


def test_two_numbers_are_proposed_once_and_every_press_says_so(desk: Desk) -> None:
    typed = {
        "number_kind": "cpr",
        "number": number(901).digits,
        "other_kind": "cpr",
        "other_number": number(902).digits,
        "reason": LinkProposal.Reason.REGISTER,
    }
    sent = desk.filled(LINK, typed)
    answers = click_at_once(desk.browser, desk.server.url(LINK), sent)
    assert answers == [(302, LINK)] * CLICKS
    with desk.server.database.opened():
        assert LinkProposal.unscoped.count() == 1
    said = words("Proposed. It holds once a colleague has approved it.")
    assert said in desk.press(LINK, sent)
    assert in_danish("link_waits") in desk.press(LINK, desk.filled(LINK, typed))
    assert in_danish("link_waits") in desk.press(LINK, {**sent, "reason": "investigation"})
    with desk.server.database.opened():
        assert LinkProposal.unscoped.count() == 1
