"""A page that proposed something and is sent again, after somebody else has answered."""

from typing import TypeVar

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _

from borgerservice.municipalities.models import StaffMember
from borgerservice.sent_again import done_before_at
from witnesses.models.proposals import Proposal

P = TypeVar("P", bound=Proposal)


def is_told_of_answer(
    request: HttpRequest,
    proposals: QuerySet[P],
    *,
    staff: StaffMember,
) -> bool:
    """Whether the very same page proposed something that is answered by now; then it is told so.

    Of the proposals the page may have made it is the newest of then. Whoever means to propose it
    once more opens the page anew.
    """
    at = done_before_at(request)
    if at is None:
        return False
    own = proposals.filter(proposed_by=staff, proposed_at__lte=at)
    proposal = own.order_by("-proposed_at", "-pk").first()
    if proposal is None or proposal.answered_at is None:
        return False
    messages.info(
        request,
        _("You have proposed this before, and a colleague has approved it.")
        if proposal.is_approved
        else _("You have proposed this before, and a colleague has declined it."),
    )
    return True
