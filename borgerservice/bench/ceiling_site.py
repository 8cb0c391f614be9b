"""The ceilings of a page: what Django and DRF do at best, without middleware, on the same server.

`/json` one indexed row as JSON; `/list` a DRF list of 20 rows with cursor pagination.
"""

import os

import django
import environ
from django.conf import settings

if not settings.configured:
    _database = environ.Env.db_url_config(os.environ["BENCH_CEILING"])
    settings.configure(
        SECRET_KEY="signs nothing",
        ALLOWED_HOSTS=["*"],
        ROOT_URLCONF=__name__,
        INSTALLED_APPS=[
            "django.contrib.contenttypes",
            "django.contrib.auth",
            "rest_framework",
        ],
        DATABASES={"default": {**_database, "CONN_MAX_AGE": None}},
        REST_FRAMEWORK={
            "DEFAULT_AUTHENTICATION_CLASSES": [],
            "DEFAULT_PERMISSION_CLASSES": [],
            "UNAUTHENTICATED_USER": None,
            "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
        },
        USE_TZ=True,
    )
    django.setup()

from django.core.wsgi import get_wsgi_application
from django.db import connection, models
from django.http import HttpRequest, JsonResponse
from django.urls import path
from rest_framework import generics, pagination, serializers


class Counter(models.Model):
    """A row of T1."""

    id = models.IntegerField(primary_key=True)
    taken = models.IntegerField()
    most = models.IntegerField()

    class Meta:
        managed = False
        db_table = "counter"
        app_label = "bench"

    def __str__(self) -> str:
        return f"counter {self.pk}"


class CounterOut(serializers.ModelSerializer):
    """A row as the list shows it."""

    class Meta:
        model = Counter
        fields = ("id", "taken", "most")


class Pages(pagination.CursorPagination):
    """Twenty rows a page."""

    page_size = 20
    ordering = "id"


class CounterList(generics.ListAPIView):
    """Rows of T1, a page at a time."""

    queryset: models.QuerySet[Counter] = models.QuerySet(Counter).order_by("id")
    serializer_class = CounterOut
    pagination_class = Pages


def one_row(request: HttpRequest) -> JsonResponse:
    """One row, found by its key."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT taken, most FROM counter WHERE id = %s", [7])
        return JsonResponse({"row": cursor.fetchone()})


urlpatterns = [path("json", one_row), path("list", CounterList.as_view())]
application = get_wsgi_application()
