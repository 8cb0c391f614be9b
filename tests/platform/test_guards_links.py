"""Persons who turned out to be one are linked whole, for ever, and count as one in the ledger."""

import pytest
from django.db import connection

from borgerservice.people.models import PersonAlias, PersonLink
from borgerservice.people.services import new_person, person_of, roots_of
from tests.builders import NOW, build_world
from tests.platform.raw import Ledger, copy_row, day, execute, insert, refused, rows_of, schedule
from tests.witnesses.cases import build_office, number, witness
from witnesses.models import WitnessCheck, Witnessing
from witnesses.selectors.cases import current_statement

pytestmark = pytest.mark.django_db
LINKS = "people_personlink"
ALIASES = "people_personalias"


@pytest.fixture
def ledger():
    return Ledger(build_world())


@pytest.fixture
def people(ledger):
    """Six persons, the one known first at the front."""
    return [new_person(now=NOW) for _ in range(6)]


def roots(people):
    known = roots_of(person.pk for person in people)
    return [known[person.pk] for person in people]


def test_only_the_roots_of_two_groups_are_linked(ledger, people):
    first, second, third, fourth, *_others = people
    ledger.link(second, first)
    ledger.link(fourth, third)
    for person, root in ((fourth, first), (fourth, second), (third, second)):
        with refused("link the roots of both groups"):
            ledger.link(person, root)
    ledger.link(third, first)
    assert set(roots(people[:4])) == {first.pk}


def test_the_root_is_the_one_known_first(ledger, people):
    with refused("the_root_was_known_first"):
        ledger.link(people[0], people[1])
    with refused("the_root_was_known_first|not approved"):
        ledger.link(people[0], people[0], is_approved=False)


def test_all_of_a_group_come_along_however_it_grew(ledger, people):
    for place in range(5, 0, -1):
        ledger.link(people[place], people[place - 1])
    assert set(roots(people)) == {people[0].pk}


@pytest.mark.parametrize(
    ("order", "is_whole"), [((0, 1, 2), True), ((1, 2, 0), True), ((2, 1, 0), False)]
)
def test_links_in_one_statement_leave_nobody_behind(ledger, people, order, is_whole):
    for person, root in ((1, 0), (3, 2), (2, 0)):
        ledger.approve_link(people[person], people[root])
    first, second, third, fourth, *_others = (person.pk for person in people)
    rows = [(second, first), (fourth, third), (third, first)]
    values = ", ".join(f"({rows[place][0]}, {rows[place][1]}, '2026-11-23')" for place in order)
    statement = f"INSERT INTO {LINKS} (person_id, root_id, linked_at) VALUES {values}"
    if is_whole:
        execute(statement)
        assert set(roots(people[:4])) == {first}
    else:
        with refused("link the roots of both groups"):
            execute(statement)
        assert not PersonLink.objects.exists()


def test_a_link_that_no_second_person_approved_is_refused(ledger, people):
    one, other, third, fourth, *_others = people
    for changed in (
        {"is_approved": False},
        {"answered_by_id": None, "answered_at": None, "is_approved": None},
    ):
        ledger.approve_link(other, one, **changed)
    ledger.approve_link(fourth, third)
    ledger.approve_link(third, other)
    with refused("takes_two"):
        ledger.approve_link(other, one, answered_by_id=ledger.staff.pk)
    for person, root in ((other, one), (fourth, one), (third, one), (fourth, other)):
        with refused("links_take_two: not approved by a second person"):
            ledger.link(person, root, is_approved=False)
    assert not PersonLink.objects.exists()
    ledger.link(other, one)
    assert roots(people[:4]) == [one.pk, one.pk, third.pk, fourth.pk]


@pytest.mark.parametrize("approved", [(0, 2), (2, 0), (1, 3), (3, 1), (0, 3), (2, 1)])
def test_an_approval_of_any_two_links_their_groups_whole(ledger, people, approved):
    first, second, third, fourth, *_others = people
    ledger.link(second, first)
    ledger.link(fourth, third)
    with refused("not approved"):
        ledger.link(third, first, is_approved=False)
    ledger.approve_link(*(people[place] for place in approved))
    ledger.link(third, first, is_approved=False)
    assert set(roots(people[:4])) == {first.pk}


def test_an_approval_links_the_two_groups_it_is_about_and_no_third(ledger, people):
    first, second, third, fourth, fifth, sixth = people
    ledger.link(third, second)
    ledger.link(sixth, fifth)
    ledger.approve_link(third, sixth)
    for person, root in ((second, first), (fifth, first), (fifth, fourth), (fourth, second)):
        with refused("not approved"):
            ledger.link(person, root, is_approved=False)
    ledger.link(fifth, second, is_approved=False)
    with refused("not approved"):
        ledger.link(second, first, is_approved=False)
    ledger.link(second, first)
    assert set(roots([first, second, third, fifth, sixth])) == {first.pk}
    assert roots([fourth]) == [fourth.pk]


def test_the_rest_of_a_group_follows_only_to_where_their_root_went(ledger, people):
    first, second, third, fourth, *_others = people
    ledger.link(fourth, third)
    with refused("links_take_two|link the roots"):
        ledger.link(fourth, second, is_approved=False)
    ledger.link(third, second)
    assert roots([third, fourth]) == [second.pk, second.pk]
    with refused("links_take_two|link the roots"):
        ledger.link(fourth, first, is_approved=False)
    assert roots([fourth]) == [second.pk]


def test_linked_applicants_loosen_no_limit_without_an_approval(ledger, people):
    schedule("persons", rule_set="by-persons")
    ledger.rule_set = "by-persons"
    witness, one, two, three, fourth, _other = people
    for applicant in (one, two, three):
        ledger.add(witness, day(0), applicant_id=applicant.pk)
    with refused("not approved"):
        ledger.link(two, one, is_approved=False)
    with refused("witness_quota"):
        ledger.add(witness, day(0), applicant_id=fourth.pk)


@pytest.mark.only("sqlite")
@pytest.mark.parametrize("verb", ["INSERT OR IGNORE", "INSERT OR REPLACE", "REPLACE"])
def test_no_spelling_of_insert_spares_the_second_person(people, verb):
    values = f"({people[1].pk}, {people[0].pk}, '2026-11-23')"
    with refused("not approved"):
        execute(f"{verb} INTO {LINKS} (person_id, root_id, linked_at) VALUES {values}")
    assert not PersonLink.objects.exists()


@pytest.mark.only("postgresql")
def test_a_temporary_table_of_proposals_approves_nothing(ledger, people):
    execute("CREATE TEMPORARY TABLE witnesses_linkproposal (LIKE public.witnesses_linkproposal)")
    ledger.approve_link(people[1], people[0], id=1)
    with refused("not approved"):
        ledger.link(people[1], people[0], is_approved=False)


@pytest.mark.only("sqlite")
@pytest.mark.parametrize("verb", ["INSERT OR REPLACE", "INSERT OR IGNORE", "REPLACE"])
def test_no_spelling_of_insert_links_in_part_or_replaces(ledger, people, verb):
    first, second, third, *_others = people
    ledger.link(third, second)
    ledger.approve_link(third, first)
    before = rows_of(LINKS)
    one = before[0][0]
    with refused("link the roots|append-only"):
        copy_row(LINKS, one, verb=verb, root_id=first.pk)
    with refused("append-only"):
        copy_row(LINKS, one, verb=verb, id=one, person_id=second.pk, root_id=first.pk)
    with refused("link the roots|append-only"):
        copy_row(LINKS, one, verb=verb)
    assert rows_of(LINKS) == before


@pytest.mark.only("postgresql")
@pytest.mark.parametrize("level", ["REPEATABLE READ", "SERIALIZABLE"])
def test_a_stale_snapshot_may_not_link(fresh_database, level):
    with fresh_database.opened():
        ledger = Ledger(build_world())
        one, other = new_person(now=NOW), new_person(now=NOW)
        execute(f"SET default_transaction_isolation = '{level.lower()}'")
        with refused("stale snapshot"):
            ledger.link(other, one)
        execute("SET default_transaction_isolation = 'read committed'")
        ledger.link(other, one)


@pytest.mark.parametrize("witnessed_by", [(0, 0, 1), (0, 1, 2), (2, 2, 2), (1, 2, 2)])
@pytest.mark.parametrize("on", [0, 120, -120])
def test_the_quota_is_one_for_all_numbers_of_a_witness(ledger, people, witnessed_by, on):
    for place in witnessed_by:
        ledger.add(people[place], day(0))
    ledger.link(people[2], people[1])
    ledger.link(people[1], people[0])
    for person in people[:3]:
        with refused("witness_quota: limit reached"):
            ledger.add(person, day(on))
    ledger.add(people[3], day(on))
    ledger.add(people[2], day(121))


def test_linking_rewrites_no_row_and_a_history_over_the_limit_waits_until_it_is_free(
    ledger, people
):
    for place in (0, 0, 0, 1, 1):
        ledger.add(people[place], day(0))
    before = rows_of("witnesses_witnessing")
    ledger.link(people[1], people[0])
    assert rows_of("witnesses_witnessing") == before
    with refused("witness_quota"):
        ledger.add(people[1], day(120))
    ledger.add(people[1], day(121))


def test_where_persons_are_counted_linked_applicants_are_one(ledger, people):
    schedule("persons", rule_set="by-persons")
    ledger.rule_set = "by-persons"
    witness, one, alias, second, third, fourth = people
    for applicant in (one, alias, second):
        ledger.add(witness, day(0), applicant_id=applicant.pk)
    with refused("witness_quota"):
        ledger.add(witness, day(0), applicant_id=third.pk)
    ledger.link(alias, one)
    ledger.add(witness, day(0), applicant_id=third.pk)
    ledger.add(witness, day(0), applicant_id=alias.pk)
    with refused("witness_quota"):
        ledger.add(witness, day(0), applicant_id=fourth.pk)


def test_nobody_is_their_own_witness_under_another_number(ledger, people):
    ledger.link(people[1], people[0])
    ledger.link(people[2], people[0])
    for one, applicant in ((0, 1), (1, 0), (1, 2), (2, 1)):
        with refused("witness_is_somebody_else"):
            ledger.add(people[one], day(0), applicant_id=people[applicant].pk)
    assert not Witnessing.unscoped.exists()


def numbered(person, mark: str) -> PersonAlias:
    return PersonAlias.objects.create(
        person=person, kind="cpr", key_version=1, pseudonym=mark.rjust(64, "0")
    )


def test_a_number_never_becomes_somebody_else_s(ledger, people):
    alias = numbered(people[0], "a")
    ledger.add(people[0], day(0))
    before = rows_of(ALIASES)
    with refused("for ever"):
        execute(f"UPDATE {ALIASES} SET person_id = %s", people[1].pk)
    with refused("for ever"):
        execute(f"UPDATE {ALIASES} SET pseudonym = %s", "f" * 64)
    with refused("for ever|we know stay"):
        execute(f"DELETE FROM {ALIASES} WHERE id = %s", alias.pk)
    assert rows_of(ALIASES) == before


def test_the_numbers_of_applicants_and_linked_persons_stay_as_well(ledger, people):
    applicant, alias, root, stranger, witness, _other = people
    for person, mark in ((applicant, "a"), (alias, "b"), (root, "c"), (stranger, "d")):
        numbered(person, mark)
    ledger.add(witness, day(0), applicant_id=applicant.pk)
    ledger.link(root, alias)
    for person in (applicant, alias, root):
        with refused("we know stay"):
            execute(f"DELETE FROM {ALIASES} WHERE person_id = %s", person.pk)
    assert execute(f"DELETE FROM {ALIASES} WHERE person_id = %s", stranger.pk) == 1


def test_the_numbers_of_whoever_is_in_a_case_or_on_the_staff_stay_before_any_witnessing():
    office = build_office()
    case = office.with_witness(witness(2))
    statement = current_statement(case)
    for person in (case.applicant_id, statement.person_id, office.clerk.person_id):
        with refused("we know stay"):
            execute(f"DELETE FROM {ALIASES} WHERE person_id = %s", person)
    asked = person_of(kind="replacement", normalised=number(60).digits, now=NOW)
    WitnessCheck.unscoped.create(
        municipality=case.municipality,
        participant=case.participant,
        link_hash="-",
        asked_at=NOW,
        person=asked,
        checked_at=NOW,
        verdict=WitnessCheck.Verdict.MAY,
    )
    with refused("we know stay"):
        execute(f"DELETE FROM {ALIASES} WHERE person_id = %s", asked.pk)


@pytest.mark.only("sqlite")
@pytest.mark.parametrize("verb", ["INSERT", "INSERT OR REPLACE", "INSERT OR IGNORE", "REPLACE"])
def test_a_number_that_is_known_is_not_given_to_another(people, verb):
    alias = numbered(people[0], "a")
    before = rows_of(ALIASES)
    for changed in ({}, {"id": alias.pk}):
        copy_row(ALIASES, alias.pk, verb=verb, person_id=people[1].pk, **changed)
        assert rows_of(ALIASES) == before
    for verb_of_change in ("UPDATE OR REPLACE", "UPDATE OR IGNORE"):
        with refused("for ever"):
            execute(f"{verb_of_change} {ALIASES} SET person_id = %s", people[1].pk)


@pytest.mark.only("postgresql")
def test_an_upsert_gives_no_number_to_another(people):
    numbered(people[0], "a")
    with refused("for ever"):
        execute(
            f"INSERT INTO {ALIASES} (person_id, kind, key_version, pseudonym) VALUES"
            f" ({people[1].pk}, 'cpr', 1, %s) ON CONFLICT (kind, key_version, pseudonym)"
            " DO UPDATE SET person_id = excluded.person_id",
            "a".rjust(64, "0"),
        )


@pytest.mark.only("postgresql")
def test_a_temporary_table_of_the_same_name_does_not_blind_the_guards(ledger, people):
    for _ in range(3):
        ledger.add(people[0], day(0))
    ledger.link(people[1], people[0])
    execute(f"CREATE TEMPORARY TABLE {LINKS} (LIKE public.{LINKS}) ON COMMIT DROP")
    case = ledger.add(people[2], day(0))
    with refused("witness_quota: limit reached"):
        insert(
            "witnesses_witnessing",
            **_row_of(case, witness_id=people[1].pk, proofing_id=case + 100_000),
        )
    assert PersonLink.objects.count() == 0, "the temporary one is read from here"


def _row_of(case: int, **changed: object) -> dict[str, object]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM witnesses_witnessing WHERE proofing_id = %s", [case])
        names = [column.name for column in cursor.description]
        row = dict(zip(names, cursor.fetchone(), strict=True))
    del row["id"]
    return {**row, **changed}
