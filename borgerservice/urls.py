"""The doors: citizens' pages, /admin/ for staff, /api/v1/ for municipalities, health."""

from django.conf import settings
from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

from borgerservice import views

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", views.healthz, name="healthz"),
    path("readyz", views.readyz, name="readyz"),
    path("admin/", admin.site.urls),
]
if settings.IS_DEMO:
    urlpatterns += []
urlpatterns += i18n_patterns(
    # path("", include("appointments.urls")),
    prefix_default_language=False,
)
