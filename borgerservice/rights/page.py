"""The page on which an administrator answers somebody who asks what is held of them."""

import json
from datetime import datetime
from typing import Final

from django.core.serializers.json import DjangoJSONEncoder
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy, override
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from borgerservice.admin import Link, MenuItem, Role, admin_page, posted, refuse, show
from borgerservice.kernel import clock
from borgerservice.kernel.clock import danish_date
from borgerservice.kernel.errors import DomainError
from borgerservice.municipalities.policies import Workplace
from borgerservice.rights.account import Account
from borgerservice.rights.forms import HeldForm
from borgerservice.rights.telling import tell_held

TITLE: Final = gettext_lazy("What we hold of a person")


@require_http_methods(["GET", "HEAD", "POST"])
@admin_page(Role.ADMINISTRATOR)
def held(request: HttpRequest, workplace: Workplace) -> HttpResponse:
    """Ask for whom; sent, the account itself: a page to print, or the same as a file."""
    form = HeldForm(posted(request))
    if form.is_bound and form.is_valid():
        try:
            return _answer(request, workplace, form)
        except DomainError as refusal:
            refuse(form, refusal)
    return show(
        request,
        "admin/held.html",
        title=TITLE,
        form=form,
        workplace=workplace,
        submit=_("Show what we hold"),
    )


def _answer(request: HttpRequest, workplace: Workplace, form: HeldForm) -> HttpResponse:
    as_file, now = "file" in request.POST, clock.now()
    language, journal = form.cleaned_data["language"], form.cleaned_data["journal"]
    tools_language = get_language()
    tools = [
        Link(_("Ask for somebody else"), reverse("admin:held", args=[workplace.municipality.code]))
    ]
    with override(language):
        account = tell_held(
            municipality=workplace.municipality,
            sought=form.sought(),
            journal=journal,
            as_file=as_file,
            staff=workplace.staff,
            now=now,
        )
        if as_file:
            return _file(account, workplace, journal, now)
        return render(
            request,
            "rights/account.html",
            {
                "account": account,
                "place": workplace.municipality,
                "journal": journal,
                "made_at": now,
                "language": language,
                "tools": tools,
                "tools_language": tools_language,
            },
        )


def _file(account: Account, workplace: Workplace, journal: str, now: datetime) -> HttpResponse:
    told = {
        "municipality": workplace.municipality.code,
        "made_at": now,
        "journal": journal,
        "language": get_language(),
        **account.as_json(),
    }
    text = json.dumps(told, cls=DjangoJSONEncoder, ensure_ascii=False, indent=2)
    name = f"{danish_date(now)}-{workplace.municipality.code}.json"
    return HttpResponse(
        text,
        content_type="application/json; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


MENU = [MenuItem(TITLE, "held", frozenset({Role.ADMINISTRATOR}))]
PAGES = [("<slug:code>/held/", held, "held")]
