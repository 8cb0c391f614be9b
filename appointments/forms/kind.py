"""A form that gives nothing away, and one whose typing goes along into another language."""

from collections.abc import Mapping, MutableMapping
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError

from borgerservice.kernel.cpr import holds_cpr_number


class KindForm(forms.Form):
    """A form that never shows a CPR number back, wherever it was typed."""

    use_required_attribute = False

    def full_clean(self) -> None:
        """Check the form, then empty the fields that hold what looks like a CPR number.

        A field that was taken as it is keeps what it holds: a phone number may look like one.
        """
        super().full_clean()
        if not self.is_bound:
            return
        refused = {
            self.add_prefix(name)
            for name in self.errors
            if name in self.fields and holds_cpr_number(str(self[name].data or ""))
        }
        self.data = {name: "" if name in refused else self.data[name] for name in self.data}


class TypedForm(KindForm):
    """A form that citizens fill in, and may want to go on with in another language.

    The languages of its page are buttons of the form, which send what is typed to the same page in
    that language. There it stands as it was typed: nothing is checked and nothing is done.
    """

    page_id: Final = "typed"

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        initial: MutableMapping[str, Any] | None = None,
    ) -> None:
        self._typed = data if data is not None and "in_language" in data else None
        super().__init__(None if self._typed is not None else data, initial=initial)

    def get_initial_for_field(self, field: forms.Field, field_name: str) -> Any:
        """What was typed, where it came along; nothing refused that looks like a CPR number."""
        if self._typed is None:
            return super().get_initial_for_field(field, field_name)
        typed = field.widget.value_from_datadict(self._typed, {}, self.add_prefix(field_name))
        if holds_cpr_number(str(typed or "")):
            try:
                field.clean(typed)
            except ValidationError:
                return ""
        return typed
