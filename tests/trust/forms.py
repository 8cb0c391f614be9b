"""Find every form on a page and send it back filled in, as a careless person would."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urljoin

import requests

TYPED = {"text", "search", "tel", "email", "password", "url", "number", ""}
SKIPPED = {"csrfmiddlewaretoken", "next"}


@dataclass
class Form:
    """One form: where it goes, what it holds, which fields a person types in."""

    action: str
    method: str
    hidden: list[tuple[str, str]] = field(default_factory=list)
    typed: list[str] = field(default_factory=list)
    chosen: dict[str, str] = field(default_factory=dict)
    buttons: list[tuple[str, str]] = field(default_factory=list)


class Forms(HTMLParser):
    """The forms of a page, in their order."""

    def __init__(self, address: str, html: str) -> None:
        super().__init__()
        self.address, self.found = address, []
        self._select = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            action = urljoin(self.address, given.get("action", ""))
            self.found.append(Form(action, given.get("method", "get").lower()))
        if not self.found:
            return
        form, name = self.found[-1], given.get("name", "")
        if tag == "input" and name:
            self._input(form, name, given)
        elif tag == "textarea" and name:
            form.typed.append(name)
        elif tag == "select":
            self._select = name
        elif tag == "option" and self._select and given.get("value"):
            form.chosen.setdefault(self._select, given["value"])
        elif tag == "button" and name:
            form.buttons.append((name, given.get("value", "")))

    def handle_endtag(self, tag: str) -> None:
        if tag == "select":
            self._select = ""

    def _input(self, form: Form, name: str, given: dict[str, str]) -> None:
        kind = given.get("type", "text")
        if kind == "hidden" or name in SKIPPED:
            form.hidden.append((name, given.get("value", "")))
        elif kind in TYPED or kind in {"date", "time"}:
            form.typed.append(name)
        elif kind in {"radio", "checkbox"}:
            form.chosen.setdefault(name, given.get("value", "on"))


def send(
    session: requests.Session, form: Form, filling: dict[str, str], *, button: int = 0
) -> requests.Response:
    """Send a form back; `filling` names what is typed, the rest is the first choice there is."""
    data = [*form.hidden, *form.chosen.items(), *((n, filling.get(n, "")) for n in form.typed)]
    if form.buttons:
        data.append(form.buttons[min(button, len(form.buttons) - 1)])
    if form.method == "get":
        return session.get(form.action, params=data, timeout=60)
    return session.post(form.action, data=data, headers={"Referer": form.action}, timeout=60)
