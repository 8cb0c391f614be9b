"""The guide before booking, open to everybody."""

from django.urls import path

from witnesses.views import guide, papers

app_name = "guide"
urlpatterns = [
    path("", guide.come, name="come"),
    path("bring/", guide.bring, name="bring"),
    path("bring/keep/", papers.keep, name="keep"),
    path("bring/answer/", guide.answer, name="answer"),
]
