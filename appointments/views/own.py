"""What a municipality's pages are painted with: its colour and its logo, from our own host."""

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.utils.cache import get_conditional_response, patch_cache_control
from django.views.decorators.http import require_safe

from appointments.rules.look import stylesheet
from appointments.views.kiosk_mode import at_kiosk
from borgerservice.access import open_to
from borgerservice.municipalities.models import Logo, Municipality

A_DAY = 24 * 60 * 60


@at_kiosk
@open_to("anyone")
@require_safe
def look(request: HttpRequest, code: str) -> HttpResponseBase:
    """The stylesheet with a municipality's colour."""
    place = Municipality.objects.filter(code=code).only("accent").first()
    if place is None:
        raise Http404
    answer = HttpResponse(stylesheet(place.accent), content_type="text/css; charset=utf-8")
    return _kept_for_a_day(request, answer, etag=place.accent)


@at_kiosk
@open_to("anyone")
@require_safe
def logo(request: HttpRequest, code: str) -> HttpResponseBase:
    """A municipality's logo. What we wrote ourselves, said to be nothing else."""
    place = Municipality.objects.filter(code=code).only("pk").first()
    found = Logo.objects.for_municipality(place).first() if place else None
    if found is None:
        raise Http404
    answer = HttpResponse(bytes(found.png), content_type="image/png")
    answer.headers["Content-Disposition"] = 'inline; filename="logo.png"'
    return _kept_for_a_day(request, answer, etag=found.mark)


def _kept_for_a_day(request: HttpRequest, answer: HttpResponse, *, etag: str) -> HttpResponseBase:
    """What changes gets another address, so nobody waits a day for it."""
    answer.headers["ETag"] = f'"{etag}"'
    patch_cache_control(answer, public=True, max_age=A_DAY)
    return get_conditional_response(request, etag=f'"{etag}"', response=answer) or answer
