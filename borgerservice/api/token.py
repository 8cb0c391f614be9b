"""The one address of the OAuth 2.0 server that is open: client credentials in, a token out."""

from allauth.idp.oidc.models import Client
from allauth.idp.oidc.views import TokenView
from django.http import HttpRequest, HttpResponse, JsonResponse

from borgerservice.access import open_to

_GRANT = str(Client.GrantType.CLIENT_CREDENTIALS)


@open_to("API clients")
class TokenEndpoint(TokenView):  # type: ignore[misc]
    """A token for a client that shows its id and secret, in the body or as Basic credentials.

    Errors are those of RFC 6749. Nothing is read from the address, where secrets would be logged.
    """

    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        if request.META.get("QUERY_STRING") or not _is_plain(request):
            return _refuse("invalid_request")
        if request.POST.get("grant_type") != _GRANT:
            return _refuse("unsupported_grant_type")
        if "resource" in request.POST:
            return _refuse("invalid_target")
        answer: HttpResponse = super().post(request)
        return answer


def _is_plain(request: HttpRequest) -> bool:
    """Whether every parameter came once and as text that a database takes."""
    return all(
        len(values) == 1 and "\0" not in values[0] for _name, values in request.POST.lists()
    ) and "\0" not in request.headers.get("Authorization", "")


def _refuse(error: str) -> JsonResponse:
    return JsonResponse({"error": error}, status=400, headers={"Cache-Control": "no-store"})
