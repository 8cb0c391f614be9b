"""A stand-in for MitID: a real OpenID Connect provider for demo and tests, on this machine only.

Whoever presses a name is signed in as that demo witness.
"""

import os
import warnings
from collections import UserDict
from collections.abc import ItemsView, Sequence
from pathlib import Path
from typing import Any, Final

import authlib.deprecate
import flask
from jinja2 import FileSystemLoader

from borgerservice.adapters.mitid.demo_witnesses import DEMO_WITNESSES, DemoWitness
from borgerservice.kernel import clock

with warnings.catch_warnings():  # of what the provider itself is built on
    warnings.simplefilter("ignore", authlib.deprecate.AuthlibDeprecationWarning)
    from oidc_provider_mock import User, app

PAGES: Final = Path(__file__).with_name("demo_pages")


class _Claims(UserDict[str, Any]):
    """The claims of somebody who signs in now, whenever that is."""

    def items(self) -> ItemsView[str, Any]:
        return {**self.data, "auth_time": int(clock.now().timestamp())}.items()


def demo_provider(witnesses: Sequence[DemoWitness] = DEMO_WITNESSES) -> flask.Flask:
    """The provider as a WSGI application. It keeps codes in memory, so one process serves it."""
    os.environ["AUTHLIB_INSECURE_TRANSPORT"] = "1"  # this process speaks http, to this machine
    made: flask.Flask = app(
        require_nonce=True,
        issue_refresh_token=False,
        user_claims=[User(sub=one.subject, claims=_claims(one)) for one in witnesses],
    )
    made.debug = False
    made.wsgi_app = made.wsgi_app.app  # type: ignore[attr-defined, method-assign] # no debugger
    made.jinja_loader = FileSystemLoader(PAGES)
    made.jinja_env.globals["witnesses"] = {one.subject: one for one in witnesses}
    made.add_url_rule("/look.css", view_func=_look)
    return made


def _claims(one: DemoWitness) -> _Claims:
    number = {"dk.cpr": one.number} if one.number else {}
    return _Claims(acr=one.level, **number)


def _look() -> flask.Response:
    return flask.Response((PAGES / "look.css").read_text(), mimetype="text/css")
