"""The calls about places, times and appointments."""

from django.urls import path

from appointments.api.v1 import views

urlpatterns = [
    path("municipalities/", views.MunicipalitiesView.as_view(), name="api-municipalities"),
    path("centres/", views.CentresView.as_view(), name="api-centres"),
    path("services/", views.ServicesView.as_view(), name="api-services"),
    path("slots/", views.SlotsView.as_view(), name="api-slots"),
    path("appointments/", views.AppointmentsView.as_view(), name="api-appointments"),
    path("appointments/<str:reference>/", views.AppointmentView.as_view(), name="api-appointment"),
    path(
        "appointments/<str:reference>/cancel/",
        views.CancelView.as_view(),
        name="api-appointment-cancel",
    ),
    path(
        "appointments/<str:reference>/move/",
        views.MoveView.as_view(),
        name="api-appointment-move",
    ),
]
