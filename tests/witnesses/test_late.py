"""Cases decided after the day, and visits recorded afterwards: with a reason, and both ways."""

import html
import re
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import translation

from appointments.exceptions import Refused as VisitRefused
from appointments.models import Participant
from appointments.services import (
    cancel_appointment,
    check_in_afterwards,
    mark_no_show,
)
from borgerservice.audit.selectors import history_of
from tests.builders import NOW, TODAY, build_staff, build_visit
from tests.witnesses.cases import witness
from witnesses.exceptions import Refused
from witnesses.models import IdentityProofing, Witnessing
from witnesses.services import decide_proofing, open_proofing

pytestmark = pytest.mark.django_db
LateReason = IdentityProofing.LateReason
TOMORROW = NOW + timedelta(days=1)


@pytest.fixture
def next_day(office):
    """The clerk at the desk on the day after."""
    with time_machine.travel(TOMORROW, tick=False):
        client = Client()
        client.force_login(office.clerk)
        yield client


def address(case, step=""):
    name = f"admin:proofing_{step}" if step else "admin:proofing"
    return reverse(name, kwargs={"code": "0657", "reference": case.reference})


def words_of(response) -> str:
    content = response.content.decode().partition('id="content"')[2]
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", content)).split())


def refusal(call, **keywords) -> tuple[str, str | None]:
    with pytest.raises((Refused, VisitRefused)) as refused:
        call(**keywords)
    assert refused.value.sentence
    return refused.value.code, refused.value.field


# --- the reason ----------------------------------------------------------------------------------


@pytest.mark.parametrize("reason", list(LateReason))
def test_a_case_decided_after_its_day_says_why_in_record_and_ledger(office, reason):
    case = office.with_witness(witness(2))

    decided = decide_proofing(
        proofing=case, staff=office.clerk, now=TOMORROW, late_reason=str(reason)
    )

    assert (decided.decided_on, decided.late_reason) == (TODAY, reason)
    row = Witnessing.unscoped.get()
    assert (row.on_date, row.recorded_on) == (TODAY, TODAY + timedelta(days=1))
    assert row.late_reason == reason


@pytest.mark.parametrize("given", ["", "because", "SYSTEM_DOWN"])
def test_without_a_reason_of_the_list_nothing_is_decided_late(office, given):
    case = office.with_witness(witness(2))

    told = refusal(
        decide_proofing, proofing=case, staff=office.clerk, now=TOMORROW, late_reason=given
    )

    assert told == ("late_reason_needed", "late_reason")
    assert not Witnessing.unscoped.exists()


def test_on_the_day_itself_no_reason_is_taken(office):
    case = office.with_witness(witness(2))

    told = refusal(
        decide_proofing, proofing=case, staff=office.clerk, now=NOW, late_reason="on_paper"
    )

    assert told == ("late_reason_unwanted", "late_reason")


def test_the_day_ends_at_midnight_in_copenhagen(office):
    case = office.with_witness(witness(2))
    last_second = NOW.replace(hour=22, minute=59, second=59)

    assert refusal(
        decide_proofing, proofing=case, staff=office.clerk, now=last_second + timedelta(seconds=1)
    ) == ("late_reason_needed", "late_reason")
    decide_proofing(proofing=case, staff=office.clerk, now=last_second)
    assert Witnessing.unscoped.get().recorded_on == TODAY


def test_the_desk_asks_for_the_reason_after_the_day_and_only_then(office, next_day):
    case = office.with_witness(witness(2))
    assert 'name="late_reason"' in next_day.get(address(case)).content.decode()
    with time_machine.travel(NOW, tick=False):
        assert 'name="late_reason"' not in next_day.get(address(case)).content.decode()

    answer = next_day.post(address(case, "decide"))
    assert answer.status_code == 200
    assert 'id="id_late_reason_error"' in answer.content.decode()
    answer = next_day.post(address(case, "decide"), {"late_reason": "guessed"})
    assert 'id="id_late_reason_error"' in answer.content.decode()
    assert not Witnessing.unscoped.exists()

    answer = next_day.post(address(case, "decide"), {"late_reason": "on_paper"}, follow=True)
    case.refresh_from_db()
    assert (case.outcome, case.late_reason) == ("confirmed", "on_paper")
    with translation.override("da"):
        assert str(LateReason.ON_PAPER.label) in words_of(answer)


# --- a visit recorded afterwards -----------------------------------------------------------------


@pytest.mark.parametrize("days", [1, 30])
@pytest.mark.parametrize("missed", [False, True])
def test_who_was_here_while_the_system_was_down_is_recorded_afterwards(office, days, missed):
    visit = build_visit(office.world)
    after = visit.starts_at + timedelta(days=days)
    if missed:
        mark_no_show(appointment=visit, actor="staff:1", now=visit.ends_at)

    recorded = check_in_afterwards(appointment=visit, actor="staff:1", now=after)

    assert recorded.status == "checked_in"
    assert recorded.checked_in_at == visit.starts_at
    entry = list(
        history_of(municipality=office.world.municipality, subject=f"appointment:{visit.reference}")
    )[-1]
    assert (entry.event, entry.at) == ("appointment.checked_in_late", after)


@pytest.mark.parametrize("days", [-1, 0, 31, 400])
def test_a_visit_of_today_or_of_long_ago_is_not_recorded_afterwards(office, days):
    visit = build_visit(office.world)
    acts = {"appointment": visit, "actor": "staff:1"}

    told = refusal(check_in_afterwards, now=visit.starts_at + timedelta(days=days), **acts)

    assert told == ("not_afterwards", None)


def test_who_cancelled_or_is_here_already_is_not_recorded_afterwards(office):
    here, gone = office.visit(), build_visit(office.world, minute=12 * 60)
    cancel_appointment(appointment=gone, actor="citizen", now=NOW)

    for visit in (here, gone):
        told = refusal(check_in_afterwards, appointment=visit, actor="staff:1", now=TOMORROW)
        assert told[0] == "cannot_check_in_afterwards"


def test_the_case_of_such_a_visit_is_judged_on_its_day_and_enters_the_ledger_on_it(office):
    visit = build_visit(office.world)
    check_in_afterwards(appointment=visit, actor="staff:1", now=TOMORROW)
    office.participant = lambda: Participant.unscoped.select_related("service").get(
        appointment=visit
    )
    case = office.with_witness(witness(2))

    decide_proofing(
        proofing=case, staff=office.clerk, now=TOMORROW, late_reason=str(LateReason.SYSTEM_DOWN)
    )

    row = Witnessing.unscoped.get()
    assert (row.on_date, row.recorded_on) == (TODAY, TODAY + timedelta(days=1))


def test_the_desk_offers_it_on_the_visit_s_page_and_the_case_opens(office, next_day):
    visit = build_visit(office.world)
    page = reverse("admin:visit", kwargs={"code": "0657", "reference": visit.reference})
    button = f"{page}check-in-afterwards/"
    assert button in next_day.get(page).content.decode()
    with time_machine.travel(NOW, tick=False):
        assert button not in next_day.get(page).content.decode()
        next_day.post(button)
    visit.refresh_from_db()
    assert visit.status == "booked"

    answer = next_day.post(button, follow=True)
    visit.refresh_from_db()
    assert visit.status == "checked_in"
    assert button not in answer.content.decode()
    participant = Participant.unscoped.select_related("service").get(appointment=visit)
    assert (
        open_proofing(participant=participant, staff=office.clerk, now=TOMORROW).state == "opened"
    )


@pytest.mark.parametrize("role", ["administrator", "auditor", "fraud_reviewer"])
def test_only_who_works_at_the_desk_records_it(office, role):
    visit = build_visit(office.world)
    page = reverse("admin:visit", kwargs={"code": "0657", "reference": visit.reference})

    with time_machine.travel(TOMORROW, tick=False):
        client = Client()
        client.force_login(build_staff(office.world.municipality, role=role))
        assert client.post(f"{page}check-in-afterwards/").status_code == 404
