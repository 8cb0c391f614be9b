"""What every page with a clerk's work on it says of how long they stay signed in."""

from datetime import UTC, datetime
from typing import Any

from django import template

from borgerservice.kernel import clock
from borgerservice.sign_in.staying import stay_of

register = template.Library()


@register.inclusion_tag("admin/staying.html", takes_context=True)
def staying(context: template.Context) -> dict[str, Any]:
    """The question before somebody idle is signed out; nothing where nobody is signed in."""
    request = context["request"]
    if not request.user.is_authenticated:
        return {}
    moment = int(clock.now().timestamp())
    stay = stay_of(request.session, moment)
    return {
        "began": stay.began,
        "seconds": stay.ends - moment,
        "longest": stay.last - moment,
        "last": datetime.fromtimestamp(stay.last, UTC),
        "ends": datetime.fromtimestamp(stay.ends, UTC),
    }
