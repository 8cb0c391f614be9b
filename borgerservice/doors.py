"""Two kinds of visitors: browsers come to pages, programs to the API with a token of their own.

What only pages need is left out for programs, whose cookies say nothing and whose address names no
language. What only staff's pages need is left out for all others.
"""

from collections.abc import Callable
from typing import Any

from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.messages.middleware import MessageMiddleware
from django.contrib.sessions.middleware import SessionMiddleware
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.middleware.common import CommonMiddleware
from django.middleware.locale import LocaleMiddleware
from django.utils.cache import patch_vary_headers
from django.utils.translation import activate, get_language_from_request, override

from borgerservice.api.problem import is_for_programs
from borgerservice.sign_in.spoken import is_for_staff, keep_language, language_of


class _ForPages:
    """Let programs pass by."""

    get_response: Any

    def __call__(self, request: HttpRequest) -> Any:
        if is_for_programs(request.path_info):
            return self.get_response(request)
        return super().__call__(request)  # type: ignore[misc]


class Sessions(_ForPages, SessionMiddleware):
    """Whose browser it is."""


class SignedIn(_ForPages, AuthenticationMiddleware):
    """Which member of staff asks, if one does."""


class Messages(_ForPages, MessageMiddleware):
    """What the next page is to say of what was just done."""


class Addresses(CommonMiddleware):
    """A missing slash at the end is put right, but not for a program that changes something.

    It would follow as a GET, be answered 200, and nothing would have been done.
    """

    def should_redirect_with_slash(self, request: HttpRequest) -> bool:
        """Whether the address is there with a slash, and the caller may be sent on to it."""
        is_read = request.method in {"GET", "HEAD"}
        is_sent_on = is_read or not is_for_programs(request.path_info)
        return is_sent_on and super().should_redirect_with_slash(request)


class Languages(LocaleMiddleware):
    """Pages speak the language of their address, the API that of Accept-Language."""

    def __call__(self, request: HttpRequest) -> Any:
        if not is_for_programs(request.path_info):
            return super().__call__(request)
        language = get_language_from_request(request)
        with override(language):
            response: HttpResponse = self.get_response(request)  # type: ignore[assignment]
        patch_vary_headers(response, ["Accept-Language"])
        response.headers["Content-Language"] = language
        return response


class StaffLanguages:
    """Staff's pages, whose addresses name no language, speak that of who is signed in."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not is_for_staff(request.path_info):
            return self.get_response(request)
        request.LANGUAGE_CODE = language_of(request)
        activate(request.LANGUAGE_CODE)
        response = self.get_response(request)
        keep_language(request, response)
        patch_vary_headers(response, ["Cookie"])
        return response
