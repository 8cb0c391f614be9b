"""Which answers may be given again for a few seconds when more is asked than can be answered."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Final

from django.http import HttpRequest, HttpResponseBase

View = Callable[..., HttpResponseBase]
AS_OF: Final = "<!-- as of -->"
"""Where a page says how old it is, when it is given again."""


def may_be_repeated(view: View) -> View:
    """Let others have what the view read, for a while. It must be the same for everybody."""

    @wraps(view)
    def page(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response = view(request, *args, **kwargs)
        is_repeatable = request.method == "GET" and response.status_code == 200  # noqa: PLR2004
        response.is_repeatable = is_repeatable  # type: ignore[attr-defined]
        return response

    return page
