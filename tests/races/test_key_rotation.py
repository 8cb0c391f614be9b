"""The pseudonym key is rotated while many processes meet the same people for the first time.

Some processes have the new version, some do not yet, some get it in the middle. Nobody becomes two
persons, and no look-up is refused.
"""

import itertools
import json
import os
import shutil
import sys
from pathlib import Path

from borgerservice.people.models import Person, PersonAlias
from borgerservice.people.services import marks_of
from borgerservice.vault.keys import with_new_version
from borgerservice.vault.models import PseudonymKey
from tests.races.first_sight import READY
from tests.rig.databases import ROOT, Database
from tests.rig.processes import Process
from tests.servers import IS_FULL

PEOPLE = 1000 if IS_FULL else 120
PROCESSES = {"postgresql": 8 if IS_FULL else 4, "sqlite": 4}
SECONDS = 300


class Crowd:
    """Processes that wait for the word to begin, each with a key file of its own."""

    def __init__(self, database: Database, folder: Path, key_files: list[str]) -> None:
        self.folder, self.go = folder, folder / "go"
        self.homes = []
        self.processes = []
        for number, text in enumerate(key_files):
            home = folder / str(number)
            home.mkdir(mode=0o700)
            shutil.copy(Path(os.environ["BORGERSERVICE_VAR"]) / "secrets.json", home)
            (home / "keys.json").write_text(text)
            self.homes.append(home)
            self.processes.append(
                Process(
                    [sys.executable, "-m", "tests.races.first_sight", str(PEOPLE), self.go],
                    log=home / "log",
                    env={**os.environ, **database.env, "BORGERSERVICE_VAR": str(home)},
                    cwd=ROOT,
                )
            )
        for process in self.processes:
            process.wait_until(lambda process=process: READY in process.log())

    def begin(self) -> None:
        self.go.touch()

    def give(self, number: int, text: str) -> None:
        """Put another key file in the place of a process's, at once."""
        new = self.homes[number] / "new"
        new.write_text(text)
        new.replace(self.homes[number] / "keys.json")

    def wait(self) -> list[str]:
        """What went wrong, of every process; empty where all met everybody."""
        problems = []
        for process in self.processes:
            if process.child.wait(SECONDS) != 0:
                problems.append(process.log())
            process.kill()
        return problems


def persons_behind_each() -> list[set[int]]:
    """For every number, whose its marks under both keys are, by the table itself."""
    owners = {
        (alias.key_version, alias.pseudonym): alias.person_id for alias in PersonAlias.objects.all()
    }
    return [
        {
            owners[mark]
            for mark in marks_of(kind="p_code", normalised=f"{number:08}").items()
            if mark in owners
        }
        for number in range(PEOPLE)
    ]


def test_nobody_is_split_and_nobody_refused_while_processes_disagree_about_the_keys(
    fresh_database, keys, tmp_path
):
    count = PROCESSES[fresh_database.vendor]
    before = keys.text
    keys.rotate()
    after = keys.text
    crowd = Crowd(fresh_database, tmp_path, [before, after] * (count // 2))
    crowd.begin()
    with fresh_database.opened():
        half_way = (n for n in itertools.count() if Person.objects.count() > PEOPLE // 2)
        next(half_way)
    crowd.give(0, after)

    assert crowd.wait() == []
    with fresh_database.opened():
        behind = persons_behind_each()
        assert {len(persons) for persons in behind} == {1}
        assert len(set().union(*behind)) == Person.objects.exclude(aliases=None).count() == PEOPLE
        assert PersonAlias.objects.count() == 2 * PEOPLE
        assert set(PseudonymKey.objects.values_list("version", flat=True)) == {1, 2}


def test_of_two_fresh_key_files_used_at_once_one_wins_and_the_other_meets_nobody(
    fresh_database, keys, tmp_path
):
    """Two hosts, each with a key file of its own making, on a database that knows none yet."""
    mine = keys.text
    other = json.loads(mine)
    other["mark"] = json.loads(with_new_version('{"wrap": {}, "link": {}}', "mark")[0])["mark"]
    count = PROCESSES[fresh_database.vendor] if IS_FULL else 2
    crowd = Crowd(fresh_database, tmp_path, [mine, json.dumps(other)] * (count // 2))
    crowd.begin()

    problems = crowd.wait()

    assert len(problems) == count // 2
    assert all("KeyUnavailable" in problem for problem in problems)
    with fresh_database.opened():
        assert Person.objects.exclude(aliases=None).count() == PEOPLE
        assert PersonAlias.objects.count() == PEOPLE
        assert PseudonymKey.objects.count() == 1
