"""What a browser may load with a page of ours: the same for every answer, so it is written once."""

from collections.abc import Callable
from functools import cache

from csp.constants import HEADER
from csp.utils import build_policy
from django.http import HttpRequest, HttpResponseBase

written_policy = cache(build_policy)


class PolicyMiddleware:
    """Send the policy with every answer. No page of ours loosens it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """The answer with the policy."""
        response = self._get_response(request)
        response.headers[HEADER] = written_policy()
        return response
