"""The staff's interface: Django's admin frame around our own lists and acts.

An app's `admin.py` adds its pages with `add_pages([...])`; each page is made with
`admin_page(roles)`, which finds the workplace named in the address (`/admin/0657/…`).
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponseBase
from django.urls import URLPattern, URLResolver, path

from borgerservice.kernel import clock
from borgerservice.municipalities.models import StaffRole
from borgerservice.municipalities.policies import workplace_of

Role = StaffRole.Role


_pages: list[tuple[str, Callable[..., HttpResponseBase], str]] = []


def add_pages(pages: list[tuple[str, Callable[..., HttpResponseBase], str]]) -> None:
    """Add an app's pages: (route below /admin/, view, name in the `admin:` namespace)."""
    _pages.extend(pages)


class BorgerserviceAdmin(admin.AdminSite):
    """The one admin site: it shows pages, and no table can be edited row by row."""

    def get_urls(self) -> list[URLPattern | URLResolver]:  # type: ignore[override]
        """Our pages behind the site's sign-in, then the frame's own."""
        ours = [path(route, self.admin_view(view), name=name) for route, view, name in _pages]
        return [*ours, *super().get_urls()]


def admin_page(*roles: str) -> Callable[[Callable[..., Any]], Callable[..., HttpResponseBase]]:
    """A page for staff with one of the roles in the municipality whose code is in the address.

    The view gets `(request, workplace, **rest)`. Elsewhere's page is not found, not forbidden.
    """

    def decorate(view: Callable[..., Any]) -> Callable[..., HttpResponseBase]:
        @wraps(view)
        def page(request: HttpRequest, code: str, **rest: Any) -> HttpResponseBase:
            workplace = workplace_of(staff=request.user, code=code, now=clock.now())  # type: ignore[arg-type]
            if workplace is None or not workplace.has(*roles):
                raise Http404
            return view(request, workplace, **rest)

        page.open_to = ", ".join(roles)  # type: ignore[attr-defined]
        return page

    return decorate
