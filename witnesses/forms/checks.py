"""What a witness says before they sign in: how long they have had MitID, and what they bring."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any, Final

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from borgerservice.kernel.cpr import holds_cpr_number
from witnesses.forms.documents import document_types
from witnesses.forms.fields import CHOOSE, KindDayField
from witnesses.forms.guide import PaperForm, are_sound, typed_in_row
from witnesses.rules.figures import RuleSet
from witnesses.rules.guide.answers import Paper
from witnesses.rules.guide.of_witness import MOST_OF_WITNESS, asked_of_witness
from witnesses.rules.guide.papers import kinds

LONG: Final = timedelta(days=31)
"""Longer than any rule asks for, and easy to be sure of."""
OLDEST: Final = date(2021, 5, 6)
"""No MitID is older: that day the first were given out."""
PAPERS: Final = "2"


class SaidForm(forms.Form):
    """`?had=long`, `?had=unknown`, or `?had=recent&since=` with the day; `p` for each paper."""

    use_required_attribute = False
    had = forms.ChoiceField(
        label=_("How long have you had MitID?"),
        choices=(
            ("long", _("More than a month")),
            ("recent", _("A month or less")),
            ("unknown", _("I do not know")),
        ),
        widget=forms.RadioSelect,
        error_messages=CHOOSE,
    )
    since = KindDayField(
        label=_("When did you get your MitID?"),
        required=False,
        help_text=_("dd-mm-yyyy. Only if it is a month ago or less."),
    )
    p = forms.MultipleChoiceField(
        label=_("Which of these will you bring?"),
        required=False,
        help_text=_("Leave it empty if you do not know yet."),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": _("Choose among the papers shown.")},
    )

    def __init__(
        self, data: QueryDict | None, *, today: date, types: Sequence[str], **options: Any
    ) -> None:
        super().__init__(data, **options)
        self.today = today
        names = dict(document_types())
        self.fields["p"].choices = [(kind, names[kind]) for kind in types]  # type: ignore[attr-defined]

    def full_clean(self) -> None:
        """Check the form, then empty a day that looks like a CPR number."""
        super().full_clean()
        if self.is_bound and holds_cpr_number(str(self.data.get("since", ""))):
            kept = QueryDict(mutable=True)
            kept.update(self.data)
            kept["since"] = ""
            self.data = kept

    def clean_since(self) -> date | None:
        """A day on which somebody can have got a MitID."""
        if self.cleaned_data.get("had") != "recent":
            return None
        since: date | None = self.cleaned_data["since"]
        if since is None:
            raise forms.ValidationError(_("Write a date, for example 23-11-2026."))
        if not OLDEST <= since <= self.today:
            raise forms.ValidationError(_("Write a day from 6 May 2021 until today."))
        return since

    def clean_p(self) -> list[str]:
        """The types, one for each paper, in the order in which papers are shown."""
        chosen: list[str] = self.cleaned_data["p"]
        if len(chosen) > MOST_OF_WITNESS:
            raise forms.ValidationError(_("Choose at most 3 papers."))
        return sorted(chosen, key=list(kinds()).index)

    def clean(self) -> dict[str, Any]:
        """Leave alone what is written as a day where no day is asked for."""
        if self.cleaned_data.get("had") != "recent":
            self.errors.pop("since", None)
        return self.cleaned_data

    @property
    def mitid_since(self) -> date | None:
        """The day they say they have had it since; a safe one for "long", None where unknown."""
        if self.cleaned_data.get("had") == "long":
            return self.today - LONG
        since: date | None = self.cleaned_data.get("since")
        return since


class Said:
    """Everything a witness says, out of an address: `form`, and in `rows` each paper.

    The rows are checked once they have been asked about; until then they hold what was typed.
    """

    def __init__(self, data: QueryDict, *, today: date, rules: RuleSet) -> None:
        types, step = asked_of_witness(rules.id), data.get("step", "")
        self.is_begun = "had" in data or bool(step)
        self.form = SaidForm(data if self.is_begun else None, today=today, types=types)
        chosen = self.form.cleaned_data["p"] if self.form.is_valid() else []
        self.rows = [
            PaperForm(
                kind,
                kind.code,
                data if step == PAPERS else None,
                has_number=True,
                is_recent=kind.type in rules.usable.recent.types,
                initial=typed_in_row(data, kind.code),
            )
            for kind in [kinds()[chosen_type] for chosen_type in chosen]
        ]
        self.is_whole = self.form.is_valid() and are_sound(self.rows)
        self.carried = [
            (name, value)
            for name, value in data.items()
            if "-" in name and not holds_cpr_number(str(value))
        ]
        """What was typed of papers, to be sent along while the papers are chosen anew."""

    @property
    def mitid_since(self) -> date | None:
        """Since when they say to have MitID; None where they do not know, or have not said."""
        return self.form.mitid_since if self.form.is_valid() else None

    @property
    def papers(self) -> tuple[Paper, ...]:
        """The papers they will bring; none where they do not know yet."""
        return tuple(row.paper for row in self.rows) if self.is_whole else ()
