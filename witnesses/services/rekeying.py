"""Marks under the newest pseudonym key for people whose number lies sealed in a case."""

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import transaction
from django.db.models import Exists, OuterRef

from borgerservice.audit.events import Event
from borgerservice.audit.services import record
from borgerservice.people.models import PersonAlias
from borgerservice.people.services import add_marks
from borgerservice.vault.marks import newest_marker
from borgerservice.vault.reading import read_sealed
from borgerservice.vault.services import open_data_key
from witnesses import seals
from witnesses.models import IdentityProofing, WitnessStatement

AT_ONCE: Final = 200


@dataclass(frozen=True, slots=True)
class Rekeyed:
    """How far it has come: numbers looked at, marks made, numbers nobody can read any more."""

    looked_at: int = 0
    marked: int = 0
    unreadable: int = 0


@dataclass(frozen=True, slots=True)
class _Known:
    """A person known under an older key, and the number they are known by; empty if unreadable."""

    person: int
    kind: str
    digits: str


def rekey(*, now: datetime, at_once: int = AT_ONCE) -> Iterator[Rekeyed]:
    """Give everybody whose number can be read a mark under the newest key; tells how far it is.

    Each batch is a transaction of its own, with its audit entry, and whoever has the mark is passed
    over: it may be stopped and begun again. Raises KeyUnavailable.
    """
    done = Rekeyed()
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for found in (_applicants, _witnesses):
            last = 0
            while True:
                version, marked = newest_marker()
                known, last = found(version, last, at_once)
                if not known:
                    break
                readable = {(one.person, one.kind): one.digits for one in known if one.digits}
                kinds = [kind for _person, kind in readable]
                marks = zip(readable, pool.map(marked, kinds, readable.values()), strict=True)
                with transaction.atomic():
                    add_marks(((*who, mark) for who, mark in marks), version=version, now=now)
                    _note(version, looked_at=len(known), marked=len(readable), now=now)
                unreadable = sum(not one.digits for one in known)
                done = Rekeyed(
                    done.looked_at + len(known),
                    done.marked + len(readable),
                    done.unreadable + unreadable,
                )
                yield done


def _note(version: int, *, looked_at: int, marked: int, now: datetime) -> None:
    """Opening sealed numbers is written down, like every reading of a case."""
    record(
        Event.NUMBERS_REKEYED,
        actor="command",
        subject=f"pseudonym_key:{version}",
        municipality=None,
        at=now,
        facts={"looked_at": looked_at, "marked": marked},
    )


def _applicants(version: int, after: int, at_once: int) -> tuple[list[_Known], int]:
    """The next applicants without a mark under a version, and the id to go on after."""
    rows = IdentityProofing.unscoped.filter(*_without_mark("applicant", version), pk__gt=after)
    cases = list(rows.select_related("data_key").order_by("pk")[:at_once])
    known = [
        _Known(case.applicant_id, case.number_kind, _opened(case, case, seals.APPLICANT_NUMBER))
        for case in cases
        if case.applicant_id is not None
    ]
    return known, cases[-1].pk if cases else after


def _witnesses(version: int, after: int, at_once: int) -> tuple[list[_Known], int]:
    """The next witnesses without a mark under a version, and the id to go on after."""
    rows = WitnessStatement.unscoped.filter(*_without_mark("person", version), pk__gt=after)
    statements = list(rows.select_related("proofing__data_key").order_by("pk")[:at_once])
    known = [
        _Known(
            one.person_id,
            one.number_kind,
            _opened(one.proofing, one, seals.witness_number(one.position)),
        )
        for one in statements
    ]
    return known, statements[-1].pk if statements else after


def _without_mark(who: str, version: int) -> tuple[Exists, object]:
    """Known by their kind of number under some key, but not under this one."""
    known = PersonAlias.objects.filter(person=OuterRef(who), kind=OuterRef("number_kind"))
    return Exists(known), ~Exists(known.filter(key_version=version))


def _opened(case: IdentityProofing, row: IdentityProofing | WitnessStatement, place: str) -> str:
    """The number sealed in a row of a case; empty where the key is destroyed or a seal broken."""
    key = open_data_key(case.data_key)
    return (key and read_sealed(key, row.number_sealed, place, of=type(row), pk=row.pk)) or ""
