"""The calls about decisions and identity proofings."""

from django.urls import path

from witnesses.api.v1 import views

urlpatterns = [
    path("decisions/", views.DecisionsView.as_view(), name="api-decisions"),
    path("proofings/<str:reference>/", views.ProofingView.as_view(), name="api-proofing"),
]
