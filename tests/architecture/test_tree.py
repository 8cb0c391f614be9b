"""The tree stays one that a newcomer can read."""

import ast
import re
import tomllib

import pytest

from tests.architecture.tree import files, named, parsed, product_modules
from tests.rig.databases import ROOT

LONGEST_FILE = 350
LONGEST_TEST_FILE = 600  # cases side by side are read one at a time
LONGEST_FUNCTION = 60
LONGER_FOR_A_REASON: dict[str, str] = {}
READ_BY_PEOPLE = {".py", ".html", ".css", ".js", ".sql"}
NAMES_THAT_SAY_NOTHING = {"utils", "helpers", "common", "misc", "managers", "tools", "lib"}
TOP_LEVEL = {
    ".ci",
    ".gitignore",
    ".npmrc",
    "CHANGELOG.md",
    "DECISIONS.md",
    "Makefile",
    "README.md",
    "appointments",
    "borgerservice",
    "docs",
    "manage.py",
    "package-lock.json",
    "package.json",
    "pyproject.toml",
    "requirements-checks.txt",
    "requirements-demo.txt",
    "requirements.txt",
    "templates",
    "tests",
    "witnesses",
}
OUTSIDE_WORLD = {"urllib.request", "http.client", "requests", "httpx", "urllib3", "socketserver"}
SPEAKS_TO_THE_OUTSIDE = ("borgerservice/adapters/",)


def test_no_file_is_longer_than_one_sitting():
    long = {
        named(path): lines
        for path in files()
        if path.suffix in READ_BY_PEOPLE
        and "/data/" not in named(path)
        and "/migrations/" not in named(path)
        and (lines := len(path.read_text(encoding="utf-8").splitlines()))
        > (LONGEST_TEST_FILE if named(path).startswith("tests/") else LONGEST_FILE)
    }
    assert long == {}


def test_no_function_is_longer_than_a_screen():
    long = {
        f"{named(path)}:{node.name}": lines
        for path in product_modules()
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.FunctionDef)
        and (lines := node.end_lineno - node.lineno + 1) > LONGEST_FUNCTION
    }
    assert set(long) == set(LONGER_FOR_A_REASON)


def test_no_module_has_a_name_that_says_nothing():
    assert [
        named(path)
        for path in files()
        if path.stem in NAMES_THAT_SAY_NOTHING or path.parent.name in NAMES_THAT_SAY_NOTHING
    ] == []


def test_nothing_lies_at_the_top_that_is_not_looked_for_there():
    assert {named(path).partition("/")[0] for path in files()} <= TOP_LEVEL


def test_nothing_is_imported_inside_a_function_to_hide_a_cycle():
    """Ruff finds them (PLC0415); this finds those that were excused, which are few and known."""
    excused = {
        f"{named(path)}:{node.name}"
        for path in product_modules()
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.FunctionDef)
        and any(isinstance(inner, ast.Import | ast.ImportFrom) for inner in ast.walk(node))
    }
    assert excused <= {"borgerservice/apps.py:ready"}


@pytest.mark.parametrize("module", product_modules(), ids=named)
def test_only_adapters_speak_to_the_outside_world(module):
    if named(module).startswith(SPEAKS_TO_THE_OUTSIDE):
        return
    imported = set()
    for node in ast.walk(parsed(module)):
        if isinstance(node, ast.Import):
            imported |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            imported |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    assert imported & OUTSIDE_WORLD == set()


def test_the_project_package_imports_nothing():
    """An `__init__.py` that imports Celery would drag it into every pure module."""
    for package in ("borgerservice", "appointments", "witnesses"):
        module = next(path for path in files() if named(path) == f"{package}/__init__.py")
        assert parsed(module).body == []


def test_every_part_of_the_platform_stands_on_a_floor():
    """The first import contract names them all; the domain apps' contract is exhaustive itself."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    floors = settings["tool"]["importlinter"]["contracts"][0]["layers"]
    on_a_floor = {name.strip() for floor in floors for name in re.split("[:|]", floor)}
    parts = {
        f"borgerservice.{named(path).split('/')[1].removesuffix('.py')}"
        for path in product_modules()
        if named(path).startswith("borgerservice/")
    }
    assert parts - {"borgerservice.__init__"} <= on_a_floor


@pytest.mark.parametrize("document", sorted((ROOT / "docs").glob("*.md")), ids=lambda one: one.name)
def test_a_document_names_only_files_there_are(document):
    """By the end of their path: what shows something is to be found by who reads of it."""
    told = set(re.findall(r"`([\w/]+/\w+\.py)`", document.read_text()))
    there = [f"/{file.relative_to(ROOT).as_posix()}" for file in files()]
    assert [
        name for name in sorted(told) if not any(path.endswith(f"/{name}") for path in there)
    ] == []
