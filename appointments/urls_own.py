"""What a municipality's pages are painted with, the same in every language."""

from django.urls import path

from appointments.views import own

app_name = "own"
urlpatterns = [
    path("<slug:code>/look.css", own.look, name="look"),
    path("<slug:code>/logo.png", own.logo, name="logo"),
]
