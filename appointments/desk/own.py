"""The municipality's own pages: how they look and speak, its logo, and links from its web site."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from appointments.desk.addresses import citizens_address
from appointments.desk.changing import BOTH
from appointments.desk.own_forms import LogoForm, OwnForm
from appointments.rules.picture import LARGEST_FILE
from appointments.selectors.centres import offered_at
from appointments.services.centres.own import remove_logo, set_logo, set_own
from borgerservice.admin import Role, act, act_at_once, admin_page, posted, show
from borgerservice.kernel import clock
from borgerservice.municipalities.policies import Workplace

USUAL_COLOUR = "#454545"
"""Of the buttons on our pages."""


@BOTH
@admin_page(Role.ADMINISTRATOR)
def own(request: HttpRequest, workplace: Workplace) -> HttpResponse:
    """Name, colour, phone, help, languages, local rules, services and accessibility statement."""
    place = workplace.municipality
    services, offered = offered_at(place)
    form = OwnForm(posted(request), place=place, offered=offered, services=services)

    def save(**_typed: object) -> None:
        set_own(
            municipality=place,
            own=form.own(),
            offers=form.offers(),
            actor=workplace.actor,
            now=clock.now(),
        )

    return act(
        request,
        title=_("The municipality's own settings"),
        form=form,
        do=save,
        done=_here("own", workplace),
        said=_("The settings are saved. They hold from now on."),
        places=form.places,
        template="admin/own.html",
        submit=_("Save the settings"),
        workplace=workplace,
    )


@BOTH
@admin_page(Role.ADMINISTRATOR)
def logo(request: HttpRequest, workplace: Workplace) -> HttpResponse:
    """Show the logo, or put another in its place."""
    form = LogoForm(posted(request), request.FILES)

    def save(**_typed: object) -> None:
        set_logo(
            municipality=workplace.municipality,
            file=form.cleaned_data["logo"].read(LARGEST_FILE + 1),
            actor=workplace.actor,
            now=clock.now(),
        )

    return act(
        request,
        title=_("Logo"),
        form=form,
        do=save,
        done=_here("own_logo", workplace),
        said=_("The logo is saved."),
        template="admin/own_logo.html",
        submit=_("Save the logo"),
        workplace=workplace,
    )


@admin_page(Role.ADMINISTRATOR)
def logo_remove(request: HttpRequest, workplace: Workplace) -> HttpResponse:
    """Show no logo from now on."""
    return act_at_once(
        request,
        do=lambda: remove_logo(
            municipality=workplace.municipality, actor=workplace.actor, now=clock.now()
        ),
        done=_here("own_logo", workplace),
        said=_("The logo is removed."),
    )


@require_safe
@admin_page(Role.ADMINISTRATOR)
def own_links(request: HttpRequest, workplace: Workplace) -> HttpResponse:
    """Ready text for the municipality's web site: a link and a button to each centre's page."""
    lines = [
        (centre.name, settings.PUBLIC_ADDRESS + citizens_address("centre", key=centre.key))
        for centre in workplace.municipality.centres.all()
    ]
    return show(
        request,
        "admin/own_links.html",
        title=_("Links for your web site"),
        workplace=workplace,
        lines=lines,
        colour=workplace.municipality.accent or USUAL_COLOUR,
    )


def _here(name: str, workplace: Workplace) -> str:
    return reverse(f"admin:{name}", kwargs={"code": workplace.municipality.code})
