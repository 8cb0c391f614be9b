"""One human, one person: whatever number, key version or race they come with."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from threading import Barrier

import pytest
from django.db import connections

from borgerservice.people.models import Person, PersonAlias
from borgerservice.people.services import person_marked, person_of
from tests.keys import KeyFile
from tests.servers import IS_FULL

NOW = datetime(2026, 11, 23, 7, tzinfo=UTC)
PEOPLE = 1000 if IS_FULL else 150
CALLERS = range(6)
ROTATION = (({1}, {1, 2}), ({1, 2}, {2}))
"""Key versions looked up while keys are rotated: a new one comes, later the old one goes. At either
moment callers of before and after run side by side, and share a version."""


@pytest.fixture(autouse=True)
def _two_keys(settings, tmp_path):
    KeyFile(settings, tmp_path).rotate()


def marks(human: int, versions: set[int]) -> dict[int, str]:
    return {version: f"{human:06}-{version}".rjust(64, "0") for version in versions}


def all_at_once(database, look_up) -> None:
    """Every caller meets every human for the first time, all callers at the same moment."""
    together = Barrier(len(CALLERS))

    def call(caller):
        try:
            for human in range(PEOPLE):
                if human % 25 == 0:
                    together.wait(timeout=60)
                versions = ROTATION[human % 2][caller % 2]
                look_up(kind="cpr", marks=marks(human, versions), now=NOW)
        finally:
            connections.close_all()

    with database.opened(), ThreadPoolExecutor(len(CALLERS)) as threads:
        list(threads.map(call, CALLERS))


def split_humans(database) -> int:
    """Of how many humans the marks belong to more than one person."""
    with database.opened():
        owners: dict[str, set[int]] = {}
        for mark, owner in PersonAlias.objects.values_list("pseudonym", "person_id"):
            owners.setdefault(mark.lstrip("0").partition("-")[0], set()).add(owner)
        return sum(len(persons) > 1 for persons in owners.values())


def test_people_seen_for_the_first_time_by_all_at_once_are_never_split(fresh_database):
    all_at_once(fresh_database, person_marked)

    assert split_humans(fresh_database) == 0
    with fresh_database.opened():
        assert PersonAlias.objects.count() == PEOPLE * 2
        assert PersonAlias.objects.values("person").distinct().count() == PEOPLE
        assert not Person.objects.filter(aliases=None, staff_member=None).exists()


def test_control_who_looks_and_then_writes_without_looking_again_splits_people(fresh_database):
    def naive(*, kind, marks, now):
        known = PersonAlias.objects.filter(kind=kind, pseudonym__in=list(marks.values())).first()
        person = known.person if known else Person.objects.create(created_at=now)
        PersonAlias.objects.bulk_create(
            [
                PersonAlias(person=person, kind=kind, key_version=version, pseudonym=mark)
                for version, mark in marks.items()
            ],
            ignore_conflicts=True,
        )

    all_at_once(fresh_database, naive)

    assert split_humans(fresh_database) > 0


@pytest.mark.django_db
def test_a_new_key_version_finds_the_person_and_writes_the_missing_mark():
    first = person_marked(kind="cpr", marks=marks(1, {1}), now=NOW)

    again = person_marked(kind="cpr", marks=marks(1, {1, 2}), now=NOW)

    assert again == first
    assert person_marked(kind="cpr", marks=marks(1, {2}), now=NOW) == first


@pytest.mark.django_db
def test_a_cpr_number_and_a_p_code_of_the_same_digits_are_different_people():
    assert person_of(kind="cpr", normalised="12345678", now=NOW) != person_of(
        kind="p_code", normalised="12345678", now=NOW
    )


@pytest.mark.django_db
@pytest.mark.parametrize("kind", ["cpr", "replacement", "p_code"])
def test_however_a_number_is_spelled_its_owner_is_one_person(kind):
    spelled = [
        "12345678",
        "1234-5678",
        " 1234 5678\u00a0",
        "\uff11\uff12\uff13\uff14 5678",
        "1234\u20115678",
    ]
    assert len({person_of(kind=kind, normalised=text, now=NOW) for text in spelled}) == 1


@pytest.mark.django_db
def test_a_person_known_under_every_version_is_found_without_writing(django_assert_num_queries):
    known = person_marked(kind="cpr", marks=marks(1, {1, 2}), now=NOW)

    with django_assert_num_queries(1):
        assert person_marked(kind="cpr", marks=marks(1, {1, 2}), now=NOW) == known
