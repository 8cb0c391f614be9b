"""The pages on which visits are let go and kept, as administrators and team leads see them."""

import pytest

from borgerservice.audit.models import AuditEntry
from borgerservice.retention.carrying_out import carry_out_disposals
from borgerservice.retention.models import Disposal, LegalHold
from tests.appointments.desk import at_work
from tests.builders import NOW, build_world
from tests.retention.lives import build_lives
from tests.retention.test_disposal import BEFORE, OLD, YOUNG
from tests.witnesses.case_pages import error_at, text_of
from tests.witnesses.cases import number

DISPOSAL, HOLDS = "/admin/0657/disposal/", "/admin/0657/holds/"
ASKED = {"before": BEFORE.isoformat(), "authority": "26/012345"}

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


@pytest.fixture
def lives(world):
    return build_lives(world)


@pytest.fixture
def one(world):
    return at_work(world.municipality, role="administrator")


@pytest.fixture
def other(world):
    return at_work(world.municipality, role="administrator")


def answer(client, proposal, said="approve"):
    return client.post(f"{DISPOSAL}{proposal.pk}/", {"answer": said}, follow=True)


def test_one_proposes_another_approves_and_the_page_says_when_all_have_gone(lives, one, other):
    lives.full_visit(OLD)
    lives.visit(YOUNG)
    lives.wish(OLD)
    lives.hold(lives.visit(OLD))
    shown = text_of(one.get(DISPOSAL))
    assert "Besøg, der må kasseres 2 Identitetssager på dem 2 Ønsker om en tid 1" in shown
    assert "Holdt tilbage 1 Endnu ikke afsluttet 0" in shown
    said = text_of(one.post(DISPOSAL, ASKED, follow=True))
    assert "Foreslået. En anden administrator skal svare." in said
    assert "En kollega skal svare." in said
    proposal = Disposal.unscoped.get()
    assert "Godkendt. Besøgene kasseres i løbet af nogle timer." in text_of(answer(other, proposal))
    shown = text_of(one.get(DISPOSAL))
    assert "26/012345" in shown
    assert "Mangler endnu: 3 Holdes tilbage: 1" in shown
    carry_out_disposals(now=NOW)
    assert "Alle, der må kasseres, er kasseret. Holdes tilbage: 1" in text_of(one.get(DISPOSAL))


def test_pressed_twice_it_is_proposed_and_approved_once(lives, one, other):
    lives.visit(OLD)
    page = {**ASKED, "csrfmiddlewaretoken": "the same page"}
    one.cookies["csrftoken"] = "a" * 32
    for _ in range(2):
        assert "Foreslået." in text_of(one.post(DISPOSAL, page, follow=True))
    proposal = Disposal.unscoped.get()
    other.cookies["csrftoken"] = "b" * 32
    for _ in range(2):
        pressed = {"answer": "approve", "csrfmiddlewaretoken": "the same page"}
        again = other.post(f"{DISPOSAL}{proposal.pk}/", pressed, follow=True)
        assert "Godkendt." in text_of(again)
    assert AuditEntry.unscoped.filter(event="disposal.approved").count() == 1


def test_sent_again_after_the_answer_it_is_told_and_nothing_is_proposed_anew(lives, one, other):
    lives.visit(OLD)
    page = {**ASKED, "csrfmiddlewaretoken": "the same page"}
    one.cookies["csrftoken"] = "a" * 32
    one.post(DISPOSAL, page)
    answer(other, Disposal.unscoped.get(), "decline")
    again = text_of(one.post(DISPOSAL, page, follow=True))
    assert "Du har foreslået dette før, og en kollega har afvist det." in again
    assert Disposal.unscoped.count() == 1


def test_whoever_proposed_cannot_answer(lives, one):
    lives.visit(OLD)
    one.post(DISPOSAL, ASKED)
    said = text_of(answer(one, Disposal.unscoped.get()))
    assert "Du har selv stillet forslaget." in said
    assert Disposal.unscoped.get().answered_at is None


def test_declined_nothing_goes(lives, one, other):
    lives.visit(OLD)
    one.post(DISPOSAL, ASKED)
    assert "Afvist." in text_of(answer(other, Disposal.unscoped.get(), "decline"))
    assert carry_out_disposals(now=NOW) == 0


@pytest.mark.parametrize(
    ("typed", "field", "said"),
    [
        ({"before": ""}, "before", "Skriv en dato, for eksempel 23-11-2026."),
        ({"before": "i går"}, "before", "Skriv en dato, for eksempel 23-11-2026."),
        (
            {"before": "2021-11-24"},
            "before",
            "Besøg gemmes i 5 år. Skriv 23.11.2021 eller en tidligere dag.",
        ),
        ({"before": "1999-01-01"}, "before", "Der er intet fra før den dag, der må kasseres."),
        ({"authority": ""}, "authority", "Skriv journalnummeret."),
        ({"authority": "det må vi"}, "authority", "Skriv kun nummeret, for eksempel 26/012345."),
    ],
)
def test_what_cannot_be_proposed_is_said_at_the_field(lives, one, typed, field, said):
    lives.visit(OLD)
    answered = one.post(DISPOSAL, {**ASKED, **typed})
    assert said in error_at(answered, field)
    assert not Disposal.unscoped.exists()


@pytest.mark.parametrize("role", ["lead", "administrator"])
def test_a_visit_is_kept_and_let_go_again(lives, world, role):
    client, visit = at_work(world.municipality, role=role), lives.visit(OLD)
    assert HOLDS in client.get("/admin/", follow=True).content.decode()
    typed = {"reference": visit.reference, "reason": "complaint"}
    said = text_of(client.post(HOLDS, typed, follow=True))
    assert "Besøget holdes tilbage, indtil nogen siger andet." in said
    assert f"{visit.reference} Klage" in said
    hold = LegalHold.unscoped.get()
    said = text_of(client.post(f"{HOLDS}{hold.pk}/", follow=True))
    assert "Intet holdes tilbage." in said
    said = text_of(client.post(f"{HOLDS}{hold.pk}/", follow=True))
    assert "Det holdes ikke længere tilbage." in said


@pytest.mark.parametrize(
    ("typed", "field", "said"),
    [
        ({"reference": ""}, "reference", "Skriv besøgets eller sagens nummer."),
        ({"reference": "NOBODY"}, "reference", "Her er hverken et besøg eller en sag"),
        ({"reason": ""}, "reason", "Vælg en grund."),
        ({"reason": "because"}, "reason", "Vælg en grund."),
    ],
)
def test_what_cannot_be_kept_is_said_at_the_field(lives, one, typed, field, said):
    visit = lives.visit(OLD)
    usual = {"reference": visit.reference, "reason": "court"}
    assert said in error_at(one.post(HOLDS, {**usual, **typed}), field)
    assert not LegalHold.unscoped.exists()


def test_a_cpr_number_typed_as_a_reference_is_not_shown_back(one):
    digits = number(1).digits
    answered = one.post(HOLDS, {"reference": digits, "reason": "court"})
    assert "Det ligner et CPR-nummer" in error_at(answered, "reference")
    assert digits not in answered.content.decode()


def test_another_municipalitys_rows_are_not_found(lives, one, other):
    elsewhere = build_lives(build_world(code="0101", name="København"))
    theirs = at_work(elsewhere.world.municipality, role="administrator")
    elsewhere.visit(OLD)
    hold = elsewhere.hold(elsewhere.visit(OLD))
    theirs.post("/admin/0101/disposal/", ASKED)
    proposal = Disposal.unscoped.get()
    assert answer(one, proposal).status_code == 404
    assert one.post(f"{HOLDS}{hold.pk}/").status_code == 404
    assert one.get("/admin/0101/disposal/").status_code == 404
    assert hold.appointment.reference not in text_of(one.get(HOLDS))
