"""Rows of a municipality are reached by naming it; the exceptions are few, and listed here."""

import ast

import pytest
from django.apps import apps

from borgerservice.municipalities.models import Municipality
from borgerservice.tenancy import MunicipalScope, ScopeMissing
from tests.architecture.tree import named, parsed, product_modules

WRITES = "writes rows, each with the municipality it was given"
UNSCOPED_ALLOWED = {
    "appointments/selectors/visit.py": "a citizen's secret link names the visit, not the municipality",
    "appointments/selectors/doubles.py": "one visit per person and purpose in the whole country",
    "appointments/selectors/waiting.py": "secret links name the wish and the offer",
    "appointments/services/offering/answers.py": "a secret link names the offer; one sweep ends them all",
    "appointments/services/offering/offers.py": "one sweep offers what returns, everywhere",
    "appointments/services/offering/rebooking.py": "one sweep goes on with all of them",
    "appointments/services/offering/waiting.py": "a secret link names the wish; what is over is over everywhere",
    "appointments/services/booking/doubles.py": "one visit per person and purpose in the whole country",
    "appointments/services/visits/expiry.py": "forgetting is due everywhere on the same day",
    "appointments/services/booking/holds.py": "what is over is over everywhere",
    "appointments/services/visits/lost.py": "the contact asks for their own visits, wherever they booked",
    "appointments/services/visits/reminders.py": "reminders are due everywhere at the same hour",
    "borgerservice/api/clients.py": WRITES,
    "borgerservice/audit/forgetting.py": "what goes by itself goes everywhere on the same day",
    "borgerservice/audit/services.py": WRITES,
    "borgerservice/demo/inbox.py": "the demo's outbox is one; not there in production",
    "borgerservice/demo/seed.py": "the demo's data; refused outside the demo",
    "borgerservice/demo/witnesses.py": "the demo's data, and the one visit it shows everybody",
    "borgerservice/management/commands/end_api_client.py": "the operator names a client by its id",
    "borgerservice/municipalities/policies.py": "where a staff member works is what is asked",
    "borgerservice/notifications/delivery.py": "the outbox is one",
    "borgerservice/notifications/services.py": WRITES,
    "borgerservice/people/forgetting.py": "a person belongs to no municipality",
    "borgerservice/retention/carrying_out.py": "names the municipality's visits, or its disposal",
    "borgerservice/retention/disposal.py": WRITES,
    "borgerservice/retention/due.py": "names the municipality's visits",
    "borgerservice/retention/holds.py": "writes with the municipality; what goes by itself goes everywhere",
    "borgerservice/retention/letting_go.py": "what goes by itself goes everywhere",
    "borgerservice/staff/forgetting.py": "what goes by itself goes everywhere",
    "borgerservice/staff/selectors.py": "a secret link names the invitation",
    "borgerservice/staff/services.py": WRITES,
    "witnesses/selectors/approvals.py": "reversals are counted over the whole country",
    "witnesses/selectors/checks.py": "secret links name the visit; a MitID is first seen anywhere",
    "witnesses/services/checks_again.py": "one sweep looks everywhere",
    "witnesses/services/papers.py": "one sweep looks everywhere",
    "witnesses/selectors/sign_in.py": "the witness's secret link names the case",
    "witnesses/services/cases.py": WRITES,
    "witnesses/services/client_answers.py": WRITES,
    "witnesses/services/declarations.py": WRITES,
    "witnesses/services/documents.py": WRITES,
    "witnesses/services/forgetting.py": "the ledger is the country's",
    "witnesses/services/rekeying.py": "a mark stands for a person in every municipality",
    "witnesses/services/replay.py": "the archive is checked over the whole country",
    "witnesses/services/checks.py": WRITES,
    "witnesses/services/sign_in.py": WRITES,
    "witnesses/services/signals.py": "a pattern is one across municipalities",
    "witnesses/services/links.py": WRITES,
    "witnesses/services/reversals.py": WRITES,
}
BY_HAND = {
    "appointments/api/v1/selectors.py": "names the centre's municipality",
    "appointments/selectors/desk.py": "names the centre's municipality",
    "appointments/selectors/desk_days.py": "names the desk-days' centre",
    "appointments/selectors/lists.py": "names the municipality",
    "appointments/selectors/national/__init__.py": "free times are asked for in the whole country",
    "appointments/services/booking/capacity.py": "names the desk-day's centre",
    "appointments/services/booking/free_at.py": "names the centre",
    "appointments/services/booking/plan.py": "names the centre",
    "appointments/services/centres/room.py": "names the day's centre",
    "appointments/services/booking/limits.py": "a limit is the whole country's",
    "borgerservice/api/authentication.py": "a token names its client",
    "borgerservice/municipalities/policies.py": "names the municipality",
    "borgerservice/notifications/delivery.py": "the outbox is one",
    "borgerservice/notifications/limits.py": "a day's limit is the whole country's",
    "borgerservice/notifications/services.py": WRITES,
    "borgerservice/people/services.py": "a person belongs to no municipality",
    "borgerservice/database/removal.py": "its caller names the rows",
    "borgerservice/database/planned.py": "its caller's statement",
    "borgerservice/sign_in/sessions.py": "a session is one browser's; a staff member works in several",
    "borgerservice/database/together.py": WRITES,
    "borgerservice/vault/listing.py": "a lock",
    "witnesses/selectors/cases.py": "the quota is counted over the whole country",
    "witnesses/selectors/patterns.py": "a pattern is one across municipalities",
    "witnesses/services/grounds.py": "names the case's municipality; the ledger is the country's",
    "witnesses/services/ledger.py": "a lock",
    "witnesses/services/schedule.py": "a lock",
}
"""Statements no manager can check: what lets them see more than one municipality, if they do."""
KNOWN_BY_ANOTHER_KEY = {
    "municipalities.AgreementDay": "published; read with its centre's hours",
    "municipalities.Centre": "published to everybody",
}


def our_models():
    ours = ("borgerservice", "appointments", "witnesses")
    return [model for model in apps.get_models() if model.__module__.startswith(ours)]


def municipal_models():
    return [
        model
        for model in our_models()
        if any(field.related_model is Municipality for field in model._meta.concrete_fields)
        and model._meta.label not in KNOWN_BY_ANOTHER_KEY
    ]


@pytest.mark.parametrize("model", municipal_models(), ids=lambda model: model.__name__)
def test_rows_of_a_municipality_cannot_be_read_without_naming_it(model):
    assert isinstance(model.objects, MunicipalScope)
    for question in (
        "all",
        "count",
        "first",
        "none",
        "exists",
        "create",
        "values_list",
        "aggregate",
    ):
        with pytest.raises(ScopeMissing):
            getattr(model.objects, question)()
    with pytest.raises(ScopeMissing):
        model.objects.get(pk=1)
    with pytest.raises(ScopeMissing):
        model.objects.filter(pk=1)
    assert "municipality" in str(model.objects.for_municipality(1).query)


def test_every_guarded_model_is_among_them():
    guarded = {
        model for model in our_models() if isinstance(model._default_manager, MunicipalScope)
    }
    assert guarded == set(), "Django's own checks need a default manager that answers"
    named_objects = {
        model
        for model in our_models()
        if isinstance(getattr(model, "objects", None), MunicipalScope)
    }
    assert named_objects == set(municipal_models())


MEASURES = "borgerservice/bench/"
"""The bench writes and counts in a database of its own, which holds nobody's rows."""


SCHEMA = "borgerservice/guards/"
"""The guards are put up and looked for, and no row is read."""


def files_where(is_it):
    return {
        named(path)
        for path in product_modules()
        if "/migrations/" not in named(path) and not named(path).startswith((MEASURES, SCHEMA))
        for node in ast.walk(parsed(path))
        if is_it(node)
    }


def looks_across(node):
    unguarded = {"unscoped", "_default_manager", "_base_manager"}
    return isinstance(node, ast.Attribute) and node.attr in unguarded


def is_written_by_hand(node):
    return isinstance(node, ast.Call) and (
        (isinstance(node.func, ast.Attribute) and node.func.attr == "cursor")
        or (isinstance(node.func, ast.Name) and node.func.id == "planned")
    )


def test_only_listed_files_look_across_municipalities():
    assert files_where(looks_across) == set(UNSCOPED_ALLOWED)


def test_only_listed_files_write_statements_by_hand():
    assert files_where(is_written_by_hand) == set(BY_HAND)
