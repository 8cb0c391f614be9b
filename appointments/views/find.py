"""Find my booking: the answer is the same whether or not there is one."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from appointments.exceptions import TooMany
from appointments.forms.reach import ReachForm
from appointments.services.visits.lost import send_links_again
from appointments.views.limited import announced, asked_too_often
from appointments.views.private import private
from borgerservice.access import open_to
from borgerservice.kernel import clock
from borgerservice.networks import network_of


@open_to("anyone")
@require_http_methods(["GET", "HEAD", "POST"])
@private(holds_form=True)
def find(request: HttpRequest) -> HttpResponse:
    """Ask for the link of a visit again."""
    form = ReachForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            send_links_again(
                phone=str(form.cleaned_data["phone"] or ""),
                email=form.cleaned_data["email"],
                network=network_of(request),
                now=clock.now(),
            )
        except TooMany as refused:
            form.add_error(None, asked_too_often(refused))
            return announced(render(request, "appointments/find.html", {"form": form}), refused)
    shown = {"is_sent": True} if form.is_valid() else {"form": form}
    return render(request, "appointments/find.html", shown)
