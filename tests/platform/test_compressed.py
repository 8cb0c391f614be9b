"""Which answers are compressed, and that they are read as what they were."""

import gzip

import pytest
from django.test import RequestFactory

from borgerservice.serving.compressed import Compressed

pytestmark = pytest.mark.once
PAGE = b"<p>En tid hos Borgerservice.</p>" * 200


def answer(
    *, kind: str = "text/html; charset=utf-8", method: str = "GET", encoding: str = "", **asked: str
) -> tuple[dict[str, str], bytes]:
    """What comes of an answer of that kind, for one who asks so."""

    def application(_environ, start_response):
        given = [("Content-Type", kind), ("Content-Length", str(len(PAGE))), ("Vary", "Cookie")]
        start_response("200 OK", [*given, *([("Content-Encoding", encoding)] if encoding else [])])
        return [PAGE]

    told = {}
    environ = RequestFactory().generic(method, "/", **asked).environ
    body = Compressed(application)(environ, lambda _status, headers: told.update(headers))
    return told, b"".join(body)


@pytest.mark.parametrize("kind", ["text/html; charset=utf-8", "application/json"])
def test_an_answer_is_compressed_for_whoever_can_read_that(kind):
    headers, body = answer(HTTP_ACCEPT_ENCODING="gzip, br", kind=kind)
    assert gzip.decompress(body) == PAGE
    assert len(body) < len(PAGE) / 10
    assert headers["Content-Encoding"] == "gzip"
    assert headers["Content-Length"] == str(len(body))
    assert headers["Vary"] == "Cookie, Accept-Encoding"


def test_its_length_tells_little_of_what_it_holds():
    lengths = {len(answer(HTTP_ACCEPT_ENCODING="gzip")[1]) for _ in range(40)}
    assert len(lengths) > 5


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"HTTP_ACCEPT_ENCODING": "br"},
        {"HTTP_ACCEPT_ENCODING": "gzip", "HTTP_COOKIE": "csrftoken=x; sessionid=y"},
        {"HTTP_ACCEPT_ENCODING": "gzip", "HTTP_AUTHORIZATION": "Bearer x"},
        {"HTTP_ACCEPT_ENCODING": "gzip", "kind": "text/calendar"},
        {"HTTP_ACCEPT_ENCODING": "gzip", "encoding": "br"},
        {"HTTP_ACCEPT_ENCODING": "gzip", "method": "HEAD"},
    ],
)
def test_every_other_answer_stays_as_it_is(asked):
    headers, body = answer(**asked)
    assert body == PAGE
    assert headers["Content-Length"] == str(len(PAGE))
    assert headers.get("Content-Encoding", "") == asked.get("encoding", "")
