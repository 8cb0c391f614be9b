"""Migrations are in step with the models, in one line per app, and named for what they do."""

from itertools import pairwise

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from tests.architecture.test_scope import our_models

APPS = sorted({model._meta.app_label for model in our_models()})


@pytest.mark.once
@pytest.mark.django_db
def test_every_change_of_a_model_has_its_migration():
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


@pytest.mark.parametrize("app", APPS)
def test_an_apps_migrations_stand_in_one_line(app):
    loader = MigrationLoader(None)
    names = sorted(name for label, name in loader.disk_migrations if label == app)
    assert [int(name[:4]) for name in names] == list(range(1, len(names) + 1))
    assert len(loader.graph.leaf_nodes(app)) == 1
    for earlier, later in pairwise(names):
        assert (app, earlier) in loader.disk_migrations[app, later].dependencies


@pytest.mark.parametrize("app", APPS)
def test_a_migration_says_what_it_does(app):
    loader = MigrationLoader(None)
    for label, name in loader.disk_migrations:
        if label == app:
            assert "auto_" not in name
            assert len(name) > len("0001_")


@pytest.mark.django_db
def test_the_database_is_fully_migrated():
    assert {app.label for app in apps.get_app_configs() if app.label in APPS} == set(APPS)
    loader = MigrationLoader(connection)
    assert set(loader.graph.nodes) - set(loader.applied_migrations) == set()
