"""Headers of pages whose address is a secret or whose text is somebody's own."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec

from django.http import HttpResponseBase

Given = ParamSpec("Given")
View = Callable[Given, HttpResponseBase]


def private(*, holds_form: bool) -> Callable[[View[Given]], View[Given]]:
    """Nothing of the page is stored anywhere, and no other site learns its address.

    A browser that is told `no-referrer` sends `Origin: null` with a form, which the protection
    against forged requests rightly refuses. With `strict-origin` it names the site, never the
    page: that is for the pages with a form.
    """

    def decorate(view: View[Given]) -> View[Given]:
        @wraps(view)
        def guarded(*args: Given.args, **kwargs: Given.kwargs) -> HttpResponseBase:
            response = view(*args, **kwargs)
            response.headers["Cache-Control"] = "no-store, private"
            response.headers["Referrer-Policy"] = "strict-origin" if holds_form else "no-referrer"
            return response

        return guarded

    return decorate
