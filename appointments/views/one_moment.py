"""While many begin a booking: a moment of work for the browser first, or a short wait."""

from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from appointments.services.booking.limits import count_start
from appointments.services.booking.proofs import Paid, ask, ask_again, price_now, take_payment
from borgerservice.municipalities.models import Centre
from borgerservice.networks import network_of

KEPT = ("start", "people", "from")


def asked_first(request: HttpRequest, *, centre: Centre, now: datetime) -> HttpResponse | None:
    """Count the booking that begins; the page that asks for work first, or None where it may begin.

    Nobody is asked anything while few begin one. Raises TooMany.
    """
    proof, ticket = request.POST.get("proof", ""), request.POST.get("ticket", "")
    paid = take_payment(proof=proof, ticket=ticket, now=now) if proof or ticket else Paid.NO
    if paid is Paid.YES:
        return None
    if paid is Paid.TOO_SOON:
        asked = ask_again(ticket=ticket, now=now)
    else:
        network = network_of(request)
        begun = count_start(network=network, centre=centre, now=now)
        price = price_now(network_starts=begun if network else 0, now=now)
        if price is None:
            return None
        asked = ask(price=price, now=now)
    kept = [(name, request.POST[name]) for name in KEPT if name in request.POST]
    shown = {"asked": asked, "kept": kept, "is_too_soon": paid is Paid.TOO_SOON}
    response = render(request, "appointments/one_moment.html", shown)
    response.headers["Cache-Control"] = "no-store, private"
    return response
