"""Choosing a time, the same on every page that offers times."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from appointments.exceptions import Refused
from appointments.forms.times import StartForm


@dataclass(frozen=True, slots=True)
class Choice:
    """What came of it: the act's own answer, or why not; both empty before anything is chosen."""

    done: Any = None
    wanted: datetime | None = None
    refusal: str = ""

    @property
    def status(self) -> int:
        """Of the page that is shown instead."""
        return 409 if self.refusal else 200


def choose(data: Mapping[str, Any], act: Callable[..., Any]) -> Choice:
    """Do the act with the `start` that was sent."""
    form = StartForm(data)
    if not form.is_valid():
        return Choice(refusal=str(form.errors["start"][0]))
    wanted = form.cleaned_data["start"]
    try:
        return Choice(done=act(start=wanted), wanted=wanted)
    except Refused as refused:
        return Choice(wanted=wanted, refusal=refused.sentence)
