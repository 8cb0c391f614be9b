"""The project's own files: what the tests about the code read."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from tests.rig.databases import ROOT

PRODUCT = ("borgerservice", "appointments", "witnesses")
NOT_OURS = {".git", ".venv", "node_modules", "var", "__pycache__", ".hypothesis"}


@cache
def files() -> tuple[Path, ...]:
    """Every file of ours, without what is installed, made or cached."""
    return tuple(sorted(_walk(ROOT)))


def _walk(folder: Path) -> Iterator[Path]:
    for path in folder.iterdir():
        if path.name in NOT_OURS or path.name.endswith("_cache") or path.is_symlink():
            continue
        if path.is_dir():
            yield from _walk(path)
        else:
            yield path


def product_modules() -> list[Path]:
    """The Python files that run in production."""
    return [path for path in files() if path.suffix == ".py" and named(path).startswith(PRODUCT)]


def named(path: Path) -> str:
    """A file as its path in the project."""
    return path.relative_to(ROOT).as_posix()


@cache
def parsed(path: Path) -> ast.Module:
    """The syntax tree of a Python file."""
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))
