"""Two visits for one purpose: the contact says which one stays."""

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from appointments.exceptions import NotFound, Refused
from appointments.forms.doubles import KeepForm
from appointments.models import Appointment
from appointments.selectors.doubles import Question, Standing, question_by_link
from appointments.services.booking.doubles import answer_question
from appointments.views.choosing import Choice
from appointments.views.private import private
from borgerservice.access import open_to
from borgerservice.kernel import clock

STATUSES = {Standing.UNANSWERED: 410, Standing.NOTHING_TO_CHOOSE: 410}


@open_to("link holder")
@require_http_methods(["GET", "HEAD", "POST"])
@private(holds_form=True)
def keep(request: HttpRequest, link: str) -> HttpResponseBase:
    """Ask once which visit is kept; afterwards the same link says what was answered."""
    now = clock.now()
    try:
        question = question_by_link(link, now=now)
    except NotFound:
        unknown = {"is_error_page": True}
        return render(request, "appointments/visit_unknown.html", unknown, status=404)
    if all(visit.ends_at <= now for visit in question.visits):
        over = {"is_error_page": True}
        return render(request, "appointments/visit_over.html", over, status=410)
    form = KeepForm(request.POST if request.method == "POST" else None)
    choice = Choice()
    if form.is_valid():
        try:
            answer_question(link=link, answer=form.cleaned_data["answer"], now=now)
            return redirect("appointments:keep", link=link)
        except Refused as refused:
            choice = Choice(refusal=refused.sentence)
            question = question_by_link(link, now=now)
    if question.standing is Standing.OPEN:
        shown = {"question": question, "form": form, "choice": choice}
        return render(request, "appointments/keep.html", shown, status=choice.status)
    shown = {"question": question, "choice": choice, "kept": _kept(question)}
    status = 409 if choice.refusal else STATUSES.get(question.standing, 200)
    return render(request, "appointments/keep_answered.html", shown, status=status)


def _kept(question: Question) -> list[Appointment]:
    """The visits that still stand."""
    return [visit for visit in question.visits if visit.status != Appointment.Status.CANCELLED]
