"""Find or make the person behind a number or login."""

from datetime import datetime

from django.db import transaction

from borgerservice.people.models import Person, PersonAlias
from borgerservice.vault.marks import number_marks


def person_of(*, kind: str, normalised: str, now: datetime) -> Person:
    """The one person a number stands for, made on first sight.

    Looks under every key version and writes the marks that are missing, so that a new key never
    makes a second person. Two callers at once end with one person: the unique mark decides.
    """
    marks = number_marks(kind, normalised)
    found = _find(kind, marks)
    if found is None:
        with transaction.atomic():
            newest = next(iter(marks))
            person = Person.objects.create(created_at=now)
            PersonAlias.objects.bulk_create(
                [PersonAlias(person=person, kind=kind, key_version=newest, pseudonym=marks[newest])],
                ignore_conflicts=True,
            )
            found = _find(kind, {newest: marks[newest]}) or person
            if found != person:
                person.delete()
    PersonAlias.objects.bulk_create(
        [
            PersonAlias(person=found, kind=kind, key_version=version, pseudonym=mark)
            for version, mark in marks.items()
        ],
        ignore_conflicts=True,
    )
    return found


def new_person(*, now: datetime) -> Person:
    """Somebody without any number we could recognise again."""
    return Person.objects.create(created_at=now)


def _find(kind: str, marks: dict[int, str]) -> Person | None:
    alias = (
        PersonAlias.objects.select_related("person")
        .filter(kind=kind, pseudonym__in=list(marks.values()), key_version__in=list(marks))
        .first()
    )
    return alias.person if alias else None
