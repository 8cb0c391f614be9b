"""What form an answer takes."""

from collections.abc import Iterable

from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request


class FirstChoice(DefaultContentNegotiation):
    """Who takes anything, or asks for what we would give first, gets it; nothing is weighed.

    That is nearly everybody, and weighing costs a tenth of a small answer.
    """

    def select_renderer(
        self,
        request: Request,
        renderers: Iterable[BaseRenderer],
        format_suffix: str | None = None,
    ) -> tuple[BaseRenderer, str]:
        """The renderer, and the media type it gives."""
        first = next(iter(renderers))
        if request.META.get("HTTP_ACCEPT", "*/*") in {"*/*", first.media_type}:
            return first, str(first.media_type)
        chosen: tuple[BaseRenderer, str] = super().select_renderer(
            request, renderers, format_suffix
        )
        return chosen
