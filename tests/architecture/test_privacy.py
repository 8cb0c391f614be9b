"""Every stored field says what it is and how long it lives."""

from collections import Counter

import pytest

from borgerservice.privacy import Kind, Life
from tests.architecture.test_scope import our_models

SEALED = (Kind.PERSONAL, Kind.CONFIDENTIAL)


def classified(model):
    """(life, kind, field name) for every mention."""
    return [
        (life, kind, name)
        for life, kinds in model.PRIVACY.items()
        for kind, names in kinds.items()
        for name in names.split()
    ]


def fields(model):
    many = model._meta.local_many_to_many
    return {field.name for field in (*model._meta.concrete_fields, *many)}


@pytest.mark.parametrize("model", our_models(), ids=lambda model: model._meta.label)
def test_every_field_is_classified_exactly_once(model):
    assert "PRIVACY" in vars(model), "say what its fields are and how long they live"
    mentions = Counter(name for _, _, name in classified(model))
    assert set(mentions) == fields(model)
    assert {name: count for name, count in mentions.items() if count > 1} == {}
    assert all(
        isinstance(life, Life) and isinstance(kind, Kind) for life, kind, _ in classified(model)
    )


@pytest.mark.parametrize("model", our_models(), ids=lambda model: model._meta.label)
def test_what_names_a_citizen_is_stored_sealed(model):
    """A sealed column is bytes; a plain one of these classes is in the list, with its reason."""
    plain = {
        f"{model._meta.label}.{name}"
        for _, kind, name in classified(model)
        if kind in SEALED and not name.endswith("_sealed")
    }
    assert plain <= set(PLAIN)
    for _, _, name in classified(model):
        if name.endswith("_sealed"):
            assert model._meta.get_field(name).get_internal_type() == "BinaryField"


PLAIN = {
    "witnesses.IdentityProofing.findings": "grounds and dates, read on every list of decisions",
    "witnesses.WitnessStatement.mitid_since": "a date that names nobody",
    "witnesses.WitnessStatement.relationship": "a code",
    "witnesses.DocumentEvidence.type": "a code",
    "witnesses.DocumentEvidence.issuer": "a country",
    "witnesses.DocumentEvidence.form": "a code",
    "witnesses.DocumentEvidence.shows_photo": "yes or no",
    "witnesses.DocumentEvidence.shows_cpr": "yes or no",
    "witnesses.DocumentEvidence.provisional": "yes or no",
    "witnesses.DocumentEvidence.expires_on": "a date that names nobody",
    "witnesses.DocumentEvidence.issued_on": "a date that names nobody",
}
