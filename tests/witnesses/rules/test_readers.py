"""The readers of JSON alone, and the doors that answer a line, each with sets of its own."""

import json
import re
import traceback

import pytest

from tests.witnesses.rules.builders import case, decided, line, never
from witnesses.rules.json_text import NotJson, _read_deep, read_fast, read_noting_twice
from witnesses.rules.lines import answer_line, explain_line, read_facts
from witnesses.rules.rule_sets import RULE_SETS, rule_set
from witnesses.rules.validity import InvalidFacts, TwiceKeyed

READERS = [read_fast, read_noting_twice, _read_deep]
OTHER = {"other": rule_set("mitid-2025")}


@pytest.mark.parametrize("reader", READERS)
def test_every_reader_reads_the_whole_grammar(reader):
    text = ' {"a": [true, false, null], "b": "x\\u0041\\n", "c": {}, "d": [], "": [[1], {"e": 2}]} '
    assert reader(text) == {
        "a": [True, False, None], "b": "xA\n", "c": {}, "d": [], "": [[0], {"e": 0}],
    }  # fmt: skip


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("number", ["0", "-0", "7", "10", "-1.25", "3e8", "1.50E-07", "9" * 5_000])
def test_no_reader_cares_what_a_number_is(reader, number):
    (value,) = reader(f"[{number}]")
    assert type(value) is int
    assert value == 0


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize(
    "text",
    [
        "NaN", "Infinity", "-Infinity", "01", "1.", ".5", "1e", "-", "+1", "1\u0661", "1.\u0661", "1e\u0661",
        "\u0661", "tru", "True", "fals", '"\\u00g0"', '"\t"', '"', '{"a" 1}', '{"a": 1,}', "[1,]", "[1 2]", "[,]",
        '{"a"}', "{1: 2}", "{,}", '{"a": }', "[:]", "]", "[}", '{"a": 1]', "", ",", ":", "1 2", "[] []", "\xa01",
    ],
)  # fmt: skip
def test_no_reader_takes_what_is_no_json(reader, text):
    with pytest.raises(NotJson):
        reader(text)


def test_a_key_that_stands_twice_is_noted_by_all_but_the_fast_reader():
    text = '[{"a": 1, "a": "x"}, {"a": {"b": 1, "b": 2}}]'
    assert [type(value) for value in read_fast(text)] == [dict, dict]
    for reader in (read_noting_twice, _read_deep):
        twice, holder = reader(text)
        assert type(twice) is TwiceKeyed
        assert twice == {"a": "x"}
        assert type(holder) is dict
        assert type(holder["a"]) is TwiceKeyed


@pytest.mark.parametrize("raw", [b'{"on": "hush-1', b'{"on": "hush-1 \xff"}', b'{"on": hush-1}'])
def test_the_refusal_of_what_is_no_json_keeps_nothing_that_was_sent(raw):
    with pytest.raises(InvalidFacts) as refused:
        read_facts(raw)
    told = "".join(traceback.format_exception(refused.value))
    assert "hush" not in told
    assert refused.value.__suppress_context__
    assert str(refused.value) == "invalid_facts"


@pytest.mark.parametrize(
    ("raw", "problem"),
    [
        (b"\xff", "is not UTF-8"),
        (b"{", "is not JSON"),
        (b"[]", "must be a JSON object"),
    ],
)
def test_a_line_that_cannot_be_read_says_why(raw, problem):
    text, is_case = answer_line(raw, in_force=never)
    assert json.loads(text)["error"]["detail"] == [{"path": "", "problem": problem}]
    assert not is_case


def test_every_door_knows_the_sets_it_was_given_and_no_others():
    known = line(case(rule_set="other"))
    unknown = line(case(rule_set="mitid-2022"))
    sets = {"in_force": never, "rule_sets": OTHER}
    for raw, is_known in ((known, True), (unknown, False)):
        assert answer_line(raw, **sets)[1] is is_known
        assert explain_line(raw, "en", **sets)[1] is is_known
    assert decided(known, **sets)["rule_set"] == "mitid-2025"
    assert "(mitid-2025)" in explain_line(known, "en", **sets)[0]


@pytest.mark.parametrize("name", RULE_SETS)
def test_a_set_laid_over_the_lines_is_the_one_they_are_decided_under(name):
    under, raw = rule_set(name), line(case())
    assert decided(raw, in_force=never, under=under)["rule_set"] == name
    assert re.search(
        rf"\({name}\)$", explain_line(raw, "da", in_force=never, under=under)[0], re.MULTILINE
    )


def test_the_set_in_force_is_asked_for_where_the_line_names_none():
    facts = case()
    del facts["rule_set"]
    sets = {"in_force": lambda _on: rule_set("digst-2023")}
    assert json.loads(answer_line(line(facts), **sets)[0])["rule_set"] == "digst-2023"
    assert "(digst-2023)" in explain_line(line(facts), "en", **sets)[0]


def test_no_key_stands_twice_in_an_answer_and_what_was_kept_of_another_is_not_told():
    sent = [
        case(applicant={"birth_date": f"{year}-01-01", "documents": []}) for year in (1950, 2020)
    ]
    told = [read_noting_twice(answer_line(line(one), in_force=never)[0]) for one in sent * 2]
    for answer in told:
        assert type(answer) is dict
        assert {type(finding) for finding in answer["findings"]} == {dict}
    ages = [
        json.loads(answer_line(line(one), in_force=never)[0])["findings"][0]["observed"]
        for one in sent * 2
    ]
    assert ages == [76, 6, 76, 6]
