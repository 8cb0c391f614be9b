"""The witness's declaration: its text, how it is accepted, and that nobody decides without it."""

import html
import re
from datetime import timedelta

import pytest
from django.urls import reverse

from appointments.models import Participant
from borgerservice.audit.selectors import history_of
from tests.appointments.desk import signed_in
from tests.builders import build_staff
from tests.witnesses.cases import Questions, Reason, build_office, number, witness
from tests.witnesses.rules.texts import FIRST, declaration_file
from witnesses.exceptions import CaseOver, Refused
from witnesses.models import Declaration
from witnesses.rules import declarations as texts
from witnesses.rules.declarations import (
    declaration_text,
    load_declarations,
)
from witnesses.selectors.cases import current_statement, declaration_of
from witnesses.services import (
    accept_declaration,
    decide_proofing,
    record_no_witness,
    record_questions,
    record_witness,
)

Accepted = Declaration.Accepted


def acts(office, case):
    return {"proofing": case, "staff": office.clerk, "now": office.now}


def recorded(office, case, seen):
    return record_witness(witness=seen, reason=Reason.NEWLY_ARRIVED, **acts(office, case))


def refusal(call, **keywords) -> str:
    with pytest.raises(Refused) as refused:
        call(**keywords)
    assert refused.value.sentence
    return refused.value.code


# --- accepting it --------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["da", "en"])
@pytest.mark.parametrize("how", list(Accepted))
def test_the_record_says_how_which_text_and_who_saw_it(office, how, language):
    case = office.with_witness(witness(2), is_signed=False)
    staff = office.clerk if how == Accepted.PRINTED else None

    accepted = accept_declaration(
        proofing=case, language=language, how=how, staff=staff, now=office.now
    )

    text = declaration_text(FIRST, language)
    assert (accepted.accepted, accepted.recorded_by) == (how, staff)
    assert (accepted.version, accepted.language) == (FIRST, language)
    assert accepted.text_sha256 == text.sha256
    assert accepted.person == current_statement(case).person
    entry = list(
        history_of(municipality=office.world.municipality, subject=f"proofing:{case.reference}")
    )[-1]
    assert entry.event == "proofing.declaration_accepted"
    assert entry.actor == (f"staff:{office.clerk.pk}" if staff else "witness")
    told = {"how": str(how), "version": FIRST, "language": language, "statement": 0}
    assert entry.facts == told
    assert decide_proofing(**acts(office, case)).outcome == "confirmed"


@pytest.mark.django_db
def test_nobody_is_confirmed_by_a_witness_who_has_not_accepted(office):
    case = office.with_witness(witness(2), is_signed=False)

    assert refusal(decide_proofing, **acts(office, case)) == "declaration_needed"
    case.refresh_from_db()
    assert case.state == "witness"


@pytest.mark.django_db
def test_a_witness_who_does_not_want_to_is_taken_out_and_the_case_decided_without(office):
    case = office.with_witness(witness(2), is_signed=False)

    record_no_witness(**acts(office, case))

    assert decide_proofing(**acts(office, case)).failed == ["applicant.proof"]


@pytest.mark.django_db
def test_a_witness_who_was_not_needed_need_declare_nothing(office):
    case = office.with_witness(witness(2), is_signed=False)
    record_questions(outcome=Questions.PASSED, **acts(office, case))

    assert decide_proofing(**acts(office, case)).route == "questions"


@pytest.mark.django_db
def test_questions_that_did_not_pass_after_all_call_for_the_declaration(office):
    case = office.with_witness(witness(2), is_signed=False)
    record_questions(outcome=Questions.PASSED, **acts(office, case))
    record_questions(outcome=Questions.FAILED, **acts(office, case))

    assert refusal(decide_proofing, **acts(office, case)) == "declaration_needed"


@pytest.mark.django_db
def test_correcting_the_statement_of_the_same_person_keeps_what_they_signed(office):
    case = office.with_witness(witness(2))

    recorded(office, case, witness(2, name="Bente Vidnesen"))

    assert declaration_of(case, current_statement(case)) is not None
    assert decide_proofing(**acts(office, case)).outcome == "confirmed"


@pytest.mark.django_db
def test_another_witness_signs_for_themselves(office):
    case = office.with_witness(witness(2))
    recorded(office, case, witness(3))

    assert refusal(decide_proofing, **acts(office, case)) == "declaration_needed"
    office.sign(case)
    recorded(office, case, witness(2))
    assert decide_proofing(**acts(office, case)).outcome == "confirmed"
    assert Declaration.unscoped.filter(proofing=case).count() == 2


@pytest.mark.django_db
def test_what_was_signed_in_one_case_does_not_count_in_another(office):
    office.with_witness(witness(2))
    another = office.with_witness(witness(2), applicant=5, is_signed=False)

    assert refusal(decide_proofing, **acts(office, another)) == "declaration_needed"


@pytest.mark.django_db
def test_what_cannot_be_accepted_is_refused_with_a_reason(office):
    nobody = office.with_questions()
    printed = {"language": "da", "how": Accepted.PRINTED}
    assert refusal(accept_declaration, **printed, **acts(office, nobody)) == "wrong_step"
    record_no_witness(**acts(office, nobody))
    assert refusal(accept_declaration, **printed, **acts(office, nobody)) == "no_witness"

    case = office.with_witness(witness(2), applicant=4, is_signed=False)
    former = current_statement(case)
    recorded(office, case, witness(3))
    signed_in = {**acts(office, case), "how": Accepted.SIGNED_IN, "staff": None}
    assert refusal(accept_declaration, language="de", **signed_in) == "unknown_language"
    told = refusal(accept_declaration, language="da", statement=former, **signed_in)
    assert told == "witness_changed"
    told = refusal(accept_declaration, version="2019-01", **printed, **acts(office, case))
    assert told == "declaration_outdated"
    assert refusal(accept_declaration, **printed, seen=2, **acts(office, case)) == (
        "changed_meanwhile"
    )
    office.sign(case)
    assert refusal(accept_declaration, **printed, **acts(office, case)) == "declaration_accepted"
    decide_proofing(**acts(office, case))
    with pytest.raises(CaseOver):
        office.sign(case)


@pytest.mark.django_db
def test_a_clerk_does_not_see_the_paper_signed_in_a_case_of_their_own(office):
    case = office.with_witness(witness(2), applicant=6, is_signed=False)
    mine = build_staff(office.world.municipality)
    mine.person = case.applicant
    mine.save()

    told = refusal(
        accept_declaration,
        proofing=case,
        language="da",
        how=Accepted.PRINTED,
        staff=mine,
        now=office.now,
    )
    assert told == "own_case"


@pytest.mark.django_db
def test_a_paper_of_the_day_of_the_meeting_counts_though_a_new_text_came_since(
    office, monkeypatch, tmp_path
):
    case = office.with_witness(witness(2), is_signed=False)
    declaration_file(tmp_path, FIRST, "2026-11-01")
    declaration_file(tmp_path, "2026-11-24", "2026-11-24", line="Du skal sige sandheden.")
    versions = load_declarations(tmp_path)
    monkeypatch.setattr(texts, "load_declarations", lambda _folder=None: versions)
    tomorrow = {**acts(office, case), "now": office.now + timedelta(days=1)}

    accepted = accept_declaration(language="da", how=Accepted.PRINTED, version=FIRST, **tomorrow)

    assert accepted.version == FIRST


# --- at the desk ---------------------------------------------------------------------------------


@pytest.fixture
def client(office, clock):
    return signed_in(office.clerk)


def address(case, name="proofing", **where):
    return reverse(f"admin:{name}", kwargs={"code": "0657", "reference": case.reference, **where})


def words_of(response) -> str:
    content = response.content.decode().partition('id="content"')[2]
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", content)).split())


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["da", "en"])
def test_the_page_to_print_shows_the_text_word_for_word_and_whose_it_is(client, office, language):
    case = office.with_witness(witness(2), is_signed=False)

    page = client.get(address(case, "proofing_declaration", language=language))

    shown, text = words_of(page), declaration_text(FIRST, language)
    place = 0
    for line in text.plain.split("\n"):
        place = shown.index(line, place) + len(line)
    for named in (case.reference, "Amina Hassan", "Bente Vidne", "Herning"):
        assert named in shown
    assert f'lang="{language}"' in page.content.decode()
    assert number(2).digits not in shown
    entry = list(
        history_of(municipality=office.world.municipality, subject=f"proofing:{case.reference}")
    )[-1]
    assert (entry.event, entry.facts) == (
        "proofing.read",
        {"read": f"declaration:{FIRST}:{language}"},
    )


@pytest.mark.django_db
def test_a_clerk_needs_three_presses_from_the_witness_to_the_decision(client, office):
    case = office.with_witness(witness(2), is_signed=False)
    page = client.get(address(case)).content.decode()
    assert address(case, "proofing_declaration", language="da") in page
    assert address(case, "proofing_decide") not in page
    assert address(case, "proofing_no_witness") in page

    paper = client.get(address(case, "proofing_declaration", language="da")).content.decode()
    form = dict(re.findall(r'name="(seen|version|language)" value="([^"]*)"', paper))
    answer = client.post(address(case, "proofing_declaration_signed"), form, follow=True)
    assert address(case, "proofing_decide") in answer.content.decode()
    client.post(address(case, "proofing_decide"), {"seen": answer.context["case"].revision})

    case.refresh_from_db()
    assert case.outcome == "confirmed"
    accepted = Declaration.unscoped.get()
    assert (accepted.language, accepted.accepted) == ("da", "printed")
    paper = client.get(address(case, "proofing_declaration", language="da"))
    assert FIRST in words_of(paper)
    assert address(case, "proofing_declaration_signed") not in paper.content.decode()


@pytest.mark.django_db
def test_who_signed_while_the_witness_was_replaced_signed_for_nobody_else(client, office):
    case = office.with_witness(witness(2), is_signed=False)
    case.refresh_from_db()
    seen = case.revision
    recorded(office, case, witness(3, name="Carl Nabo"))

    client.post(
        address(case, "proofing_declaration_signed"),
        {"seen": seen, "version": FIRST, "language": "da"},
    )

    assert not Declaration.unscoped.exists()


@pytest.mark.django_db
def test_decide_sent_without_a_declaration_is_told_on_the_page(client, office):
    case = office.with_witness(witness(2), is_signed=False)

    answer = client.post(address(case, "proofing_decide"), follow=True)

    assert [m.level_tag for m in answer.context["messages"]] == ["error"]
    case.refresh_from_db()
    assert case.state == "witness"


@pytest.mark.django_db
def test_a_protected_applicant_s_name_is_left_to_be_written_by_hand(client, office):
    case = office.with_witness(witness(2), is_signed=False)
    Participant.unscoped.filter(pk=case.participant_id).update(is_protected=True)

    page = words_of(client.get(address(case, "proofing_declaration", language="da")))

    assert "Amina" not in page
    assert case.reference in page


@pytest.mark.django_db
def test_there_is_no_paper_without_a_witness_in_no_other_language_and_nowhere_else(client, office):
    nobody = office.with_questions()
    case = office.with_witness(witness(2), applicant=5)
    elsewhere = build_office("0101", "København").with_witness(witness(9), applicant=8)

    assert client.get(address(nobody, "proofing_declaration", language="da")).status_code == 404
    assert client.get(address(case, "proofing_declaration", language="de")).status_code == 404
    for other in (elsewhere,):
        page = address(other, "proofing_declaration", language="da")
        assert client.get(page).status_code == 404
        assert client.get(page.replace("0657", "0101")).status_code == 404
        signed = address(other, "proofing_declaration_signed")
        assert client.post(signed, {"language": "da"}).status_code == 404
