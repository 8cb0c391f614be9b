"""Pages of which one network or contact cannot ask too often."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render

from appointments.exceptions import TooMany

Given = ParamSpec("Given")
View = Callable[Given, HttpResponseBase]


def limited(view: View[Given], *, is_search: bool = False) -> View[Given]:
    """The view; where it was asked too often, a page that says so and when to come back."""

    @wraps(view)
    def counted(*args: Given.args, **kwargs: Given.kwargs) -> HttpResponseBase:
        try:
            return view(*args, **kwargs)
        except TooMany as refused:
            request = args[0]
            assert isinstance(request, HttpRequest)  # noqa: S101 - a view's first argument
            shown = {
                "is_error_page": True,
                "is_search": is_search,
                "minutes": -(-refused.retry_after // 60),
                "hours": -(-refused.retry_after // 3600),
            }
            response = render(request, "appointments/too_many.html", shown, status=429)
            response.headers["Retry-After"] = str(refused.retry_after)
            return response

    return counted
