"""Every page of staff's is all Danish or all English: read by walking all of them."""

import re
from collections.abc import Iterator

import pytest
import time_machine
from django.test import Client
from django.utils import translation

from borgerservice.languages import OURS
from borgerservice.municipalities.models import StaffMember
from borgerservice.sign_in.spoken import is_for_staff
from tests.appointments.desk import signed_in
from tests.architecture.routes import all_routes
from tests.builders import NOW, TODAY
from tests.platform.reading import NO_WORD, Reader, foreign, words_of
from tests.platform.test_routes_matrix import NAMES, Place, filled_in, furnished
from tests.witnesses.stewards import build_steward
from witnesses.rules.explain_figures import figures_in_words
from witnesses.rules.rule_sets import RULE_SETS
from witnesses.services.schedule import propose_rule_set

pytestmark = pytest.mark.django_db
NO_PAGES = ("accounts/still/", "accounts/language/")
ROLES = {
    "administrator": "administrator",
    "auditor": "auditor",
    "fraud_reviewer": "reviewer",
    "lead": "lead",
    "rule_steward": "steward",
}


@pytest.fixture(scope="module")
def herning(rows_of_the_module: None) -> Iterator[Place]:
    with time_machine.travel(NOW):
        yield furnished("0657", "Herning")


@pytest.fixture(params=OURS)
def language(request: pytest.FixtureRequest, herning: Place) -> str:
    StaffMember.objects.update(language=request.param)
    return str(request.param)


def addresses(herning: Place, steward: StaffMember) -> Iterator[tuple[str, StaffMember]]:
    """Every page of staff's that knows who asks, of an open case and of a decided one."""
    proposal = propose_rule_set(
        rule_set="digst-2023", in_force_from=TODAY.replace(year=2027), staff=steward, now=NOW
    )
    steward_pages = {"<int:number>": str(proposal.pk), "<str:rule_set>": "mitid-2022"}
    for route in all_routes():
        role = ROLES.get(route.open_to.partition(",")[0], "clerk")
        if not route.path.startswith(("admin/", "accounts/")) or route.path in NO_PAGES:
            continue
        if "<slug:code>" not in route.path:
            path = route.path
            for place, value in steward_pages.items():
                path = path.replace(place, value)
            yield f"/{path}", steward if role == "steward" else herning.clerk
            continue
        address = filled_in(route, code=herning, key=herning, rows=herning)
        yield address, getattr(herning, role)
        yield address.replace(herning.proofing, herning.decided), getattr(herning, role)


def read_by(client: Client, method: str, address: str) -> Reader | None:
    """The page that one comes to; None where it is no page for reading."""
    translation.activate("de")  # a page that asked nobody would be found out
    answer = getattr(client, method)(address, follow=True)
    is_page = answer.content and answer.headers["Content-Type"].startswith("text/html")
    is_staffs = is_for_staff(answer.request["PATH_INFO"])
    return Reader(answer.content.decode()) if is_page and is_staffs else None


def names_of_data() -> re.Pattern[str]:
    """What people, and the sources of rules, are called in whatever language."""
    named = {"Bente Vidne", *NAMES.values()}
    for staff in StaffMember.objects.all():
        named |= {staff.username, staff.get_full_name() or staff.username}
    for rules in RULE_SETS.values():
        for figure in figures_in_words(rules, "en"):
            named |= {figure.source.title, figure.source.publisher}
    return re.compile("|".join(sorted(map(re.escape, named), key=len, reverse=True)))


@pytest.mark.once
def test_a_page_speaks_one_language(herning, language):
    steward = build_steward("steward")
    StaffMember.objects.update(language=language)
    walked, names = list(addresses(herning, steward)), names_of_data()
    wrong, pages = [], set()
    for method in ("get", "post"):
        for address, staff in walked:
            client = signed_in(StaffMember.objects.get(pk=staff.pk))
            page = read_by(client, method, address)
            if page is None:
                continue
            pages.add(address)
            read_in = "da" if address.endswith(f"{herning.decided}/letter/da/") else language
            said = [names.sub(" ", NO_WORD.sub(" ", text)) for text in page.said]
            if page.language != read_in or words_of(said) & foreign()[read_in]:
                told = [text.strip() for text in said if words_of([text]) & foreign()[read_in]]
                wrong.append((method, address, page.language, told))
    assert wrong == []
    assert len(pages) > 90


@pytest.mark.parametrize("address", ["/accounts/login/", "/invitation/gone/", "/admin/nowhere/"])
def test_a_page_before_signing_in_speaks_one_language(language, address):
    client = Client()
    client.post("/accounts/language/", {"language": language})
    page = read_by(client, "get", address)
    assert page is not None
    assert page.language == language
    assert words_of(page.said) & foreign()[language] == set()
