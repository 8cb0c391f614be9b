"""From a message's kind, language and facts to what is read on the phone or in the mail.

Each kind has its texts in `templates/notifications/<kind>.<channel>.txt`. They tell time, place
and number, never a name and never what somebody comes for.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from typing import Final

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.formats import date_format
from django.utils.translation import get_language, override, pgettext

from borgerservice.kernel.clock import COPENHAGEN
from borgerservice.kernel.cpr import holds_cpr_number
from borgerservice.notifications import gsm
from borgerservice.notifications.models import Message
from borgerservice.vault.links import derive_code, derive_link

Told = dict[str, object]
STAND_INS: Final = {"when": "£", "reference": "$", "link": "@", "code": "¤"}
"""What differs from one message to the next; while a text is made, so many of a character that a
text message counts once stand for it.
"""


@dataclass(frozen=True, slots=True, repr=False)
class Wording:
    """A message in words; a text message has no subject. `link` may stand in the text."""

    subject: str
    text: str
    link: str


class CprNumberInMessage(RuntimeError):
    """The text holds what could be a CPR number, so it may not go out."""


def word(message: Message) -> Wording:
    """The message as it goes out. Raises CprNumberInMessage.

    Of the facts, `starts_at` is the time that is told and after which the message is not sent any
    more; with `happened_at`, that one is told.
    """
    facts = message.facts
    with override(message.language):
        is_usual = message.language == settings.LANGUAGE_CODE
        home = f"{settings.PUBLIC_ADDRESS}/{'' if is_usual else f'{message.language}/'}"
        link = _link(facts, home)
        told: Told = {
            **{name: facts.get(name, "") for name in ("centre", "address", "phone", "reference")},
            "is_witness_told_of": bool(facts.get("proves_identity")),
            "link": link,
            "home": home,
            "code": derive_code("contact code", facts["code_salt"]) if "code_salt" in facts else "",
        }
        moment = facts.get("happened_at", facts["starts_at"])
        told_of = datetime.fromisoformat(moment).astimezone(COPENHAGEN)
        if "until" in facts:
            until = datetime.fromisoformat(facts["until"]).astimezone(COPENHAGEN)
            told["until"] = date_format(until, pgettext("until when", r"j F \a\t H:i"))
        if message.channel == Message.Channel.SMS:
            form = pgettext("date and time in a text message", r"D j M \a\t H:i")
            told["when"] = _shown(date_format(told_of, form))
            wording = _filled(_text_message, message, told)
            if not _fits(wording.text):
                wording = replace(wording, text=gsm.cut(wording.text))
        else:
            form = pgettext("date and time in an e-mail", r"l j F Y \a\t H:i")
            told["when"] = date_format(told_of, form)
            wording = _filled(_mail, message, told)
    # The link is left out: its letters and digits are chance, derived from nobody's number.
    text = wording.text.replace(link, ";") if link else wording.text
    if holds_cpr_number(f"{wording.subject}; {text}"):
        raise CprNumberInMessage
    return wording


def _link(facts: Mapping[str, str], home: str) -> str:
    """The secret link the message leads to; empty where it leads nowhere."""
    if "link" not in facts:
        return ""
    return f"{home}{facts['link']}/{derive_link(facts['link'], facts['link_salt'])}/"


def _filled(write: Callable[..., Wording], message: Message, told: Told) -> Wording:
    """The text with what is this message's own; the rest of it many messages share."""
    own = {name: str(told[name]) for name in STAND_INS}
    shared = {**told, **{name: mark * len(own[name]) for name, mark in STAND_INS.items()}}
    made = write(message.kind, message.language, tuple(sorted(shared.items())))
    subject, text, link = made.subject, made.text, made.link
    for name, mark in STAND_INS.items():
        if value := own[name]:
            subject = subject.replace(mark * len(value), value)
            text = text.replace(mark * len(value), value)
            link = link.replace(mark * len(value), value)
    return Wording(subject=subject, text=text, link=link)


@lru_cache(maxsize=4096)
def _mail(kind: str, _language: str, shared: tuple[tuple[str, object], ...]) -> Wording:
    told = dict(shared)
    subject = " ".join(render_to_string(f"notifications/{kind}.subject.txt", told).split())
    written = render_to_string(f"notifications/{kind}.email.txt", told)
    text = re.sub(r"\n{3,}", "\n\n", written).strip()
    return Wording(subject=subject, text=f"{text}\n", link=str(told["link"]))


@lru_cache(maxsize=4096)
def _text_message(kind: str, _language: str, shared: tuple[tuple[str, object], ...]) -> Wording:
    text = ""
    for shorter in _ever_shorter(dict(shared)):
        text = _shown(render_to_string(f"notifications/{kind}.sms.txt", shorter))
        if _fits(text):
            return Wording(subject="", text=text, link=str(shorter["link"]))
    return Wording(subject="", text=text, link="")


def _fits(text: str) -> bool:
    """Whether a text message in the language that is spoken now holds the text."""
    if get_language() in gsm.WIDE:
        return gsm.wide_length(text) <= gsm.LONGEST_WIDE
    return gsm.length(text) <= gsm.LONGEST


def _shown(text: str) -> str:
    """The text on one line, in letters that go over in the language that is spoken now."""
    return gsm.one_line(text) if get_language() in gsm.WIDE else gsm.folded(text)


def _ever_shorter(told: Told) -> Iterator[Told]:
    """What a text message may tell, less and less: the time and the number go last."""
    centre, address = str(told["centre"]), str(told["address"])
    street, _, town = address.rpartition(", ")
    yield {**told, "place": ", ".join(part for part in (centre, address) if part)}
    yield {**told, "place": centre}
    told = {**told, "is_witness_told_of": False}
    yield {**told, "place": centre}
    name = centre.partition(" (")[0]
    for place in (name, street.partition(" (")[0], town.lstrip("0123456789 ")):
        if place:
            yield {**told, "place": place}
    yield {**told, "place": ""}
    told = {**told, "link": "", "home": ""}
    yield {**told, "place": name}
    yield {**told, "place": ""}
