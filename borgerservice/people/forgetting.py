"""A person of whom nothing is left goes, with their numbers' marks."""

from datetime import datetime
from typing import Final

from django.db import transaction
from django.db.models import Exists, ForeignObjectRel, OuterRef, QuerySet

from borgerservice.database.removal import remove
from borgerservice.people.models import Person, PersonAlias

AT_ONCE: Final = 500


def forget_persons(*, known_before: datetime) -> int:
    """Delete persons to whom no row points any more; how many.

    Who became known after `known_before` stays: somebody may be writing of them just now. So does
    who was linked to another: shown again, the number must be the same human being's.
    """
    gone = 0
    while due := list(_left_alone(known_before).values_list("pk", flat=True)[:AT_ONCE]):
        with transaction.atomic():
            marks = PersonAlias.objects.filter(person__in=due)
            remove(PersonAlias, list(marks.values_list("pk", flat=True)))
            gone += remove(Person, due)
    return gone


def _left_alone(known_before: datetime) -> QuerySet[Person]:
    """Persons to whom nothing points but their own marks, whatever tables there are."""
    persons = Person.objects.filter(created_at__lt=known_before).order_by("pk")
    for relation in Person._meta.get_fields(include_hidden=True):  # noqa: SLF001 - Django documents it
        if not isinstance(relation, ForeignObjectRel) or relation.related_model is PersonAlias:
            continue
        rows = relation.related_model._base_manager  # noqa: SLF001 - Django documents it
        persons = persons.filter(~Exists(rows.filter(**{relation.field.name: OuterRef("pk")})))
    return persons
