"""Who comes to a visit: one more, one less, and what each comes for."""

from collections.abc import Iterable, Mapping
from typing import Any

from appointments.models import ServiceType
from appointments.selectors.centres import services_by_code
from appointments.services.booking.drafts import Draft
from appointments.services.booking.plan import LARGEST_PARTY


def others_in(data: Mapping[str, Any]) -> bool:
    """Whether the button that adds somebody, or one that takes somebody away, was pressed."""
    return "add" in data or "remove" in data


def with_others(so_far: dict[str, Any], data: Mapping[str, Any], draft: Draft) -> dict[str, Any]:
    """What was typed, with one more person or without one; whoever comes new comes for the same."""
    codes = [new or old for new, old in zip(so_far["services"], draft.codes, strict=True)]
    people = list(zip(so_far["names"], so_far["protected"], codes, strict=True))
    if "add" in data and len(people) < LARGEST_PARTY:
        people.append(("", False, draft.row.service.code))
    gone = str(data.get("remove", ""))
    if gone.isdecimal() and int(gone) < len(people) and len(people) > 1:
        del people[int(gone)]
    names, protected, services = zip(*people, strict=True)
    return {**so_far, "names": names, "protected": protected, "services": services}


def goes_on_at(data: Mapping[str, Any], *, people: int) -> str:
    """Where on the page one goes on: in the name of who was added, or with how many come."""
    return f"id_name_{people - 1}" if "add" in data else "party"


def comers_in(draft: Draft, read: Iterable[ServiceType] = ()) -> dict[str, Any]:
    """Who comes and for what, as the pages of a booking show it; some services are read already."""
    known = {service.code: service for service in (draft.row.service, *read)}
    if others := set(draft.codes) - known.keys():
        known |= services_by_code(others)
    kinds = [known[code] for code in dict.fromkeys(draft.codes) if code in known]
    typed = draft.typed
    named = zip(typed.names, typed.protected, draft.codes, strict=False)
    return {
        "comers": [(name, is_protected, known.get(code)) for name, is_protected, code in named],
        "kinds": kinds,
        "can_grow": typed.people < LARGEST_PARTY,
        "places": range(typed.people) if typed.people > 1 else (),
    }
