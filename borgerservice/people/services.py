"""Find or make the person behind a number or login, and join two who are one."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from django.db import transaction

from borgerservice.database.planned import planned
from borgerservice.kernel.cpr import normalise_number
from borgerservice.people.models import Person, PersonAlias, PersonLink
from borgerservice.vault.marks import note_use, number_marks

Marks = Mapping[int, str]
_ROOTS = (
    "SELECT person_id, min(root_id) FROM people_personlink WHERE person_id IN ({places})"
    " GROUP BY person_id"
)


def person_of(*, kind: str, normalised: str, now: datetime) -> Person:
    """The one person a number stands for, made on first sight.

    Slow on purpose: within a transaction use `marks_of` before it and `person_marked` inside.
    """
    return person_marked(kind=kind, marks=marks_of(kind=kind, normalised=normalised), now=now)


def marks_of(*, kind: str, normalised: str) -> Marks:
    """The marks of a number under every key version. Slow, and writes nothing.

    Whatever the caller did, a number is folded here once more: no spelling makes another person.
    Raises KeyUnavailable where a key is lost, or another one came in its place.
    """
    is_number = kind != PersonAlias.Kind.MITID
    return number_marks(kind, normalise_number(normalised) if is_number else normalised)


def person_marked(*, kind: str, marks: Marks, now: datetime) -> Person:
    """The one person the marks belong to, made on first sight.

    Marks that are missing are written, so that a new key never makes a second person. However many
    callers come at once, also with different key versions at hand, they end with one person: each
    writes its marks, looks whose they became, and gives way where somebody was first. Raises
    KeyUnavailable where the keys were changed since the marks were made.
    """
    found, missing = _owner(kind, marks)
    if found and not missing:
        return found
    with transaction.atomic():
        note_use(marks, now=now)
        if found is None:
            mine = Person.objects.create(created_at=now)
            _write(kind, marks, mine)
            found, _missing = _owner(kind, marks, other_than=mine)
            if found is None:
                return mine
            PersonAlias.objects.filter(person=mine).delete()
            mine.delete()
        _write(kind, marks, found)
        return found


def known_by(*, kind: str, marks: Marks) -> Person | None:
    """Whose the marks are, under whichever key; None: nobody's yet. Nothing is written."""
    return _owner(kind, marks)[0]


def give_marks(person: Person, *, kind: str, marks: Marks, now: datetime) -> Person:
    """Give a person the marks of a login of theirs; returned is whose they are in the end.

    Marks that were somebody's already stay theirs, those under a newer key included. Raises
    KeyUnavailable as `person_marked` does.
    """
    found, missing = _owner(kind, marks)
    if missing:
        note_use(marks, now=now)
        _write(kind, marks, found or person)
        found, _missing = _owner(kind, marks)
    return found or person


def add_marks(marks: Iterable[tuple[int, str, str]], *, version: int, now: datetime) -> None:
    """Give people, by id, kind and mark, their marks under one more key version.

    A mark that stands already is left. Raises KeyUnavailable where the keys were changed since.
    """
    with transaction.atomic():
        note_use((version,), now=now)
        PersonAlias.objects.bulk_create(
            [
                PersonAlias(person_id=person, kind=kind, key_version=version, pseudonym=mark)
                for person, kind, mark in sorted(marks)
            ],
            ignore_conflicts=True,
        )


def new_person(*, now: datetime) -> Person:
    """Somebody without any number we could recognise again."""
    return Person.objects.create(created_at=now)


def is_stranger(person: Person) -> bool:
    """Whether a person has no number we could recognise them by."""
    return not PersonAlias.objects.filter(person=person).exists()


def roots_of(persons: Iterable[int]) -> dict[int, int]:
    """Who each person turned out to be, by id; mostly themselves. One statement."""
    ids = list(set(persons))
    roots = {pk: pk for pk in ids}
    if ids:
        with planned() as cursor:
            cursor.execute(_ROOTS.format(places=", ".join(["%s"] * len(ids))), ids)
            roots.update(cursor.fetchall())
    return roots


def all_ids_of(person: int) -> set[int]:
    """Every id that turned out to be the same human being. Two statements."""
    root = roots_of((person,))[person]
    return {root, *PersonLink.objects.filter(root=root).values_list("person_id", flat=True)}


def are_one(one: int, other: int) -> bool:
    """Whether two ids stand for the same human being."""
    return len(set(roots_of((one, other)).values())) == 1


def link_persons(one: int, other: int, *, now: datetime) -> None:
    """Join two persons, and all who are linked to them, for ever; the one known first is the root.

    Nothing happens where they are one already. The guard in the database holds both still.
    """
    roots = sorted(set(roots_of((one, other)).values()))
    if len(roots) > 1:
        PersonLink.objects.create(person_id=roots[1], root_id=roots[0], linked_at=now)


def _write(kind: str, marks: Marks, person: Person) -> None:
    """Give the person the marks that are nobody's yet. Oldest version first: one order for all."""
    PersonAlias.objects.bulk_create(
        [
            PersonAlias(person=person, kind=kind, key_version=version, pseudonym=marks[version])
            for version in sorted(marks)
        ],
        ignore_conflicts=True,
    )


def _owner(
    kind: str, marks: Marks, *, other_than: Person | None = None
) -> tuple[Person | None, set[int]]:
    """Whose the marks are, the one known longest, and the key versions not yet written."""
    aliases = PersonAlias.objects.select_related("person").filter(
        kind=kind, pseudonym__in=list(marks.values()), key_version__in=list(marks)
    )
    if other_than is not None:
        aliases = aliases.exclude(person=other_than)
    known = list(aliases.order_by("person_id"))
    missing = set(marks) - {alias.key_version for alias in known}
    return (known[0].person if known else None), missing
