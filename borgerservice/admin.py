"""The staff's interface: Django's admin frame around our own lists and acts.

An app's `admin.py` adds its pages with `add_pages([...])`; each page is made with
`admin_page(roles)`, which finds the workplace named in the address (`/admin/0657/…`), or with
`steward_page`, for those who work for the whole country. Pages are answered with `show`, acts that
ask something with `act`, acts of one button with `act_at_once`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial, wraps
from typing import Any

from django.contrib import admin, messages
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, URLResolver, path, reverse
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from borgerservice.access import open_to
from borgerservice.kernel import clock
from borgerservice.kernel.errors import DomainError
from borgerservice.municipalities.models import Centre, StaffMember, StaffRole
from borgerservice.municipalities.policies import (
    Workplace,
    has_own_number,
    is_rule_steward,
    workplace_of,
    workplaces_of,
)
from borgerservice.sent_again import done_once
from borgerservice.sign_in.accounts import is_act_opened, to_page_above, to_sign_in, turned_away

Role = StaffRole.Role
View = Callable[..., HttpResponseBase]
Words = str | Promise
Done = Callable[[Any], str]

ASKED = "own_number_asked"
NEEDED = "own_number_needed"
"""The refusal that is mended on the page where staff tell their own number."""


@dataclass(frozen=True, slots=True)
class MenuItem:
    """A link for staff with one of the roles, to a page of the municipality or of each centre.

    For a rule steward's page the role is that one alone.
    """

    label: Words
    name: str
    roles: frozenset[str]
    is_of_centre: bool = False


@dataclass(frozen=True, slots=True)
class Link:
    """Where one can go (GET), or what one can do with a button (POST).

    `is_main`: it is what the clerk does next, before anything the page itself offers.
    """

    label: Words
    address: str
    is_act: bool = False
    is_main: bool = False


_pages: list[tuple[str, View, str]] = []
_menu: list[MenuItem] = []


def add_pages(pages: list[tuple[str, View, str]]) -> None:
    """Add an app's pages: (route below /admin/, view, name in the `admin:` namespace)."""
    _pages.extend(pages)


def add_menu(items: list[MenuItem]) -> None:
    """Add an app's entries to the menu, after those that are there."""
    _menu.extend(items)


def menu_of(workplace: Workplace, centre: Centre | None = None) -> list[Link]:
    """The pages somebody may open: the municipality's, or those of one centre."""
    where = {"code": workplace.municipality.code}
    if centre is not None:
        where["key"] = centre.key
    return [
        Link(item.label, reverse(f"admin:{item.name}", kwargs=where))
        for item in _menu
        if item.is_of_centre == (centre is not None) and workplace.has(*item.roles)
    ]


def steward_menu() -> list[Link]:
    """The pages of those who work for the whole country."""
    return [
        Link(item.label, reverse(f"admin:{item.name}"))
        for item in _menu
        if Role.RULE_STEWARD in item.roles
    ]


class BorgerserviceAdmin(admin.AdminSite):
    """The one admin site: it shows pages, and no table can be edited row by row."""

    site_title = _("Borgerservice for staff")
    site_header = _("Borgerservice")
    site_url = None
    enable_nav_sidebar = False

    def register(self, *args: Any, **options: Any) -> None:
        """Show no model's table, whatever an installed app would like."""

    def get_urls(self) -> list[URLPattern | URLResolver]:
        """The index and our pages, all behind the sign-in; nothing of the frame's own."""
        pages = [("", staff_index, "index"), *_pages]
        return [path(route, self._guarded(view), name=name) for route, view, name in pages]

    def has_permission(self, request: HttpRequest) -> bool:
        """Whether it is somebody of the staff."""
        return request.user.is_active and request.user.is_staff

    def _guarded(self, view: View) -> View:
        """Let only signed-in staff in, as strongly as this installation asks; keep no copies."""

        @wraps(view)
        @never_cache
        def page(request: HttpRequest, **rest: Any) -> HttpResponseBase:
            if not self.has_permission(request):
                return to_sign_in(request)
            answer = turned_away(request, now=clock.now()) or view(request, **rest)
            return to_page_above(request) if is_act_opened(request, answer) else answer

        return page


def admin_page(*roles: str) -> Callable[[Callable[..., Any]], View]:
    """A page for staff with one of the roles in the municipality whose code is in the address.

    The view gets `(request, workplace, **rest)`. Elsewhere's page is not found, not forbidden.
    """

    def decorate(view: Callable[..., Any]) -> View:
        @wraps(view)
        def page(request: HttpRequest, code: str, **rest: Any) -> HttpResponseBase:
            workplace = workplace_of(staff=_staff(request), code=code, now=clock.now())
            if workplace is None or not workplace.has(*roles):
                raise Http404
            answer: HttpResponseBase = view(request, workplace, **rest)
            return answer

        return open_to(", ".join(roles))(page)

    return decorate


def steward_page(view: Callable[..., Any]) -> View:
    """A page for rule stewards, in no municipality. The view gets `(request, staff, **rest)`.

    For everybody else there is no such page. It is shown with `is_nationwide=True`.
    """

    @wraps(view)
    def page(request: HttpRequest, **rest: Any) -> HttpResponseBase:
        staff = _staff(request)
        if not is_rule_steward(staff=staff, now=clock.now()):
            raise Http404
        answer: HttpResponseBase = view(request, staff, **rest)
        return answer

    return open_to(Role.RULE_STEWARD)(page)


def show(
    request: HttpRequest,
    template: str,
    *,
    title: Words,
    workplace: Workplace | None = None,
    centre: Centre | None = None,
    is_nationwide: bool = False,
    **context: Any,
) -> HttpResponse:
    """Answer with a page in the staff's frame: its title, and the menu of where one is."""
    frame = {
        **admin.site.each_context(request),
        "title": title,
        "workplace": workplace,
        "centre": centre,
        "is_nationwide": is_nationwide,
        "menu": menu_of(workplace, centre) if workplace else steward_menu() * is_nationwide,
    }
    return TemplateResponse(request, template, {**frame, **context})


def posted(request: HttpRequest) -> QueryDict | None:
    """What binds a form: the data of a POST, however empty; None when a page is only opened."""
    return request.POST if request.method == "POST" else None


def act(
    request: HttpRequest,
    *,
    title: Words,
    form: Form,
    do: Callable[..., Any],
    done: str | Done,
    said: Words = "",
    places: Mapping[str, str] | None = None,
    template: str = "admin/act.html",
    once: bool = False,
    afterwards: Callable[[Any], object] = lambda _result: None,
    **context: Any,
) -> HttpResponse:
    """Show a form; when it comes back sound, call `do(**form.cleaned_data)` and go to `done`.

    `form` is bound with `posted(request)`. `done` is an address, or makes one of what `do`
    returned; `said` is told there. A refusal is told at the form's field of the name in
    `error.field` (or where `places` says it stands), else above the form. `context` goes to
    `show`: workplace, centre, submit (the button's words), back (where to go instead), ….

    `once`: `do` makes something, in one transaction; pressed twice, the button makes it once and
    answers alike. `afterwards` gets what `do` returned once it is written and told.
    """
    if form.is_bound and form.is_valid():
        try:
            address, result = _done(request, partial(do, **form.cleaned_data), done, once=once)
        except DomainError as refusal:
            refuse(form, refusal, places=places)
        else:
            if said:
                messages.success(request, str(said))
            if result is not None:
                afterwards(result)
            return redirect(address)
    return show(request, template, title=title, form=form, **context)


def refuse(form: Form, refusal: DomainError, *, places: Mapping[str, str] | None = None) -> None:
    """Tell a refusal at the field it concerns, or above the form where it has none."""
    field = (places or {}).get(refusal.field or "", refusal.field)
    form.add_error(field if field in form.fields else None, told(refusal))


def told(refusal: DomainError, *, back: str = "") -> str:
    """The sentence of a refusal, with a link to where it can be mended, and from there `back`."""
    if refusal.code != NEEDED:
        return refusal.sentence
    address = own_number_address(back)
    return format_html('{} <a href="{}">{}</a>', refusal.sentence, address, _("Your own number"))


def tell_way_out(request: HttpRequest, refusal: DomainError, *, back: str) -> bool:
    """Whether a refusal is mended on another page; then it is told above, with the way there."""
    if refusal.code == NEEDED:
        messages.error(request, told(refusal, back=back))
    return refusal.code == NEEDED


def own_number_address(back: str) -> str:
    """Where staff tell their own number, and go on to `back`."""
    return reverse("admin:own_number", query={"next": back} if back else None)


@require_POST
def act_at_once(
    request: HttpRequest,
    *,
    do: Callable[[], Any],
    done: str | Done,
    said: Words = "",
    otherwise: str = "",
    once: bool = False,
    still_stands: Callable[[], bool] = lambda: True,
    afterwards: Callable[[Any], object] = lambda _result: None,
) -> HttpResponse:
    """Do what one button says and go on; a refusal is told on the page one comes back to.

    `otherwise` is where a refusal leads, when that is not `done`; `once`, `afterwards`: see `act`;
    `still_stands`: see `done_once`.
    """
    try:
        address, result = _done(request, do, done, once=once, still_stands=still_stands)
    except DomainError as refusal:
        back = otherwise or str(done)
        messages.error(request, told(refusal, back=back))
        return redirect(back)
    if said:
        messages.success(request, str(said))
    if result is not None:
        afterwards(result)
    return redirect(address)


@open_to("staff")
def staff_index(request: HttpRequest) -> HttpResponse:
    """Where one works; who has one page only is taken there.

    Who may work on identity cases is asked for their own number first, once a session.
    """
    staff = _staff(request)
    workplaces = workplaces_of(staff=staff, now=clock.now())
    is_for_cases = any(workplace.has(Role.CLERK, Role.LEAD) for workplace in workplaces)
    if is_for_cases and not request.session.get(ASKED) and not has_own_number(staff):
        request.session[ASKED] = True
        return redirect("admin:own_number")
    places = [(workplace, menu_of(workplace), _centres(workplace)) for workplace in workplaces]
    nationwide = steward_menu() if is_rule_steward(staff=staff, now=clock.now()) else []
    links = [link for _workplace, own, centres in places for link in own]
    first = [found[0] for _workplace, _own, centres in places for _centre, found in centres]
    if not links and len(first) == 1:
        return redirect(first[0].address)
    return show(
        request,
        "admin/index.html",
        title=_("Where you work"),
        places=places,
        nationwide=nationwide,
    )


def _done(
    request: HttpRequest, do: Callable[[], Any], done: str | Done, *, once: bool, **how: Any
) -> tuple[str, Any]:
    """Do it: where that leads, and what came of it."""
    leads_to = done if callable(done) else lambda _result: done
    if once:
        return done_once(request, do, leads_to=leads_to, now=clock.now(), **how)
    return leads_to(result := do()), result


def _centres(workplace: Workplace) -> list[tuple[Centre, list[Link]]]:
    found = [
        (centre, menu_of(workplace, centre)) for centre in workplace.municipality.centres.all()
    ]
    return [(centre, links) for centre, links in found if links]


def _staff(request: HttpRequest) -> StaffMember:
    if not isinstance(request.user, StaffMember):
        raise Http404
    return request.user
