"""What a visitor to the demo sees that nobody else does: where to begin, and what was sent."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from borgerservice.access import open_to
from borgerservice.adapters.mitid.demo_witnesses import DEMO_WITNESSES
from borgerservice.demo.inbox import latest_messages
from borgerservice.demo.seed import STAFFED
from borgerservice.demo.witnesses import visit_to_try
from borgerservice.kernel import clock
from borgerservice.municipalities.models import Municipality
from borgerservice.vault.links import derive_link
from witnesses.services.checks import link_of


@require_safe
@never_cache
@open_to("anyone")
def front(request: HttpRequest) -> HttpResponse:
    """The doors, and how to come through each; one visit stands open to try the witness on."""
    check = visit_to_try(now=clock.now())
    visit = check.participant.appointment if check else None
    place = 0 if get_language() == "da" else 1
    context = {
        "staffed": Municipality.objects.filter(code__in=STAFFED),
        "passwords": f"{settings.VAR.name}/demo-passwords.txt",
        "visit": visit and derive_link("visit", visit.link_salt),
        "check": check and link_of(check),
        "witnesses": [(one.name, one.story[place]) for one in DEMO_WITNESSES],
    }
    return render(request, "demo/front.html", context)


@require_safe
@never_cache
@open_to("anyone")
def inbox(request: HttpRequest) -> HttpResponse:
    """What would go out as text messages and e-mail, newest first."""
    return render(request, "demo/inbox.html", {"messages_shown": list(latest_messages())})
