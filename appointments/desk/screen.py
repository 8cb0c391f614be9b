"""The centre's own screen: the address that makes a browser one."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from appointments.desk.addresses import citizens_address
from appointments.desk.day import DESK_ROLES, find_centre
from appointments.views.kiosk_mode import ticket_of
from borgerservice.admin import Role, admin_page, show
from borgerservice.municipalities.policies import Workplace


@require_safe
@admin_page(*DESK_ROLES, Role.ADMINISTRATOR)
def screen(request: HttpRequest, workplace: Workplace, key: str) -> HttpResponse:
    """Where the centre's screen begins, to be typed, scanned, or set as its first page."""
    centre = find_centre(workplace, key)
    path = citizens_address("kiosk", ticket=ticket_of(centre.key))
    return show(
        request,
        "admin/screen.html",
        title=_("Screen at the centre"),
        workplace=workplace,
        centre=centre,
        address=f"{settings.PUBLIC_ADDRESS}{path}",
    )
