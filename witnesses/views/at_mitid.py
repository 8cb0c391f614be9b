"""On to MitID and back: what the browser keeps meanwhile, and what a refusal answers."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus
from typing import Final

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import override

from witnesses.services.mitid import UnderWay

AWAY: Final = timedelta(minutes=10)
STATUSES: Final[Mapping[str, HTTPStatus]] = {
    "link_over": HTTPStatus.NOT_FOUND,
    "already_signed": HTTPStatus.OK,
    "off": HTTPStatus.SERVICE_UNAVAILABLE,
    "broker_down": HTTPStatus.SERVICE_UNAVAILABLE,
    "cancelled": HTTPStatus.OK,
    "invalid": HTTPStatus.BAD_REQUEST,
    "does_not_match": HTTPStatus.FORBIDDEN,
    "level_too_low": HTTPStatus.FORBIDDEN,
    "no_cpr_number": HTTPStatus.FORBIDDEN,
}


@dataclass(frozen=True, slots=True)
class AtMitid:
    """One errand there: the cookie that keeps it sealed, and the page one comes back to."""

    cookie: str
    page: str

    @property
    def return_address(self) -> str:
        """One address for all languages, as the broker knows it."""
        return f"{settings.PUBLIC_ADDRESS}{self._path}"

    def leave(self, under_way: UnderWay) -> HttpResponseBase:
        """On to the broker. A redirect and no form: a form may lead to no other site than this."""
        response = redirect(under_way.address)
        response.set_cookie(
            self.cookie,
            under_way.sealed,
            max_age=AWAY,
            path=self._path,
            httponly=True,
            secure=settings.SESSION_COOKIE_SECURE,
            samesite="Lax",
        )
        return response

    def kept(self, request: HttpRequest) -> str:
        """What the browser of somebody who is back has kept."""
        return request.COOKIES.get(self.cookie, "")

    def forget(self, response: HttpResponseBase) -> None:
        """Let the browser keep it no longer, whatever came of it."""
        response.delete_cookie(self.cookie, path=self._path, samesite="Lax")

    @property
    def _path(self) -> str:
        with override(settings.LANGUAGE_CODE):
            return reverse(self.page)
