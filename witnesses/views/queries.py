"""What of an address may be carried on."""

from django.http import HttpRequest

from borgerservice.kernel.cpr import holds_cpr_number


def kept_query(request: HttpRequest) -> str:
    """What the page keeps in another language; nothing where a CPR number was typed."""
    typed = [value for values in request.GET.lists() for value in values[1]]
    if not typed or any(holds_cpr_number(str(value)) for value in typed):
        return ""
    return f"?{request.GET.urlencode()}"
