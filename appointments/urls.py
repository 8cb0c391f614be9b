"""The citizen's pages."""

from django.urls import path

from appointments.views import (
    booking,
    codes,
    doubles,
    earliest,
    find,
    kiosk,
    places,
    privacy,
    statements,
    visits,
    waiting,
)

app_name = "appointments"
urlpatterns = [
    path("", places.front, name="front"),
    path("privacy/", privacy.privacy, name="privacy"),
    path("privacy/<slug:code>/", privacy.privacy, name="privacy_of"),
    path("was/", statements.statements, name="statements"),
    path("earliest/", earliest.earliest, name="earliest"),
    path("book/<str:token>/", booking.details, name="details"),
    path("book/<str:token>/time/", booking.change_time, name="change_time"),
    path("book/<str:token>/check/", booking.check, name="check"),
    path("book/<str:token>/still/", kiosk.still_here, name="still_here"),
    path("book/<str:token>/leave/", kiosk.leave, name="leave"),
    path("kiosk/", kiosk.check_in, name="kiosk_check_in"),
    path("kiosk/<str:ticket>/", kiosk.enter, name="kiosk"),
    path("visit/<str:link>/", visits.visit, name="visit"),
    path("visit/<str:link>/calendar.ics", visits.calendar, name="calendar"),
    path("visit/<str:link>/move/", visits.move, name="move"),
    path("visit/<str:link>/cancel/", visits.cancel, name="cancel"),
    path("visit/<str:link>/earlier/", waiting.earlier, name="earlier"),
    path("code/<str:token>/", codes.enter, name="code"),
    path("find/", find.find, name="find"),
    path("offer/<str:link>/", waiting.offer, name="offer"),
    path("waiting/<str:link>/", waiting.waiting, name="waiting"),
    path("keep/<str:link>/", doubles.keep, name="keep"),
    path("<slug:key>/", places.centre, name="centre"),
    path("<slug:key>/<slug:code>/", booking.times, name="times"),
    path("<slug:key>/<slug:code>/code/", codes.ask, name="ask_code"),
    path("<slug:key>/<slug:code>/wait/", waiting.wait, name="wait"),
]
