"""Papers that somebody said they will bring, as the clerk reads them."""

from collections.abc import Iterable

from django.utils.dateformat import format as formatted
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from witnesses.forms.documents import document_types
from witnesses.forms.guide import country_names
from witnesses.rules.guide.answers import Paper


def papers_in_words(papers: Iterable[Paper]) -> list[str]:
    """A line for each: `Pas (Danmark), gyldigt til 1. februar 2027, kun som app`."""
    return [", ".join(_parts(one)) for one in papers]


def _parts(paper: Paper) -> list[str]:
    ((_code, country),) = country_names([paper.issuer])
    said = [f"{dict(document_types())[paper.type]} ({country})"]
    if paper.expires_on:
        day = formatted(paper.expires_on, pgettext("date format", "j F Y"))
        said.append(_("valid until {day}").format(day=day))
    if paper.form == "app":
        said.append(_("only as an app"))
    elif paper.form == "copy":
        said.append(_("only a copy"))
    elif paper.form == "temporary":
        said.append(_("a temporary one"))
    return said
