"""Every address the project answers, found by walking the resolver."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.urls import URLPattern, URLResolver, get_resolver


@dataclass(frozen=True)
class Route:
    """One address with its places to fill in, and who it says it is open to."""

    path: str
    open_to: str
    source: str

    @property
    def is_api(self) -> bool:
        return self.path.startswith("api/")


def all_routes() -> list[Route]:
    return [_route(path, pattern) for path, pattern in _walk(get_resolver(), "")]


def _walk(resolver: URLResolver, prefix: str) -> Iterator[tuple[str, URLPattern]]:
    for entry in resolver.url_patterns:
        path = prefix + str(entry.pattern)
        if isinstance(entry, URLPattern):
            yield path, entry
        else:
            yield from _walk(entry, path)


def _route(path: str, pattern: URLPattern) -> Route:
    view = pattern.callback
    declared = getattr(view, "open_to", "")
    if not declared and hasattr(view, "view_class"):
        declared = getattr(view.view_class, "open_to", "")
    return Route(path, declared, f"{view.__module__}.{view.__qualname__}")
