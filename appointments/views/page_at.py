"""A page about a centre, in a language its municipality offers."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import translate_url
from django.utils.translation import get_language

from borgerservice.languages import offered_languages

INSTEAD = "en"


def page_at(
    request: HttpRequest, template: str, shown: Mapping[str, Any], *, status: int = 200
) -> HttpResponse:
    """The page; or the same one in English, where it was asked for in a language not offered.

    The `centre` it is about is among what it shows.
    """
    offered = offered_languages(shown["centre"].municipality.languages)
    if request.method == "GET" and get_language() not in offered:
        return redirect(translate_url(request.get_full_path(), INSTEAD))
    return render(request, template, shown, status=status)
