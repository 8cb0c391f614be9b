"""Somebody's number, birth date and documents: what applicant and witness have in common."""

import re
from collections.abc import Iterable, Mapping
from typing import Any, ClassVar, Final

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from borgerservice.kernel.cpr import CprNumber
from borgerservice.kernel.errors import DomainError
from witnesses.exceptions import Refused
from witnesses.forms.fields import (
    CHOOSE,
    NOT_CHOSEN,
    CarefulInput,
    DayField,
    NumberInput,
    typed_so_far,
)
from witnesses.models import DocumentEvidence
from witnesses.rules.facts import DOCUMENT_TYPES
from witnesses.rules.figures import Language
from witnesses.rules.numbers import PCode
from witnesses.rules.wording import words_in
from witnesses.services import KEEP, GivenNumber, ShownDocument
from witnesses.services.documents import MOST_DOCUMENTS
from witnesses.wording import REFUSALS

FEWEST_ROWS: Final = 4
LONGEST_COUNT: Final = 3
COUNTRIES: Final = ("DK", "GL", "FO", "SE", "NO", "FI", "IS", "DE", "PL", "RO", "TR", "UA", "SY")
_IN_A_ROW: Final = re.compile(r"documents\.(\d+)\.(\w+)")


class DocumentRow(forms.Form):
    """One document shown. A row without a type, and without anything else, is no document."""

    use_required_attribute = False
    type = forms.ChoiceField(label=_("Type"), required=False, error_messages=CHOOSE)
    issuer = forms.CharField(
        label=_("Country"),
        required=False,
        initial="DK",
        max_length=40,
        widget=CarefulInput(attrs={"list": "countries", "autocomplete": "off"}),
        error_messages={"max_length": REFUSALS["unknown_country"]},
    )
    form = forms.ChoiceField(
        label=_("Shown as"),
        choices=(("physical", _("Original")), ("app", _("App")), ("copy", _("Copy"))),
        initial="physical",
        required=False,
        error_messages=CHOOSE,
    )
    shows_photo = forms.BooleanField(label=_("Has a photo"), required=False)
    shows_cpr = forms.BooleanField(label=_("Shows the CPR number"), required=False)
    provisional = forms.BooleanField(label=_("Is provisional"), required=False)
    issued_on = DayField(label=_("Issued"), required=False)
    expires_on = DayField(label=_("Expires"), required=False)

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.fields["type"].choices = [NOT_CHOSEN, *document_types()]  # type: ignore[attr-defined]

    def clean_form(self) -> str:
        """The original, where nothing else was said."""
        return str(self.cleaned_data["form"] or "physical")

    def clean_issuer(self) -> str:
        """Capitals, however they were typed; the service refuses what is no country.

        Letters of other alphabets stay: some would become two of ours.
        """
        typed = str(self.cleaned_data["issuer"])
        return typed.upper() if typed.isascii() else typed

    def clean(self) -> dict[str, Any]:
        """Something said about a document of no type is half a document."""
        given = self.cleaned_data
        said = ("shows_photo", "shows_cpr", "provisional", "issued_on", "expires_on")
        if not given.get("type") and any(given.get(name) for name in said):
            self.add_error("type", str(REFUSALS["unknown_document_type"]))
        return given

    @property
    def document(self) -> ShownDocument | None:
        """What a sound row holds."""
        return ShownDocument(**self.cleaned_data) if self.cleaned_data.get("type") else None


class PersonForm(forms.Form):
    """Who somebody is and what they show.

    `has_number`: one is recorded, and may be kept. `shown`: the documents recorded. `draft`: what
    has been typed so far, to be shown again unchecked.
    """

    use_required_attribute = False
    kinds: ClassVar[tuple[tuple[str, Any], ...]] = ()
    without_number: ClassVar[str] = "number_needed"
    number_kind = forms.ChoiceField(
        label=_("Which number"), widget=forms.RadioSelect, error_messages=CHOOSE
    )
    number = forms.CharField(
        label=_("The number"),
        help_text=_("It is stored encrypted and is never shown again."),
        required=False,
        max_length=40,
        widget=NumberInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        error_messages={"max_length": REFUSALS["impossible_cpr_number"]},
    )
    birth_date = DayField(
        label=_("Date of birth"),
        required=False,
        help_text=_("dd-mm-yyyy. The CPR number tells it, so you may leave it out."),
    )

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        has_number: bool = False,
        shown: Iterable[DocumentEvidence] = (),
        initial: dict[str, Any] | None = None,
        draft: Mapping[str, Any] | None = None,
    ) -> None:
        if draft is not None:
            initial = typed_so_far(type(self), draft)
        super().__init__(
            data, initial={"number_kind": "keep" if has_number else "cpr", **(initial or {})}
        )
        kept = (("keep", _("The number that is recorded")),) if has_number else ()
        self.fields["number_kind"].choices = [*kept, *self.kinds]  # type: ignore[attr-defined]
        self.rows = _rows(data, draft, [_as_row(document) for document in shown])
        if draft is not None:  # one more row was asked for: whoever asked goes on in it
            self.rows[-1].fields["type"].widget.attrs["autofocus"] = True
        typed = draft if draft is not None else data
        self.must_type_number_again = bool(typed and typed.get("number"))

    @property
    def can_grow(self) -> bool:
        """Whether there may be one more row of documents."""
        return len(self.rows) < MOST_DOCUMENTS

    @property
    def has_mistakes(self) -> bool:
        """Whether something is marked, here or in a row."""
        return bool(self.errors) or any(row.errors for row in self.rows)

    def is_valid(self) -> bool:
        """Whether the form and all its rows are sound."""
        rows = [row.is_valid() for row in self.rows]
        return super().is_valid() and all(rows)

    def clean(self) -> dict[str, Any]:
        """Put the number, read, in place of its text."""
        given = self.cleaned_data
        if "number" in self.errors:
            return given
        try:
            text = given.pop("number", "")
            if not text and given.get("number_kind") not in {"keep", "none"}:
                raise Refused(self.without_number)
            given["number"] = _read_number(given.get("number_kind", ""), text)
        except DomainError as refusal:
            self.add_error("number", str(REFUSALS[refusal.code]))
        return given

    @property
    def documents(self) -> tuple[ShownDocument, ...]:
        """The documents of the sound rows, in order."""
        return tuple(document for row in self.rows if (document := row.document))

    def refuse(self, refusal: DomainError) -> None:
        """Tell a refusal at the field it concerns, in the row it concerns."""
        where = _IN_A_ROW.fullmatch(refusal.field or "")
        if where:
            kept = [row for row in self.rows if row.document]
            kept[int(where[1])].add_error(where[2], refusal.sentence)
        else:
            known = refusal.field if refusal.field in self.fields else None
            self.add_error(known, refusal.sentence)


def document_types() -> list[tuple[str, str]]:
    """Every type of document and its name, in the language now active."""
    words = words_in(language_read())
    named = [(kind, words.say(f"documents.{kind}")) for kind in DOCUMENT_TYPES]
    return [(kind, name[:1].upper() + name[1:]) for kind, name in named]


def language_read() -> str:
    """The language now active, for what is said before a visit."""
    return get_language() or "da"


def language_now() -> Language:
    """The language now active, of the two that decisions are told in."""
    return "en" if (get_language() or "").startswith("en") else "da"


def _rows(
    data: Mapping[str, Any] | None,
    draft: Mapping[str, Any] | None,
    recorded: list[dict[str, Any]],
) -> list[DocumentRow]:
    typed = draft if draft is not None else data
    if typed is None:
        count = len(recorded) + 1
    else:
        asked = str(typed.get("rows", ""))
        is_count = asked.isascii() and asked.isdigit() and len(asked) < LONGEST_COUNT
        count = (int(asked) if is_count else 0) + (draft is not None)
    count = min(max(count, FEWEST_ROWS), MOST_DOCUMENTS)
    return [
        DocumentRow(
            data, prefix=prefix, initial=_initial(prefix, draft, recorded[place : place + 1])
        )
        for place, prefix in enumerate(f"documents-{place}" for place in range(count))
    ]


def _initial(
    prefix: str, draft: Mapping[str, Any] | None, recorded: list[dict[str, Any]]
) -> dict[str, Any] | None:
    if draft is not None and f"{prefix}-form" in draft:
        initial: dict[str, Any] = typed_so_far(DocumentRow, draft, f"{prefix}-")
        return initial
    return recorded[0] if recorded and draft is None else None


def _as_row(document: DocumentEvidence) -> dict[str, Any]:
    return {name: getattr(document, name) for name in DocumentRow.base_fields}


def _read_number(kind: str, text: str) -> GivenNumber:
    if kind in {"keep", "none"}:
        if text:
            raise Refused("number_unwanted")
        return KEEP if kind == "keep" else None
    return PCode.parse(text) if kind == "p_code" else CprNumber.parse(text)
