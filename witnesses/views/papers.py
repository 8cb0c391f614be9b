"""The guide's answer kept for a visit: carried there by the browser, stored only when taken in."""

from http import HTTPStatus
from typing import Final
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from appointments.ports import CARRIED
from appointments.views.private import private
from borgerservice.access import open_to
from borgerservice.kernel import clock
from borgerservice.vault.links import link_hash
from witnesses.exceptions import Refused
from witnesses.forms.documents import language_read
from witnesses.rules.guide.advice import advise, service_for
from witnesses.rules.guide.links import LinkUnreadable, read, written
from witnesses.selectors.cases import rules_on
from witnesses.selectors.papers import comer_for_papers, own_list
from witnesses.services.papers import take_papers

KEPT_SECONDS: Final = 2 * 60 * 60


@open_to("anyone")
@require_POST
def keep(request: HttpRequest) -> HttpResponse:
    """Carry an answer along while a time is booked: papers, and nothing of who has them.

    The answer says what to book; the pages on the way there are told.
    """
    try:
        answers = read(request.POST.get("a", ""))
    except LinkUnreadable:
        return render(request, "400.html", {"is_error_page": True}, status=HTTPStatus.BAD_REQUEST)
    service = service_for(answers, advise(answers, rules_on(answers.on)))
    response = redirect(f"{reverse('appointments:front')}?{urlencode({'service': service})}")
    response.set_cookie(
        CARRIED,
        written(answers),
        max_age=KEPT_SECONDS,
        httponly=True,
        secure=settings.SESSION_COOKIE_SECURE,
        samesite="Lax",
    )
    return response


@open_to("link holder")
@require_http_methods(["GET", "HEAD", "POST"])
@private(holds_form=True)
def papers(request: HttpRequest, link: str) -> HttpResponseBase:
    """What to bring to a visit: as it was kept, or the way to find out."""
    now = clock.now()
    comer = comer_for_papers(link_hash(link), now=now)
    if comer is None:
        unknown = {"is_error_page": True}
        return render(request, "appointments/visit_unknown.html", unknown, status=404)
    carried = request.COOKIES.get(CARRIED, "")
    if request.method == "POST" and carried:
        try:
            take_papers(comer=comer, link=carried, now=now)
        except Refused:
            carried = ""
        response: HttpResponseBase = redirect("witnesses:papers", link=link)
        response.delete_cookie(CARRIED, samesite="Lax")
        return response
    visit = comer.appointment
    day = clock.danish_date(visit.starts_at)
    own = own_list(comer, rules_on(day), language_read())
    guide = f"{reverse('guide:bring')}?on={day:%d-%m-%Y}"
    shown = {
        "link": link,
        "appointment": visit,
        "centre": visit.centre,
        "own": own,
        "answer": f"{reverse('guide:answer')}?a={own.papers.link}" if own else "",
        "guide": guide,
        "is_carried": bool(carried),
    }
    return render(request, "witnesses/papers.html", shown)
