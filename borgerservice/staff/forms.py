"""What an administrator and an invited colleague type."""

from typing import Any

from django import forms
from django.contrib.auth.password_validation import (
    password_validators_help_texts,
    validate_password,
)
from django.utils.translation import gettext_lazy as _

from borgerservice.municipalities.models import StaffMember
from borgerservice.staff.wording import REFUSALS, ROLES


class RoleForm(forms.Form):
    """Which role."""

    role = forms.ChoiceField(
        label=_("Role"),
        choices=list(ROLES.items()),
        widget=forms.RadioSelect,
        error_messages={
            "required": REFUSALS["unknown_role"],
            "invalid_choice": REFUSALS["unknown_role"],
        },
    )


class InviteForm(RoleForm):
    """Whom to invite, to which role."""

    email = forms.EmailField(
        label=_("E-mail address"),
        max_length=254,
        error_messages={
            "required": REFUSALS["invalid_email"],
            "invalid": REFUSALS["invalid_email"],
            "max_length": REFUSALS["invalid_email"],
        },
        widget=forms.EmailInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )

    field_order = ("email", "role")


class JoinForm(forms.Form):
    """A new colleague's account."""

    first_name = forms.CharField(
        label=_("First name"),
        max_length=150,
        error_messages={"required": REFUSALS["name_missing"]},
        widget=forms.TextInput(attrs={"autocomplete": "given-name"}),
    )
    last_name = forms.CharField(
        label=_("Last name"),
        max_length=150,
        error_messages={"required": REFUSALS["name_missing"]},
        widget=forms.TextInput(attrs={"autocomplete": "family-name"}),
    )
    username = forms.CharField(
        label=_("User name"),
        max_length=150,
        help_text=_("You sign in with it. Do not use your CPR number."),
        error_messages={"required": REFUSALS["invalid_username"]},
        widget=forms.TextInput(
            attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}
        ),
    )
    password = forms.CharField(
        label=_("Password"),
        strip=False,
        max_length=200,
        error_messages={"required": REFUSALS["weak_password"]},
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    again = forms.CharField(
        label=_("The password again"),
        strip=False,
        max_length=200,
        error_messages={"required": _("Write the same password again.")},
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, data: Any = None) -> None:
        super().__init__(data)
        self.fields["password"].help_text = " ".join(password_validators_help_texts())

    def clean(self) -> dict[str, Any]:
        """The same password twice, and one that is hard to guess."""
        typed = self.cleaned_data
        password, again = typed.get("password"), typed.pop("again", None)
        if password and again and password != again:
            self.add_error("again", _("Write the same password again."))
        if password:
            names = {name: typed.get(name, "") for name in ("username", "first_name", "last_name")}
            try:
                validate_password(password, StaffMember(**names))
            except forms.ValidationError as weak:
                self.add_error("password", weak)
        return typed
