"""What a visitor to the demo sees that nobody else does: where to begin, and what was sent."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from borgerservice.access import open_to
from borgerservice.demo.inbox import latest_messages
from borgerservice.demo.seed import STAFFED
from borgerservice.municipalities.models import Municipality

MESSAGES_SHOWN = 50


@require_safe
@open_to("anyone")
def front(request: HttpRequest) -> HttpResponse:
    """The three doors, and how to come through each."""
    staffed = Municipality.objects.filter(code__in=STAFFED)
    context = {"staffed": staffed, "passwords": f"{settings.VAR.name}/demo-passwords.txt"}
    return render(request, "demo/front.html", context)


@require_safe
@never_cache
@open_to("anyone")
def inbox(request: HttpRequest) -> HttpResponse:
    """What would go out as text messages and e-mail, newest first."""
    return render(
        request, "demo/inbox.html", {"messages_shown": list(latest_messages(MESSAGES_SHOWN))}
    )
