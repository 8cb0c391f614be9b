"""Whether a form was sent before: tapped twice, or sent anew after going back."""

import base64
import hmac
import json
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final

from django.contrib import messages
from django.db import IntegrityError, transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect

from borgerservice.kernel.errors import DomainError
from borgerservice.municipalities.models import SentForm

PAGE: Final = "csrfmiddlewaretoken"
"""What Django writes anew into each page with a form."""
NOT_TYPED: Final = (PAGE, "proof", "ticket")
"""What differs each time, whatever is asked for."""
KEPT: Final = timedelta(hours=24)


def mark_of_form(request: HttpRequest) -> str:
    """The same for the same form, filled in alike and sent from the same browser; 16 characters.

    It tells nothing to whoever does not know what that browser alone keeps, the secret of its
    forms; without that it is empty.
    """
    return _mark(request, without=NOT_TYPED)


def done_once(
    request: HttpRequest,
    do: Callable[[], Any],
    *,
    leads_to: Callable[[Any], str],
    now: datetime,
    still_stands: Callable[[], bool] = lambda: True,
) -> tuple[str, Any]:
    """Do what a form asks for: where it leads, and what came of it.

    Where the very same page was sent before and that was done, this leads there too: what is
    refused now, or was done at the same moment, comes to nothing more (None). Whoever opens the
    form anew and types the same is refused. `do` is part of one transaction. `still_stands` says
    whether what was done then is what stands now: else the refusal stands, too. Raises what `do`
    does.
    """
    mark = _mark_of_page(request)
    if not mark:
        return leads_to(result := do()), result
    before = led_before(request)
    try:
        with transaction.atomic():
            result = do()
            address = before or leads_to(result)
            _keep(mark, address, now, is_known=bool(before))
    except (DomainError, IntegrityError):
        before = led_before(request)
        if before and still_stands():
            return before, None
        raise
    return address, result


def done_once_slowly(
    request: HttpRequest,
    do: Callable[..., Any],
    *,
    leads_to: str,
    now: datetime,
    still_stands: Callable[[datetime], bool] = lambda _at: True,
) -> Any:
    """Do what is slow before its transaction begins: what came of it; None where it did before.

    `do` takes `within`: what it writes in is begun by that, and the mark is written with it.
    `still_stands` says whether what was done then, at that moment, is what stands now: else the
    refusal stands, too. Raises what `do` does.
    """
    try:
        return do(within=partial(_marked, request, leads_to, now))
    except (DomainError, IntegrityError):
        before = _sent_before(request)
        if before is None or not still_stands(before.sent_at):
            raise
        return None


def done_before_at(request: HttpRequest) -> datetime | None:
    """When the very same page was sent before and done; None where it was not."""
    known = _sent_before(request)
    return known.sent_at if known else None


def led_before(request: HttpRequest) -> str:
    """Where the very same page led that was sent before and done; empty where it was not."""
    known = _sent_before(request)
    return known.led_to if known else ""


def gone(request: HttpRequest, *, said: str) -> HttpResponse:
    """Answer for a row that is not there: as before where this very page removed it, else 404."""
    if address := led_before(request):
        messages.success(request, said)
        return redirect(address)
    raise Http404


def forget_sent_forms(*, now: datetime) -> int:
    """Let go of the marks of yesterday; how many."""
    return SentForm.objects.filter(sent_at__lte=now - KEPT).delete()[0]


@contextmanager
def _marked(request: HttpRequest, leads_to: str, now: datetime) -> Iterator[None]:
    """A transaction, and in it the mark of the page."""
    with transaction.atomic():
        yield
        if mark := _mark_of_page(request):
            _keep(mark, leads_to, now, is_known=_sent_before(request) is not None)


def _keep(mark: str, led_to: str, now: datetime, *, is_known: bool) -> None:
    """Write the mark of a page; of one that did again what was undone, from now on."""
    if is_known:
        SentForm.objects.filter(mark=mark).update(sent_at=now)
    else:
        SentForm.objects.create(mark=mark, led_to=led_to, sent_at=now)


def _sent_before(request: HttpRequest) -> SentForm | None:
    mark = _mark_of_page(request)
    return SentForm.objects.filter(mark=mark).first() if mark else None


def _mark_of_page(request: HttpRequest) -> str:
    return _mark(request) if PAGE in request.POST else ""


def _mark(request: HttpRequest, *, without: Collection[str] = ()) -> str:
    secret = request.META.get("CSRF_COOKIE", "")
    if not secret:
        return ""
    sent = sorted((name, one) for name, one in request.POST.lists() if name not in without)
    told = json.dumps([request.path, sent]).encode()
    digest = hmac.digest(secret.encode(), told, "sha256")
    return base64.urlsafe_b64encode(digest[:12]).decode()
