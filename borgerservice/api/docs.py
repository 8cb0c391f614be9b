"""The API's description, and the page to browse it in."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import OpenApiJsonRenderer, OpenApiJsonRenderer2
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularSwaggerSplitView
from rest_framework.request import Request
from rest_framework.response import Response

from borgerservice.api.views import PublicView


class SchemaView(PublicView):
    """The description as JSON."""

    renderer_classes = (OpenApiJsonRenderer2, OpenApiJsonRenderer)

    @extend_schema(exclude=True)
    def get(self, request: Request) -> Response:
        return Response(_description())


class DocsView(PublicView, SpectacularSwaggerSplitView):
    """The description to browse and to try, in a page without inline script."""

    url_name = "api-schema"
    template_name = "api/docs.html"

    @extend_schema(exclude=True)
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        answer: Response = super().get(request, *args, **kwargs)  # type: ignore[no-untyped-call]
        return answer


@lru_cache(maxsize=1)
def _description() -> Mapping[str, Any]:
    """The description, drawn up once in each process."""
    generator = SchemaGenerator()  # type: ignore[no-untyped-call]
    drawn: Mapping[str, Any] = generator.get_schema(public=True)  # type: ignore[no-untyped-call]
    return drawn
