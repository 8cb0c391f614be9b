"""What of an address may be carried on."""

from django.http import HttpRequest, QueryDict

from borgerservice.kernel.cpr import holds_cpr_number


def kept_query(request: HttpRequest) -> str:
    """What the page keeps in another language; nothing where a CPR number was typed."""
    typed = [value for values in request.GET.lists() for value in values[1]]
    if not typed or any(holds_cpr_number(str(value)) for value in typed):
        return ""
    return f"?{request.GET.urlencode()}"


def sound_query(request: HttpRequest) -> str:
    """The address's query without what looks like a CPR number."""
    sound = QueryDict(mutable=True)
    for name, values in request.GET.lists():
        sound.setlist(name, [one for one in values if not holds_cpr_number(str(one))])
    return sound.urlencode()
