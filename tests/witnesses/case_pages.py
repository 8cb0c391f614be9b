"""The pages of a case: where they are, what they show, and what a clerk fills in."""

import html
import re

from django.urls import reverse
from django.utils import translation

from tests.witnesses.cases import number
from witnesses.forms import WitnessForm
from witnesses.forms.fields import CHOOSE, DayField
from witnesses.wording import REFUSALS


def address(case, step="", code="0657"):
    name = f"proofing_{step}" if step else "proofing"
    return reverse(f"admin:{name}", kwargs={"code": code, "reference": case.reference})


def text_of(response) -> str:
    body = re.sub(r"<(head|script|style).*?</\1>", " ", response.content.decode(), flags=re.DOTALL)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", body)).split())


def values_of(response) -> dict[str, str]:
    """What the page's inputs show."""
    found = {}
    for tag in re.findall(r"<input[^>]*>", response.content.decode()):
        name = re.search(r'name="([^"]*)"', tag)
        value = re.search(r'value="([^"]*)"', tag)
        is_off = re.search(r'type="(radio|checkbox)"', tag) and " checked" not in tag
        if name and not is_off:
            found[name[1]] = html.unescape(value[1]) if value else ""
    return found


def applicant_form(**changed) -> dict[str, str]:
    form = {
        "number_kind": "cpr",
        "number": number(1).digits,
        "birth_date": "",
        "wants_cpr_link": "on",
        "assurance_level": "substantial",
        "rows": "4",
        **row(0, type="passport", shows_photo="on", shows_cpr="on", expires_on="1-1-2030"),
        **row(1),
        **row(2),
        **row(3),
    }
    return {name: value for name, value in {**form, **changed}.items() if value is not None}


def witness_form(serial=2, **changed) -> dict[str, str]:
    form = {
        "number_kind": "cpr",
        "number": number(serial).digits,
        "birth_date": "01-01-1990",
        "name": "Bente Vidne",
        "reason": "newly_arrived",
        "relationship": "friend",
        "established": "shown",
        "mitid_since": "3/2/2022",
        "brought_mitid": "on",
        "assurance_level": "substantial",
        "rows": "4",
        **row(0, type="driving_licence", shows_photo="on"),
    }
    return {name: value for name, value in {**form, **changed}.items() if value is not None}


def row(place, **said):
    return {
        f"documents-{place}-{name}": value
        for name, value in {"type": "", "issuer": "DK", "form": "physical", **said}.items()
    }


def error_at(answer, field: str) -> str:
    """What stands in the error list of a field."""
    found = re.search(
        rf'<ul class="errorlist" id="id_{re.escape(field)}_error">(.*?)</ul>',
        answer.content.decode(),
        re.DOTALL,
    )
    assert found, text_of(answer)
    return html.unescape(found[1])


def in_danish(told: str) -> str:
    """The sentence meant, as the page tells it."""
    forms = {
        "none_chosen": CHOOSE["required"],
        "not_offered": CHOOSE["invalid_choice"],
        "no_date": DayField().error_messages["invalid"],
        "too_long_to_read": WitnessForm.base_fields["name"].error_messages["max_length"],
    }
    with translation.override("da"):
        return str(forms[told] if told in forms else REFUSALS[told])
