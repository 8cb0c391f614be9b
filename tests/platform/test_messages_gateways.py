"""Those who carry messages: an HTTPS gateway and a mail relay, each a real server here."""

import email.policy
import socket
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.core.exceptions import ImproperlyConfigured
from hypothesis import given
from hypothesis import strategies as st
from pytest_django.fixtures import Settings

from borgerservice.adapters.sms.live import HttpsSms
from borgerservice.notifications.mail import MailGateway, _letter
from borgerservice.notifications.ports import GatewayDown, Outgoing
from tests.platform.sms_provider import Provider

TEXT = Outgoing(reference="booked:1:0:sms", to="+4520304050", subject="", text="Din tid: æøå")
LETTER = Outgoing(
    reference="booked:1:0:email",
    to="amina@example.com",
    subject="Din tid på tirsdag",
    text="Kære borger\n\n.\nHusk æøå\n",
)


def test_a_text_message_is_posted_with_its_reference(provider: Provider) -> None:
    assert HttpsSms().send([TEXT]) == {}
    (post,) = provider.posts
    assert (post.reference, post.to, post.text) == (TEXT.reference, TEXT.to, TEXT.text)


@pytest.mark.parametrize(
    "status", [301, 302, 307, 401, 402, 403, 404, 408, 409, 425, 429, 500, 502, 503]
)
def test_an_answer_that_is_no_judgement_of_the_message_means_try_again(
    provider: Provider, status: int
) -> None:
    provider.status = status
    with pytest.raises(GatewayDown):
        HttpsSms().send([TEXT])
    assert provider.posts == []


@pytest.mark.parametrize("status", [400, 410, 413, 422])
def test_a_refused_text_message_is_told_by_its_reference(provider: Provider, status: int) -> None:
    provider.status = status
    assert HttpsSms().send([TEXT]) == {TEXT.reference: "refused_by_gateway"}


def test_a_gateway_that_keeps_silent_is_not_waited_for_long(
    provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("borgerservice.adapters.sms.live.TIMEOUT_SECONDS", 0.2)
    provider.hold_after(1)
    with pytest.raises(GatewayDown):
        HttpsSms().send([TEXT])


@pytest.mark.parametrize(
    "address",
    ["", "http://sms.example.com/", "ftp://127.0.0.1/", "//127.0.0.1/", "sms.example.com"],
)
def test_text_messages_never_travel_in_the_open(address: str, settings: Settings) -> None:
    settings.SMS_GATEWAY_URL = address
    with pytest.raises(ImproperlyConfigured):
        HttpsSms()


def test_nothing_that_is_written_to_a_log_holds_the_number_or_the_text() -> None:
    assert repr(TEXT) == "Outgoing(booked:1:0:sms)"


class Relay(socketserver.ThreadingTCPServer):
    """A mail relay that answers RCPT and the end of DATA with what it is told to."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self) -> None:
        self.letters: list[bytes] = []
        self.to_recipient = b"250 ok"
        self.to_data = b"250 ok"
        super().__init__(("127.0.0.1", 0), RelayTalk)


class RelayTalk(socketserver.StreamRequestHandler):
    server: Relay

    def handle(self) -> None:
        self.say(b"220 relay")
        while line := self.rfile.readline():
            verb = line[:4].upper()
            if verb == b"RCPT":
                self.say(self.server.to_recipient)
            elif verb == b"DATA":
                self.say(b"354 go on")
                letter = b"".join(iter(self.rfile.readline, b".\r\n"))
                if self.server.to_data.startswith(b"2"):
                    self.server.letters.append(letter)
                self.say(self.server.to_data)
            elif verb == b"QUIT":
                self.say(b"221 bye")
                return
            else:
                self.say(b"250 ok")

    def say(self, words: bytes) -> None:
        self.wfile.write(words + b"\r\n")


@contextmanager
def relay_running(settings: Settings) -> Iterator[Relay]:
    with Relay() as relay:
        threading.Thread(target=relay.serve_forever, args=(0.02,), daemon=True).start()
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = relay.server_address
        yield relay
        relay.shutdown()


def test_a_mail_relay_gets_one_plain_letter_with_the_same_id_at_every_try(
    settings: Settings,
) -> None:
    settings.DEFAULT_FROM_EMAIL = "Borgerservice <tid@herning.example>"
    with relay_running(settings) as relay:
        for _ in range(2):
            assert MailGateway().send([LETTER]) == {}
        first, second = (
            email.message_from_bytes(letter, policy=email.policy.default)
            for letter in relay.letters
        )
    assert first["Message-ID"] == second["Message-ID"] == "<booked.1.0.email@herning.example>"
    assert (first["To"], first["Subject"]) == (LETTER.to, LETTER.subject)
    assert first["Auto-Submitted"] == "auto-generated"
    assert first.get_content_type() == "text/plain"
    assert "Husk æøå" in first.get_content()


@pytest.mark.parametrize(
    ("to_recipient", "to_data", "refusal"),
    [
        (b"550 nobody here", b"250 ok", "address_refused"),
        (b"250 ok", b"554 not such a letter", "mail_refused"),
        (b"450 come back later", b"250 ok", None),
        (b"250 ok", b"451 come back later", None),
    ],
)
def test_a_relay_refuses_for_good_or_for_now(
    to_recipient: bytes, to_data: bytes, refusal: str | None, settings: Settings
) -> None:
    with relay_running(settings) as relay:
        relay.to_recipient, relay.to_data = to_recipient, to_data
        if refusal:
            assert MailGateway().send([LETTER]) == {LETTER.reference: refusal}
        else:
            with pytest.raises(GatewayDown):
                MailGateway().send([LETTER])


def test_a_relay_that_is_not_there_is_tried_again(settings: Settings) -> None:
    with socket.create_server(("127.0.0.1", 0)) as gone:
        settings.EMAIL_HOST, settings.EMAIL_PORT = gone.getsockname()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    with pytest.raises(GatewayDown):
        MailGateway().send([LETTER])


@given(
    st.text(
        alphabet=st.one_of(
            st.sampled_from("\r\n\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029\t :,;<>\"'=?abBccæø@\x00"),
            st.characters(exclude_categories=["Cs"]),
        ),
        max_size=200,
    )
)
def test_no_subject_makes_a_header_of_its_own(subject: str) -> None:
    letter = Outgoing(reference="r:1", to="amina@example.com", subject=subject, text="Hej")
    sent = email.message_from_bytes(_letter(letter).message().as_bytes())
    assert sorted(set(sent.keys())) == sorted(
        {
            "Content-Type",
            "MIME-Version",
            "Content-Transfer-Encoding",
            "Subject",
            "From",
            "To",
            "Date",
            "Auto-Submitted",
            "Message-ID",
        }
    )
    assert len(sent.keys()) == 9


@pytest.mark.parametrize("to", ["a@example.com\nBcc: b@example.com", "a@example.com\r\nBcc: x", ""])
def test_no_address_makes_a_second_one(to: str, settings: Settings) -> None:
    letter = Outgoing(reference="r:1", to=to, subject="Din tid", text="Hej")
    with relay_running(settings) as relay:
        MailGateway().send([letter])
        assert all(b"\nBcc" not in sent for sent in relay.letters)
        assert relay.letters == []
