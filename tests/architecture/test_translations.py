"""Danish is whole, and what citizens read is whole in every language offered.

Every text of ours has its translation, with the same places to fill in, and none is left over.
"""

import ast
import re
import tomllib
from dataclasses import dataclass
from datetime import date

import polib
import pytest
from django.conf import settings
from django.utils.translation import get_language_info
from django.utils.translation.template import templatize

from tests.architecture.tree import files, named, parsed, product_modules
from tests.rig.databases import ROOT
from witnesses.rules.declarations import declaration_in_use
from witnesses.rules.wording import texts_held, words_in

OTHERS = sorted(code for code, _name in settings.LANGUAGES if code not in {"da", "en"})
LANGUAGES = ["da", *OTHERS]
RIGHT_TO_LEFT = [code for code in OTHERS if get_language_info(code)["bidi"]]
CITIZENS_READ = (
    *("templates/appointments/", "templates/guide/", "templates/base.html"),
    *("templates/_languages.html", "templates/django/", "templates/notifications/"),
    *("templates/400.html", "templates/403", "templates/404.html", "templates/429.html"),
    *("templates/500.html", "templates/503", "templates/witnesses/sign_in"),
    *("templates/witnesses/_terms", "templates/witnesses/ask", "templates/witnesses/check"),
    *(
        "templates/witnesses/withdrawn",
        "templates/witnesses/papers",
        "templates/witnesses/_own",
        "witnesses/forms/guide",
    ),
    *("templates/as_of.html", "templates/_kiosk.html"),
    *("witnesses/forms/fields", "witnesses/wording_witness.py"),
    *("witnesses/services/checks", "witnesses/services/sign_in"),
    *("appointments/forms", "appointments/views/", "appointments/wording.py"),
    *("appointments/calendar_file.py", "borgerservice/templatetags/", "witnesses/forms/checks"),
    *("borgerservice/notifications/wording.py", "witnesses/views/", "witnesses/templatetags/"),
)
STAFF_READ = ("templates/notifications/staff_",)
DATA = (
    *("appointments/data/services.toml", "witnesses/data/come.toml"),
    *("witnesses/data/papers.toml",),
)
"""Texts held as Danish and English; other languages translate the English one."""
BEFORE_A_VISIT = ("count.month", "documents.", "issuers.", "shows.", "ways.", "flaws.")
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
IN_GROUPS = re.compile(r"\+\d|\d \d|phone[)}]|\(code\)s %\(city\)")
APART = re.compile("\u2066[^\u2069]*\u2069")
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


def texts_in_data(held):
    """The English of everything in a data file that is held in Danish and English."""
    if isinstance(held, list):
        for part in held:
            yield from texts_in_data(part)
    elif isinstance(held, dict) and {"da", "en"} <= set(held):
        yield from lines_of(held["en"])
    elif isinstance(held, dict):
        for part in held.values():
            yield from texts_in_data(part)


def lines_of(text):
    if isinstance(text, str):
        yield from [Text("", text, "")] if text else []
    else:
        for part in text.values() if isinstance(text, dict) else text:
            yield from lines_of(part)


def is_read_by_citizens(path):
    return named(path).startswith(CITIZENS_READ) and not named(path).startswith(STAFF_READ)


def texts_in_source():
    templates = [path for path in files() if "/templates/" in f"/{named(path)}"]
    return {
        text
        for path in product_modules()
        if "/migrations/" not in named(path)
        for text in texts_in_python(path)
    } | {text for path in templates for text in texts_in_template(path)}


def texts_for_citizens():
    modules = [path for path in product_modules() if is_read_by_citizens(path)]
    templates = [
        path for path in files() if "/templates/" in f"/{named(path)}" and is_read_by_citizens(path)
    ]
    return (
        {text for path in modules for text in texts_in_python(path)}
        | {text for path in templates for text in texts_in_template(path)}
        | {
            text
            for name in DATA
            for text in texts_in_data(tomllib.loads((ROOT / name).read_text(encoding="utf-8")))
        }
        | {
            text
            for part in declaration_in_use(date.max).texts["en"].told
            for text in lines_of([part.heading, *part.lines])
        }
    )


def texts_wanted(language):
    return texts_in_source() if language == "da" else texts_for_citizens()


@pytest.fixture(scope="module", params=LANGUAGES)
def language(request):
    return request.param


@pytest.fixture(scope="module")
def catalogue(language):
    path = ROOT / "borgerservice" / "locale" / language / "LC_MESSAGES" / "django.po"
    assert path.exists(), f"{named(path)} is not there"
    return polib.pofile(str(path))


@pytest.fixture(scope="module")
def translated(catalogue):
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


def test_every_text_is_translated(language, translated):
    assert sorted(texts_wanted(language) - set(translated)) == []
    assert [entry.msgid for entry in translated.values() if not all(forms(entry))] == []
    assert [entry.msgid for entry in translated.values() if entry.fuzzy] == []


def test_no_translation_is_left_over(language, catalogue, translated):
    assert [entry.msgid for entry in catalogue.obsolete_entries()] == []
    assert sorted(set(translated) - texts_wanted(language)) == []


@pytest.mark.parametrize("language", OTHERS)
def test_papers_are_told_in_every_language_with_the_same_places(language):
    """What the guide says of papers is composed of words of its own, held as data."""
    english, own = texts_held("en"), texts_held(language)
    joining = {"words.comma", "words.or", "words.and"}
    said = {key for key in english if key.startswith(BEFORE_A_VISIT)} | joining
    assert set(own) == said
    assert [key for key in own if places(own[key]) != places(english[key])] == []
    assert words_in(language).say("documents.passport") == own["documents.passport"]


def test_a_language_without_words_of_its_own_reads_english_not_danish():
    assert words_in("xx").say("documents.passport") == "passport"


def test_the_places_to_fill_in_are_the_same(translated):
    wrong = []
    for text, entry in translated.items():
        wanted = places(text.one) | places(text.many)
        *first, last = forms(entry)
        if places(last) != wanted or any(not places(form) <= wanted for form in first):
            wrong.append(text.one)
    assert wrong == []


@pytest.mark.parametrize("language", RIGHT_TO_LEFT, indirect=True)
def test_numbers_in_groups_are_set_apart_where_one_reads_from_right_to_left(catalogue):
    """Their groups would else stand in the wrong order."""
    alone = [IN_GROUPS.search(APART.sub("", form)) for entry in catalogue for form in forms(entry)]
    assert [match.string for match in alone if match] == []


def test_the_catalogue_lists_each_text_once(catalogue):
    keys = [(entry.msgctxt, entry.msgid) for entry in catalogue]
    assert len(keys) == len(set(keys))
