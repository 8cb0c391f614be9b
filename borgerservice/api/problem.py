"""Every error of the API as problem+json (RFC 9457): a stable code, and pointers to what is wrong.

Nothing that was sent is repeated. The sentences follow `Accept-Language`.
"""

from collections.abc import Iterable, Iterator, Mapping
from http import HTTPStatus
from typing import Any, Final, TypedDict

from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import get_language_from_request, override
from django.views import defaults
from rest_framework import exceptions

from borgerservice.access import open_to
from borgerservice.api.wording import REQUESTS, VALUES
from borgerservice.kernel.errors import DomainError

MEDIA_TYPE: Final = "application/problem+json"
_FOR_PROGRAMS: Final = ("/api/", "/identity/o/api/")

# The framework's words for what is wrong with a value, where ours differ.
_VALUE_CODES: Final = {
    "invalid": "wrong_type",
    "not_a_list": "wrong_type",
    "min_length": "empty",
    "max_length": "too_long",
    "max_string_length": "too_long",
    "max_value": "out_of_range",
    "min_value": "out_of_range",
    "null_characters_not_allowed": "not_text",
    "surrogate_characters_not_allowed": "not_text",
}


class Fault(TypedDict):
    """One thing wrong in a request; `pointer` (RFC 6901) names the field or parameter."""

    code: str
    detail: str
    pointer: str


class TooLarge(exceptions.APIException):
    """The body is larger than the API reads."""

    status_code = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    default_code = "too_large"


def answer(
    status: int,
    code: str,
    detail: str,
    *,
    errors: Iterable[Fault] = (),
    members: Mapping[str, object] | None = None,
) -> JsonResponse:
    """A problem as a response; `members` are the extension members of one call."""
    body = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": int(status),
        "code": code,
        "detail": detail,
        "errors": list(errors),
        **(members or {}),
    }
    return JsonResponse(body, status=status, content_type=MEDIA_TYPE)


def handle(exc: Exception, context: Mapping[str, Any]) -> HttpResponse | None:
    """Turn what a view raised into a problem, or return None for what nobody foresaw."""
    if isinstance(exc, DomainError):
        view = context["view"]
        status = view.statuses.get(exc.code, HTTPStatus.UNPROCESSABLE_ENTITY)
        return _refusal(exc, status, view.pointer(exc.field) if exc.field else "")
    if isinstance(exc, RequestDataTooBig):
        exc = TooLarge()
    elif isinstance(exc, Http404):
        exc = exceptions.NotFound()
    elif isinstance(exc, PermissionDenied):
        exc = exceptions.PermissionDenied()
    if isinstance(exc, exceptions.ValidationError):
        faults = list(_faults(exc.detail, ""))
        return _problem(HTTPStatus.BAD_REQUEST, "invalid_request", errors=faults)
    if isinstance(exc, exceptions.APIException):
        return _framework_refusal(exc)
    return None


def fault(code: str, pointer: str) -> Fault:
    """What is wrong with one value, in words."""
    return {"code": code, "detail": str(VALUES[code]), "pointer": pointer}


@open_to("anyone")
def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400 outside any view."""
    if is_for_programs(request.path_info):
        return _outside(request, HTTPStatus.BAD_REQUEST, "bad_request")
    return defaults.bad_request(request, exception)


@open_to("anyone")
def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403 outside any view."""
    if is_for_programs(request.path_info):
        return _outside(request, HTTPStatus.FORBIDDEN, "permission_denied")
    return defaults.permission_denied(request, exception)


@open_to("anyone")
def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404 at an address that no view has."""
    if is_for_programs(request.path_info):
        return _outside(request, HTTPStatus.NOT_FOUND, "not_found")
    return defaults.page_not_found(request, exception)


@open_to("anyone")
def server_error(request: HttpRequest) -> HttpResponse:
    """500: what nobody foresaw. The log has it, the answer says nothing of it."""
    if is_for_programs(request.path_info):
        return _outside(request, HTTPStatus.INTERNAL_SERVER_ERROR, "server_error")
    return defaults.server_error(request)


@open_to("anyone")
def unavailable(request: HttpRequest) -> HttpResponse:
    """503: the database is away for a while."""
    return _outside(request, HTTPStatus.SERVICE_UNAVAILABLE, "unavailable")


@open_to("anyone")
def keys_unavailable(request: HttpRequest) -> HttpResponse:
    """503: a key is missing, so nothing personal can be kept or read."""
    return _outside(request, HTTPStatus.SERVICE_UNAVAILABLE, "keys_unavailable")


def is_for_programs(path: str) -> bool:
    """Whether a program asks, which reads no pages."""
    return path.startswith(_FOR_PROGRAMS)


def _outside(request: HttpRequest, status: int, code: str) -> JsonResponse:
    with override(get_language_from_request(request)):
        return _problem(status, code)


def _problem(status: int, code: str, *, errors: Iterable[Fault] = ()) -> JsonResponse:
    return answer(status, code, str(REQUESTS[code]), errors=errors)


def _refusal(refused: DomainError, status: int, pointer: str) -> JsonResponse:
    told: Fault = {"code": refused.code, "detail": refused.sentence, "pointer": pointer}
    response = answer(status, refused.code, refused.sentence, errors=[told] if pointer else [])
    if refused.retry_after:
        response["Retry-After"] = str(refused.retry_after)
    return response


def _framework_refusal(exc: exceptions.APIException) -> JsonResponse:
    code = str(exc.get_codes())
    response = _problem(exc.status_code, code if code in REQUESTS else "bad_request")
    if header := getattr(exc, "auth_header", ""):
        response["WWW-Authenticate"] = header
    return response


def _faults(detail: object, pointer: str) -> Iterator[Fault]:
    """Flatten the framework's tree of errors, in the order of the fields."""
    if isinstance(detail, Mapping):
        for key, below in detail.items():
            yield from _faults(below, pointer if key == "non_field_errors" else f"{pointer}/{key}")
    elif isinstance(detail, exceptions.ErrorDetail):
        code = _VALUE_CODES.get(str(detail.code), str(detail.code))
        yield fault(code if code in VALUES else "wrong_type", pointer)
    elif isinstance(detail, list):
        for place, below in enumerate(detail):
            is_leaf = isinstance(below, exceptions.ErrorDetail)
            yield from _faults(below, pointer if is_leaf else f"{pointer}/{place}")
