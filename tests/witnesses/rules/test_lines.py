"""Lines as they arrive: what is no case is refused at the right place, and nothing crashes."""

import json
from datetime import date
from time import perf_counter

import pytest

from tests.witnesses.rules.builders import case, decided, line, lines_of, never, witness
from tests.witnesses.rules.random_cases import ODD_VALUES, generator
from witnesses.rules.facts import DOCUMENT_TYPES
from witnesses.rules.json_text import NotJson, _read_deep, read_noting_twice
from witnesses.rules.lines import answer_line, read_facts, rule_set_for
from witnesses.rules.rule_sets import RULE_SETS, rule_set
from witnesses.rules.validity import InvalidFacts, problems_of

GOOD = line(case())
DEEP = 30_000
HUGE = "HUGE"  # stands for a number of more digits than Python turns into one


def answer(raw):
    return decided(raw, in_force=never)


def paths(raw):
    found = answer(raw)
    assert found["error"]["code"] == "invalid_facts"
    return sorted(entry["path"] for entry in found["error"]["detail"])


def with_text(old, new):
    text = GOOD.decode()
    assert old in text
    return text.replace(old, new, 1).encode()


@pytest.mark.parametrize(
    "raw",
    [
        b"", b" ", b"\t", b"\r", b"\r\n", b"{", b"}", b"[]", b"null", b"true", b'"text"', b"1",
        b"nan", b"NaN", b"Infinity", b"-Infinity", b'{"on": NaN}', b'{"on": -Infinity}', b"{'on': 1}",
        b"{} {}", b'{"on": 01}', b'{"on": 1.}', b'{"on": .5}', b'{"on": "\x01"}', b"[" * 50,
        b'{"on": "\\x"}', b'{"on": "\\u12"}', b"\xff", b'{"id": "\xe6"}', b'{"id": "\xed\xa0\x80"}',
        b'\xef\xbb\xbf{"on": "2026-01-15"}', b"\x00", GOOD + b"x", GOOD[:-1], b"\x0c" + GOOD,
        GOOD.decode().encode("utf-16"), b"[" * DEEP, b"[" * DEEP + b"]" * DEEP,
        b'{"on": ' + b"[" * DEEP, b"[" * DEEP + b"}" * DEEP, b"9" * 10_000,
    ],
    ids=lambda raw: repr(raw[:24]),
)  # fmt: skip
def test_what_is_no_json_object_is_one_problem_of_the_whole_line(raw):
    assert answer(raw)["id"] is None
    assert paths(raw) == [""]


@pytest.mark.parametrize("end", [b"", b"\n", b"\r\n", b"\r", b" \t\r\n"])
def test_the_end_of_a_line_carries_no_meaning(end):
    assert answer(GOOD + end) == answer(GOOD)


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (with_text('{"on"', '{"on": "2026-04-15", "on"'), [""]),
        (with_text('"birth_date"', '"questions": "passed", "birth_date"'), ["applicant"]),
        (with_text('{"type"', '{"type": "passport", "type"'), ["applicant.documents[0]"]),
        (with_text('{"type"', '{"\\u0074ype": "passport", "type"'), ["applicant.documents[0]"]),
        (with_text('{"on"', '{"x": {"a": 1, "a": 2}, "on"'), [""]),
        (with_text('{"on"', '{"x": 1, "x": 2, "on"'), ["", ""]),
        (with_text('"2026-04-15"', '{"a": 1, "a": 1}'), ["on"]),
        (with_text('{"on": "2026-04-15"', '{"on": "x", "on": "2026-04-15"'), [""]),
        (with_text('{"on": "2026-04-15"', '{"on": "2026-04-15", "on": "x"'), ["", "on"]),
        (
            line(case(witness=witness())).replace(
                b'"brought', b'"is_clerk": true, "is_clerk": true, "brought'
            ),
            ["witness"],
        ),
        (
            line(case(witness=witness(earlier_witnessings=[{"on": "2026-01-01", "person": ":"}])))
            .replace(b'"person"', b'"person": ":", "person"'),
            ["witness.earlier_witnessings[0]"],
        ),
    ],
)  # fmt: skip
def test_a_key_that_stands_twice_is_reported_at_the_object_that_holds_it(raw, expected):
    assert paths(raw) == expected


def test_colons_inside_texts_are_not_taken_for_keys():
    facts = case(id="a:b::c", applicant={"person": ":::"})
    assert answer(line(facts))["id"] == "a:b::c"
    escaped = line(facts).replace(b":::", b"\\u003a\\u003a")
    assert answer(escaped)["outcome"] == "not_confirmed"


@pytest.mark.parametrize("key", ["cpr", "", "on ", "ON", "__class__", "\ud800", "x" * 999])
def test_an_unknown_key_is_reported_at_its_holder_without_its_text(key):
    for facts in (
        case(**{key: "secret"}),
        case(applicant={key: "secret"}),
        case(applicant={"documents": [{"type": "passport", "issuer": "DK", key: "secret"}]}),
    ):
        found = answer(line(facts))
        (entry,) = found["error"]["detail"]
        assert entry["path"] in ("", "applicant", "applicant.documents[0]")
        assert "secret" not in json.dumps(found)
        assert not key.strip() or key in ("on ", "ON") or key not in json.dumps(found)


def test_nothing_that_was_sent_is_repeated_but_the_id():
    facts = case(
        id="mine",
        rule_set="hush-1",
        applicant={
            "birth_date": "hush-2",
            "person": ["hush-3"],
            "questions": "hush-4",
            "documents": [{"type": "hush-5", "issuer": "hush-6", "form": "hush-7"}, "hush-8"],
        },
        witness={"hush-9": "hush-9"},
    )
    found = answer(line(facts))
    assert found["id"] == "mine"
    assert "hush" not in json.dumps(found)


@pytest.mark.parametrize("case_id", [7, None, True, [], {"a": "b"}, 1.5])
def test_an_id_that_is_no_text_is_a_problem_and_not_echoed(case_id):
    found = answer(line(case(id=case_id)))
    assert found["id"] is None
    assert [entry["path"] for entry in found["error"]["detail"]] == ["id"]


@pytest.mark.parametrize(
    "case_id", ["", "a", "\ud800", "\udfff\ud800", "æøå", "\u2028", "\x00", "x" * 999]
)
def test_every_text_is_an_id_and_comes_back_in_ascii(case_id):
    for facts in (case(id=case_id), case(id=case_id, on="x")):
        text, _ = answer_line(line(facts), in_force=never)
        assert text.isascii()
        assert "\n" not in text
        assert json.loads(text)["id"] == case_id
        raw = json.dumps(facts, ensure_ascii=False).encode(errors="surrogatepass")
        if "\\ud" not in json.dumps(case_id):
            assert json.loads(answer_line(raw, in_force=never)[0])["id"] == case_id


def test_without_an_id_the_answer_has_null():
    assert answer(GOOD)["id"] is None


NULLABLE = {"witness", "witness.mitid_since", "expires_on", "issued_on"}
FULL_CASE = {
    "id": "x",
    "rule_set": "mitid-2022",
    "on": "2026-04-15",
    "applicant": {
        "birth_date": "1992-03-03",
        "person": "p",
        "wants_cpr_link": True,
        "documents": [
            {
                "type": "passport", "issuer": "DK", "shows_photo": True, "shows_cpr": True,
                "form": "physical", "expires_on": "2030-01-01", "issued_on": "2020-01-01",
                "provisional": False,
            }
        ],
        "questions": "passed",
    },
    "witness": {
        "birth_date": "1985-06-01",
        "mitid_since": "2022-01-10",
        "brought_mitid": True,
        "documents": [{"type": "passport", "issuer": "DK"}],
        "is_applicant": False,
        "is_clerk": False,
        "earlier_witnessings": [{"on": "2026-01-01", "person": "a", "counted": True}],
    },
}  # fmt: skip


def places(value, path=""):
    """Every place in the full case, as a path and a way to copy the case with it replaced."""
    items = value.items() if isinstance(value, dict) else enumerate(value)
    for key, inner in items:
        here = f"{path}[{key}]" if isinstance(key, int) else f"{path}.{key}" if path else key
        yield here
        if isinstance(inner, (dict, list)):
            yield from places(inner, here)


def replaced(path, new):
    copy = json.loads(json.dumps(FULL_CASE))
    holder = copy
    steps = path.replace("[", ".[").split(".")
    for step in steps[:-1]:
        holder = holder[int(step[1:-1]) if step.startswith("[") else step]
    last = steps[-1]
    holder[int(last[1:-1]) if last.startswith("[") else last] = new
    return copy


@pytest.mark.parametrize("path", list(places(FULL_CASE)))
def test_null_is_refused_wherever_the_table_does_not_allow_it(path):
    raw = line(replaced(path, None))
    if path in NULLABLE or path.rpartition(".")[2] in NULLABLE:
        assert "error" not in answer(raw)
    else:
        assert paths(raw) == [path]


@pytest.mark.parametrize("path", list(places(FULL_CASE)))
@pytest.mark.parametrize("odd", [0, 1, 1.0, "true", [1], {"x": 1}, [[]], "\x00", HUGE])
def test_a_value_of_the_wrong_kind_is_reported_at_its_own_path(path, odd):
    if odd in ("true", "\x00") and path.endswith((".person", "id", "[0].person")):
        return  # a text where a text belongs
    raw = line(replaced(path, odd)).replace(b'"HUGE"', b"1" + b"0" * 5000)
    found = paths(raw)
    assert found
    assert all(one.startswith(path) for one in found)


@pytest.mark.parametrize("path", list(places(FULL_CASE)))
def test_no_odd_value_anywhere_raises(path):
    for odd in ODD_VALUES:
        assert answer(json.dumps(replaced(path, odd), allow_nan=True).encode())


@pytest.mark.parametrize(
    "issuer", ["dk", "D", "DKK", "D1", "\uff24\uff2b", "ÅÅ", "D ", " DK", "", "D\n", "D\u0301"]
)
def test_an_issuer_is_two_ascii_capitals(issuer):
    raw = line(case(applicant={"documents": [{"type": "passport", "issuer": issuer}]}))
    assert paths(raw) == ["applicant.documents[0].issuer"]
    assert "error" not in answer(raw.replace(json.dumps(issuer).encode(), b'"ZZ"'))


@pytest.mark.parametrize("kind", DOCUMENT_TYPES)
def test_every_type_of_document_is_known(kind):
    facts = case(applicant={"documents": [{"type": kind, "issuer": "DK"}]})
    assert "error" not in answer(line(facts))


def test_a_witness_who_is_not_examined_is_checked_all_the_same():
    raw = line(case(applicant={"questions": "passed"}, witness={"birth_date": "x"}))
    assert paths(raw) == ["witness.birth_date"]


@pytest.mark.parametrize("name", ["MITID-2022", "mitid-2022 ", "", "mitid", "Mitid-2022"])
def test_a_rule_set_is_compared_exactly(name):
    assert paths(line(case(rule_set=name))) == ["rule_set"]


def test_nesting_of_any_depth_is_read_and_answered():
    deep = b"[" * DEEP + b"]" * DEEP
    assert paths(GOOD.replace(b'"2026-04-15"', deep)) == ["on"]
    assert paths(b'{"id": "deep", "x": ' + deep + b"," + GOOD[1:]) == [""]
    assert answer(b'{"id": "deep", "x": ' + deep + b"," + GOOD[1:])["id"] == "deep"
    objects = b'{"a": ' * DEEP + b"1" + b"}" * DEEP
    assert paths(objects) == ["", "applicant", "on"]
    twice = b'{"x": ' + deep + b', "on": "2026-04-15", ' + GOOD[1:]
    assert paths(twice) == ["", ""]


def test_the_two_readers_of_json_agree():
    """What is read on a stack of our own comes out as from the standard library, or not at all."""
    rng = generator(5)
    texts = [
        '[1, -2.5e+3, {"a": [], "b": {}, "a": null}]',
        '"\\ud83d\\ude00\\n"',
        " [] ",
        "-0",
        GOOD.decode(),
    ]
    signs = '{}[],:"\\ \t\n\rtruefalsn01.-+eE\x00é'
    read = 0
    for _ in range(6_000):
        text = list(rng.choice(texts))
        for _ in range(rng.randint(0, 2)):
            at = rng.randrange(len(text))
            text[at : at + rng.randint(0, 1)] = rng.choice(signs)
        results = []
        for reader in (read_noting_twice, _read_deep):
            try:
                results.append(reader("".join(text)))
            except NotJson:
                results.append(NotJson)
        assert results[0] == results[1], text
        assert type(results[0]) is type(results[1]), text
        read += results[0] is not NotJson
    assert read > 1_000


def test_facts_that_were_parsed_already_are_checked_the_same_way():
    assert problems_of(case(), rule_sets=RULE_SETS) == []
    assert problems_of(case(on=date(2026, 4, 15)), rule_sets=RULE_SETS)[0]["path"] == "on"
    assert problems_of([], rule_sets=RULE_SETS)[0]["path"] == ""
    assert problems_of(case(witness=()), rule_sets=RULE_SETS)[0]["path"] == "witness"


def test_facts_are_given_back_as_they_were_sent():
    assert read_facts(GOOD) == case()
    with pytest.raises(InvalidFacts) as refused:
        read_facts(b'{"id": "x"}')
    assert refused.value.case_id == "x"
    assert [entry["path"] for entry in refused.value.problems] == ["on", "applicant"]


def test_the_schedule_is_asked_for_the_day_of_the_meeting_and_only_when_needed():
    asked = []

    def schedule(on):
        asked.append(on)
        return rule_set("digst-2023")

    facts = case()
    assert rule_set_for(facts, in_force=schedule).id == "mitid-2022"
    del facts["rule_set"]
    assert decided(line(facts), in_force=schedule)["rule_set"] == "digst-2023"
    assert asked == [date(2026, 4, 15)]
    assert "error" in decided(b"{}", in_force=never)
    under = rule_set("mitid-2025")
    assert decided(line(facts), in_force=never, under=under)["rule_set"] == "mitid-2025"


def test_a_line_is_decided_at_a_good_part_of_the_rate_at_which_json_is_read_and_written():
    lines = []
    for worked in lines_of("decisions.jsonl"):
        del worked["why"], worked["expect"]
        lines.append(line({"rule_set": "mitid-2022", **worked}))
    answers = [answer(raw) for raw in lines]

    def read_and_write():
        for raw, given in zip(lines, answers, strict=True):
            json.loads(raw)
            json.dumps(given)

    def decide_all():
        for raw in lines:
            answer_line(raw, in_force=never)

    def seconds(work):
        start = perf_counter()
        for _ in range(5):
            work()
        return perf_counter() - start

    ratios = sorted(seconds(read_and_write) / seconds(decide_all) for _ in range(15))
    assert ratios[7] >= 0.15, ratios  # the goal is 0.40; machines under load are not the test
