"""Pages that belong to no app: health for operators, and errors in plain words."""

import sys

from django.db import Error
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from borgerservice.access import open_to
from borgerservice.api import problem
from borgerservice.away import is_away, retry_after
from borgerservice.guards.services import GuardMissing, require_guards
from borgerservice.vault.keys import KeyUnavailable
from borgerservice.vault.marks import warn_of_lost_keys
from borgerservice.vault.wrapping import wrapping_keys


@open_to("anyone")
def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form came back without its seal: say so kindly, repeat nothing."""
    return _error_page(request, "403_csrf.html", 403)


@open_to("anyone")
def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """What was sent cannot be read. Nothing of it is repeated."""
    if problem.is_for_programs(request.path_info):
        return problem.bad_request(request, exception)
    return _error_page(request, "400.html", 400)


@open_to("anyone")
def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """The page is for others."""
    if problem.is_for_programs(request.path_info):
        return problem.permission_denied(request, exception)
    return _error_page(request, "403.html", 403)


@open_to("anyone")
def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """There is no such page; the same answer for every address."""
    if problem.is_for_programs(request.path_info):
        return problem.page_not_found(request, exception)
    return _error_page(request, "404.html", 404)


@open_to("anyone")
def failed(request: HttpRequest) -> HttpResponse:
    """The mistake is ours; or the database is away, or a key, without which this cannot be done."""
    what_failed = sys.exc_info()[1]
    if is_away(what_failed):
        return _away(request)
    if isinstance(what_failed, KeyUnavailable):
        return _locked(request)
    if problem.is_for_programs(request.path_info):
        return problem.server_error(request)
    return _error_page(request, "500.html", 500)


@require_safe
@open_to("anyone")
def healthz(request: HttpRequest) -> HttpResponse:
    """The process answers."""
    return HttpResponse("ok", content_type="text/plain")


@require_safe
@open_to("anyone")
def readyz(request: HttpRequest) -> HttpResponse:
    """The process can serve: database reached, guards standing, keys at hand. Says no more.

    Lost pseudonym keys close one route of many; they are told to the log.
    """
    try:
        require_guards()
        wrapping_keys()
        warn_of_lost_keys()
    except (Error, GuardMissing, KeyUnavailable):
        return HttpResponse("not ready", status=503, content_type="text/plain")
    return HttpResponse("ready", content_type="text/plain")


def _away(request: HttpRequest) -> HttpResponse:
    if problem.is_for_programs(request.path_info):
        response = problem.unavailable(request)
    else:
        response = _error_page(request, "503_away.html", 503)
    response["Retry-After"] = retry_after()
    response["Cache-Control"] = "no-store"
    return response


def _locked(request: HttpRequest) -> HttpResponse:
    """What somebody told can be neither opened nor sealed; whatever needs no key goes on."""
    if problem.is_for_programs(request.path_info):
        response = problem.keys_unavailable(request)
    else:
        response = _error_page(request, "503_keys.html", 503)
    response["Cache-Control"] = "no-store"
    return response


def _error_page(request: HttpRequest, template: str, status: int) -> HttpResponse:
    return render(request, template, {"is_error_page": True}, status=status)
