"""Every field about a person is told, named, or withheld with a reason; a new one must choose."""

from collections import Counter

import pytest

from borgerservice.privacy import Life
from borgerservice.rights.account import LIVES
from borgerservice.rights.classified import ABOUT_A_PERSON, NAMED, TOLD, WITHHELD, life_of
from tests.architecture.test_privacy import classified
from tests.architecture.test_scope import our_models

pytestmark = pytest.mark.once


def about_a_person() -> set[str]:
    return {
        f"{model._meta.label}.{name}"
        for model in our_models()
        for _life, kind, name in classified(model)
        if kind in ABOUT_A_PERSON
    }


def listed(fields: dict[str, str]) -> list[str]:
    return [f"{model}.{name}" for model, names in fields.items() for name in names.split()]


def test_every_field_about_a_person_stands_in_one_list():
    withheld = {model: fields for model, (fields, _why) in WITHHELD.items()}
    mentions = Counter([*listed(TOLD), *listed(NAMED), *listed(withheld)])
    assert set(mentions) == about_a_person()
    assert {field: count for field, count in mentions.items() if count > 1} == {}


def test_what_is_withheld_has_a_reason():
    assert all(len(str(why)) > 40 for _fields, why in WITHHELD.values())


def test_every_life_is_told_in_words():
    assert set(LIVES) == set(Life)


def test_a_field_knows_its_life():
    assert life_of("notifications.Contact.phone_sealed") is Life.CONTACT
    assert life_of("witnesses.Witnessing.witness") is Life.LEDGER
