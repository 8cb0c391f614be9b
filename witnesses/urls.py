"""The pages of a witness, and of the citizen who asks one."""

from django.urls import path

from witnesses.views import checks, papers, sign_in

app_name = "witnesses"
urlpatterns = [
    path("papers/<str:link>/", papers.papers, name="papers"),
    path("for/<str:link>/", checks.ask, name="ask"),
    path("check/<str:link>/", checks.read, name="check"),
    path("check/<str:link>/mitid/", checks.leave, name="check_leave"),
    path("check/<str:link>/withdraw/", checks.withdraw, name="check_withdraw"),
    path("checked/", checks.checked, name="checked"),
    path("signed/", sign_in.signed, name="signed"),
    path("<str:link>/", sign_in.read, name="sign_in"),
    path("<str:link>/mitid/", sign_in.leave, name="leave"),
]
