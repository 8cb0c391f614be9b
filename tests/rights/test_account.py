"""The account tells all that was planted of a person, and nothing of anybody else or elsewhere."""

import json
import re
from dataclasses import replace
from datetime import timedelta

import pytest
import time_machine
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection

from appointments.models import Participant
from appointments.services.history import record_visit
from borgerservice.audit.models import AuditEntry
from borgerservice.municipalities.models import StaffMember
from borgerservice.people.services import known_by, marks_of
from borgerservice.rights.account import Account
from borgerservice.rights.classified import NAMED, TOLD
from borgerservice.rights.telling import Sought, Unfindable, tell_held
from borgerservice.vault.keys import KeyUnavailable
from borgerservice.vault.models import DataKey
from borgerservice.vault.services import SealBroken, shred
from tests.builders import NOW, TODAY, build_staff, build_visit
from tests.platform.api_calls import statements
from tests.rights.planted import House, Planted, build_both
from tests.rights.test_classified import listed
from tests.witnesses.cases import number, witness
from witnesses.models import (
    FraudSignal,
    LinkProposal,
)
from witnesses.services import answer_link, note_letter_read, note_reading, propose_link

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def houses(rows_of_the_module: None) -> tuple[House, House]:
    with time_machine.travel(NOW, tick=False):
        return build_both()


@pytest.fixture
def herning(houses: tuple[House, House]) -> House:
    return houses[0]


@pytest.fixture
def aarhus(houses: tuple[House, House]) -> House:
    return houses[1]


def sought(one: Planted, **differences) -> Sought:
    usual = Sought(number=one.number, phone=one.phone, email=one.email, name=one.name)
    return replace(usual, **differences)


def told(house: House, whom: Sought, **options) -> Account:
    administrator = build_staff(house.municipality, role="administrator")
    asked = {"journal": "26/01", "as_file": False, "staff": administrator, "now": NOW, **options}
    return tell_held(municipality=house.municipality, sought=whom, **asked)


def text_of(account: Account) -> str:
    return json.dumps(account.as_json(), cls=DjangoJSONEncoder, ensure_ascii=False)


def values_in(account: Account, *people: Planted) -> set[str]:
    text = text_of(account).casefold()
    return {value for one in people for value in one.values if value.casefold() in text}


def test_it_tells_everything_planted_of_the_person(herning):
    account = told(herning, sought(herning.first))
    assert values_in(account, herning.first) == herning.first.values
    assert len(herning.first.values) > 8


def test_every_field_that_is_told_or_named_is_there(herning):
    fields = {
        field
        for one in (herning.first, herning.second)
        for group in told(herning, sought(one)).groups
        for item in group.items
        for fact in item.facts
        for field in fact.fields
    }
    assert {*listed(TOLD), *listed(NAMED)} - fields == set()


def test_it_tells_nothing_of_who_shares_visit_case_and_list_with_them(herning):
    account = told(herning, sought(herning.first))
    assert values_in(account, herning.second) == set()
    text = text_of(account)
    assert herning.cases[1].reference not in text
    assert herning.second.number.digits not in text


def test_who_did_not_book_is_told_their_own_and_not_how_the_other_is_reached(herning):
    """The second comes to the first one's visit: name, papers and case are theirs, no contact."""
    account = told(herning, sought(herning.second, phone="", email=""))
    mine = herning.second.values - {herning.second.phone, herning.second.email}
    assert values_in(account, herning.second) == mine
    assert values_in(account, herning.first) == set()


def test_it_tells_nothing_of_another_municipality(herning, aarhus):
    account = told(herning, sought(herning.first))
    elsewhere = (aarhus.first.values | aarhus.second.values) - herning.first.values
    assert elsewhere
    assert values_in(account, replace(aarhus.first, values=elsewhere)) == set()
    assert "Aarhus" not in text_of(account)


def test_no_number_is_written_out(herning):
    text = text_of(told(herning, sought(herning.first)))
    digits = herning.first.number.digits
    assert digits not in text
    assert digits[6:] not in text


def test_a_suspicion_is_told_in_no_account(herning):
    assert FraudSignal.objects.for_municipality(herning.municipality).exists()
    account = told(herning, sought(herning.first))
    assert "FraudSignal" not in text_of(account)
    assert "signal" not in text_of(account)


@pytest.mark.parametrize("reason", LinkProposal.Reason)
def test_how_two_numbers_became_known_to_be_one_person_s_is_told_in_no_account(herning, reason):
    """Else an investigation would show, by its name or by being the one that has none."""
    propose_link(
        municipality=herning.municipality,
        number=herning.first.number,
        other_number=number(66),
        reason=reason,
        staff=herning.office.clerk,
        now=NOW,
    )
    account = told(herning, sought(herning.first))
    (links,) = (group for group in account.groups if group.code == "links")
    assert [fact.fields[0] for fact in links.items[1].facts] == [
        "witnesses.LinkProposal.proposed_at",
        "witnesses.LinkProposal.person",
    ]
    assert str(reason.label) not in text_of(account)


def recorded(house: House) -> list[AuditEntry]:
    entries = AuditEntry.objects.for_municipality(house.municipality)
    return list(entries.filter(event="held_data.told").order_by("pk"))


def test_it_is_recorded_under_each_mark_with_purpose_journal_and_counts(herning):
    told(herning, sought(herning.first))
    entries = recorded(herning)
    assert len({entry.subject for entry in entries}) == 3  # number, phone and e-mail
    assert all(entry.subject.startswith("sought:") for entry in entries)
    facts = entries[0].facts
    assert (facts["purpose"], facts["journal"], facts["as"]) == ("access_request", "26/01", "page")
    assert facts["found"] == {
        **dict.fromkeys(("visits", "wishes", "cases", "statements", "checks"), 1),
        **dict.fromkeys(("witnessings", "links"), 1),
        "contacts": 2,
        "messages": 8,
    }
    stored = json.dumps([facts, [entry.subject for entry in entries]])
    assert not any(value in stored for value in herning.first.values)
    assert herning.first.number.digits not in stored


def test_everything_is_recorded_before_anything_is_opened(herning, keys):
    """With another wrapping key nothing opens, and yet it stands there who tried."""
    keys.replace_wrapping()
    with pytest.raises((KeyUnavailable, SealBroken)):
        told(herning, sought(herning.first))
    assert len(recorded(herning)) == 3


def test_who_is_not_known_is_told_so_and_it_is_recorded(herning):
    stranger = Sought(number=number(99), phone="+4540506070", name="Ukendt")
    account = told(herning, stranger)
    assert account.is_empty
    entries = recorded(herning)
    assert len(entries) == 2
    assert set(entries[0].facts["found"].values()) == {0}
    marks = marks_of(kind="replacement", normalised=number(99).digits)
    assert known_by(kind="replacement", marks=marks) is None, "nobody is made by being asked for"
    assert len(trail(told(herning, stranger))) == 2, "the look-ups themselves are told, each once"


def test_without_the_key_of_the_marks_no_number_is_looked_up(herning, keys):
    keys.lose()
    with pytest.raises(Unfindable):
        told(herning, sought(herning.first))
    assert recorded(herning) == []


def test_a_linked_number_is_the_same_person(herning):
    """Who got a new number is told what hangs on the old one."""
    old, new = herning.first.number, number(77)
    clerk, lead = herning.office.clerk, build_staff(herning.municipality, role="lead")
    proposal = propose_link(
        municipality=herning.municipality,
        number=old,
        other_number=new,
        reason=LinkProposal.Reason.NEW_NUMBER,
        staff=clerk,
        now=NOW,
    )
    unlinked = told(herning, Sought(number=new, name="Amina"))
    assert values_in(unlinked, herning.first) == set()
    answer_link(proposal=proposal, approve=True, staff=lead, now=NOW)
    account = told(herning, sought(herning.first, number=new))
    assert values_in(account, herning.first) == herning.first.values


def test_a_protected_name_is_told_to_be_there_and_written_nowhere(herning):
    Participant.unscoped.filter(appointment=herning.visit).update(is_protected=True)
    by_number = text_of(told(herning, sought(herning.first)))
    case = by_number.partition('"code": "cases"')[2].partition('"code": "witness"')[0]
    visit = by_number.partition('"code": "visits"')[2].partition('"code": "waiting"')[0]
    assert herning.first.name not in visit
    assert herning.first.name not in case
    assert "Navne- og adressebeskyttelse" in visit
    by_name = told(herning, sought(herning.first, number=None))
    assert herning.first.day(1).isoformat() not in text_of(by_name), "nor is it found by its name"


def test_a_namesake_in_the_same_visit_is_somebody_else(herning):
    """Where a number tells who somebody is, the name does not make them another as well."""
    account = told(herning, sought(herning.first, name=herning.second.name))
    assert values_in(account, herning.second) <= {herning.second.name}
    visit = next(group for group in account.groups if group.code == "visits")
    assert herning.second.name not in json.dumps([fact.said for fact in visit.items[0].facts])


def trail(account: Account) -> list[str]:
    (group,) = (one for one in account.groups if one.code == "trail")
    return [fact.said for item in group.items for fact in item.facts]


def test_every_look_up_is_told_with_its_purpose_and_without_a_name(herning):
    clerk = herning.office.clerk
    StaffMember.objects.filter(pk=clerk.pk).update(first_name="Karla", last_name="Klerk")
    mine, theirs = herning.cases
    note_reading(proofing=mine, staff=clerk, now=NOW, read="audit")
    note_letter_read(proofing=mine, language="da", staff=clerk, now=NOW)
    note_letter_read(proofing=theirs, language="da", staff=clerk, now=NOW)
    record_visit("contact.read", herning.visit, actor=clerk.actor, now=NOW)
    told(herning, sought(herning.first))
    account = told(herning, sought(herning.first))
    said = trail(account)
    assert (
        said.count("Kontaktoplysninger vist. Af medarbejdere. For at kunne nå dig om besøget.") == 1
    )
    assert sum("For at kontrollere afgørelser" in one for one in said) == 1
    assert sum("Brevet vist" in one for one in said) == 1, (
        "not of the case in which they are witness"
    )
    assert sum("Slået op, hvad vi har" in one for one in said) == 2
    text = text_of(account)
    assert not any(word in text for word in ("Karla", "Klerk", clerk.username, clerk.actor))


def test_what_a_visit_knows_of_another_who_comes_is_not_in_the_trail(herning):
    for place, event in enumerate(("papers.kept", "papers.flagged")):
        record_visit(event, herning.visit, actor="citizen", now=NOW, participant=place)
    said = " ".join(trail(told(herning, sought(herning.first))))
    assert "Fortalte os om sine papirer" in said
    assert "Papirerne er ikke længere nok" not in said


def test_that_a_visit_is_kept_for_longer_is_not_told(herning):
    """It may mean that somebody looks into a suspicion, which is told in no account."""
    before = trail(told(herning, sought(herning.first)))
    for event in ("hold.placed", "hold.lifted"):
        record_visit(event, herning.visit, actor="staff:1", now=NOW)
    after = trail(told(herning, sought(herning.first)))
    assert set(after) == set(before)


def test_nothing_is_left_of_what_was_sealed_once_its_key_is_gone(herning):
    rows = DataKey.objects.values_list("pk", flat=True)
    shred(rows, now=NOW)
    account = told(herning, sought(herning.first))
    assert not values_in(account, herning.first) & {herning.first.name, herning.first.email}


def test_it_takes_as_many_statements_however_many_others_there_are(herning):
    _account, before = statements(lambda: told(herning, sought(herning.first)))
    house = herning.office
    for serial in range(10, 14):
        house.decided(witness(serial + 20), applicant=serial)
        build_visit(house.world, day=TODAY + timedelta(days=serial - 9), phone="+4561616161")
    _account, after = statements(lambda: told(herning, sought(herning.first)))
    assert len(after) == len(before) < 45


def test_every_look_up_goes_by_an_index(herning):
    _account, taken = statements(lambda: told(herning, sought(herning.first)))
    reads = [sql for sql in taken if sql.startswith("SELECT")]
    assert len(reads) > 15
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL enable_seqscan = off")
        plans = [plan_of(cursor, sql) for sql in reads]
    assert [plan for plan in plans if GROWS.search(plan)] == []


GROWS = re.compile(
    r"(SCAN|Seq Scan on) (?!vault_pseudonymkey|municipalities_staffmember)|\(municipality_id=\?\)"
)
"""What reads more rows the more people there are: a whole table, or a municipality's part of it."""


def plan_of(cursor, sql: str) -> str:
    words = "EXPLAIN QUERY PLAN" if connection.vendor == "sqlite" else "EXPLAIN"
    cursor.execute(f"{words} {sql.replace('%', '%%')}")
    return " | ".join(str(row[-1]) for row in cursor.fetchall())
