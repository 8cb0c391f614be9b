"""Danish is whole: every text of ours has one, with the same places to fill in, and none is left over."""

import ast
import re
from dataclasses import dataclass

import polib
import pytest
from django.utils.translation.template import templatize

from tests.architecture.tree import files, named, parsed, product_modules
from tests.rig.databases import ROOT

CATALOGUE = ROOT / "borgerservice" / "locale" / "da" / "LC_MESSAGES" / "django.po"
FUNCTIONS = {
    "gettext": (False, False),
    "gettext_lazy": (False, False),
    "gettext_noop": (False, False),
    "pgettext": (True, False),
    "pgettext_lazy": (True, False),
    "ngettext": (False, True),
    "ngettext_lazy": (False, True),
    "npgettext": (True, True),
    "npgettext_lazy": (True, True),
    "_": (False, False),
}
QUOTED = r"u?(?:\"(?:\\.|[^\"\\])*\"|'(?:\\.|[^'\\])*')"
IN_TEMPLATE = re.compile(rf"\b(n?p?gettext|_)\(\s*({QUOTED}(?:\s*,\s*{QUOTED})*)")
PLACE = re.compile(r"%\((\w+)\)[sd]|\{(\w*)\}|%[sd]")


@dataclass(frozen=True, order=True)
class Text:
    """What the catalogue is asked for."""

    context: str
    one: str
    many: str


def text_of(function, words):
    has_context, has_plural = FUNCTIONS[function]
    context = words.pop(0) if has_context else ""
    return Text(context, words[0], words[1] if has_plural else "")


def texts_in_python(path):
    """Texts of calls to Django's functions, under whatever name they were imported."""
    aliases = {
        alias.asname or alias.name: alias.name
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.ImportFrom) and node.module == "django.utils.translation"
        for alias in node.names
        if alias.name in FUNCTIONS
    }
    for node in ast.walk(parsed(path)):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Name)
            and node.func.id in aliases
        ):
            needed = sum(FUNCTIONS[aliases[node.func.id]]) + 1
            words = [
                argument.value
                for argument in node.args[:needed]
                if isinstance(argument, ast.Constant)
            ]
            if len(words) == needed:
                yield text_of(aliases[node.func.id], words)
            else:
                yield Text("", f"not a plain text: {named(path)}:{node.lineno}", "")


def texts_in_template(path):
    for function, words in IN_TEMPLATE.findall(templatize(path.read_text(encoding="utf-8"))):
        yield text_of(function, list(ast.literal_eval(f"[{words}]")))


def texts_in_source():
    templates = [path for path in files() if "/templates/" in f"/{named(path)}"]
    return {
        text
        for path in product_modules()
        if "/migrations/" not in named(path)
        for text in texts_in_python(path)
    } | {text for path in templates for text in texts_in_template(path)}


@pytest.fixture(scope="module")
def catalogue():
    assert CATALOGUE.exists(), f"{named(CATALOGUE)} is not there"
    return polib.pofile(str(CATALOGUE))


@pytest.fixture(scope="module")
def danish(catalogue):
    return {
        Text(entry.msgctxt or "", entry.msgid, entry.msgid_plural): entry
        for entry in catalogue
        if not entry.obsolete
    }


def places(text):
    return {match[0] for match in PLACE.finditer(text)}


def forms(entry):
    return list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]


def test_texts_are_found_in_templates_and_in_python():
    found = texts_in_source()
    assert len(found) > 100
    assert any(text.many for text in found)


def test_every_text_is_written_out_where_it_is_marked():
    assert [text.one for text in texts_in_source() if text.one.startswith("not a plain")] == []


def test_every_text_has_its_danish(danish):
    assert sorted(texts_in_source() - set(danish)) == []
    assert [entry.msgid for entry in danish.values() if not all(forms(entry))] == []
    assert [entry.msgid for entry in danish.values() if entry.fuzzy] == []


def test_no_danish_is_left_over(catalogue, danish):
    assert [entry.msgid for entry in catalogue.obsolete_entries()] == []
    assert sorted(set(danish) - texts_in_source()) == []


def test_the_places_to_fill_in_are_the_same(danish):
    wrong = []
    for text, entry in danish.items():
        wanted = places(text.one) | places(text.many)
        *first, last = forms(entry)
        if places(last) != wanted or any(not places(form) <= wanted for form in first):
            wrong.append(text.one)
    assert wrong == []


def test_the_catalogue_lists_each_text_once(catalogue):
    keys = [(entry.msgctxt, entry.msgid) for entry in catalogue]
    assert len(keys) == len(set(keys))
