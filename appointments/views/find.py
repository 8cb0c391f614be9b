"""Find my booking: the answer is the same whether or not there is one."""

from functools import partial

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from appointments.forms.reach import ReachForm
from appointments.services.visits.lost import send_links_again
from appointments.views.limited import limited
from appointments.views.private import private
from borgerservice.access import open_to
from borgerservice.kernel import clock
from borgerservice.networks import network_of


@open_to("anyone")
@require_http_methods(["GET", "HEAD", "POST"])
@private(holds_form=True)
@partial(limited, is_search=True)
def find(request: HttpRequest) -> HttpResponse:
    """Ask for the link of a visit again."""
    form = ReachForm(request.POST if request.method == "POST" else None)
    is_sent = form.is_valid()
    if is_sent:
        send_links_again(
            phone=str(form.cleaned_data["phone"] or ""),
            email=form.cleaned_data["email"],
            network=network_of(request),
            now=clock.now(),
        )
    return render(request, "appointments/find.html", {"form": form, "is_sent": is_sent})
