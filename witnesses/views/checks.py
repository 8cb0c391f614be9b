"""A witness before the visit: the citizen sends a link, the witness signs in and is told."""

from datetime import date
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language, override
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from appointments.selectors.centres import stand_on
from appointments.views.private import private
from borgerservice.access import open_to
from borgerservice.kernel import clock
from borgerservice.kernel.clock import danish_date
from borgerservice.languages import text_of
from borgerservice.vault.links import link_hash
from witnesses.exceptions import SignInRefused
from witnesses.forms.checks import Said
from witnesses.forms.documents import document_types, language_read
from witnesses.models import WitnessCheck
from witnesses.ports import sign_in_broker
from witnesses.rules.declarations import declaration_in_use
from witnesses.rules.explain_documents import accepted_documents
from witnesses.rules.figures import RuleSet
from witnesses.rules.guide.answers import Paper
from witnesses.rules.guide.of_witness import Lacking, lacking
from witnesses.selectors.cases import rules_on
from witnesses.selectors.checks import check_by_link, comers_of, require_open_check
from witnesses.services.checks import (
    ask_witness,
    begin_check,
    come_back,
    finish_check,
    link_of,
    withdraw_check,
)
from witnesses.views.at_mitid import STATUSES, AtMitid
from witnesses.views.queries import sound_query
from witnesses.wording_witness import CHECK_REFUSALS, FAILED_BEFOREHAND

MITID = AtMitid(cookie="witness_check", page="witnesses:checked")


@open_to("link holder")
@require_http_methods(["GET", "HEAD", "POST"])
@private(holds_form=True)
def ask(request: HttpRequest, link: str) -> HttpResponseBase:
    """The citizen's own page: the link for the witness, and whether the witness is fine."""
    now = clock.now()
    comers = comers_of(link_hash(link), now=now)
    if not comers:
        unknown = {"is_error_page": True}
        return render(request, "appointments/visit_unknown.html", unknown, status=404)
    if request.method == "POST":
        asked = [one for one in comers if str(one.participant.position) == request.POST.get("who")]
        if asked:
            ask_witness(participant=asked[0].participant, now=now)
        return redirect("witnesses:ask", link=link)
    shown = {
        "link": link,
        "appointment": comers[0].participant.appointment,
        "centre": comers[0].participant.appointment.centre,
        "comers": [(one, _address_for(one.check)) for one in comers],
        "is_open": sign_in_broker() is not None,
    }
    return render(request, "witnesses/ask.html", shown)


@open_to("link holder")
@require_safe
@private(holds_form=True)
def read(request: HttpRequest, link: str) -> HttpResponseBase:
    """What being a witness means; then what they say beforehand, and the way to be checked."""
    now = clock.now()
    try:
        check = check_by_link(link_hash(link))
        require_open_check(check, now=now)
    except SignInRefused as refusal:
        return _refused(request, refusal)
    rules = _rules_at(check)
    said, query = Said(request.GET, today=danish_date(now), rules=rules), sound_query(request)
    shown = {
        **_facts(check),
        "said": said,
        "form": said.form,
        "is_open": sign_in_broker() is not None,
        "kept_query": f"?{query}" if query else "",
        "query": query,
    }
    if not said.is_begun:
        shown["told"] = _told(danish_date(now))
        return render(request, "witnesses/check.html", shown)
    if not said.is_whole or "change" in request.GET:
        asks_papers = bool(said.rows) and "change" not in request.GET
        mistakes = any(one.errors for one in said.rows) if asks_papers else said.form.errors
        shown |= {"asks_papers": asks_papers, "has_mistakes": bool(mistakes)}
        return render(request, "witnesses/check_said.html", shown)
    shown["lacking"] = _lacking(check, said.papers, rules)
    shown["ways"] = accepted_documents(
        rules.witness_documents, language_read(), usable=rules.usable
    )
    return render(request, "witnesses/check_ready.html", shown)


@open_to("link holder")
@require_safe
@private(holds_form=False)
def leave(request: HttpRequest, link: str) -> HttpResponseBase:
    """On to MitID."""
    check, now = None, clock.now()
    try:
        check = check_by_link(link_hash(link))
        said = Said(request.GET, today=danish_date(now), rules=_rules_at(check))
        under_way = begin_check(
            check=check,
            mitid_since=said.mitid_since,
            papers=said.papers,
            language=get_language() or settings.LANGUAGE_CODE,
            return_to=MITID.return_address,
            now=now,
        )
    except SignInRefused as refusal:
        return _refused(request, refusal, check)
    return MITID.leave(under_way)


@open_to("link holder")
@require_safe
@private(holds_form=True)
def checked(request: HttpRequest) -> HttpResponseBase:
    """Back from MitID: the answer, on this page alone; the citizen has the link too."""
    check: WitnessCheck | None = None
    language = get_language() or settings.LANGUAGE_CODE
    try:
        back = come_back(MITID.kept(request))
        check, language = back.check, back.language
        answer = {name: request.GET[name] for name in request.GET}
        done = finish_check(
            back=back, answer=answer, return_to=MITID.return_address, now=clock.now()
        )
    except SignInRefused as refusal:
        with override(language):
            response = _refused(request, refusal, check)
    else:
        with override(language):
            visit = done.check.participant.appointment
            shown = {
                **_facts(done.check),
                "answer": done.answer,
                "reasons": [FAILED_BEFOREHAND[rule] for rule in done.answer.failed],
                "lacking": _lacking(done.check, back.papers, _rules_at(done.check)),
                "papers": [dict(document_types())[one.type] for one in back.papers],
                "visit": visit,
                "stand": stand_on(visit.centre, day=danish_date(visit.starts_at)),
            }
            response = render(request, "witnesses/checked.html", shown)
    MITID.forget(response)
    return response


@open_to("link holder")
@require_POST
@private(holds_form=True)
def withdraw(request: HttpRequest, link: str) -> HttpResponseBase:
    """The witness will not come after all."""
    try:
        withdraw_check(check=check_by_link(link_hash(link)), now=clock.now())
    except SignInRefused as refusal:
        return _refused(request, refusal)
    return render(request, "witnesses/withdrawn.html", {"is_error_page": True})


def _refused(
    request: HttpRequest, refusal: SignInRefused, check: WitnessCheck | None = None
) -> HttpResponse:
    status = STATUSES.get(refusal.code, HTTPStatus.BAD_REQUEST)
    shown = {
        "sentence": CHECK_REFUSALS[refusal.code],
        "link": link_of(check) if check and refusal.code != "link_over" else "",
        "is_error_page": True,
    }
    return render(request, "witnesses/check_refused.html", shown, status=status)


def _facts(check: WitnessCheck) -> dict[str, object]:
    visit = check.participant.appointment
    return {"link": link_of(check), "check": check, "appointment": visit, "centre": visit.centre}


def _lacking(check: WitnessCheck, papers: tuple[Paper, ...], rules: RuleSet) -> Lacking | None:
    """What the papers lack on the day of the visit, in the language of the page."""
    day = danish_date(check.participant.appointment.starts_at)
    return lacking(papers, on=day, rules=rules, language=language_read())


def _rules_at(check: WitnessCheck) -> RuleSet:
    """The rules in force on the day of the visit."""
    return rules_on(danish_date(check.participant.appointment.starts_at))


def _address_for(check: WitnessCheck | None) -> str:
    """The whole address that the citizen sends to the witness."""
    if check is None:
        return ""
    return f"{settings.PUBLIC_ADDRESS}{reverse('witnesses:check', args=[link_of(check)])}"


def _told(today: date) -> list[dict[str, Any]]:
    """What being a witness means, in the language of the page; nothing is accepted here."""
    texts = declaration_in_use(today).texts.items()
    parts: list[dict[str, Any]] = text_of(
        {
            language: [{"heading": part.heading, "lines": part.lines} for part in text.told]
            for language, text in texts
        }
    )
    return parts
