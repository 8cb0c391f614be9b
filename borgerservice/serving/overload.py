"""The gate: who has waited too long is not let in.

After two seconds one gets 503 and `Retry-After`. Who only reads free times gets those read for
somebody else a few seconds ago, and is told how old they are. How long somebody has waited, the
server knows (`worker.py`); under another one nobody is turned away.
"""

import re
import time
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from http import HTTPStatus
from threading import Lock
from typing import Final
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from django.conf import settings
from django.core.handlers.wsgi import WSGIRequest
from django.http import HttpResponse
from django.middleware.csrf import CsrfViewMiddleware, get_token
from django.template.loader import render_to_string
from django.utils.translation import get_language_from_path, get_language_from_request, override

from borgerservice.api import problem
from borgerservice.api.wording import REQUESTS
from borgerservice.away import retry_after
from borgerservice.policy import written_policy
from borgerservice.sign_in.spoken import is_for_staff, language_here
from borgerservice.snapshots import AS_OF

PATIENCE_OF_READERS: Final = 0.5
PATIENCE_OF_PARTS: Final = 30.0
"""Who was let in gets the style sheets of the page, too."""
RENEWED_AFTER: Final = 3.0
KEPT_FOR: Final = 15.0
YOUNG: Final = 1.0
KEPT: Final = 100
_ASKED_BY_ALL: Final = ("HTTP_HOST", "HTTP_X_FORWARDED_PROTO", "PATH_INFO", "QUERY_STRING")
_ASKED_BY_PROGRAMS: Final = ("HTTP_ACCEPT", "HTTP_ACCEPT_LANGUAGE")
_SEAL: Final = re.compile(rb'name="csrfmiddlewaretoken" value="[^"]+"')
_UNSEALED: Final = b'name="csrfmiddlewaretoken" value='
_OF_ONE_ASKING: Final = ("Set-Cookie", "Content-Length")
_NOT_KEPT: Final = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer, ready to be sent."""

    status: str
    headers: list[tuple[str, str]]
    body: bytes

    def send(self, start_response: StartResponse) -> list[bytes]:
        """Say it to the server."""
        start_response(self.status, self.headers)
        return [self.body]


@dataclass(slots=True)
class Snapshot:
    """What was read for somebody; the seal of their form is not in it."""

    answer: Answer
    read_at: float
    asked_again_at: float = field(default=0.0)


class Snapshots:
    """The latest answers that may be repeated, by what was asked; the oldest goes first."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[str, ...], Snapshot] = OrderedDict()
        self._lock = Lock()

    def keep(self, environ: WSGIEnvironment, answer: Answer) -> None:
        """Keep an answer for those who ask the same."""
        key = _asked(environ)
        if key is None or self._is_young(key):
            return
        body = _SEAL.sub(_UNSEALED, answer.body)
        headers = [(name, value) for name, value in answer.headers if name not in _OF_ONE_ASKING]
        kept = Answer(answer.status, headers, body)
        with self._lock:
            self._kept[key] = Snapshot(kept, time.monotonic())
            self._kept.move_to_end(key)
            if len(self._kept) > KEPT:
                self._kept.popitem(last=False)

    def _is_young(self, key: tuple[str, ...]) -> bool:
        with self._lock:
            found = self._kept.get(key)
        return found is not None and time.monotonic() - found.read_at < YOUNG

    def find(self, environ: WSGIEnvironment) -> Snapshot | None:
        """What somebody asked a few seconds ago."""
        key = _asked(environ)
        with self._lock:
            found = self._kept.get(key) if key else None
        return found if found and time.monotonic() - found.read_at < KEPT_FOR else None

    def is_to_be_renewed(self, snapshot: Snapshot) -> bool:
        """Whether it is time that one of those who ask waits for a new one."""
        now = time.monotonic()
        with self._lock:
            if now - max(snapshot.read_at, snapshot.asked_again_at) < RENEWED_AFTER:
                return False
            snapshot.asked_again_at = now
            return True


class Gate:
    """A WSGI application in front of another."""

    def __init__(self, application: WSGIApplication, *, patience: float) -> None:
        """Let in who has not waited for more than so many seconds."""
        self._application = application
        self._patience = patience
        self._snapshots = Snapshots()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer, one way or the other."""
        waited = getattr(environ.get("gunicorn.socket"), "waited", 0.0)
        is_late = waited > (PATIENCE_OF_PARTS if _is_part_of_a_page(environ) else self._patience)
        if waited > min(PATIENCE_OF_READERS, self._patience):
            snapshot = self._snapshots.find(environ)
            if snapshot and (is_late or not self._snapshots.is_to_be_renewed(snapshot)):
                return _repeated(snapshot, environ).send(start_response)
        answer = _refused(environ) if is_late else self._work(environ)
        return answer.send(start_response)

    def _work(self, environ: WSGIEnvironment) -> Answer:
        told: list[tuple[str, list[tuple[str, str]]]] = []

        def start_response(
            status: str, headers: list[tuple[str, str]], _exc_info: object = None, /
        ) -> None:
            told.append((status, headers))

        response = self._application(environ, start_response)  # type: ignore[arg-type]
        try:
            answer = Answer(*told[-1], b"".join(response))
        finally:
            if hasattr(response, "close"):
                response.close()
        if getattr(response, "is_repeatable", False):
            self._snapshots.keep(environ, answer)
        return answer


def _asked(environ: WSGIEnvironment) -> tuple[str, ...] | None:
    """What is asked, where everybody who asks the same gets the same; else None."""
    cookies = environ.get("HTTP_COOKIE", "")
    names_somebody = "HTTP_AUTHORIZATION" in environ or any(
        f"{name}=" in cookies for name in (settings.SESSION_COOKIE_NAME, settings.KIOSK_COOKIE_NAME)
    )
    if environ["REQUEST_METHOD"] != "GET" or names_somebody:
        return None
    told = [*_ASKED_BY_ALL, *(_ASKED_BY_PROGRAMS if _is_for_programs(environ) else ())]
    return tuple(environ.get(name, "") for name in told)


def _is_part_of_a_page(environ: WSGIEnvironment) -> bool:
    return str(environ["PATH_INFO"]).startswith(settings.STATIC_URL)


def _is_for_programs(environ: WSGIEnvironment) -> bool:
    return problem.is_for_programs(environ["PATH_INFO"])


def _language(environ: WSGIEnvironment) -> str:
    if _is_for_programs(environ):
        return get_language_from_request(WSGIRequest(environ))
    if is_for_staff(environ["PATH_INFO"]):
        return language_here(WSGIRequest(environ))
    return get_language_from_path(environ["PATH_INFO"]) or settings.LANGUAGE_CODE


def _repeated(snapshot: Snapshot, environ: WSGIEnvironment) -> Answer:
    """A snapshot with its age; a form in it is sealed for who asks now."""
    age = round(time.monotonic() - snapshot.read_at)
    headers = {**dict(snapshot.answer.headers), "Age": str(age)}
    response = HttpResponse(snapshot.answer.body, headers=headers)
    if AS_OF.encode() in response.content:
        with override(_language(environ)):
            told = render_to_string("as_of.html", {"seconds": age})
        response.content = response.content.replace(AS_OF.encode(), told.encode())
    if _UNSEALED in response.content:
        request, seals = WSGIRequest(environ), CsrfViewMiddleware(lambda _request: response)
        seals.process_request(request)
        sealed = f'{_UNSEALED.decode()}"{get_token(request)}"'
        response.content = response.content.replace(_UNSEALED, sealed.encode())
        seals.process_response(request, response)
    return _answer_of(response)


def _refused(environ: WSGIEnvironment) -> Answer:
    page = _refusal(is_for_programs=_is_for_programs(environ), code=_language(environ))
    return Answer(page.status, [*page.headers, ("Retry-After", retry_after())], page.body)


@cache
def _refusal(*, is_for_programs: bool, code: str) -> Answer:
    """The refusal in a language; made once, since there is no time to make it when it is needed."""
    status, word = HTTPStatus.SERVICE_UNAVAILABLE, "overloaded"
    with override(code):
        if is_for_programs:
            return _answer_of(problem.answer(status, word, str(REQUESTS[word])))
        page = render_to_string("503.html", {"is_error_page": True})
    headers = {"Content-Security-Policy": written_policy(), **_NOT_KEPT}
    return _answer_of(HttpResponse(page, status=status, headers=headers))


def _answer_of(response: HttpResponse) -> Answer:
    cookies = [("Set-Cookie", cookie.OutputString()) for cookie in response.cookies.values()]
    length = ("Content-Length", str(len(response.content)))
    status = f"{response.status_code} {response.reason_phrase}"
    return Answer(status, [*response.items(), *cookies, length], response.content)
