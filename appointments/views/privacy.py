"""What a citizen is told before they tell anything: who keeps what, why, and for how long."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from borgerservice.access import open_to
from borgerservice.municipalities.models import Municipality


@open_to("anyone")
@require_safe
def privacy(request: HttpRequest, code: str = "") -> HttpResponse:
    """The notice of GDPR article 13: a municipality's own, or what holds for all of them."""
    place = Municipality.objects.filter(code=code).first() if code else None
    if code and place is None:
        raise Http404
    return render(request, "appointments/privacy.html", {"place": place})
