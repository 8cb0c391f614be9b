"""The calls about places, times and appointments; those that come most stand first."""

from django.urls import path

from appointments.api.v1.views import earliest, holds, places, visits
from borgerservice.snapshots import may_be_repeated

urlpatterns = [
    path("slots/", may_be_repeated(places.SlotsView.as_view()), name="api-slots"),
    path("appointments/", visits.AppointmentsView.as_view(), name="api-appointments"),
    path("municipalities/", places.MunicipalitiesView.as_view(), name="api-municipalities"),
    path("centres/", places.CentresView.as_view(), name="api-centres"),
    path("services/", places.ServicesView.as_view(), name="api-services"),
    path("slots/free/", earliest.StillFreeView.as_view(), name="api-slot-free"),
    path("earliest/", may_be_repeated(earliest.EarliestView.as_view()), name="api-earliest"),
    path("holds/", holds.HoldsView.as_view(), name="api-holds"),
    path("holds/release/", holds.ReleaseHoldView.as_view(), name="api-hold-release"),
    path("appointments/<str:reference>/", visits.AppointmentView.as_view(), name="api-appointment"),
    path(
        "appointments/<str:reference>/cancel/",
        visits.CancelView.as_view(),
        name="api-appointment-cancel",
    ),
    path(
        "appointments/<str:reference>/move/",
        visits.MoveView.as_view(),
        name="api-appointment-move",
    ),
    path(
        "appointments/<str:reference>/witness/",
        visits.WitnessView.as_view(),
        name="api-appointment-witness",
    ),
]
