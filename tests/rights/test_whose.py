"""Whose a visit, a contact or a case is, where no number tells: the plain cases and the odd ones."""

from datetime import timedelta

import pytest

from appointments.models import (
    Appointment,
    ContactCode,
    DoubleBooking,
    Offer,
    Participant,
    Rebooking,
    WaitingEntry,
)
from appointments.rules.waiting import Wish
from appointments.services.offering.waiting import wait_for_any
from borgerservice.notifications.services import new_contact
from borgerservice.rights.telling import Sought
from tests.builders import NOW, TODAY, build_visit, build_world
from tests.rights.test_account import told
from tests.witnesses.archive import forged
from tests.witnesses.cases import PASSPORT, Office, Reason, build_office, number, witness
from witnesses.services import (
    decide_proofing,
    note_reading,
    open_proofing,
    record_documents,
    record_witness,
)

PHONE = "+4520304050"
AMINA = number(1)
pytestmark = pytest.mark.django_db


@pytest.fixture
def office(db) -> Office:
    return build_office()


class Told:
    """An account by group, in words."""

    def __init__(self, office: Office, **whom) -> None:
        account = told(office.world, Sought(**{"name": "Amina Hassan", **whom}))
        self.groups = {group.code: group for group in account.groups}

    def said(self, code: str) -> dict[str, str]:
        items = self.groups[code].items
        return {fact.label: fact.said for item in items for fact in item.facts}

    def notes(self, code: str) -> str:
        return " ".join(note for item in self.groups[code].items for note in item.notes)


def recorded(office: Office, visit, *, whose=AMINA, birth_date=None, place=0):
    """The documents of one who comes to a visit, recorded."""
    known = Participant.unscoped.select_related("service")
    case = open_proofing(
        participant=known.get(appointment=visit, position=place), staff=office.clerk, now=NOW
    )
    return record_documents(
        proofing=case,
        number=whose,
        birth_date=birth_date,
        wants_cpr_link=whose is not None,
        documents=(PASSPORT,),
        staff=office.clerk,
        now=NOW,
    )


@pytest.mark.parametrize("names", [("Amina Hassan",), ("Amina Hassan", "Bo Jensen")])
def test_by_number_alone_nobody_is_told_whose_phone_a_visit_was_booked_with(office, names):
    """A daughter books for her father."""
    recorded(office, office.visit(names=names))
    account = Told(office, number=AMINA)
    assert account.said("contact") == account.said("messages") == {}
    assert "En anden kan have booket for dig." in account.notes("visits")
    assert account.said("visits")["Navn"] == "Amina Hassan"
    by_both = Told(office, number=AMINA, phone=PHONE)
    assert by_both.said("contact")["Telefonnummer"] == "+45 20 30 40 50"
    assert by_both.said("messages")


@pytest.mark.parametrize(
    ("names", "asked_by", "is_told"),
    [
        (("Amina Hassan",), {"number": AMINA}, True),
        (("Amina Hassan", "Bo Jensen"), {"number": AMINA}, False),
        (("Amina Hassan", "Bo Jensen"), {"phone": PHONE}, True),
    ],
)
def test_what_those_who_come_need_is_told_to_who_booked_or_comes_alone(
    office, names, asked_by, is_told
):
    visit = office.visit(names=names)
    Appointment.unscoped.filter(pk=visit.pk).update(needs="wheelchair")
    recorded(office, visit)
    assert ("Behov" in Told(office, **asked_by).said("visits")) == is_told


def test_whose_name_is_none_of_a_visit_is_told_the_visit_and_no_name(office):
    office.visit(names=("Bo Jensen",))
    account = Told(office, phone=PHONE)
    assert account.said("visits")["Referencenummer"]
    assert "Navn" not in account.said("visits")
    assert "Ingen af navnene i dette besøg" in account.notes("visits")


@pytest.mark.parametrize(
    ("asked_by", "told"),
    [("Amina Hassan", "Amina Hassan"), ("Amina Noor Hassan", "Amina Noor Hassan"), ("Amina", None)],
)
def test_a_mother_and_a_daughter_who_share_a_name_are_told_apart_or_neither_is(
    office, asked_by, told
):
    visit = office.visit(names=("Amina Hassan", "Amina Noor Hassan"))
    for place in (0, 1):
        recorded(office, visit, whose=None, birth_date=TODAY - timedelta(days=9000), place=place)
    account = Told(office, phone=PHONE, name=asked_by)
    assert account.said("visits").get("Navn") == told
    assert len(account.groups["cases"].items) == (told is not None)
    assert ("mere end ét kan være det" in account.notes("visits")) == (told is None)


def test_a_case_without_a_number_is_told_to_who_bears_its_name(office):
    visit = office.visit()
    recorded(office, visit, whose=None, birth_date=TODAY - timedelta(days=9000))
    assert Told(office, phone=PHONE).said("cases")["Navn"] == "Amina Hassan"
    assert Told(office, phone=PHONE, name="Bo Jensen").said("cases") == {}


def test_a_case_with_a_number_is_told_to_nobody_who_does_not_give_it(office):
    recorded(office, office.visit())
    assert Told(office, phone=PHONE).said("cases") == {}
    assert Told(office, phone=PHONE, number=number(2)).said("cases") == {}


def test_who_is_known_by_another_number_is_somebody_else_whatever_the_name(office):
    """A father and a son of one name, who share a phone."""
    recorded(office, office.visit())
    assert "Navn" not in Told(office, phone=PHONE, number=number(2)).said("visits")
    assert Told(office, phone=PHONE).said("visits")["Navn"] == "Amina Hassan"


def test_what_was_offered_and_asked_is_told_and_nothing_of_the_other_visit(office):
    visit = build_visit(office.world, day=TODAY + timedelta(days=1))
    elsewhere = build_visit(build_world(code="0751", name="Aarhus"), day=TODAY + timedelta(days=2))
    DoubleBooking.objects.create(
        first=elsewhere, second=visit, link_hash="x", link_salt="y", asked_at=NOW, answer_by=NOW
    )
    rebooking = Rebooking.unscoped.create(
        municipality=office.world.municipality,
        centre=office.world.centre,
        first_day=TODAY,
        last_day=TODAY,
        started_by=office.clerk,
        started_at=NOW,
    )
    Offer.unscoped.create(
        municipality=office.world.municipality,
        rebooking=rebooking,
        appointment=visit,
        starts_at=NOW,
        answer="declined",
        link_hash="o",
        link_salt="y",
        offered_at=NOW,
        expires_at=NOW,
    )
    account = Told(office, phone=PHONE)
    said = account.said("visits")
    assert "23. november 2026" in said["Spurgt, hvilken af to tider der skal beholdes"]
    assert said["Hvad der kom ud af det"] == "Afvist"
    assert said["Referencenummer"] == visit.reference
    assert len(account.groups["visits"].items) == 1


def test_the_time_somebody_was_sent_a_code_for_is_told(office):
    place = office.world
    contact, _key = new_contact(municipality=place.municipality, phone=PHONE, email="")
    ContactCode.objects.create(
        contact=contact,
        centre=place.centre,
        service=place.service,
        people=1,
        token_hash="t",
        code_salt="1:s",
        starts_at=NOW,
        expires_at=NOW,
    )
    assert "23. november 2026" in Told(office, phone=PHONE).said("contact")["Tid, du bad om"]


def test_of_those_who_wait_a_protected_name_is_not_written(office):
    asks = {
        "centre": office.world.centre,
        "service": office.world.service.code,
        "email": "",
        "language": "da",
        "wish": Wish(TODAY, TODAY, 0, 1440, 127),
        "now": NOW,
    }
    wait_for_any(names=["Amina Hassan"], phone=PHONE, protected=[True], **asks)
    assert "Navn" not in Told(office, phone=PHONE).said("waiting")
    assert Told(office, phone=PHONE).said("waiting")["Status"] == "Venter"
    WaitingEntry.unscoped.all().update(status="left")
    wait_for_any(names=["Amina Hassan"], phone="+4520304051", **asks)
    assert Told(office, phone="+4520304051").said("waiting")["Navn"] == "Amina Hassan"


def test_an_e_mail_address_is_found_however_it_is_written(office):
    build_visit(office.world, day=TODAY + timedelta(days=1), phone="", email="Amina@Example.com")
    assert Told(office, email="amina@EXAMPLE.com").said("visits")["Navn"] == "Amina Hassan"


def test_a_decision_by_rules_that_are_no_longer_here_is_told_by_its_rules(office):
    case = office.decided(witness(2), applicant=1)
    forged(office, case, applicant=case.applicant, rule_set="mitid-1999", failed=["witness.height"])
    forged(office, case, applicant=case.applicant, findings=[{"rule": "witness.height"}])
    cases = Told(office, number=AMINA).groups["cases"].items
    grounds = [fact.said for item in cases for fact in item.facts if fact.label == "Begrundelse"]
    assert "Vidnet er inden for grænsen" in grounds[0]
    assert "Hvor ofte man må være vidne" in grounds[1]
    assert grounds[2] == "witness.height"


def test_a_witness_who_was_replaced_is_told_of_their_own_part_alone(office):
    case = office.with_witness(witness(2), is_signed=False)
    asks = {"proofing": case, "reason": Reason.QUESTIONS_NOT_POSSIBLE, "staff": office.clerk}
    record_witness(witness=witness(3, name="Carl Vidne"), now=NOW + timedelta(hours=1), **asks)
    note_reading(proofing=case, staff=office.clerk, now=NOW + timedelta(hours=2))
    former = Told(office, number=number(2), name="Bente Vidne")
    later = Told(office, number=number(3), name="Carl Vidne")
    assert former.said("witness")["Navn"] == "Bente Vidne"
    assert "23. november 2026" in former.said("witness")["Erstattet af en anden"]
    assert list(former.said("trail")) == ["23. november 2026 kl. 08.00"]
    recorded_at, read_at = "23. november 2026 kl. 09.00", "23. november 2026 kl. 10.00"
    assert list(later.said("trail"))[:2] == [recorded_at, read_at]


def test_what_a_later_witness_did_not_meet_is_told_to_them_alone(office):
    case = office.with_witness(witness(2), is_signed=False)
    young = witness(3, name="Carl Vidne", mitid_since=TODAY - timedelta(days=2))
    record_witness(
        proofing=case,
        witness=young,
        reason=Reason.QUESTIONS_NOT_POSSIBLE,
        staff=office.clerk,
        now=NOW,
    )
    office.sign(case)
    decided = decide_proofing(proofing=case, staff=office.clerk, now=NOW)
    assert "witness.mitid_held" in decided.failed
    assert "Ikke opfyldt af dig" not in Told(office, number=number(2)).said("witness")
    assert Told(office, number=number(3)).said("witness")["Ikke opfyldt af dig"]


def test_of_the_facts_of_a_decision_no_row_number_and_no_witness_is_told(office):
    office.decided(witness(2), applicant=1)
    cases = Told(office, number=AMINA).groups["cases"].items
    (facts,) = (f.value for f in cases[0].facts if f.label == "Oplysninger i afgørelsen")
    assert set(facts) == {"on", "birth_date", "wants_cpr_link", "documents", "questions"}
