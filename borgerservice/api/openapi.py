"""How calls describe themselves in OpenAPI 3.1: what they answer with, and who may."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from django.urls import reverse_lazy
from drf_spectacular.extensions import (
    OpenApiAuthenticationExtension,
    OpenApiSerializerExtension,
)
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiResponse
from rest_framework import serializers

from borgerservice.api import problem
from borgerservice.api.inputs import Strict
from borgerservice.api.scopes import MEANINGS

TOKEN_ADDRESS = reverse_lazy("api-token")
CLIENTS_ONLY: Mapping[int, str] = {
    HTTPStatus.UNAUTHORIZED: "`not_authenticated`, `authentication_failed`",
    HTTPStatus.FORBIDDEN: "`insufficient_scope`",
}
WITH_BODY: Mapping[int, str] = {
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "`too_large`",
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE: "`unsupported_media_type`",
}
UNREADABLE = "`invalid_request`: see `errors`. `bad_request`"


class FaultOut(serializers.Serializer):
    """One thing wrong in a request."""

    code = serializers.CharField(help_text="Stable, for programs.")
    detail = serializers.CharField(help_text="For people, in the language of Accept-Language.")
    pointer = serializers.CharField(
        help_text="JSON pointer to the field, or `/name` of the query parameter. Empty for the"
        " whole: an unknown key is told at the object that holds it, without its name."
    )


class ProblemOut(serializers.Serializer):
    """RFC 9457. Nothing that was sent is repeated."""

    type = serializers.CharField()
    title = serializers.CharField(help_text="The HTTP status in words.")
    status = serializers.IntegerField()
    code = serializers.CharField(help_text="Stable, for programs.")
    detail = serializers.CharField(help_text="For people, in the language of Accept-Language.")
    errors = FaultOut(many=True)  # type: ignore[assignment]


def answers(
    shape: Any, *, status: int = HTTPStatus.OK, problems: Mapping[int, str] | None = None
) -> dict[Any, OpenApiResponse]:
    """What a call answers with: the shape it promises, and its problems by status."""
    told = {
        HTTPStatus.BAD_REQUEST: UNREADABLE,
        HTTPStatus.NOT_ACCEPTABLE: "`not_acceptable`",
        HTTPStatus.SERVICE_UNAVAILABLE: "`overloaded`, `unavailable`: send it again after"
        " `Retry-After` seconds. `keys_unavailable`: send it again later.",
        **(problems or {}),
    }
    return {
        status: OpenApiResponse(shape),
        **{
            (int(code), problem.MEDIA_TYPE): OpenApiResponse(ProblemOut, description=text)
            for code, text in sorted(told.items())
        },
    }


class ApiSchema(AutoSchema):
    """Says of each call what the first line of its docstring promises."""

    def get_summary(self) -> str:
        promise: str = super().get_description()
        return promise.partition("\n")[0]

    def get_description(self) -> str:  # type: ignore[override]
        promise: str = super().get_description()
        return promise.partition("\n")[2].strip()


class ClientTokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """OAuth 2.0 client credentials."""

    target_class = "borgerservice.api.authentication.ClientToken"
    name = "clientCredentials"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, Any]:
        scopes = {str(scope): meaning for scope, meaning in MEANINGS.items()}
        flow = {"tokenUrl": str(TOKEN_ADDRESS), "scopes": scopes}
        return {"type": "oauth2", "flows": {"clientCredentials": flow}}

    def get_security_requirement(self, auto_schema: AutoSchema) -> dict[str, list[str]]:
        scopes = getattr(auto_schema.view, "scopes", {})
        return {self.name: [str(scopes[auto_schema.method])]}


class StrictShape(OpenApiSerializerExtension):  # type: ignore[no-untyped-call]
    """What takes no unknown keys says so."""

    target_class = Strict
    match_subclasses = True

    def map_serializer(self, auto_schema: AutoSchema, direction: str) -> dict[str, Any]:
        shape = auto_schema._map_serializer(  # type: ignore[no-untyped-call]  # noqa: SLF001
            self.target, direction, bypass_extensions=True
        )
        return {**shape, "additionalProperties": False}
