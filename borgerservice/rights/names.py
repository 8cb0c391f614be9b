"""Whether two spellings are one person's name, for telling apart who shares a visit."""


def is_same_name(one: str, other: str) -> bool:
    """Whether the first names are the same, and one name says nothing that the other does not.

    Reading: people leave middle names out, and book for each other within a family; whose name only
    resembles is told nothing.
    """
    words, others = one.casefold().split(), other.casefold().split()
    if not words or not others or words[0] != others[0]:
        return False
    return set(words) <= set(others) or set(others) <= set(words)
