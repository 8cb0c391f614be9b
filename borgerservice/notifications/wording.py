"""From a message's kind, language and facts to what is read on the phone or in the mail.

Each kind has its texts in `templates/notifications/<kind>.<channel>.txt`. They tell time, place
and number, never a name and never what somebody comes for.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.formats import date_format
from django.utils.translation import override, pgettext

from borgerservice.kernel.clock import COPENHAGEN
from borgerservice.kernel.cpr import holds_cpr_number
from borgerservice.notifications import gsm
from borgerservice.notifications.models import Message
from borgerservice.vault.links import derive_code, derive_link

Told = dict[str, object]


class Shared(NamedTuple):
    """What the texts of many messages have in common.

    In place of what is a message's own stands, while a text is made, so many of a character that a
    text message counts once: `£` when, `$` reference, `@` link, `¤` code.
    """

    centre: str
    address: str
    phone: str
    home: str
    until: str
    is_witness_told_of: bool
    when: str
    reference: str
    link: str
    code: str


@dataclass(frozen=True, slots=True, repr=False)
class Wording:
    """A message in words; a text message has no subject. `link` may stand in the text."""

    subject: str
    text: str
    link: str


class CprNumberInMessage(RuntimeError):
    """The text holds what could be a CPR number, so it may not go out."""


def word(message: Message) -> Wording:
    """The message as it goes out. Raises CprNumberInMessage."""
    return worded(message.kind, message.channel, message.language, message.facts)


def worded(kind: str, channel: str, language: str, facts: Mapping[str, str]) -> Wording:
    """A message of some kind in words. Raises CprNumberInMessage.

    Of the facts, `starts_at` is the time that is told and after which the message is not sent any
    more; with `happened_at`, that one is told.
    """
    is_usual = language == settings.LANGUAGE_CODE
    home = f"{settings.PUBLIC_ADDRESS}/{'' if is_usual else f'{language}/'}"
    when = _when(channel, language, facts.get("happened_at", facts["starts_at"]))
    link = _link(facts, home)
    reference = facts.get("reference", "")
    code = derive_code("contact code", facts["code_salt"]) if "code_salt" in facts else ""
    shared = Shared(
        centre=facts.get("centre", ""),
        address=facts.get("address", ""),
        phone=facts.get("phone", ""),
        home=home,
        until=_until(language, facts["until"]) if "until" in facts else "",
        is_witness_told_of=bool(facts.get("proves_identity")),
        when="£" * len(when),
        reference="$" * len(reference),
        link="@" * len(link),
        code="¤" * len(code),
    )
    write = _text_message if channel == Message.Channel.SMS else _mail
    made = write(kind, language, shared)
    own = ((shared.when, when), (shared.reference, reference), (shared.link, link))
    subject, text = made.subject, made.text
    for mark, value in (*own, (shared.code, code)) if code else own:
        if value:
            text = text.replace(mark, value)
            if subject:
                subject = subject.replace(mark, value)
    if channel == Message.Channel.SMS and not _fits(text, language):
        text = gsm.cut(text)
    # The link is left out: its letters and digits are chance, derived from nobody's number.
    if holds_cpr_number(f"{subject}; {text.replace(link, ';') if link else text}"):
        raise CprNumberInMessage
    return Wording(subject=subject, text=text, link=link if made.link else "")


def _link(facts: Mapping[str, str], home: str) -> str:
    """The secret link the message leads to; empty where it leads nowhere."""
    if "link" not in facts:
        return ""
    return f"{home}{facts['link']}/{derive_link(facts['link'], facts['link_salt'])}/"


@lru_cache(maxsize=4096)
def _when(channel: str, language: str, moment: str) -> str:
    """A moment as a message of that channel tells it."""
    told_of = datetime.fromisoformat(moment).astimezone(COPENHAGEN)
    with override(language):
        if channel == Message.Channel.SMS:
            form = pgettext("date and time in a text message", r"D j M \a\t H:i")
            return _shown(date_format(told_of, form), language)
        return date_format(told_of, pgettext("date and time in an e-mail", r"l j F Y \a\t H:i"))


@lru_cache(maxsize=4096)
def _until(language: str, moment: str) -> str:
    until = datetime.fromisoformat(moment).astimezone(COPENHAGEN)
    with override(language):
        return date_format(until, pgettext("until when", r"j F \a\t H:i"))


@lru_cache(maxsize=4096)
def _mail(kind: str, language: str, shared: Shared) -> Wording:
    told = shared._asdict()
    with override(language):
        subject = " ".join(render_to_string(f"notifications/{kind}.subject.txt", told).split())
        written = render_to_string(f"notifications/{kind}.email.txt", told)
    text = re.sub(r"\n{3,}", "\n\n", written).strip()
    return Wording(subject=subject, text=f"{text}\n", link=shared.link)


@lru_cache(maxsize=4096)
def _text_message(kind: str, language: str, shared: Shared) -> Wording:
    text = ""
    with override(language):
        for shorter in _ever_shorter(shared._asdict()):
            text = _shown(render_to_string(f"notifications/{kind}.sms.txt", shorter), language)
            if _fits(text, language):
                return Wording(subject="", text=text, link=str(shorter["link"]))
    return Wording(subject="", text=text, link="")


def _fits(text: str, language: str) -> bool:
    """Whether a text message in a language holds the text."""
    if language in gsm.WIDE:
        return gsm.wide_length(text) <= gsm.LONGEST_WIDE
    return gsm.length(text) <= gsm.LONGEST


def _shown(text: str, language: str) -> str:
    """The text on one line, in letters that go over in a language."""
    return gsm.one_line(text) if language in gsm.WIDE else gsm.folded(text)


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
