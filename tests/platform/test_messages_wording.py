"""What a citizen reads: short enough, in the right language, and nothing that must not be told."""

import csv
from datetime import timedelta
from itertools import groupby, product
from pathlib import Path

import pytest
from django.conf import settings as product_settings
from django.urls import resolve
from pytest_django.fixtures import Settings

from appointments.models import Appointment
from appointments.services import cancel_appointment
from borgerservice.kernel.cpr import holds_cpr_number
from borgerservice.municipalities import models as municipalities
from borgerservice.notifications import gsm
from borgerservice.notifications.models import Message
from borgerservice.notifications.wording import CprNumberInMessage, Wording, word
from tests.builders import NOW, TODAY, build_visit, build_world

KINDS = ("booked", "moved", "place_changed", "received", "cancelled", "reminder_2d", "reminder_2h")
LANGUAGES = ("da", "en")
EVERY_LANGUAGE = [code for code, _name in product_settings.LANGUAGES]
CENTRES = Path(municipalities.__file__).parents[1] / "data" / "centres.csv"
FACTS = {
    "reference": "K7QF-M3RX-P8",
    "starts_at": "2026-11-24T09:30:00+00:00",
    "proves_identity": True,
    "centre": "Borgerservice Herning",
    "address": "Torvet 5 (indgang B), 7400 Herning",
    "phone": "+45 96 28 24 00",
    "link": "visit",
    "link_salt": "1:a-salt",
}


def worded(
    kind: str = "booked", channel: str = "sms", language: str = "da", **facts: object
) -> Wording:
    """A message of some kind in words."""
    return word(Message(kind=kind, channel=channel, language=language, facts={**FACTS, **facts}))


def every_centre() -> list[dict[str, str]]:
    """The facts about each real centre, and about a few that stretch what a centre can be called."""
    with CENTRES.open(encoding="utf-8") as file:
        real = [
            {
                "centre": row["name"],
                "address": ", ".join(
                    part
                    for part in (row["address"], f"{row['postal_code']} {row['city']}".strip())
                    if part
                ),
                "phone": row["phone"],
            }
            for row in csv.DictReader(file)
        ]
    longest = {
        "centre": "Å" * 120,
        "address": "€" * 120 + ", 9999 " + "Ø" * 60,
        "phone": "+45 " * 5,
    }
    odd = {
        "centre": "Łódź – \u201eBorgerservice\u201d \U0001f600\r\nBcc: x",
        "address": "",
        "phone": "",
    }
    return [*real, longest, odd]


@pytest.mark.parametrize(
    "address",
    [
        pytest.param("http://127.0.0.1:8000", id="the demo"),
        pytest.param("https://borgerservice.lyngby-taarbaek.dk", id="a long name"),
        pytest.param(f"https://{'x' * 63}.dk", id="a name no town has"),
        pytest.param(f"https://{'x' * 60}.{'y' * 60}.{'z' * 60}.dk", id="longer than a message"),
    ],
)
@pytest.mark.parametrize(("kind", "language"), list(product(KINDS, LANGUAGES)))
def test_a_text_message_is_one_message_whatever_the_centre_is_called(
    kind: str, language: str, address: str, settings: Settings
) -> None:
    settings.PUBLIC_ADDRESS = address
    for centre in every_centre():
        wording = worded(kind, language=language, **centre)
        assert gsm.length(wording.text) <= 160
        assert len(wording.text) <= 160
        assert wording.text == gsm.folded(wording.text)
        assert "10" in wording.text
        assert "30" in wording.text
        assert "K7QF-M3RX-P8" in wording.text


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_link_fits_under_any_name_a_municipality_would_choose(
    language: str, settings: Settings
) -> None:
    settings.PUBLIC_ADDRESS = "https://borgerservice.lyngby-taarbaek.dk"
    for centre in every_centre():
        wording = worded("booked", language=language, **centre)
        assert wording.link in wording.text
        assert wording.link.startswith(settings.PUBLIC_ADDRESS)


def test_parts_go_in_order_the_address_first_the_place_last(settings: Settings) -> None:
    told = []
    for spare in range(20, 120):
        settings.PUBLIC_ADDRESS = "https://" + "x" * spare
        text = worded().text
        told.append(
            tuple(part in text for part in ("7400", "Herning", "Torvet", settings.PUBLIC_ADDRESS))
        )
    assert told[0] == (False, True, False, True)
    assert told[-1] == (False, True, False, False)
    assert [step for step, _ in groupby(told)] == [
        (False, True, False, True),
        (False, False, True, True),
        (False, True, False, True),
        (False, False, False, True),
        (False, True, False, False),
    ]


@pytest.mark.parametrize("language", EVERY_LANGUAGE)
def test_the_way_off_the_waiting_list_fits_in_every_language(
    language: str, settings: Settings
) -> None:
    settings.PUBLIC_ADDRESS = "https://borgerservice.lyngby-taarbaek.dk"
    for centre in every_centre():
        facts = {**centre, "address": "", "link": "waiting"}
        wording = worded("waiting", language=language, **facts)
        assert wording.link in wording.text
        assert f"{settings.PUBLIC_ADDRESS}/" in wording.link


def test_a_danish_message_is_danish_and_an_english_one_english() -> None:
    assert worded().text.startswith(
        "Din tid: tir 24. nov kl. 10.30, Borgerservice Herning. Nr. K7QF-M3RX-P8."
    )
    assert worded(language="en").text.startswith(
        "Appointment: Tue 24 Nov at 10:30, Borgerservice Herning. No. K7QF-M3RX-P8."
    )
    assert worded(channel="email").subject == "Din tid tirsdag den 24. november 2026 kl. 10.30"
    assert (
        worded(channel="email", language="en").subject
        == "Your appointment on Tuesday 24 November 2026 at 10:30"
    )


@pytest.mark.parametrize(("channel", "language"), list(product(("sms", "email"), EVERY_LANGUAGE)))
def test_messages_that_share_their_words_tell_each_its_own(channel: str, language: str) -> None:
    one = worded(channel=channel, language=language)
    other = worded(
        channel=channel,
        language=language,
        reference="C97N-D265-MQ",
        starts_at="2026-12-01T09:45:00+00:00",
        link_salt="1:other",
    )
    assert one.link != other.link
    for wording, number, minute in ((one, "K7QF-M3RX-P8", "30"), (other, "C97N-D265-MQ", "45")):
        assert number in wording.text
        assert wording.link in wording.text
        assert f"10:{minute}" in wording.text.replace(".", ":")
        assert not set(wording.subject + wording.text) & set("£$@¤")


@pytest.mark.parametrize(("language", "clock"), [("da", "kl. 10.30"), ("en", "at 10:30")])
def test_the_time_is_the_clock_on_the_wall_on_both_sides_of_the_change(
    language: str, clock: str
) -> None:
    for moment in ("2026-10-23T08:30:00+00:00", "2026-10-26T09:30:00+00:00"):
        assert clock in worded(language=language, starts_at=moment).text


@pytest.mark.parametrize(("kind", "language"), list(product(KINDS, LANGUAGES)))
def test_an_email_says_when_and_where_and_how_to_change_it(kind: str, language: str) -> None:
    mail = worded(kind, "email", language)
    for part in (
        "24",
        "2026",
        "10",
        "30",
        "Borgerservice Herning",
        "Torvet 5 (indgang B)",
        "K7QF-M3RX-P8",
        "+45 96 28 24 00",
    ):
        assert part in mail.text
    assert "\n" not in mail.subject
    assert "\n\n\n" not in mail.text
    assert (mail.link in mail.text) is (kind != "cancelled")
    assert ("MitID" in mail.text) is (kind != "cancelled")


def test_whoever_comes_for_something_else_reads_nothing_of_witnesses() -> None:
    assert "MitID" not in worded(channel="email", proves_identity=False).text


def test_an_ampersand_in_a_name_stays_an_ampersand() -> None:
    assert (
        "Bibliotek & Borgerservice"
        in worded(channel="email", centre="Bibliotek & Borgerservice").text
    )


@pytest.mark.parametrize(("channel", "language"), list(product(("sms", "email"), LANGUAGES)))
def test_the_link_opens_the_visit_in_the_language_of_the_message(
    channel: str, language: str, settings: Settings
) -> None:
    link = worded(channel=channel, language=language).link
    found = resolve(link.removeprefix(settings.PUBLIC_ADDRESS).removeprefix("/en"))
    assert found.view_name == "appointments:visit"
    assert ("/en/visit/" in link) is (language == "en")


@pytest.mark.parametrize("channel", ["sms", "email"])
def test_a_number_like_a_cpr_number_does_not_go_out(channel: str) -> None:
    assert worded("cancelled", channel, centre="Borgerservice 610190-123")
    with pytest.raises(CprNumberInMessage):
        worded("cancelled", channel, centre="Borgerservice 610190-1234")


def test_no_real_centre_looks_like_a_cpr_number() -> None:
    for centre, kind, channel, language in product(
        every_centre(), KINDS, ("sms", "email"), LANGUAGES
    ):
        wording = worded(kind, channel, language, **centre)
        assert not holds_cpr_number(wording.text.replace(wording.link or "\0", " link "))


@pytest.mark.parametrize(("channel", "language"), list(product(("sms", "email"), EVERY_LANGUAGE)))
def test_who_is_written_to_no_more_reads_whom_to_call_and_nothing_of_the_visit(
    channel: str, language: str
) -> None:
    facts = {"link": "", "link_salt": "", "proves_identity": False}
    for centre in every_centre():
        message = Message(
            kind="contact_changed",
            channel=channel,
            language=language,
            facts={name: fact for name, fact in {**FACTS, **centre}.items() if name not in facts},
        )
        wording = word(message)
        said = f"{wording.subject} {wording.text}"
        assert wording.link == ""
        for untold in ("http", "10.30", "10:30", "24", "Torvet", "MitID", "Borgerservice H"):
            assert untold not in said.replace(centre["phone"].strip(), "")
        assert centre["phone"].strip() in said
        assert ("K7QF-M3RX-P8" in said) is (channel == "email")
        if channel == "sms":
            wide = language in gsm.WIDE
            length = gsm.wide_length(said) if wide else gsm.length(said)
            assert length <= (gsm.LONGEST_WIDE if wide else gsm.LONGEST)


@pytest.mark.django_db
def test_a_message_tells_neither_who_comes_nor_for_what() -> None:
    world = build_world()
    visit = build_visit(
        world, day=TODAY + timedelta(days=1), names=["Amina Hassan"], email="amina@example.com"
    )
    cancel_appointment(appointment=visit, actor="citizen", now=NOW)
    for message in Message.unscoped.all():
        wording = word(message)
        stored = repr([getattr(message, field.attname) for field in Message._meta.fields])
        for told in (f"{wording.subject} {wording.text}", stored):
            assert "Amina" not in told
            assert "Nyt MitID" not in told
            assert "20304050" not in told
            assert "example.com" not in told
    assert Appointment.unscoped.get().link_salt in str(Message.unscoped.first().facts)


@pytest.mark.parametrize(
    ("typed", "sent"),
    [
        ("Ærø Åbenrå, é ü ñ", "Ærø Åbenrå, é ü ñ"),
        ("Łódź", "Lodz"),
        ("one\u00a0two\r\n\tthree", "one two three"),
        ("\u201eso\u201d \u2013 \u2026", '"so" - ...'),
        ("a\u202eb\u0000c", "abc"),
        ("Київ \U0001f600", "???? ?"),
    ],
)
def test_every_phone_can_show_what_is_sent(typed: str, sent: str) -> None:
    assert gsm.folded(typed) == sent
    assert gsm.folded(sent) == sent


def test_some_characters_count_twice() -> None:
    assert gsm.length("€{}") == 6
    assert gsm.cut("€" * 100) == "€" * 80


@pytest.mark.parametrize(("kind", "language"), list(product(KINDS, ("pl", "de", "tr", "ro"))))
def test_a_message_in_latin_letters_is_one_text_message(kind, language):
    for centre in every_centre():
        text = worded(kind, "sms", language, **centre).text
        assert gsm.length(text) <= gsm.LONGEST
        assert "?" not in text.replace(worded(kind, "sms", language, **centre).link, "") or (
            centre["centre"].startswith("Łódź")
        )


@pytest.mark.parametrize(("kind", "language"), list(product(KINDS, ("uk", "ar"))))
def test_a_message_in_other_letters_keeps_them_and_its_link(kind, language):
    wording = worded(kind, "sms", language)
    assert gsm.wide_length(wording.text) <= gsm.LONGEST_WIDE
    assert sum(ord(letter) > 0x370 for letter in wording.text) > 10
    if kind != "cancelled":
        assert wording.link in wording.text
        assert f"/{language}/visit/" in wording.link
