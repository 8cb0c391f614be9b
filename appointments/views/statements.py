"""The accessibility statements: every Danish authority publishes one, and `/was` leads to it."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from borgerservice.access import open_to
from borgerservice.municipalities.models import Municipality


@open_to("anyone")
@require_safe
def statements(request: HttpRequest) -> HttpResponse:
    """Straight to the only statement there is; else a page with those of the municipalities."""
    ours = settings.ACCESSIBILITY_STATEMENT_URL
    own = list(Municipality.objects.exclude(statement=""))
    known = [address for address in (ours, *(place.statement for place in own)) if address]
    if len(known) == 1:
        return redirect(known[0])
    shown = {"ours": ours, "own": own}
    return render(request, "appointments/statements.html", shown)
