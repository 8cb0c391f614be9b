"""A witness's sign-in that was tampered with: every way of it is refused, and nothing is signed.

What concerns the answer of MitID itself is tried at both doors: at the desk, where the witness
signs, and before the visit, where they are told whether they may be one.
The provider is real HTTP and does right (the control) until a test tells it what to do wrong.
"""

import json
import time
from datetime import timedelta
from functools import partial
from urllib.parse import parse_qs, urlencode, urlsplit, urlunsplit

import pytest
import time_machine

from appointments.models import Participant
from borgerservice.adapters.mitid import oidc
from borgerservice.audit.models import AuditEntry
from borgerservice.people.models import PersonAlias
from tests.builders import NOW, build_visit
from tests.rig.mitid import (
    hostile_running,
    key,
    signed,
    signed_by_another,
    signed_by_nobody,
    signed_with_a_demand,
    signed_with_the_public_key,
    use_broker,
)
from tests.witnesses.cases import number, witness
from tests.witnesses.phones import Phone, PhoneBefore, words
from witnesses.exceptions import SignInRefused
from witnesses.models import Declaration, SignInRequest, WitnessCheck
from witnesses.services.checks import ask_witness
from witnesses.services.checks import link_of as link_of_check
from witnesses.services.sign_in import come_back, finish_sign_in, link_of, request_sign_in

pytestmark = [pytest.mark.django_db, pytest.mark.once]

AN_HOUR = 60 * 60
RETURN = "http://testserver/witness/signed/"
BENTE = {"sub": "uuid-bente", "dk.cpr": number(2).digits, "acr": "substantial"}


@pytest.fixture
def broker(settings):
    with hostile_running(**BENTE) as broker, time_machine.travel(NOW, tick=False):
        use_broker(settings, broker.issuer)
        yield broker


def asked_in(office, *, witness_number=2, applicant=1):
    case = office.with_witness(witness(witness_number), applicant=applicant, is_signed=False)
    return request_sign_in(proofing=case, language="da", staff=office.clerk, now=NOW)


@pytest.fixture
def phone(office):
    return Phone(link_of(asked_in(office)))


@pytest.fixture(params=["at the desk", "before the visit"])
def door(request, office):
    """A phone at each of the two ways a witness signs in."""
    if request.param == "at the desk":
        return Phone(link_of(asked_in(office)))
    visit = build_visit(office.world, day=office.day + timedelta(days=1))
    comer = Participant.unscoped.select_related("appointment").get(appointment=visit)
    return PhoneBefore(link_of_check(ask_witness(participant=comer, now=NOW)))


def nothing_signed():
    return not (
        Declaration.unscoped.exists()
        or SignInRequest.unscoped.exclude(used_at=None).exists()
        or WitnessCheck.unscoped.exclude(checked_at=None).exists()
        or PersonAlias.objects.filter(kind="mitid").exists()
    )


def changed(address, **query):
    """The address with other values in its query; None takes one out."""
    parts = urlsplit(address)
    values = {name: found[0] for name, found in parse_qs(parts.query).items()} | query
    kept = {name: value for name, value in values.items() if value is not None}
    return urlunsplit(parts._replace(query=urlencode(kept)))


def with_claims(**claims):
    """What alters an ID token's claims; None takes one out."""

    def alter(right):
        return {name: one for name, one in (right | claims).items() if one is not None}

    return alter


def later(seconds):
    return int(NOW.timestamp()) + seconds


def refused_then_signed(broker, phone, trials):
    """What came of each trial; after all of them the same phone signs, which is the control.

    A trial sets what goes wrong and returns the answer the witness gets.
    """
    found = {}
    for name, trial in trials.items():
        broker.altered, broker.token, broker.reply = with_claims(), signed, None
        found[name] = trial().status_code
        assert nothing_signed(), name
    broker.altered, broker.token, broker.reply = with_claims(), signed, None
    assert phone.comes_back(broker.let_in(phone.leaves())).status_code == phone.welcomes
    assert not nothing_signed()
    return found


WRONG_CLAIMS = {
    "another nonce": {"nonce": "n" * 32},
    "no nonce": {"nonce": None},
    "a nonce that is a list": {"nonce": ["n"]},
    "another audience": {"aud": "somebody-else"},
    "another audience that names us as its party": {"aud": "somebody-else", "azp": "borgerservice"},
    "two audiences and another party": {"aud": ["borgerservice", "other"], "azp": "other"},
    "no audience": {"aud": None},
    "another issuer": {"iss": "https://mitid.example"},
    "no issuer": {"iss": None},
    "expired": {"exp": later(-AN_HOUR)},
    "no expiry": {"exp": None},
    "an expiry that is a word": {"exp": "soon"},
    "issued in the future": {"iat": later(AN_HOUR), "exp": later(2 * AN_HOUR)},
    "not to be used yet": {"nbf": later(AN_HOUR)},
    "a sign-in of an hour ago": {"auth_time": later(-AN_HOUR)},
    "a sign-in at no known time": {"auth_time": None},
    "a sign-in at a time that is a word": {"auth_time": "now"},
    "nobody": {"sub": None},
    "nobody's name": {"sub": ""},
    "a person who is a list": {"sub": ["uuid-bente"]},
    "a hash of another access token": {"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"},
    "a number that cannot be": {"dk.cpr": "99"},
    "a number that is a list": {"dk.cpr": [number(2).digits]},
}


def test_an_id_token_with_a_wrong_claim_proves_nothing(broker, door):
    def trial(claims):
        broker.altered = with_claims(**claims)
        return door.comes_back(broker.let_in(door.leaves()))

    trials = {name: partial(trial, claims) for name, claims in WRONG_CLAIMS.items()}

    assert refused_then_signed(broker, door, trials) == dict.fromkeys(WRONG_CLAIMS, 400)
    assert broker.asked.count("/token") == len(WRONG_CLAIMS) + 1


TOO_LOW = {"low": "low", "no level": None, "a level nobody knows": "certain", "a list": ["high"]}


def test_a_level_that_is_not_enough_is_refused(broker, door):
    def trial(level):
        broker.altered = with_claims(acr=level)
        return door.comes_back(broker.let_in(door.leaves()))

    trials = {name: partial(trial, level) for name, level in TOO_LOW.items()}

    assert refused_then_signed(broker, door, trials) == dict.fromkeys(TOO_LOW, 403)


def halves_swapped(claims):
    """The claims of one token under the signature of another."""
    ours, theirs = signed(claims).split("."), signed({**claims, "sub": "x"}).split(".")
    return ".".join((ours[0], ours[1], theirs[2]))


WRONG_TOKENS = {
    "signed with another key": signed_by_another,
    "signed by nobody": signed_by_nobody,
    "signed with the public key": signed_with_the_public_key,
    "another token's signature": halves_swapped,
    "cut off": lambda claims: signed(claims)[:-8],
    "one letter changed": lambda claims: signed(claims)[:40] + "A" + signed(claims)[41:],
    "a key we do not know": lambda claims: signed(claims, kid="elsewhere"),
    "a header nobody understands": signed_with_a_demand,
    "nothing": lambda _claims: "",
    "no token": lambda _claims: "not.a.token",
    "five parts": lambda _claims: "a.b.c.d.e",
    "beyond ASCII": lambda _claims: "é.ø.å",
}


def test_an_id_token_that_the_broker_did_not_sign_proves_nothing(broker, door):
    def trial(token):
        broker.token = token
        return door.comes_back(broker.let_in(door.leaves()))

    trials = {name: partial(trial, token) for name, token in WRONG_TOKENS.items()}

    assert refused_then_signed(broker, door, trials) == dict.fromkeys(WRONG_TOKENS, 400)
    assert broker.asked.count("/token") == len(WRONG_TOKENS) + 1


WRONG_REPLIES = {
    "an error": (400, json.dumps({"error": "invalid_grant"}), 400),
    "no ID token": (200, json.dumps({"access_token": "x", "token_type": "Bearer"}), 400),
    "a list": (200, "[]", 400),
    "a word": (200, '"yes"', 400),
    "no JSON": (200, "<html>", 400),
    "nothing": (200, "", 400),
    "an ID token that is a number": (200, json.dumps({"id_token": 1}), 400),
    "a way elsewhere": (302, "", 400),
    "broken": (500, "", 503),
    "closed": (503, "", 503),
}


def test_a_token_endpoint_that_answers_something_else_is_no_fault_of_ours(broker, door):
    def trial(reply):
        broker.reply = reply[:2]
        return door.comes_back(broker.let_in(door.leaves()))

    trials = {name: partial(trial, reply) for name, reply in WRONG_REPLIES.items()}
    expected = {name: reply[2] for name, reply in WRONG_REPLIES.items()}

    assert refused_then_signed(broker, door, trials) == expected


ALTERED_ANSWERS = {
    "another state": {"state": "s" * 32},
    "no state": {"state": None},
    "a state beyond ASCII": {"state": "é"},
    "another code": {"code": "c" * 32},
    "no code": {"code": None},
    "another issuer": {"iss": "https://mitid.example"},
    "an error as well, from elsewhere": {"error": "access_denied", "state": "s"},
}


def test_an_answer_that_was_altered_on_the_way_is_refused(broker, door):
    def trial(query):
        return door.comes_back(changed(broker.let_in(door.leaves()), **query))

    trials = {name: partial(trial, query) for name, query in ALTERED_ANSWERS.items()}

    assert refused_then_signed(broker, door, trials) == dict.fromkeys(ALTERED_ANSWERS, 400)


def test_a_refusal_at_the_broker_is_told_kindly_and_never_repeated(broker, door):
    told = {"error_description": "Bente"}

    def trial(error):
        state = parse_qs(urlsplit(door.leaves()).query)["state"][0]
        answer = door.client.get(door.returns_to, {"error": error, "state": state, **told})
        assert error not in words(answer)
        assert "Bente" not in words(answer)
        return answer

    errors = {"access_denied": 200, "login_required": 200, "<b>x</b>": 200, "server_error": 503}
    trials = {error: partial(trial, error) for error in errors}

    assert refused_then_signed(broker, door, trials) == errors


def test_a_code_is_good_for_one_answer(broker, door):
    """Sent again by the same browser, and by one that kept what the first one held."""
    address = door.leaves()
    kept = door.client.cookies[door.cookie].value
    back = broker.let_in(address)
    broker.altered = with_claims(acr="low")
    assert door.comes_back(back).status_code == 403

    broker.altered = with_claims()
    assert door.comes_back(back).status_code == 400, "the browser has forgotten"
    door.client.cookies[door.cookie] = kept
    assert door.comes_back(back).status_code == 400, "the broker takes no code twice"
    assert nothing_signed()


def test_an_answer_in_another_browser_is_refused(broker, door):
    back = broker.let_in(door.leaves())

    assert type(door)(door.link).comes_back(back).status_code == 400
    assert nothing_signed()


def test_what_the_browser_kept_cannot_be_made_up(broker, door):
    def trial(damaged):
        back = broker.let_in(door.leaves())
        kept = door.client.cookies[door.cookie].value
        door.client.cookies[door.cookie] = damaged(kept)
        return door.comes_back(back)

    damages = {
        "nothing": lambda _kept: "",
        "one letter": lambda _kept: "x",
        "another text": lambda _kept: "A" * 400,
        "beyond ASCII": lambda _kept: "é",
        "cut": lambda kept: kept[:-4],
        "flipped": lambda kept: kept[:60] + ("B" if kept[60] == "A" else "A") + kept[61:],
    }
    trials = {name: partial(trial, damaged) for name, damaged in damages.items()}

    assert refused_then_signed(broker, door, trials) == dict.fromkeys(damages, 400)


def test_another_cases_confirmation_signs_nothing_a_thousand_times_over(broker, office):
    """The witness of the first case has signed; all of it is sent again for the second case.

    It is one and the same witness, so nothing but the binding to the case can refuse it.
    """
    first, second = Phone(link_of(asked_in(office))), None
    left = first.leaves()
    kept_first = first.client.cookies["witness_sign_in"].value
    back_first = answer_in(broker.let_in(left))
    assert first.comes_back(f"{RETURN}?{urlencode(back_first)}").status_code == 302
    (token,) = broker.tokens
    second = Phone(link_of(asked_in(office, applicant=2)))
    address = second.leaves()
    kept_second = second.client.cookies["witness_sign_in"].value
    broker.token = lambda _claims: token
    codes = []
    for _replay in range(250):
        back_second = answer_in(broker.let_in(address))
        codes += [
            replayed(kept_second, back_second),  # the first's token, at the end of the second's way
            replayed(kept_second, back_first),  # the first's answer, where the second's is due
            replayed(kept_first, back_second),  # the second's answer, in the first's browser
            replayed(kept_first, back_first),  # all of the first's
        ]

    assert codes == ["invalid", "invalid", "already_signed", "already_signed"] * 250
    assert broker.asked.count("/token") == 1 + 250
    assert Declaration.unscoped.count() == 1
    broker.token = signed
    assert replayed(kept_second, answer_in(broker.let_in(address))) == "", "the control"


def answer_in(address):
    return {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}


def replayed(kept, answer):
    """Why it was refused; empty where it was not."""
    try:
        finish_sign_in(back=come_back(kept), answer=answer, return_to=RETURN, now=NOW)
    except SignInRefused as refused:
        return refused.code
    return ""


def test_new_keys_of_the_broker_are_asked_for(broker, phone):
    with time_machine.travel(NOW, tick=True):
        assert phone.presses().status_code == 302
    known = oidc._known[broker.issuer]
    known._keys_read_at -= 3600
    broker.published = "newer"
    broker.token = signed_by_newer

    answer = phone.comes_back(broker.let_in(phone.leaves()))

    assert answer.status_code == 302
    assert broker.asked.count("/keys") == 2


def signed_by_newer(claims):
    return oidc.jwt.encode({"alg": "RS256", "kid": "newer"}, claims, key("newer"))


def test_the_number_may_come_beside_the_id_token(broker, phone):
    broker.altered = with_claims(**{"dk.cpr": None})
    broker.more = {"dk.cpr": number(2).digits}

    assert phone.comes_back(broker.let_in(phone.leaves())).status_code == 302


def test_a_number_told_of_somebody_else_is_not_taken(broker, door):
    broker.altered = with_claims(**{"dk.cpr": None})
    broker.more = {"dk.cpr": number(2).digits, "sub": "uuid-other"}

    assert door.comes_back(broker.let_in(door.leaves())).status_code == 400
    assert nothing_signed()


def test_metadata_of_another_issuer_is_not_believed(broker, phone):
    broker.metadata = lambda: {**type(broker).metadata(broker), "issuer": "https://other.example"}

    assert phone.presses().status_code == 503


def test_a_broker_that_hangs_is_given_up_soon(broker, phone, monkeypatch):
    monkeypatch.setattr("borgerservice.adapters.mitid.provider.TIMEOUT_SECONDS", (0.2, 0.2))
    broker.hangs = True
    begun = time.perf_counter()

    answer = phone.presses()

    assert answer.status_code == 503
    assert time.perf_counter() - begun < 3


def test_a_refused_sign_in_is_written_down_without_who_it_was(broker, phone):
    broker.altered = with_claims(**{"dk.cpr": number(3).digits, "sub": "uuid-other"})

    phone.comes_back(broker.let_in(phone.leaves()))

    entry = AuditEntry.unscoped.filter(event="proofing.sign_in_refused").get()
    assert entry.facts == {"why": "does_not_match"}
    assert entry.actor == "witness"
    assert not PersonAlias.objects.filter(kind="mitid").exists()


def test_a_sign_in_is_over_when_the_link_is(broker, phone):
    back = broker.let_in(phone.leaves())

    with time_machine.travel(NOW + timedelta(minutes=11), tick=False):
        assert phone.comes_back(back).status_code == 404
    assert nothing_signed()
    assert "/token" not in broker.asked
