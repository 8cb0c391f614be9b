"""A form that gives nothing away."""

from django import forms

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
