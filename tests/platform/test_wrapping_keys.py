"""Wrapping keys: nothing is sealed or opened with a key that is not the installation's."""

import json
import logging
import os
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest
import requests
from django.core.management import CommandError, call_command

from borgerservice.vault.keys import KeyUnavailable, key_ring, with_new_version
from borgerservice.vault.models import DataKey, WrappingKey
from borgerservice.vault.services import (
    new_data_key,
    open_data_key,
    open_directly,
    seal_directly,
    shred,
    unsaved_data_key,
)
from borgerservice.vault.wrapping import list_wrapping_keys, sealing_key, wrapping_keys
from tests.keys import KeyFile
from tests.platform.raw import execute, refused
from tests.servers import Rig

NOW = datetime(2026, 11, 23, 7, tzinfo=UTC)
in_the_database = pytest.mark.django_db


def begin() -> None:
    """What the web server does when it starts."""
    list_wrapping_keys(key_ring().wrap, now=NOW)


def listed() -> list[int]:
    return sorted(WrappingKey.objects.values_list("version", flat=True))


def nothing_is_sealed_or_opened(sealed: DataKey, directly: bytes) -> bool:
    before = DataKey.objects.count()
    for act in (
        new_data_key,
        lambda: open_data_key(sealed),
        lambda: seal_directly("text", place="here"),
        lambda: open_directly(directly, place="here"),
        begin,
    ):
        with pytest.raises(KeyUnavailable, match="wrapping key: version_1_differs"):
            act()
    return DataKey.objects.count() == before


@in_the_database
@pytest.mark.parametrize("is_listed", [True, False], ids=["listed", "not listed"])
def test_another_key_under_the_version_seals_and_opens_nothing(keys: KeyFile, is_listed) -> None:
    if is_listed:
        begin()
    key, directly = new_data_key(), seal_directly("text", place="here")
    kept = keys.text
    keys.replace_wrapping()

    assert nothing_is_sealed_or_opened(key.row, directly)

    keys.put(kept)
    assert open_data_key(key.row).open(key.seal("text", "here"), "here") == "text"
    assert open_directly(directly, place="here") == "text"


@in_the_database
def test_a_listed_key_is_missed_also_where_nothing_it_sealed_is_left(keys: KeyFile) -> None:
    begin()
    row, directly = new_data_key().row, seal_directly("text", place="here")
    shred([row.pk], now=NOW)
    keys.replace_wrapping()

    with pytest.raises(KeyUnavailable):
        begin()
    with pytest.raises(KeyUnavailable):
        new_data_key()
    with pytest.raises(KeyUnavailable):
        open_directly(directly, place="here")


@in_the_database
def test_one_broken_row_does_not_make_the_right_key_a_wrong_one(keys: KeyFile) -> None:
    row = new_data_key().row
    DataKey.objects.create(pk=row.pk - 1, wrapped=b"broken" * 10, key_version=1)
    keys.put(keys.text)

    assert open_data_key(row) is not None


@in_the_database
def test_a_wrong_key_is_told_to_the_log_once_for_each_file_and_no_key_is(
    keys: KeyFile, client, caplog
) -> None:
    begin()
    keys.replace_wrapping()
    with caplog.at_level(logging.ERROR, logger="borgerservice.vault.wrapping"):
        for _ in range(3):
            assert client.get("/readyz").status_code == 503
    ours = [one.getMessage() for one in caplog.records if "vault" in one.name]
    assert ours == ["vault.wrapping_key_unavailable problem=version_1_differs"]
    check_value = WrappingKey.objects.get().check_value
    assert check_value not in caplog.text


@in_the_database
def test_whoever_has_looked_at_the_file_asks_the_database_nothing_more(
    keys: KeyFile, django_assert_num_queries
) -> None:
    begin()
    with django_assert_num_queries(1):
        assert wrapping_keys()
    with django_assert_num_queries(0):
        assert open_directly(seal_directly("text", place="here"), place="here") == "text"
        assert open_data_key(unsaved_data_key().row) is not None
    keys.put(keys.text)
    with django_assert_num_queries(1):
        seal_directly("text", place="here")


@in_the_database
def test_the_first_start_lists_the_keys_and_a_later_one_what_came_since(keys: KeyFile) -> None:
    begin()
    begin()
    assert listed() == [1]
    assert WrappingKey.objects.get().first_used_at == NOW
    keys.rotate("wrap")
    assert sealing_key()[0] == 1, "a version nobody listed may be another one elsewhere"
    begin()
    assert listed() == [1, 2]
    assert sealing_key()[0] == 2


@in_the_database
def test_a_file_with_no_listed_version_opens_nothing_and_seals_nothing(keys: KeyFile) -> None:
    begin()
    row = new_data_key().row
    keys.put(json.dumps({**keys.stored(), "wrap": {"7": keys.stored()["wrap"]["1"]}}))

    with pytest.raises(KeyUnavailable):
        new_data_key()
    with pytest.raises(KeyUnavailable):
        open_data_key(row)


@in_the_database
def test_a_version_is_listed_before_anybody_is_given_it(keys: KeyFile) -> None:
    row = new_data_key().row
    call_command("rotate_keys", domain="wrap")

    assert listed() == [1, 2]
    assert new_data_key().row.key_version == 2
    assert open_data_key(row) is not None


@in_the_database
def test_two_hosts_that_rotate_each_for_itself_do_not_come_to_one_number(keys: KeyFile) -> None:
    here = keys.text
    call_command("rotate_keys", domain="wrap")
    there = keys.text
    keys.put(here)

    call_command("rotate_keys", domain="wrap")

    assert sorted(keys.stored()["wrap"]) == ["1", "3"]
    keys.put(there)
    assert sealing_key()[0] == 2


@in_the_database
def test_no_version_is_added_beside_a_wrong_one(keys: KeyFile) -> None:
    begin()
    keys.replace_wrapping()
    before = keys.text
    with pytest.raises(CommandError, match="Put the former key file back"):
        call_command("rotate_keys", domain="wrap")
    assert (keys.text, listed()) == (before, [1])


@in_the_database
def test_what_is_listed_stays(keys: KeyFile) -> None:
    begin()
    for change in (
        "DELETE FROM vault_wrappingkey",
        "UPDATE vault_wrappingkey SET check_value = 'another'",
    ):
        with refused("append-only|permission denied"):
            execute(change)


@in_the_database
@pytest.mark.only("sqlite")
def test_what_is_listed_is_not_replaced(keys: KeyFile) -> None:
    begin()
    for same in ("id, version + 1", "id + 1, version"):
        with refused("append-only"):
            execute(
                "INSERT OR REPLACE INTO vault_wrappingkey (id, version, check_value, first_used_at)"
                f" SELECT {same}, 'another', first_used_at FROM vault_wrappingkey"
            )


def own_folder(folder: Path) -> tuple[Path, dict[str, str]]:
    """A key file of a server's own, and the environment that points it there."""
    shutil.copytree(os.environ["BORGERSERVICE_VAR"], folder)
    return folder / "keys.json", {"BORGERSERVICE_VAR": str(folder)}


@pytest.mark.once
def test_a_server_says_so_whether_it_starts_with_a_wrong_key_or_is_given_one(
    rig: Rig, tmp_path: Path
) -> None:
    file, env = own_folder(tmp_path / "var")
    right = file.read_text()
    stored = json.loads(right)
    other = with_new_version('{"wrap": {}, "mark": {}, "link": {}}', "wrap")[0]
    wrong = json.dumps({**stored, "wrap": json.loads(other)["wrap"]})

    def put(text: str) -> None:
        file.with_suffix(".new").write_text(text)
        file.with_suffix(".new").replace(file)

    with rig.fresh_database() as database:
        with rig.serve(database, env=env) as server:
            assert requests.get(server.url("/readyz"), timeout=10).status_code == 200
            put(wrong)
            assert requests.get(server.url("/readyz"), timeout=10).status_code == 503
            put(right)
            assert requests.get(server.url("/readyz"), timeout=10).status_code == 200
            assert "wrapping_key_unavailable problem=version_1_differs" in server.log()
        put(wrong)
        with rig.serve(database, env=env) as server:
            assert "wrapping_key_unavailable problem=version_1_differs" in server.log()
            assert requests.get(server.url("/readyz"), timeout=10).status_code == 503
            assert requests.get(server.url("/"), timeout=10).status_code == 200
        with database.opened():
            assert listed() == [1]
