"""What an administrator types about the municipality's own pages."""

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from django import forms
from django.conf import settings
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from appointments.forms.fields import NoCprField
from appointments.models import ServiceType
from appointments.services.centres.own import LONGEST, Own
from appointments.wording_own import OWN_REFUSALS
from borgerservice.languages import OURS, offered_languages
from borgerservice.municipalities.models import Centre, Municipality
from borgerservice.templatetags.page import spoken

COMING = {
    Municipality.Coming.UNSAID: _("Say nothing about it"),
    Municipality.Coming.BOOKED: _("One must book a time"),
    Municipality.Coming.DROP_IN: _("One may come without a time too"),
}
CUSTODY = {
    Municipality.Custody.UNSAID: _("Say that they must ask the centre"),
    Municipality.Custody.ATTENDS: _("Who has custody must come along"),
    Municipality.Custody.CONSENTS: _("Who has custody must agree beforehand"),
    Municipality.Custody.NOTHING: _("Nothing is asked of who has custody"),
}
OFFERS = "offers_"


class LineField(NoCprField):
    """A line of text that anyone may read."""

    def __init__(self, name: str, **options: Any) -> None:
        limit = LONGEST[name]
        super().__init__(
            required=False,
            max_length=limit,
            error_messages={
                "max_length": format_lazy(OWN_REFUSALS["text_too_long"], limit=limit),
            },
            **options,
        )


class OwnForm(forms.Form):
    """A municipality's own, and what one can book at each of its centres."""

    shown_name = LineField("shown_name", label=_("Name on the pages"))
    accent = forms.CharField(
        label=_("Colour"),
        required=False,
        max_length=20,
        help_text=_(
            "Six digits or letters after #, for example #0b5a34. White text must be readable on it."
        ),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    phone = forms.CharField(
        label=_("Phone"),
        required=False,
        max_length=30,
        help_text=_("Shown where a centre has no number of its own."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "tel"}),
    )
    help_da = LineField("help_da", label=_("Help in Danish"), widget=forms.Textarea({"rows": 2}))
    help_en = LineField("help_en", label=_("Help in English"), widget=forms.Textarea({"rows": 2}))
    languages = forms.MultipleChoiceField(
        label=_("Languages besides Danish and English"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    coming = forms.ChoiceField(
        label=_("Must one book before coming?"),
        choices=list(COMING.items()),
        required=False,
        widget=forms.RadioSelect,
    )
    custody = forms.ChoiceField(
        label=_("When a 13- or 14-year-old gets MitID"),
        choices=list(CUSTODY.items()),
        required=False,
        widget=forms.RadioSelect,
    )
    statement = LineField(
        "statement",
        label=_("Address of the accessibility statement"),
        help_text=_("For example https://was.digst.dk/herning-dk."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "url"}),
    )
    dpo_email = LineField(
        "dpo_email",
        label=_("E-mail address of the data protection officer"),
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "email"}),
    )
    privacy_policy = LineField(
        "privacy_policy",
        label=_("Address of your own text about personal data"),
        help_text=_("For example https://www.herning.dk/persondata."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "url"}),
    )

    def __init__(
        self,
        data: Mapping[str, Any] | None,
        *,
        place: Municipality,
        offered: Mapping[Centre, Collection[str]],
        services: Collection[ServiceType],
    ) -> None:
        kept = {name: getattr(place, name) for name in self.base_fields}
        kept["languages"] = offered_languages(place.languages)
        super().__init__(data, initial=kept)
        self.centres = list(offered)
        others = [(code, name) for code, name in settings.LANGUAGES if code not in OURS]
        if others:
            self.fields["languages"].choices = others  # type: ignore[attr-defined]
        else:
            del self.fields["languages"]
        choices = [(service.code, spoken(service.names)) for service in services]
        for centre in self.centres:
            self.fields[f"{OFFERS}{centre.key}"] = forms.MultipleChoiceField(
                label=centre.name,
                choices=choices,
                required=False,
                initial=list(offered[centre]),
                widget=forms.CheckboxSelectMultiple,
            )

    def of_services(self) -> Iterator[forms.BoundField]:
        """What one can book, for each centre."""
        return (self[f"{OFFERS}{centre.key}"] for centre in self.centres)

    def own(self) -> Own:
        """What was typed."""
        typed: dict[str, Any] = {name: self.cleaned_data.get(name) for name in self.base_fields}
        return Own(**typed | {"languages": tuple(typed["languages"] or ())})

    def offers(self) -> dict[str, list[str]]:
        """The services ticked, by the key of the centre."""
        return {centre.key: self.cleaned_data[f"{OFFERS}{centre.key}"] for centre in self.centres}

    @property
    def places(self) -> dict[str, str]:
        """Where the services of each centre stand on the page."""
        return {f"{centre.key}.services": f"{OFFERS}{centre.key}" for centre in self.centres}


class LogoForm(forms.Form):
    """A file with the logo."""

    logo = forms.FileField(
        label=_("File with the logo"),
        help_text=_("A PNG of at most 200 kB, 1600 points wide and 800 points high."),
        error_messages={
            "required": OWN_REFUSALS["choose_a_picture"],
            "empty": OWN_REFUSALS["choose_a_picture"],
            "missing": OWN_REFUSALS["choose_a_picture"],
            "invalid": OWN_REFUSALS["choose_a_picture"],
            "max_length": OWN_REFUSALS["picture_broken"],
        },
        widget=forms.FileInput(attrs={"accept": "image/png"}),
    )
