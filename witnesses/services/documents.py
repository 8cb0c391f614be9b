"""The documents somebody shows: checked for what cannot be, then written down as seen."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from witnesses.exceptions import Refused
from witnesses.models import DocumentEvidence, IdentityProofing, WitnessStatement
from witnesses.rules.facts import DOCUMENT_FORMS, DOCUMENT_TYPES

MOST_DOCUMENTS = 12
EARLIEST_DAY = date(1900, 1, 1)
_COUNTRY = re.compile(r"[A-Z]{2}")


@dataclass(frozen=True, slots=True)
class ShownDocument:
    """One document as the clerk saw it. Never its number."""

    type: str
    issuer: str
    form: str = "physical"
    shows_photo: bool = False
    shows_cpr: bool = False
    provisional: bool = False
    expires_on: date | None = None
    issued_on: date | None = None


def check_documents(documents: Sequence[ShownDocument], *, met_on: date) -> None:
    """Raise Refused, with the document's place in `field`, for a document that cannot be.

    One that merely does not count (expired, a copy) is no mistake: the decision says so.
    """
    if len(documents) > MOST_DOCUMENTS:
        raise Refused("too_many_documents", field="documents", params={"limit": MOST_DOCUMENTS})
    for place, document in enumerate(documents):
        wrong = _wrong_with(document, met_on)
        if wrong:
            field, code = wrong
            raise Refused(code, field=f"documents.{place}.{field}")


def replace_documents(
    documents: Sequence[ShownDocument],
    *,
    case: IdentityProofing,
    statement: WitnessStatement | None,
    now: datetime,
) -> None:
    """Write down what was shown in place of what stood there; the earlier rows stay, withdrawn."""
    withdraw_documents(case=case, statement=statement, now=now)
    holder = DocumentEvidence.Holder.WITNESS if statement else DocumentEvidence.Holder.APPLICANT
    DocumentEvidence.unscoped.bulk_create(
        DocumentEvidence(
            municipality_id=case.municipality_id,
            proofing=case,
            statement=statement,
            holder=holder,
            position=place,
            type=document.type,
            issuer=document.issuer,
            form=document.form,
            shows_photo=document.shows_photo,
            shows_cpr=document.shows_cpr,
            provisional=document.provisional,
            expires_on=document.expires_on,
            issued_on=document.issued_on,
            recorded_at=now,
        )
        for place, document in enumerate(documents)
    )


def withdraw_documents(
    *, case: IdentityProofing, statement: WitnessStatement | None, now: datetime
) -> None:
    """Mark the documents of the applicant, or of a statement, as no longer what the case shows."""
    DocumentEvidence.objects.for_municipality(case.municipality_id).filter(
        proofing=case, statement=statement, withdrawn_at__isnull=True
    ).update(withdrawn_at=now)


def _wrong_with(document: ShownDocument, met_on: date) -> tuple[str, str] | None:
    if document.type not in DOCUMENT_TYPES:
        return "type", "unknown_document_type"
    if _COUNTRY.fullmatch(document.issuer) is None:
        return "issuer", "unknown_country"
    if document.form not in DOCUMENT_FORMS:
        return "form", "unknown_form"
    return _wrong_with_dates(document.issued_on, document.expires_on, met_on)


def _wrong_with_dates(
    issued_on: date | None, expires_on: date | None, met_on: date
) -> tuple[str, str] | None:
    for field, day in (("issued_on", issued_on), ("expires_on", expires_on)):
        if day is not None and day < EARLIEST_DAY:
            return field, "date_too_early"
    if issued_on is not None and issued_on > met_on:
        return "issued_on", "issued_in_future"
    if issued_on is not None and expires_on is not None and expires_on < issued_on:
        return "expires_on", "expires_before_issued"
    return None
