"""The demo's own pages. They do not exist under production settings."""

from django.urls import path

from borgerservice.demo import views

app_name = "demo"
urlpatterns = [
    path("", views.front, name="front"),
    path("inbox/", views.inbox, name="inbox"),
]
