"""/api/v1/: each app's calls, and the description of them all. Frozen once published."""

from django.urls import include, path

from borgerservice.api.docs import DocsView, SchemaView

urlpatterns = [
    path("", include("appointments.api.v1.urls")),
    path("", include("witnesses.api.v1.urls")),
    path("schema/", SchemaView.as_view(), name="api-schema"),
    path("docs/", DocsView.as_view(), name="api-docs"),
]
