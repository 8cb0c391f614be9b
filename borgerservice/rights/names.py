"""Whether two spellings are one person's name, for telling apart who shares a visit."""

from collections.abc import Hashable, Mapping
from typing import TypeVar

K = TypeVar("K", bound=Hashable)


def meant(name: str, names: Mapping[K, str]) -> set[K]:
    """Who of several is called so: whoever is called exactly that, else whose name is the same.

    Nobody where it may be more than one: a mother and a daughter often share most of their names.
    """
    said = name.casefold().split()
    exact = {key for key, one in names.items() if said and one.casefold().split() == said}
    found = exact or {key for key, one in names.items() if is_same_name(one, name)}
    return found if len(found) == 1 else set()


def is_same_name(one: str, other: str) -> bool:
    """Whether the first names are the same, and one name says nothing that the other does not.

    Reading: people leave middle names out, and book for each other within a family; whose name only
    resembles is told nothing.
    """
    words, others = one.casefold().split(), other.casefold().split()
    if not words or not others or words[0] != others[0]:
        return False
    return set(words) <= set(others) or set(others) <= set(words)
