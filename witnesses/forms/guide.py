"""What the citizen answers before the visit: about the visit, and about each paper."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any, Final

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from witnesses.forms.documents import document_types, language_read
from witnesses.forms.fields import CHOOSE, NOT_CHOSEN, KindDayField
from witnesses.rules.guide.answers import (
    MOST_PAPERS,
    Answers,
    Paper,
    paper,
)
from witnesses.rules.guide.papers import ELSEWHERE, KINGDOM, Kind, kinds
from witnesses.rules.wording import words_in

FARTHEST: Final = timedelta(days=2 * 365)
YES_NO: Final = (("yes", _("Yes")), ("no", _("No")))


class VisitForm(forms.Form):
    """The visit, what the register can hold on the citizen, and which papers there are."""

    use_required_attribute = False
    on = KindDayField(
        label=_("When is the visit?"),
        required=False,
        help_text=_("dd-mm-yyyy. If you have not booked yet, write about when."),
    )
    number = forms.ChoiceField(
        label=_("Do you have a Danish CPR number?"),
        choices=YES_NO,
        widget=forms.RadioSelect,
        error_messages=CHOOSE,
    )
    lived = forms.ChoiceField(
        label=_("How long have you lived in Denmark?"),
        choices=(
            ("settled", _("A year or more")),
            ("new", _("Less than a year")),
            ("abroad", _("I do not live in Denmark")),
        ),
        widget=forms.RadioSelect,
        error_messages=CHOOSE,
    )
    address = forms.ChoiceField(
        label=_("Do you have a postal address in Denmark?"),
        choices=YES_NO,
        widget=forms.RadioSelect,
        error_messages=CHOOSE,
    )
    p = forms.MultipleChoiceField(
        label=_("Which of these do you have?"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "invalid_choice": _("Choose among the papers shown."),
            "too_many": _("Choose at most 10 papers."),
        },
    )

    def __init__(
        self,
        data: QueryDict | None = None,
        *,
        today: date,
        initial: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(data, initial=dict(initial or {}))
        self.today = today
        self.fields["p"].choices = document_types()  # type: ignore[attr-defined]

    def clean_on(self) -> date:
        """Today, where no day was written. A day that is over is refused."""
        day: date = self.cleaned_data["on"] or self.today
        if day < self.today:
            raise forms.ValidationError(_("The day is over. Write today or a later day."))
        if day > self.today + FARTHEST:
            raise forms.ValidationError(_("The day is too far ahead. Write an earlier one."))
        return day

    def clean_p(self) -> list[str]:
        """The types, one for each paper, in the order in which papers are shown."""
        chosen = self.cleaned_data["p"]
        if len(chosen) > MOST_PAPERS:
            raise forms.ValidationError(self.fields["p"].error_messages["too_many"])
        return sorted(chosen, key=list(kinds()).index)

    @property
    def has_number(self) -> bool:
        """Whether there is a CPR number."""
        return bool(self.cleaned_data["number"] == "yes")

    def answers(self, papers: Iterable[Paper]) -> Answers:
        """All answers, once this form and the papers are sound."""
        given = self.cleaned_data
        return Answers(
            on=given["on"],
            has_number=self.has_number,
            lived=given["lived"],
            has_address=given["address"] == "yes",
            papers=tuple(papers),
        )


class PaperForm(forms.Form):
    """One paper of the citizen's. Only what differs among papers of its kind is asked."""

    use_required_attribute = False
    issuer = forms.ChoiceField(
        label=_("Issued in"),
        widget=forms.Select(attrs={"class": "form-select"}),
        error_messages=CHOOSE,
    )
    form = forms.ChoiceField(
        label=_("What do you have?"),
        choices=(
            ("physical", _("The paper or card itself")),
            ("app", _("An app on my phone")),
            ("copy", _("Only a copy or a photo of it")),
            ("temporary", _("A temporary one, for example an emergency passport")),
        ),
        initial="physical",
        widget=forms.Select(attrs={"class": "form-select"}),
        error_messages=CHOOSE,
    )
    expires = KindDayField(
        label=_("Valid until"),
        required=False,
        help_text=_("dd-mm-yyyy. Leave it empty if no date is shown."),
    )
    issued = KindDayField(label=_("Date of the letter"), help_text=_("dd-mm-yyyy."))
    photo = forms.BooleanField(
        label=_("It has a photo of me"),
        required=False,
        initial=True,
        widget=forms.CheckboxInput(attrs={"class": "form-checkbox"}),
    )
    cpr = forms.BooleanField(
        label=_("It shows my Danish CPR number"),
        required=False,
        widget=forms.CheckboxInput(attrs={"class": "form-checkbox"}),
    )

    def __init__(
        self,
        kind: Kind,
        place: int | str,
        data: QueryDict | None = None,
        *,
        has_number: bool,
        is_recent: bool,
        initial: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(data, prefix=str(place), initial=dict(initial or {}))
        self.kind, self.has_number = kind, has_number
        self.name = dict(document_types())[kind.type]
        self.fields["issuer"].choices = [  # type: ignore[attr-defined]
            NOT_CHOSEN,
            *country_names(kind.countries),
        ]
        self.fields["issued"].error_messages["required"] = _("Write the date of the letter.")
        asked = {
            "issuer": len(kind.countries) > 1,
            "expires": kind.expires,
            "issued": is_recent,
            "photo": kind.photo == "ask",
            "cpr": kind.cpr_number == "ask" and has_number,
        }
        for name in [name for name, is_asked in asked.items() if not is_asked]:
            del self.fields[name]

    def begin_here(self) -> None:
        """Lead whoever asked for this paper to its first question."""
        next(iter(self.fields.values())).widget.attrs["autofocus"] = True

    def clean(self) -> dict[str, Any]:
        """A paper of another country does not show a Danish number: another number is meant."""
        given = self.cleaned_data
        if given.get("cpr") and given.get("issuer", KINGDOM[0]) not in KINGDOM:
            self.add_error(
                "cpr",
                _("A paper from another country does not show a Danish CPR number."),
            )
        return given

    @property
    def paper(self) -> Paper:
        """The paper, once the form is sound."""
        given = self.cleaned_data
        return paper(
            self.kind,
            issuer=given.get("issuer", self.kind.countries[0]),
            form=given["form"],
            photo=given.get("photo", False),
            number=given.get("cpr", False),
            has_number=self.has_number,
            expires_on=given.get("expires"),
            issued_on=given.get("issued"),
        )


def paper_forms(
    visit: VisitForm, types: Sequence[str], data: QueryDict, *, recent: Sequence[str], bound: bool
) -> list[PaperForm]:
    """A form for each paper. Not bound, they show what was typed so far, unchecked."""
    return [
        PaperForm(
            kinds()[chosen],
            place,
            data if bound else None,
            has_number=visit.has_number,
            is_recent=chosen in recent,
            initial=typed_in_row(data, place),
        )
        for place, chosen in enumerate(types)
    ]


def are_sound(forms_of_papers: Iterable[PaperForm]) -> bool:
    """Whether all are sound, each of them checked."""
    return not [one for one in forms_of_papers if not one.is_valid()]


def query_of(answers: Answers) -> str:
    """The address in which all forms hold these answers."""
    query = QueryDict(mutable=True)
    query["on"] = _written(answers.on)
    query["number"] = _yes_no(answers.has_number)
    query["lived"] = answers.lived
    query["address"] = _yes_no(answers.has_address)
    query.setlist("p", [one.type for one in answers.papers])
    for place, one in enumerate(answers.papers):
        query.update(_of_paper(place, one))
    return query.urlencode()


def answered_before(answers: Answers, types: Sequence[str]) -> QueryDict:
    """What was answered of papers that are still among `types`, at the places they have there."""
    query, left = QueryDict(mutable=True), list(answers.papers)
    for place, chosen in enumerate(types):
        same = next((one for one in left if one.type == chosen), None)
        if same:
            left.remove(same)
            query.update(_of_paper(place, same))
    return query


def country_names(codes: Iterable[str]) -> list[tuple[str, Any]]:
    """Countries by name, in the language now active; the last stands for all that are not named."""
    words = words_in(language_read())
    named = [
        (code, words.say(f"issuers.{code}") if words.has(f"issuers.{code}") else code)
        for code in codes
    ]
    return [
        (code, _("Another country") if code == ELSEWHERE else name[:1].upper() + name[1:])
        for code, name in named
    ]


def _of_paper(place: int, one: Paper) -> dict[str, str]:
    told = {
        "issuer": one.issuer,
        "form": one.form,
        "expires": _written(one.expires_on),
        "issued": _written(one.issued_on),
        "photo": "on" if one.shows_photo else "",
        "cpr": "on" if one.shows_cpr else "",
    }
    return {f"{place}-{name}": value for name, value in told.items() if value}


def typed_in_row(data: QueryDict, place: int | str) -> dict[str, Any]:
    """What a row was sent, to be shown unchecked; nothing where it was not there yet."""
    if f"{place}-form" not in data:
        return {}
    typed: dict[str, Any] = {
        name: data.get(f"{place}-{name}", "") for name in ("issuer", "form", "expires", "issued")
    }
    return typed | {name: f"{place}-{name}" in data for name in ("photo", "cpr")}


def _yes_no(is_so: bool) -> str:  # noqa: FBT001
    return "yes" if is_so else "no"


def _written(day: date | None) -> str:
    return day.strftime("%d-%m-%Y") if day else ""
