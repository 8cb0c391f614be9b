"""Pages that belong to no app: health for operators, and errors in plain words."""

from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from borgerservice.access import open_to
from borgerservice.guards.services import GuardMissing, require_guards
from borgerservice.vault.keys import KeyUnavailable, key_ring


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form came back without its seal: say so kindly, repeat nothing."""
    return render(request, "403_csrf.html", status=403)


@require_safe
@open_to("anyone")
def healthz(request: HttpRequest) -> HttpResponse:
    """The process answers."""
    return HttpResponse("ok", content_type="text/plain")


@require_safe
@open_to("anyone")
def readyz(request: HttpRequest) -> HttpResponse:
    """The process can serve: database reached, guards standing, keys at hand. Says no more."""
    try:
        require_guards()
        key_ring()
    except (DatabaseError, GuardMissing, KeyUnavailable):
        return HttpResponse("not ready", status=503, content_type="text/plain")
    return HttpResponse("ready", content_type="text/plain")
