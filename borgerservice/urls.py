"""The doors: citizens' pages, /admin/ for staff, /api/v1/ for municipalities, health."""

from django.conf import settings
from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

from borgerservice import views
from borgerservice.api.token import TokenEndpoint
from borgerservice.staff.admin import join

urlpatterns: list[URLPattern | URLResolver] = [
    path("api/v1/", include("borgerservice.api.v1_urls")),
    path("healthz", views.healthz, name="healthz"),
    path("readyz", views.readyz, name="readyz"),
    path("accounts/", include("borgerservice.sign_in.urls")),
    path("invitation/<slug:link>/", join, name="invitation"),
    path("admin/", admin.site.urls),
    path("m/", include("appointments.urls_own")),
    path("identity/o/api/token", TokenEndpoint.as_view(), name="api-token"),
]
handler400 = "borgerservice.views.bad_request"
handler403 = "borgerservice.views.forbidden"
handler404 = "borgerservice.views.not_found"
handler500 = "borgerservice.views.failed"
if settings.IS_DEMO:
    urlpatterns += i18n_patterns(
        path("demo/", include("borgerservice.demo.urls")), prefix_default_language=False
    )
urlpatterns += i18n_patterns(
    path("witness/", include("witnesses.urls")),
    path("guide/", include("witnesses.urls_guide")),
    path("", include("appointments.urls")),
    prefix_default_language=False,
)
