"""What every call of the API shares."""

from collections.abc import Mapping
from typing import Any, ClassVar, Final, cast

from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from borgerservice.api.authentication import Caller
from borgerservice.api.scopes import Scope

JSON: Final = JSONRenderer.media_type
NEVER_KEPT: Final = "max-age=0, no-cache, no-store, must-revalidate, private"


class ApiView(APIView):
    """One address. Closed, unless it is open to anyone or names the scope of each method.

    `statuses` says which refusal of the domain is which HTTP status; the others are 422.
    """

    open_to: ClassVar[str] = ""
    scopes: ClassVar[Mapping[str, Scope]] = {}
    statuses: ClassVar[Mapping[str, int]] = {}
    http_method_names = ("get", "head", "post")
    metadata_class = None

    def pointer(self, field: str) -> str:
        """Where in the request a field of the domain stands."""
        return "/" + field.replace(".", "/")

    @classmethod
    def as_view(cls, **initkwargs: Any) -> Any:
        """The view; it says who it is open to, as every view of the project does."""
        view: Any = super().as_view(**initkwargs)
        scopes = ", ".join(f"{method} {scope}" for method, scope in cls.scopes.items())
        view.open_to = cls.open_to or scopes
        return view


class PublicView(ApiView):
    """A call that anyone may make. A token sent along is not looked at."""

    authentication_classes = ()
    open_to = "anyone"


class MunicipalView(ApiView):
    """A call of a municipality's own system, about that municipality's rows."""

    @property
    def municipality(self) -> int:
        """Whose rows this call reaches, by id."""
        return self._caller.municipality_id

    @property
    def actor(self) -> str:
        """How the client stands in the audit trail."""
        return f"client:{self._caller.client_id}"

    @property
    def _caller(self) -> Caller:
        return cast("Caller", self.request.auth)

    def finalize_response(
        self, request: Request, response: Response, *args: Any, **kwargs: Any
    ) -> Response:
        """Nothing of it is kept on the way."""
        answered = super().finalize_response(request, response, *args, **kwargs)
        answered.headers["Cache-Control"] = NEVER_KEPT
        return answered
