"""The kit of staff's pages: an act's form, its refusals, and where it leads."""

import pytest
from django import forms
from django.contrib.messages import get_messages
from django.contrib.messages.storage.fallback import FallbackStorage
from django.contrib.sessions.backends.signed_cookies import SessionStore
from django.test import RequestFactory

from appointments.exceptions import Refused
from borgerservice.admin import act, act_at_once, posted
from tests.builders import build_municipality, build_staff

pytestmark = pytest.mark.django_db


class Form(forms.Form):
    name_0 = forms.CharField()


def request_of(data=None, *, method="post"):
    request = getattr(RequestFactory(), method)("/admin/x/", data or {})
    request.user = build_staff(build_municipality())
    request.session = SessionStore()
    request._messages = FallbackStorage(request)
    return request


def refuse_with(**options):
    def do(**_typed):
        raise Refused("empty", **options)

    return do


def act_on(request, do, **options):
    return act(
        request,
        title="Act",
        form=Form(posted(request)),
        do=do,
        done="/there/",
        said="Said.",
        **options,
    )


def test_opening_the_page_does_nothing():
    answer = act_on(request_of(method="get"), refuse_with())
    assert answer.status_code == 200
    assert not answer.context_data["form"].is_bound


def test_a_sound_form_is_done_told_and_left():
    done = []
    request = request_of({"name_0": "Bo"})
    answer = act_on(request, lambda **typed: done.append(typed))
    assert done == [{"name_0": "Bo"}]
    assert answer.headers["Location"] == "/there/"
    assert [str(message) for message in get_messages(request)] == ["Said."]


def test_an_empty_post_is_a_form_sent_without_anything():
    done = []
    answer = act_on(request_of(), lambda **typed: done.append(typed))
    assert done == []
    assert answer.context_data["form"].errors.keys() == {"name_0"}


@pytest.mark.parametrize(
    ("field", "places", "shown_at"),
    [
        ("name_0", None, "name_0"),
        ("participants.0.name", {"participants.0.name": "name_0"}, "name_0"),
        ("participants.0.name", None, "__all__"),
        (None, None, "__all__"),
    ],
)
def test_a_refusal_is_told_where_it_belongs_and_what_was_typed_stays(field, places, shown_at):
    answer = act_on(request_of({"name_0": "Bo"}), refuse_with(field=field), places=places)
    form = answer.context_data["form"]
    assert form.errors.keys() == {shown_at}
    assert form["name_0"].value() == "Bo"


def test_an_act_of_one_button_is_never_done_by_opening_its_address():
    done = []
    answer = act_at_once(request_of(method="get"), do=lambda: done.append(1), done="/there/")
    assert answer.status_code == 405
    assert done == []


def test_a_refused_button_says_why_on_the_page_one_returns_to():
    request = request_of()
    answer = act_at_once(request, do=refuse_with(), done="/there/", said="Said.")
    assert answer.headers["Location"] == "/there/"
    assert [message.level_tag for message in get_messages(request)] == ["error"]
