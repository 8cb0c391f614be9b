"""Fraud signals: what was seen, where, and what the reviewer found. For fraud reviewers alone."""

from functools import partial

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from borgerservice.admin import Role, act, admin_page, posted, show
from borgerservice.kernel import clock
from borgerservice.municipalities.policies import Workplace
from witnesses.exceptions import NotFound
from witnesses.forms import language_now
from witnesses.forms.signals import FindingForm
from witnesses.selectors.signals import (
    SignalShown,
    closed_signals,
    open_signals,
    signal_shown,
)
from witnesses.services.signals import note_signal_read, review_signal


@require_safe
@admin_page(Role.FRAUD_REVIEWER)
def signals(request: HttpRequest, workplace: Workplace) -> HttpResponse:
    """What waits to be looked at, oldest first."""
    return _list(request, workplace, is_closed=False)


@require_safe
@admin_page(Role.FRAUD_REVIEWER)
def signals_closed(request: HttpRequest, workplace: Workplace) -> HttpResponse:
    """What was looked at, newest first."""
    return _list(request, workplace, is_closed=True)


@require_http_methods(["GET", "HEAD", "POST"])
@admin_page(Role.FRAUD_REVIEWER)
def signal(request: HttpRequest, workplace: Workplace, number: int) -> HttpResponse:
    """One signal, and what the reviewer found. Every look is written down."""
    try:
        shown = signal_shown(
            municipality=workplace.municipality, number=number, reviewer=workplace.staff
        )
    except NotFound:
        raise Http404 from None
    now, is_closed = clock.now(), shown.signal.reviewed_at is not None
    note_signal_read(signal=shown.signal, staff=workplace.staff, now=now)
    return act(
        request,
        title=shown.signal.get_pattern_display(),
        form=FindingForm(posted(request)),
        do=partial(review_signal, shown=shown, staff=workplace.staff, now=now),
        done=_address(workplace, "signals"),
        said=_("The signal is closed."),
        template="admin/signal.html",
        workplace=workplace,
        shown=shown,
        is_closed=is_closed,
        words=in_words(shown),
        chain=_chain_in_words(shown.chain) if shown.chain else "",
        source=shown.threshold.source(language_now()),
        submit=_("Close the signal"),
        once=True,
        back=_address(workplace, "signals_closed" if is_closed else "signals"),
    )


def _list(request: HttpRequest, workplace: Workplace, *, is_closed: bool) -> HttpResponse:
    find = closed_signals if is_closed else open_signals
    found = find(municipality=workplace.municipality, reviewer=workplace.staff)
    return show(
        request,
        "admin/signals.html",
        title=_("Closed signals") if is_closed else _("Fraud signals"),
        workplace=workplace,
        is_closed=is_closed,
        signals=[(one, _address(workplace, "signal", number=one.pk)) for one in found],
        open_address=_address(workplace, "signals"),
        closed_address=_address(workplace, "signals_closed"),
    )


def _address(workplace: Workplace, name: str, **more: int) -> str:
    return reverse(f"admin:{name}", kwargs={"code": workplace.municipality.code, **more})


def in_words(shown: SignalShown) -> str:
    """The pattern in a sentence, with its figures."""
    figure, days = shown.threshold.figure, shown.days
    match shown.signal.pattern:
        case "several_municipalities":
            return _(
                "The same person was a witness in several municipalities within {days} days."
                " It is shown from {figure} municipalities on."
            ).format(days=days, figure=figure)
        case "each_other":
            return _(
                "Two people were each other's witness. It is shown where there are at most"
                " {figure} months between."
            ).format(figure=figure)
        case "recently_witnessed":
            return _(
                "The witness needed a witness themselves not long ago. It is shown where it was"
                " less than {figure} days ago."
            ).format(figure=figure)
        case "at_the_limit":
            return _(
                "The witness had reached the limit of {limit} in {days} days, and was a witness"
                " again soon after being free. It is shown up to {figure} days after that day."
            ).format(limit=shown.at_most, days=days, figure=figure)
        case _other:
            return _(
                "Several witnessings of the same witness were reversed within {days} days. It is"
                " shown from {figure} reversals on."
            ).format(days=days, figure=figure)


def _chain_in_words(length: int) -> str:
    """How long the chain behind a witness is."""
    return ngettext(
        "Behind the witness stands {number} witnessing of that kind.",
        "Behind the witness stands a chain of {number} witnessings of that kind.",
        length,
    ).format(number=length)
