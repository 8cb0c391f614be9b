"""The letter about a decision, to print; and what a municipality's letters say of complaints."""

from functools import partial

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy, override
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from borgerservice.admin import Link, Role, Words, act, admin_page, posted
from borgerservice.kernel import clock
from borgerservice.municipalities.policies import Workplace
from witnesses.desk.page import ROLES, case_address
from witnesses.exceptions import NotFound
from witnesses.forms.letters import ComplaintForm
from witnesses.models import IdentityProofing
from witnesses.rules.figures import LANGUAGES, Language
from witnesses.selectors.cases import get_proofing
from witnesses.selectors.letters import letter_of, usual_complaint_texts
from witnesses.services import change_complaint_texts, note_letter_read

NAMES: dict[Language, Words] = {
    "da": gettext_lazy("Letter in Danish"),
    "en": gettext_lazy("Letter in English"),
}


@require_safe
@admin_page(*ROLES)
def proofing_letter(
    request: HttpRequest, workplace: Workplace, reference: str, language: str
) -> HttpResponse:
    """The letter about a decision in one language, whatever language the staff member reads."""
    written_in = next((one for one in LANGUAGES if one == language), None)
    if written_in is None:
        raise Http404
    try:
        case = get_proofing(municipality=workplace.municipality, reference=reference)
    except NotFound:
        raise Http404 from None
    if case.state != IdentityProofing.State.DECIDED:
        messages.info(request, _("There is a letter once the case is decided."))
        return redirect(case_address(workplace, case.reference))
    note_letter_read(proofing=case, language=written_in, staff=workplace.staff, now=clock.now())
    context: dict[str, object] = {
        "tools": _tools(workplace, case, written_in),
        "tools_language": get_language(),
        "print_hint": _("Print this page from your browser's menu, or press Ctrl and P."),
        "tools_name": _("For staff, not printed"),
    }
    with override(written_in):
        page = reverse(
            "appointments:centre", kwargs={"key": case.participant.appointment.centre.key}
        )
        context |= {
            "letter": letter_of(case, written_in),
            "place": workplace.municipality,
            "centre": case.participant.appointment.centre,
            "phone": case.participant.appointment.centre.phone.replace(" ", "\N{NO-BREAK SPACE}"),
            "centre_address": f"{settings.PUBLIC_ADDRESS}{page}",
            "language": written_in,
        }
        return render(request, "witnesses/letter.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@admin_page(Role.ADMINISTRATOR)
def letters(request: HttpRequest, workplace: Workplace) -> HttpResponse:
    """What the letters about a decision say of how to complain."""
    place = workplace.municipality
    written = {"danish": place.complaint_da, "english": place.complaint_en}
    return act(
        request,
        title=_("Letters"),
        form=ComplaintForm(posted(request), initial=written),
        do=partial(
            change_complaint_texts, municipality=place, staff=workplace.staff, now=clock.now()
        ),
        done=reverse("admin:letters", kwargs={"code": place.code}),
        said=_("The text is saved. It stands in every letter from now on."),
        template="admin/letters.html",
        workplace=workplace,
        usual=usual_complaint_texts(),
        is_usual=not any(written.values()),
        submit=_("Save the text"),
    )


def _tools(workplace: Workplace, case: IdentityProofing, written_in: Language) -> list[Link]:
    """Back to the case, and the same letter in the other language."""
    where = {"code": workplace.municipality.code, "reference": case.reference}
    return [
        Link(_("Back to the case"), case_address(workplace, case.reference)),
        *(
            Link(
                str(NAMES[other]),
                reverse("admin:proofing_letter", kwargs=where | {"language": other}),
            )
            for other in LANGUAGES
            if other != written_in
        ),
    ]
