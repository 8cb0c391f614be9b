"""Find a municipality or a centre, and see what one can book there."""

from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from appointments.exceptions import NotFound
from appointments.forms.earliest import WhereForm
from appointments.forms.places import SearchForm
from appointments.selectors.bookable import (
    all_places,
    centre_by_key,
    find_places,
    offers_of,
)
from appointments.selectors.centres import centre_and_served, service_by_code, week_of
from appointments.views.kiosk_mode import at_kiosk
from appointments.views.page_at import page_at
from borgerservice.access import open_to
from borgerservice.kernel import clock
from borgerservice.municipalities.models import Centre


@open_to("anyone")
@require_safe
def front(request: HttpRequest) -> HttpResponse:
    """Search by name or postal code, or go through all municipalities.

    The guide has said before which service it is for: `?service=`.
    """
    form = SearchForm(request.GET)
    query = form.cleaned_data["q"] if form.is_valid() else ""
    places = all_places()
    search = find_places(query, places) if query else None
    service = service_by_code(request.GET.get("service", ""))
    shown = {
        "form": form,
        "query": query,
        "search": search,
        "where": None if search else WhereForm(initial={"service": service and service.code}),
        "service": service,
        "places": places,
        "kept_query": _query(q=query, service=service.code if service else ""),
    }
    return render(request, "appointments/front.html", shown)


@at_kiosk
@open_to("anyone")
@require_safe
def centre(request: HttpRequest, key: str) -> HttpResponse:
    """A centre: where it is, when it is open, and the services to book.

    Whoever knows already what for (`?service=`) goes on to the times.
    """
    try:
        found, serves = centre_and_served(key)
    except NotFound:
        raise Http404 from None
    offers = offers_of(found) if found.is_open_for_booking else []
    wanted = request.GET.get("service", "")
    if any(offer.service.code == wanted for offer in offers):
        return redirect("appointments:times", key=key, code=wanted)
    shown = {
        "centre": found,
        "week": week_of(found, day=clock.danish_date(clock.now())),
        "serves": serves,
        "offers": offers,
    }
    return page_at(request, "appointments/centre.html", shown)


def centre_or_404(key: str) -> Centre:
    """The centre an address names."""
    try:
        return centre_by_key(key)
    except NotFound:
        raise Http404 from None


def _query(**asked: str) -> str:
    """What the page keeps in another language."""
    kept = {name: value for name, value in asked.items() if value}
    return f"?{urlencode(kept)}" if kept else ""
