"""Who a door is open to, said on the door itself; a test walks every route and asks."""

from collections.abc import Callable
from typing import Any, TypeVar

View = TypeVar("View", bound=Callable[..., Any])


def open_to(who: str) -> Callable[[View], View]:
    """Declare who may use a view: `anyone`, `link holder`, `staff`, or roles by name."""

    def declare(view: View) -> View:
        view.open_to = who  # type: ignore[attr-defined]
        return view

    return declare
