"""The witness on their own phone: read the declaration, sign in with MitID, and come back."""

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import get_language, override
from django.views.decorators.http import require_safe

from appointments.views.private import private
from borgerservice.access import open_to
from borgerservice.kernel import clock
from borgerservice.vault.links import link_hash
from witnesses.exceptions import SignInRefused
from witnesses.models import SignInRequest
from witnesses.ports import sign_in_broker
from witnesses.rules.declarations import declaration_in_use
from witnesses.rules.figures import Language
from witnesses.selectors.sign_in import require_open_request, sign_in_by_link
from witnesses.services.sign_in import begin_sign_in, come_back, finish_sign_in, link_of
from witnesses.views.at_mitid import STATUSES, AtMitid

MITID = AtMitid(cookie="witness_sign_in", page="witnesses:signed")


@open_to("link holder")
@require_safe
@private(holds_form=False)
def read(request: HttpRequest, link: str) -> HttpResponseBase:
    """The declaration of one case, and the way to sign it."""
    now = clock.now()
    try:
        asked = sign_in_by_link(link_hash(link))
        require_open_request(asked, now=now)
    except SignInRefused as refusal:
        return _refused(request, refusal)
    language = _language()
    shown = {
        **_facts(asked),
        "text": declaration_in_use(clock.danish_date(now)).texts[language],
        "is_open": sign_in_broker() is not None,
        "until": asked.expires_at,
    }
    return render(request, "witnesses/sign_in.html", shown)


@open_to("link holder")
@require_safe
@private(holds_form=False)
def leave(request: HttpRequest, link: str) -> HttpResponseBase:
    """On to MitID."""
    asked = None
    try:
        asked = sign_in_by_link(link_hash(link))
        under_way = begin_sign_in(
            request=asked, language=_language(), return_to=MITID.return_address, now=clock.now()
        )
    except SignInRefused as refusal:
        return _refused(request, refusal, asked)
    return MITID.leave(under_way)


@open_to("link holder")
@require_safe
@private(holds_form=False)
def signed(request: HttpRequest) -> HttpResponseBase:
    """Back from MitID. Whatever comes of it, what the browser kept of the sign-in is forgotten."""
    asked: SignInRequest | None = None
    language: str = _language()
    try:
        back = come_back(MITID.kept(request))
        asked, language = back.request, back.language
        answer = {name: request.GET[name] for name in request.GET}
        finish_sign_in(back=back, answer=answer, return_to=MITID.return_address, now=clock.now())
    except SignInRefused as refusal:
        with override(language):
            response: HttpResponseBase = _refused(request, refusal, asked)
    else:
        with override(language):
            response = redirect("witnesses:sign_in", link=link_of(asked))
    MITID.forget(response)
    return response


def _refused(
    request: HttpRequest, refusal: SignInRefused, asked: SignInRequest | None = None
) -> HttpResponse:
    """Why nothing was signed, and the way on: try again while the link holds, or sign on paper."""
    facts = {**_facts(asked), "can_try_again": refusal.code != "link_over"} if asked else {}
    shown = {"refusal": refusal, **facts, "is_error_page": True}
    return render(request, "witnesses/sign_in_refused.html", shown, status=STATUSES[refusal.code])


def _facts(asked: SignInRequest) -> dict[str, object]:
    case = asked.statement.proofing
    centre = case.participant.appointment.centre
    return {"link": link_of(asked), "reference": case.reference, "centre": centre}


def _language() -> Language:
    return "da" if (get_language() or "da") == "da" else "en"
