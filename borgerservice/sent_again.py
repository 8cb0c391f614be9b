"""Whether a form was sent before: tapped twice, or sent anew after going back."""

import base64
import hmac
import json
from typing import Final

from django.http import HttpRequest

NOT_TYPED: Final = ("csrfmiddlewaretoken", "proof", "ticket")
"""What differs each time, whatever is asked for."""


def mark_of_form(request: HttpRequest) -> str:
    """The same for the same form, filled in alike and sent from the same browser; 16 characters.

    It tells nothing to whoever does not know what that browser alone keeps, the secret of its
    forms; without that it is empty.
    """
    secret = request.META.get("CSRF_COOKIE", "")
    if not secret:
        return ""
    sent = sorted((name, one) for name, one in request.POST.lists() if name not in NOT_TYPED)
    told = json.dumps([request.path, sent]).encode()
    digest = hmac.digest(secret.encode(), told, "sha256")
    return base64.urlsafe_b64encode(digest[:12]).decode()
