"""What is known of a request to sign the declaration with MitID."""

from datetime import datetime

from witnesses.exceptions import SignInRefused
from witnesses.models import IdentityProofing, SignInRequest, WitnessStatement
from witnesses.rules.lifecycle import CaseState, is_over


def sign_in_by_link(link_hash: str) -> SignInRequest:
    """The request behind a secret link. Raises SignInRefused `link_over` where there is none."""
    return _one(link_hash=link_hash)


def sign_in_by_id(number: int) -> SignInRequest:
    """The request that a sign-in under way is for. Raises SignInRefused `link_over`."""
    return _one(pk=number)


def require_open_request(request: SignInRequest, *, now: datetime) -> None:
    """Raise SignInRefused where nothing can be signed with it any more."""
    if request.used_at is not None:
        raise SignInRefused("already_signed")
    statement = request.statement
    is_case_over = is_over(CaseState(statement.proofing.state))
    if now >= request.expires_at or statement.withdrawn_at is not None or is_case_over:
        raise SignInRefused("link_over")
    if _newest(statement.proofing) != request:
        raise SignInRefused("link_over")


def open_request(
    case: IdentityProofing, statement: WitnessStatement, *, now: datetime
) -> SignInRequest | None:
    """The request that the witness of a case can sign with now."""
    newest = _newest(case)
    if newest is None or newest.statement_id != statement.pk:
        return None
    return newest if newest.used_at is None and now < newest.expires_at else None


def _newest(case: IdentityProofing) -> SignInRequest | None:
    """The last request made in a case: it alone holds."""
    return (
        SignInRequest.objects.for_municipality(case.municipality_id)
        .filter(statement__proofing=case)
        .order_by("-id")
        .first()
    )


def _one(**key: object) -> SignInRequest:
    found = (
        SignInRequest.unscoped.select_related(
            "statement__person",
            "statement__proofing__participant__appointment__centre__municipality",
        )
        .filter(**key)
        .first()
    )
    if found is None:
        raise SignInRefused("link_over")
    return found
