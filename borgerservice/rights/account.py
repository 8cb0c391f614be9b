"""The shape of an account of what we hold of a person: groups of items, each some facts.

A fact names the field it comes from, so that the page, the file and the test that looks for gaps
are made from one thing.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from django.db.models import Model
from django.utils.dateformat import format as formatted
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from borgerservice.admin import Words
from borgerservice.kernel.clock import COPENHAGEN
from borgerservice.privacy import Life
from borgerservice.rights.classified import life_of
from borgerservice.templatetags.page import clock

LIVES: Final[dict[Life, Words]] = {
    Life.IN_USE: gettext_lazy("As long as it is in use."),
    Life.HOUR: gettext_lazy("It goes by itself after an hour."),
    Life.FORM: gettext_lazy(
        "It goes by itself an hour after something was last sent, after 24 hours at most."
    ),
    Life.CONTACT: gettext_lazy(
        "Names, phone number, e-mail address and what was said of papers go by themselves 30 days"
        " after the visit; of who waited without a visit, as soon as they wait no more."
    ),
    Life.VISIT: gettext_lazy(
        "What is left of a visit is proposed for discard 5 years after it. Until then the archive"
        " law does not let us delete it. It stays for longer only while it is needed, for example"
        " for a complaint."
    ),
    Life.CASE: gettext_lazy(
        "The case is evidence. It is proposed for discard 5 years after the decision. Until then"
        " the archive law does not let us delete it. It stays for longer only while it is needed,"
        " for example for a complaint."
    ),
    Life.LEDGER: gettext_lazy(
        "A witnessing counts for the limit for 121 days, and is kept against fraud for 24 months."
        " Then it goes from the register by itself. It cannot be deleted before. One that was"
        " reversed, or is being looked into, stays for as long as its case."
    ),
    Life.AUDIT: gettext_lazy(
        "It goes by itself after 24 months. It cannot be changed or deleted before. It stays for"
        " longer only with a visit that is kept for longer."
    ),
    Life.DAY: gettext_lazy("It goes by itself after 24 hours."),
}
"""When something goes, as the person is told."""
TRAIL: Final = "trail"
"""The group in which at least this very look-up stands."""
STORED: Final = object()
"""The value of a fact that is told as it is stored."""


@dataclass(frozen=True, slots=True, repr=False)
class Fact:
    """One thing we hold: where it is stored, what it is called, as it is kept and in words."""

    fields: tuple[str, ...]
    label: str
    value: Any
    said: str


@dataclass(frozen=True, slots=True, repr=False)
class Item:
    """One visit, case or entry."""

    title: str
    facts: tuple[Fact, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, repr=False)
class Group:
    """Things of one kind, why we hold them and when they go; `note` says what is not among them."""

    code: str
    title: str
    why: str
    goes: tuple[str, ...]
    items: tuple[Item, ...]
    note: str = ""


@dataclass(frozen=True, slots=True, repr=False)
class Account:
    """Everything told to one person, and what is not, with the reason."""

    groups: tuple[Group, ...]
    withheld: tuple[str, ...]

    @property
    def is_empty(self) -> bool:
        """Whether nothing was found but that somebody asked."""
        return not any(one.items for one in self.groups if one.code != TRAIL)

    def as_json(self) -> dict[str, Any]:
        """The same for a machine."""
        return {
            "groups": [
                {
                    "code": group.code,
                    "title": group.title,
                    "why": group.why,
                    "kept": list(group.goes),
                    "note": group.note,
                    "items": [_item_as_json(item) for item in group.items],
                }
                for group in self.groups
            ],
            "not_told": list(self.withheld),
        }


def fact(row: Model, name: str, label: Words, said: str = "", *, value: Any = STORED) -> list[Fact]:
    """A field of a row as a fact; none where nothing is in it.

    `value` is what a sealed field holds, opened; `said` the same in words where they are not plain.
    """
    is_stored = value is STORED
    kept = getattr(row, name) if is_stored else value
    if kept is None or kept == "":  # False and 0 are told
        return []
    display = getattr(row, f"get_{name}_display", None)
    shown = said or (str(display()) if display and is_stored else _in_words(kept))
    return [Fact((stored_at(row, name),), str(label), kept, shown)]


def unreadable(row: Model, name: str, label: Words) -> list[Fact]:
    """A sealed field that is kept and does not open: that it is there."""
    said = _("Kept, but it cannot be read. Those who run the system have been told.")
    return [Fact((stored_at(row, name),), str(label), None, said)]


def stored_at(row: Model, name: str) -> str:
    """Where a fact is stored: `notifications.Contact.phone_sealed`."""
    return f"{row._meta.label}.{name}"  # noqa: SLF001 - Django's own name of the model


def group(code: str, title: Words, why: Words, items: Iterable[Item], *, note: Words = "") -> Group:
    """A group whose lives are those of the fields told in it."""
    listed = tuple(item for item in items if item.facts or item.notes)
    lives = {life_of(one) for item in listed for told in item.facts for one in told.fields}
    goes = tuple(str(LIVES[life]) for life in Life if life in lives)
    return Group(code, str(title), str(why), goes, listed, str(note))


def yes_or_no(answer: bool) -> str:  # noqa: FBT001
    """The answer in a word."""
    return _("Yes") if answer else _("No")


def day_said(day: date) -> str:
    """A day, as the person reads it; of a moment the one on the wall of Copenhagen."""
    local = day.astimezone(COPENHAGEN) if isinstance(day, datetime) else day
    return formatted(local, pgettext("date format", "j F Y"))


def moment_said(moment: datetime) -> str:
    """A day and the time of it."""
    return pgettext("moment", "{day} at {time}").format(day=day_said(moment), time=clock(moment))


def _in_words(kept: Any) -> str:
    if isinstance(kept, bool):
        return yes_or_no(kept)
    if isinstance(kept, datetime):
        return moment_said(kept)
    if isinstance(kept, date):
        return day_said(kept)
    return str(kept)


def _item_as_json(item: Item) -> dict[str, Any]:
    facts = [
        {"fields": list(one.fields), "label": one.label, "value": one.value, "text": one.said}
        for one in item.facts
    ]
    return {"title": item.title, "facts": facts, "notes": list(item.notes)}
