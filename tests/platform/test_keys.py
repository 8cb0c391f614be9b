"""Pseudonym keys: marks are made only where they find everybody who is known."""

import json
import logging
import stat
from datetime import UTC, datetime

import pytest
from django.core.management import CommandError, call_command

from borgerservice.people.models import Person, PersonAlias
from borgerservice.people.services import marks_of, person_marked, person_of
from borgerservice.vault import marks
from borgerservice.vault.keys import KeyUnavailable, key_ring, new_key_file, with_new_version
from borgerservice.vault.marks import WITHOUT_PSEUDONYM_KEY, contact_mark, number_marks
from borgerservice.vault.models import PseudonymKey
from borgerservice.vault.services import new_data_key, open_data_key
from tests.platform.raw import execute, refused

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 23, 7, tzinfo=UTC)
NUMBER = {"kind": "p_code", "normalised": "12345678"}


@pytest.fixture
def known(keys):
    """Somebody who is known, under the one key there is."""
    return person_of(**NUMBER, now=NOW)


def listed():
    return sorted(PseudonymKey.objects.values_list("version", flat=True))


def nobody_is_found():
    people = Person.objects.count()
    with pytest.raises(KeyUnavailable):
        person_of(**NUMBER, now=NOW)
    with pytest.raises(KeyUnavailable):
        person_of(kind="p_code", normalised="87654321", now=NOW)
    return Person.objects.count() == people


def test_a_key_is_listed_with_the_first_mark_made_under_it(keys):
    marks_of(**NUMBER)
    assert listed() == []

    person_of(**NUMBER, now=NOW)

    assert listed() == [1]
    assert PseudonymKey.objects.get().first_used_at == NOW


def test_a_fresh_key_in_the_place_of_a_lost_one_finds_nobody_and_makes_nobody(keys, known):
    keys.replace_marks()

    assert nobody_is_found()


def test_without_any_pseudonym_key_nobody_is_found_and_nobody_is_made(keys, known):
    keys.lose()

    assert nobody_is_found()


def test_a_file_without_the_domain_closes_nothing_but_it(keys, known):
    stored = keys.stored()
    del stored["mark"]
    keys.put(json.dumps(stored))

    assert nobody_is_found()
    key = new_data_key()
    assert open_data_key(key.row).open(key.seal("text", "here"), "here") == "text"


def test_an_older_key_that_is_lost_is_missed_although_a_newer_one_is_there(keys, known):
    keys.rotate()
    keys.lose(1)

    assert nobody_is_found()


def test_a_key_lost_after_both_were_in_use_is_missed(keys, known):
    keys.rotate()
    assert person_of(**NUMBER, now=NOW) == known
    assert listed() == [1, 2]
    keys.lose(1)

    assert nobody_is_found()


def test_another_salt_or_cost_is_another_key(keys, known, settings):
    stored = keys.stored()
    before = keys.text
    stored["mark"]["1"]["salt"] = json.loads(new_key_file())["mark"]["1"]["salt"]
    keys.put(json.dumps(stored))
    assert nobody_is_found()

    keys.put(before)
    assert person_of(**NUMBER, now=NOW) == known
    settings.PSEUDONYM_COST = {**settings.PSEUDONYM_COST, "iterations": 2}
    assert nobody_is_found()


def test_the_key_that_is_back_finds_everybody_again(keys, known):
    before = keys.text
    keys.replace_marks()
    assert nobody_is_found()
    keys.put(before)

    assert person_of(**NUMBER, now=NOW) == known


def test_a_process_that_was_not_given_the_newest_key_finds_whoever_was_first_seen_under_it(keys):
    before = keys.text
    keys.rotate()
    newcomer = person_of(**NUMBER, now=NOW)
    assert listed() == [1, 2]
    keys.put(before)

    assert person_of(**NUMBER, now=NOW) == newcomer


@pytest.mark.parametrize("newer", [0, 1], ids=["the same versions", "newer versions alone"])
def test_a_whole_set_of_keys_exchanged_for_others_finds_nobody_and_makes_nobody(keys, newer):
    keys.rotate()
    person_of(**NUMBER, now=NOW)
    assert listed() == [1, 2]
    keys.replace_marks()
    others = keys.stored()["mark"].values()
    keys.set_marks({str(version + 2 * newer): key for version, key in enumerate(others, 1)})

    assert nobody_is_found()
    assert listed() == [1, 2]


def test_an_older_key_that_comes_late_is_not_used(keys):
    """Those known by then have no mark under it."""
    first = keys.stored()["mark"]["1"]
    keys.rotate()
    keys.lose(1)
    person_of(**NUMBER, now=NOW)
    assert listed() == [2]
    keys.set_marks({"1": first, **keys.stored()["mark"]})

    assert nobody_is_found()


def test_whoever_comes_second_with_other_keys_writes_nothing(keys):
    """Both looked while nothing was listed."""
    other = with_new_version(json.dumps({"wrap": {}, "mark": {}, "link": {}}), "mark")[0]
    theirs = keys.stored()["mark"]
    keys.set_marks(json.loads(other)["mark"])
    made_with_other_keys = marks_of(**NUMBER)
    keys.set_marks(theirs)
    first = person_of(**NUMBER, now=NOW)
    keys.set_marks(json.loads(other)["mark"])

    with pytest.raises(KeyUnavailable):
        person_marked(kind="p_code", marks=made_with_other_keys, now=NOW)
    assert set(Person.objects.filter(aliases__isnull=False)) == {first}


def test_marks_of_a_key_taken_away_since_are_not_written(keys, known):
    keys.rotate()
    marked = marks_of(kind="p_code", normalised="87654321")
    keys.lose(2)

    with pytest.raises(KeyUnavailable):
        person_marked(kind="p_code", marks=marked, now=NOW)
    assert PersonAlias.objects.count() == 1


def test_a_yes_is_not_remembered_longer_than_the_file_lies_there(keys, known):
    assert number_marks(**NUMBER)
    keys.replace_marks()
    with pytest.raises(KeyUnavailable):
        number_marks(**NUMBER)


def test_keys_held_in_memory_are_not_used_once_their_file_is_gone(keys):
    assert key_ring()
    keys.path.unlink()
    with pytest.raises(KeyUnavailable):
        key_ring()


def test_what_is_listed_stays(known):
    with refused("append-only|permission denied"):
        execute("DELETE FROM vault_pseudonymkey")
    with refused("append-only|permission denied"):
        execute("UPDATE vault_pseudonymkey SET check_value = 'another'")


@pytest.mark.only("sqlite")
@pytest.mark.parametrize("same", ["id", "version"])
def test_what_is_listed_is_not_replaced(known, same):
    columns = {"id": "id, version + 1", "version": "id + 1, version"}[same]
    with refused("append-only"):
        execute(
            "INSERT OR REPLACE INTO vault_pseudonymkey (id, version, check_value, first_used_at)"
            f" SELECT {columns}, 'another', first_used_at FROM vault_pseudonymkey"
        )


def test_contacts_are_marked_also_without_a_pseudonym_key(keys):
    version, before = contact_mark("phone", "+4520304050")
    keys.lose()

    without, mark = contact_mark("phone", "+4520304050")

    assert (version, without) == (1, WITHOUT_PSEUDONYM_KEY)
    assert mark == contact_mark("phone", "+4520304050")[1] != before
    assert mark != contact_mark("phone", "+4520304051")[1]
    assert mark != contact_mark("email", "+4520304050")[1]


def test_a_lost_key_is_told_to_the_log_once_and_the_rest_is_ready(client, keys, known, caplog):
    marks._warn_once.cache_clear()
    keys.replace_marks()
    with caplog.at_level(logging.WARNING, logger="borgerservice.vault.marks"):
        for _ in range(3):
            assert client.get("/readyz").content == b"ready"
            with pytest.raises(KeyUnavailable):
                number_marks(**NUMBER)
    assert [record.message for record in caplog.records] == [
        "vault.pseudonym_key_unavailable problem=version_1_differs"
    ]


# --- adding a version --------------------------------------------------------------------------


@pytest.mark.parametrize("domain", ["mark", "wrap", "link"])
def test_a_new_version_is_added_in_one_step_and_every_other_key_stays(keys, domain, capsys):
    before = keys.stored()
    sealed = new_data_key()

    call_command("rotate_keys", domain=domain)

    after = keys.stored()
    assert sorted(after[domain]) == ["1", "2"]
    del after[domain]["2"]
    assert after == before
    assert stat.S_IMODE(keys.path.stat().st_mode) == 0o400
    assert [file.name for file in keys.path.parent.iterdir()] == ["keys.json"]
    assert f"{domain} has version 2" in capsys.readouterr().out
    assert 2 in getattr(key_ring(), domain)
    assert open_data_key(sealed.row) is not None


def test_two_who_rotate_at_once_are_not_both_served(keys):
    keys.path.with_suffix(".part").touch()
    with pytest.raises(CommandError, match="Somebody else"):
        call_command("rotate_keys", domain="mark")
    assert key_ring().mark.keys() == {1}


def test_no_version_is_added_to_a_file_that_lacks_a_key_in_use(keys, known):
    keys.replace_marks()
    before = keys.text
    with pytest.raises(CommandError, match="Put the former key file back"):
        call_command("rotate_keys", domain="mark")
    assert keys.text == before


def test_no_version_is_added_where_the_newest_in_use_is_not_in_the_file(keys, known):
    """It would come to the number of the one that is missing, and be another key."""
    before = keys.text
    keys.rotate()
    assert person_of(**NUMBER, now=NOW) == known
    keys.put(before)
    with pytest.raises(CommandError, match="version_2_missing"):
        call_command("rotate_keys", domain="mark")
    assert keys.text == before


def test_a_key_file_that_cannot_be_read_is_left_as_it_is(keys):
    keys.put("not JSON")
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("rotate_keys", domain="wrap")
    assert keys.text == "not JSON"
    assert [file.name for file in keys.path.parent.iterdir()] == ["keys.json"]
