"""Pages and the API's lists are sent compressed: they are mostly the same words again.

What compresses well tells by its length what it holds (BREACH), to somebody who can let another's
browser ask for it with a text of their choice in it, and see how long the answer is. So nothing is
compressed for one who is signed in or shows a token; the pages of a citizen are known by a secret
address alone, the seal of a form is another each time, and every answer is some bytes longer by
chance.
"""

from collections.abc import Iterable
from typing import Final
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from django.conf import settings
from django.utils.text import compress_string

SHORTEST: Final = 500
LONGER_BY: Final = 100
KINDS: Final = ("text/html", "application/json")
Headers = list[tuple[str, str]]


class Compressed:
    """A WSGI application in front of another, whose answers it compresses."""

    def __init__(self, application: WSGIApplication) -> None:
        """Compress what `application` answers."""
        self._application = application

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """The answer, compressed where it is a stranger's."""
        if not _is_wanted(environ):
            return self._application(environ, start_response)
        told: list[tuple[str, Headers]] = []

        def hear(status: str, headers: Headers, _exc_info: object = None, /) -> None:
            told.append((status, headers))

        answer = self._application(environ, hear)  # type: ignore[arg-type]
        try:
            body = b"".join(answer)
        finally:
            if hasattr(answer, "close"):
                answer.close()
        status, headers = told[-1]
        if _can_be_shorter(headers):
            headers = _with_vary(headers)
            if len(body) >= SHORTEST:
                body = compress_string(body, max_random_bytes=LONGER_BY)
                headers = [*headers, ("Content-Encoding", "gzip")]
            headers = [*headers, ("Content-Length", str(len(body)))]
        start_response(status, headers)
        return [body]


def _is_wanted(environ: WSGIEnvironment) -> bool:
    is_signed_in = f"{settings.SESSION_COOKIE_NAME}=" in environ.get("HTTP_COOKIE", "")
    is_known = is_signed_in or "HTTP_AUTHORIZATION" in environ
    is_read = environ["REQUEST_METHOD"] in {"GET", "POST"}
    return is_read and not is_known and "gzip" in environ.get("HTTP_ACCEPT_ENCODING", "")


def _can_be_shorter(headers: Headers) -> bool:
    named = {name.lower(): value for name, value in headers}
    is_text = named.get("content-type", "").startswith(KINDS)
    return is_text and "content-encoding" not in named


def _with_vary(headers: Headers) -> Headers:
    """The headers without the length, and with what the answer depends on."""
    left = [one for one in headers if one[0].lower() not in {"vary", "content-length"}]
    vary = [value for name, value in headers if name.lower() == "vary"]
    return [*left, ("Vary", ", ".join([*vary, "Accept-Encoding"]))]
