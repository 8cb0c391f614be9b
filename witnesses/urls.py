"""The witness's own pages."""

from django.urls import path

from witnesses.views import sign_in

app_name = "witnesses"
urlpatterns = [
    path("signed/", sign_in.signed, name="signed"),
    path("<str:link>/", sign_in.read, name="sign_in"),
    path("<str:link>/mitid/", sign_in.leave, name="leave"),
]
