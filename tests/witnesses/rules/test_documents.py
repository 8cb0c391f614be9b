from datetime import date
from itertools import product

import pytest

from tests.witnesses.rules.builders import DAY, document
from witnesses.rules.documents import flaws, role, suffices, usable_documents
from witnesses.rules.facts import DOCUMENT_TYPES
from witnesses.rules.rule_sets import RULE_SETS, rule_set

MEETING = date.fromisoformat(DAY)
USABLE = rule_set("mitid-2022").usable


def paper(kind, issuer="DK", **more):
    return {"type": kind, "issuer": issuer, **more}


def enough(name, *documents, wants_cpr=True):
    criterion = rule_set(name).applicant_documents
    return suffices(documents, criterion, wants_cpr=wants_cpr)


def enough_of_witness(name, *documents):
    return suffices(documents, rule_set(name).witness_documents, wants_cpr=False)


@pytest.mark.parametrize("name", RULE_SETS)
@pytest.mark.parametrize(
    ("shown", "found"),
    [
        (document(), []),
        (document(expires_on=DAY), []),
        (document(expires_on=None, issued_on=None, form="physical", provisional=False), []),
        (document(expires_on="2026-04-14"), ["expired"]),
        (document(issued_on=DAY), []),
        (document(issued_on="2026-04-16"), ["issued_later"]),
        (document(form="copy"), ["copy"]),
        (document(form="app"), ["not_as_app"]),
        (document("driving_licence", form="app"), []),
        (document("health_card", form="app"), []),
        (document("driving_licence", "GL", form="app"), ["not_as_app"]),
        (document("special_health_card", form="app"), ["not_as_app"]),
        (document(provisional=True), ["provisional"]),
        (document("temporary_health_card"), ["never_counts"]),
        (document("temporary_health_card", form="copy", provisional=True, expires_on="2020-01-01"),
         ["provisional", "never_counts", "copy", "expired"]),
        (document("benefit_letter"), ["issue_unknown"]),
        (document("benefit_letter", issued_on="2026-01-14"), ["too_old"]),
        (document("benefit_letter", issued_on="2026-01-15"), []),
        (document("benefit_letter", issued_on="2026-04-16"), ["issued_later"]),
        (document("tax_assessment", issued_on="1999-01-01"), []),
    ],
)  # fmt: skip
def test_a_document_counts_or_every_reason_why_not_is_named(shown, found, name):
    usable = rule_set(name).usable
    assert flaws(shown, on=MEETING, usable=usable) == found
    kept = usable_documents([shown], on=MEETING, usable=usable)
    assert kept == ([] if found else [shown])


def test_documents_stay_in_the_order_sent():
    shown = [document(), document(form="copy"), paper("tax_assessment"), document("health_card")]
    kept = usable_documents(shown, on=MEETING, usable=USABLE)
    assert [one["type"] for one in kept] == ["passport", "tax_assessment", "health_card"]


def test_a_benefit_letter_has_no_age_limit_before_the_calendar_began():
    letter = document("benefit_letter", issued_on="0001-01-01")
    assert flaws(letter, on=date(1, 2, 15), usable=USABLE) == []


@pytest.mark.parametrize("name", ["mitid-2022", "digst-2023"])
@pytest.mark.parametrize(
    ("kind", "issuer", "counts"),
    [
        ("passport", "SE", True),
        ("passport", "FO", True),
        ("national_id_card", "DE", True),
        ("driving_licence", "SE", True),
        ("driving_licence", "GL", True),
        ("driving_licence", "FO", False),
        ("residence_card", "DK", True),
        ("residence_card", "GL", False),
        ("foreign_ministry_id_card", "DK", True),
        ("foreign_ministry_id_card", "SE", False),
        ("municipal_id_card", "DK", False),
        ("military_id", "DK", False),
        ("bank_id_card", "DK", False),
    ],
)
def test_wide_photo_id_is_read_from_the_list_and_needs_its_photo(kind, issuer, counts, name):
    assert enough(name, document(kind, issuer)) is counts
    assert not enough(name, document(kind, issuer, shows_photo=False))


def test_with_photo_id_any_usable_document_may_show_the_cpr_number():
    without = document(issuer="SE", shows_cpr=False)
    assert not enough("mitid-2022", without)
    assert enough("mitid-2022", without, wants_cpr=False)
    assert enough("mitid-2022", without, paper("bank_id_card", "US", shows_cpr=True))


@pytest.mark.parametrize(
    ("papers", "counts"),
    [
        ([paper("health_card", shows_cpr=True), paper("birth_certificate")], True),
        ([paper("health_card"), paper("benefit_letter", shows_cpr=True)], True),
        ([paper("health_card", "GL", shows_cpr=True), paper("tax_assessment")], True),
        ([paper("health_card"), paper("birth_certificate")], False),
        ([paper("health_card", shows_cpr=True)], False),
        ([paper("health_card", shows_cpr=True), paper("health_card", "GL")], False),
        ([paper("tax_assessment", shows_cpr=True), paper("benefit_letter")], False),
        ([paper("health_card", "FO", shows_cpr=True), paper("birth_certificate")], False),
        ([paper("health_card", shows_cpr=True), paper("municipal_id_card")], False),
        ([paper("tax_assessment", shows_cpr=True), paper("tax_assessment"),
          paper("residence_certificate")], True),
        ([paper("tax_assessment"), paper("tax_assessment", shows_cpr=True),
          paper("benefit_letter", shows_cpr=True)], False),
    ],
)  # fmt: skip
def test_two_papers_suffice_whether_or_not_the_number_is_wanted(papers, counts):
    assert enough("mitid-2022", *papers) is counts
    assert enough("digst-2023", *papers, wants_cpr=False) is counts
    assert enough("mitid-2022", *papers[::-1]) is counts


@pytest.mark.parametrize(
    ("shown", "alone"),
    [
        (document("driving_licence", shows_cpr=False), True),
        (document("driving_licence", "GL", shows_cpr=False), True),
        (document("driving_licence", "FO"), False),
        (document("driving_licence", "SE"), False),
        (document("passport", "FO"), True),
        (document("passport", "SE"), False),
        (document("passport", shows_cpr=False), False),
        (document("residence_card"), True),
        (document("residence_card", shows_cpr=False), False),
        (document("foreign_ministry_id_card", shows_cpr=False), True),
        (document("driving_licence", shows_photo=False), False),
        (document("municipal_id_card"), False),
    ],
)
def test_some_documents_stand_alone_at_the_level_substantial(shown, alone):
    assert enough("mitid-2025", shown) is alone
    assert enough("mitid-2025", shown, wants_cpr=False) is alone
    assert enough_of_witness("mitid-2025", shown) is alone


@pytest.mark.parametrize(
    ("shown", "counts"),
    [
        ([document(issuer="SE", shows_cpr=False), paper("health_card", shows_cpr=True)], True),
        ([document(issuer="SE", shows_cpr=False), paper("health_card")], False),
        ([document(issuer="SE"), paper("tax_assessment", shows_cpr=True)], False),
        ([document(issuer="SE"), paper("health_card", "FO", shows_cpr=True)], False),
        ([document("municipal_id_card")], False),
        ([document("municipal_id_card"), document("municipal_id_card")], True),
        ([document("municipal_id_card", shows_cpr=False), document("municipal_id_card")], True),
        ([document("municipal_id_card"), document("municipal_id_card", shows_cpr=False)], True),
        ([document("municipal_id_card", shows_photo=False), document("municipal_id_card")], True),
        ([document("municipal_id_card", shows_photo=False),
          document("municipal_id_card", shows_cpr=False, shows_photo=False)], False),
        ([document("municipal_id_card", "FO"), paper("health_card", shows_cpr=True)], False),
        ([document("driving_licence", "SE"), paper("health_card", shows_cpr=True)], False),
    ],
)  # fmt: skip
def test_two_documents_combine_at_the_level_substantial(shown, counts):
    assert enough("mitid-2025", *shown) is counts
    assert enough("mitid-2025", *shown[::-1], wants_cpr=False) is counts


def test_one_entry_is_never_both_documents_of_a_combination():
    card = document("municipal_id_card")
    assert not enough("mitid-2025", card)
    assert enough("mitid-2025", card, dict(card))


@pytest.mark.parametrize(
    ("name", "shown", "counts"),
    [
        ("mitid-2022", [document(issuer="GL", shows_cpr=False)], True),
        ("mitid-2022", [document(issuer="FO")], False),
        ("mitid-2022", [document("national_id_card")], False),
        ("mitid-2022", [document("driving_licence", "GL")], True),
        ("digst-2023", [document("driving_licence", "GL")], False),
        ("digst-2023", [document("residence_card")], True),
        ("digst-2023", [document("foreign_ministry_id_card")], False),
        ("digst-2023", [document(issuer="SE", shows_cpr=False)], False),
        ("digst-2023", [document(issuer="SE", shows_cpr=False),
                        paper("military_id", "NO", shows_cpr=True)], True),
        ("mitid-2025", [document(issuer="SE"), paper("health_card", shows_cpr=True)], False),
    ],
)  # fmt: skip
def test_a_witness_shows_what_the_set_asks(name, shown, counts):
    assert enough_of_witness(name, *shown) is counts


def test_no_documents_never_suffice():
    for name in RULE_SETS:
        assert not enough(name, wants_cpr=False)
        assert not enough_of_witness(name)


@pytest.mark.once
@pytest.mark.parametrize("name", RULE_SETS)
def test_whatever_lies_beside_it_one_document_does_what_another_of_its_role_does(name):
    """Every kind of document, alone and beside one of every kind."""
    criterion = rule_set(name).applicant_documents
    alike: dict[tuple[object, ...], list[dict[str, object]]] = {}
    for kind, issuer, photo, cpr in product(
        DOCUMENT_TYPES, ("DK", "GL", "FO", "SE"), (True, False), (True, False)
    ):
        one = document(kind, issuer, shows_photo=photo, shows_cpr=cpr)
        alike.setdefault(role(one, criterion), []).append(one)
    each = [document(kind, shows_cpr=cpr) for kind, cpr in product(DOCUMENT_TYPES, (True, False))]
    beside = [(), *((other,) for other in each)]
    assert 5 < len(alike) < 40
    for documents in alike.values():
        for others, wants_cpr in product(beside, (True, False)):
            told = {suffices([*others, one], criterion, wants_cpr=wants_cpr) for one in documents}
            assert len(told) == 1
