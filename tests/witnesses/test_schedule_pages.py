"""The pages of rule stewards: what is in force when, what waits, what is newer, each set whole."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils.html import escape

from borgerservice.municipalities.models import StaffRole
from tests.appointments.desk import at, at_work, signed_in, words
from tests.architecture.routes import all_routes
from tests.builders import NOW, TODAY, build_municipality
from tests.witnesses.stewards import build_steward, scheduled
from witnesses.models import RuleSetInForce, RuleSetProposal
from witnesses.rules.rule_sets import RULE_SETS
from witnesses.selectors.cases import rule_set_in_force
from witnesses.services.schedule import propose_rule_set

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
SOON = TODAY + timedelta(days=14)
RULES = "/admin/rules/"


@pytest.fixture
def one():
    return build_steward("one")


@pytest.fixture
def other():
    return build_steward("other")


def text_of(client, address=RULES):
    answer = client.get(address)
    assert answer.status_code == 200
    inside = answer.content.decode().split('<div id="content')[1]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", inside))


def waiting(staff, rule_set="mitid-2025", on=SOON):
    return propose_rule_set(rule_set=rule_set, in_force_from=on, staff=staff, now=NOW)


def page_of(proposal, name="rules_proposal"):
    return reverse(f"admin:{name}", kwargs={"number": proposal.pk})


# --- who may -----------------------------------------------------------------------------------------


def steward_routes():
    return [route for route in all_routes() if route.open_to == "rule_steward"]


def test_every_page_below_rules_is_for_rule_stewards():
    below = [route for route in all_routes() if route.path.startswith("admin/rules/")]
    assert below == steward_routes()
    assert len(below) == 6


@pytest.mark.parametrize("route", steward_routes(), ids=lambda route: route.path)
def test_for_everybody_else_there_is_no_such_page(route, one, other, client):
    proposal = waiting(other)
    address = "/" + route.path.replace("<int:number>", str(proposal.pk))
    address = address.replace("<str:rule_set>", "mitid-2025")
    place = build_municipality()
    for method in ("get", "post"):
        assert getattr(client, method)(address).status_code in {302, 405}
        for role in set(StaffRole.Role.values) - {"rule_steward"}:
            answer = getattr(at_work(place, role), method)(address, follow=True)
            assert answer.status_code in {404, 405}, (role, method)
    proposal.refresh_from_db()
    assert proposal.answered_at is None
    steward = signed_in(one)
    assert {getattr(steward, method)(address).status_code for method in ("get", "post")} & {
        200,
        302,
    }


def test_what_does_not_exist_is_not_found(one):
    client = signed_in(one)
    for address in (f"{RULES}sets/mitid-2031/", f"{RULES}proposals/999/"):
        assert client.get(address).status_code == 404
    assert client.post(f"{RULES}proposals/999/approve/").status_code == 404


# --- what one sees ---------------------------------------------------------------------------------------


def test_the_schedule_shows_what_was_is_and_will_be_in_force(one):
    scheduled("digst-2023", SOON)
    titles = {name: escape(RULE_SETS[name].title["da"]) for name in RULE_SETS}
    table = text_of(signed_in(one)).split(words("Proposed and approved by"))[1]
    coming, now_on = table.index(titles["digst-2023"]), table.index(titles["mitid-2022"])
    assert coming < table.index(words("Coming")) < now_on < table.index(words("In force now"))
    assert "mandag den 7. december 2026" in table
    assert "søndag den 6. december 2026" in table
    assert "Rosa Regel, Rosa Regel" in table
    assert words("Came with the system") in table
    assert words("Past") not in table
    with at(NOW + timedelta(days=14)):
        table = text_of(signed_in(one)).split(words("Proposed and approved by"))[1]
    assert table.index(words("In force now")) < table.index(words("Past"))


def test_newer_guidance_is_told_with_both_values_sources_and_dates(one):
    page = text_of(signed_in(one)).split(words("Newer guidance is published and not in force"))[1]
    certain, perhaps = page.split(
        words("The dates of the pages do not say which one is the newer.")
    )
    for said in (
        "Vidnets tid med MitID",
        "Mindst 10 dage. mitid.dk: Non-citizens in Denmark (2022)",
        "Mere end 30 dage. mitid.dk: When you need Citizen Service to assist you with MitID (2025)",
    ):
        assert said in certain
    assert "Mere end 10 dage." not in certain
    assert "Mere end 10 dage." in perhaps
    assert "3 personer inden for 120 dage" in perhaps
    soon = words("In force from %(day)s") % {"day": "mandag den 7. december 2026"}
    assert soon not in page
    scheduled("mitid-2025", SOON)
    assert soon in text_of(signed_in(one))


def test_nothing_is_newer_than_the_newest_set(one):
    scheduled("mitid-2025", SOON)
    with at(NOW + timedelta(days=14)):
        page = text_of(signed_in(one))
    assert words("Newer guidance is published and not in force") not in page
    assert words("The dates of the pages do not say which one is the newer.") not in page


@pytest.mark.parametrize("name", RULE_SETS)
def test_a_set_is_read_figure_by_figure_with_its_sources(one, name):
    page = text_of(signed_in(one), f"{RULES}sets/{name}/")
    shown = RULE_SETS[name]
    for figure in (shown.witness_quota, shown.applicant_documents, shown.usable.recent):
        for said in (figure.source.title, figure.source.publisher, figure.source.url):
            assert escape(said) in page
        assert escape(figure.reading_da) in page
    assert "Højst 2 inden for grænsens antal dage." in page
    assert "Borgerservice" in page
    assert words("between {first} and {last}").format(first=2021, last=2023) in page


# --- what one does ---------------------------------------------------------------------------------------


def test_one_steward_proposes_and_another_approves(one, other):
    mine, theirs = signed_in(one), signed_in(other)
    typed = {"rule_set": "mitid-2025", "in_force_from": SOON.strftime("%d/%m/%Y")}
    answer = mine.post(f"{RULES}propose/", typed)
    proposal = RuleSetProposal.objects.get()
    assert answer["Location"] == page_of(proposal)
    assert page_of(proposal, "rules_approve") not in mine.get(page_of(proposal)).content.decode()
    assert page_of(proposal) in theirs.get(RULES).content.decode()

    page = text_of(theirs, page_of(proposal))
    assert "Mindst 10 dage." in page
    assert "Mere end 30 dage." in page
    assert theirs.post(page_of(proposal, "rules_approve"))["Location"] == RULES
    assert rule_set_in_force(SOON) == "mitid-2025"
    assert words("Approved") in text_of(theirs, page_of(proposal))
    assert page_of(proposal) not in theirs.get(RULES).content.decode()


def test_a_declined_proposal_is_gone_from_what_waits(one, other):
    proposal = waiting(one)
    theirs = signed_in(other)
    theirs.post(page_of(proposal, "rules_decline"))
    assert page_of(proposal) not in theirs.get(RULES).content.decode()
    assert words("Declined") in text_of(theirs, page_of(proposal))
    assert RuleSetInForce.objects.count() == 1


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"rule_set": "mitid-2025"}, "in_force_from"),
        ({"in_force_from": "7-12-2026"}, "rule_set"),
        ({"rule_set": "mitid-2031", "in_force_from": "7-12-2026"}, "rule_set"),
        ({"rule_set": "mitid-2022", "in_force_from": "7-12-2026"}, "rule_set"),
        ({"rule_set": "mitid-2025", "in_force_from": "23-11-2026"}, "in_force_from"),
        ({"rule_set": "mitid-2025", "in_force_from": "31-11-2026"}, "in_force_from"),
    ],
)
def test_what_cannot_be_proposed_is_told_at_its_field_and_nothing_is_lost(one, typed, field):
    page = signed_in(one).post(f"{RULES}propose/", typed)
    assert page.status_code == 200
    assert page.context["form"].errors.keys() == {field}
    for name, value in typed.items():
        assert page.context["form"][name].value() == value
    assert not RuleSetProposal.objects.exists()


def test_an_approval_that_comes_too_late_is_told_on_the_proposal_s_page(one, other):
    proposal = waiting(one)
    with at(NOW + timedelta(days=14)):
        theirs = signed_in(other)
        answer = theirs.post(page_of(proposal, "rules_approve"), follow=True)
    assert answer.redirect_chain == [(page_of(proposal), 302)]
    assert (
        words("Choose a day after today. What has begun cannot be changed.")
        in answer.content.decode()
    )
    assert RuleSetInForce.objects.count() == 1


def test_a_link_names_the_set_to_begin_with(one):
    page = signed_in(one).get(f"{RULES}propose/?rule_set=mitid-2025")
    assert page.context["form"]["rule_set"].value() == "mitid-2025"


def test_who_sends_a_proposal_again_is_told_what_another_answered(one, other):
    client, page = signed_in(one), f"{RULES}propose/"
    for answer, on in (("decline", SOON), ("approve", SOON + timedelta(days=7))):
        sent = {"rule_set": "digst-2023", "in_force_from": on.isoformat()}
        sent["csrfmiddlewaretoken"] = str(client.get(page).context["csrf_token"])
        for _press in range(2):
            proposed = client.post(page, sent, follow=True).content.decode()
            assert words("The proposal waits for another rule steward.") in proposed
        signed_in(other).post(page_of(RuleSetProposal.objects.latest("pk"), f"rules_{answer}"))
        told = client.post(page, sent, follow=True).content.decode()
        assert words(f"You have proposed this before, and a colleague has {answer}d it.") in told
        assert words("The proposal waits for another rule steward.") not in told
    assert RuleSetProposal.objects.count() == 2
