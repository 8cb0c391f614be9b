"""Documents and papers on an account: everything that is kept of each, in one line."""

from typing import Any

from django.utils.translation import gettext as _

from borgerservice.rights.account import day_said
from witnesses.forms.documents import document_types
from witnesses.forms.guide import country_names
from witnesses.models import DocumentEvidence
from witnesses.rules.guide.answers import Paper

KEPT = ("type", "issuer", "form", "shows_photo", "shows_cpr", "expires_on", "issued_on")


def in_words(one: DocumentEvidence | Paper) -> str:
    """A document that was shown, or a paper somebody said they will bring."""
    ((_code, country),) = country_names([one.issuer])
    is_provisional = getattr(one, "provisional", False) or one.form == "temporary"
    was_corrected = getattr(one, "withdrawn_at", None) is not None
    parts = [f"{dict(document_types())[one.type]} ({country})"]
    parts += [
        label
        for holds, label in (
            (one.form == "app", _("app")),
            (one.form == "copy", _("copy")),
            (one.shows_photo, _("photo")),
            (one.shows_cpr, _("CPR number shown")),
            (is_provisional, _("provisional")),
            (was_corrected, _("corrected since")),
        )
        if holds
    ]
    if one.issued_on:
        parts.append(_("issued {day}").format(day=day_said(one.issued_on)))
    if one.expires_on:
        parts.append(_("expires {day}").format(day=day_said(one.expires_on)))
    return ", ".join(parts)


def for_machines(one: DocumentEvidence | Paper) -> dict[str, Any]:
    """The same with the days as days."""
    more = ("provisional", "withdrawn_at") if isinstance(one, DocumentEvidence) else ()
    return {name: getattr(one, name) for name in (*KEPT, *more)}
